"""X: bookmarks as its web client receives them, a HAR of that, and the tables of Dewey."""

import base64
import json
import re
from collections.abc import Iterator
from datetime import datetime

from scrapbook.exchange import json_items, times
from scrapbook.exchange.csv_rows import Row, Table
from scrapbook.exchange.format import Format, Probe, Reading, distinct, key_of, paragraphs, unescaped
from scrapbook.exchange.json_items import Json, list_of, object_of, text_of
from scrapbook.exchange.sources import ExportUnreadable, Member
from scrapbook.model.imported import ImportedEntry, ImportedKind

_MAX_WALKED = 200_000
"""Values of a page that are looked through for its posts; a page has some ten thousand."""


def claims(probe: Probe) -> bool:
    """Answers to the client have a timeline; a HAR has a log; Dewey's tables have the address of a post."""
    shape = probe.shape
    if shape.is_list:
        return "data" in shape.inner.get("", set()) and _is_timeline(probe.head)
    return (
        ("data" in shape.keys and _is_timeline(probe.head))
        or shape.has("log", "entries")
        or {"tweet url", "content"} <= probe.columns
        or {"tweet_url", "full_text"} <= probe.columns
    )


def _is_timeline(head: str) -> bool:
    return any(f'"{name}' in head for name in ("bookmark_", "bookmarks_", "search_by_raw_query"))


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield an entry for each post."""
    for member in reading.members:
        probe = Probe(member, reading.source)
        try:
            if not probe.is_json:
                yield from _of_dewey(reading, member)
                continue
            pages = 0
            for page in _pages(reading, member, probe):
                pages += 1
                for number, post in enumerate(_posts(page), start=1):
                    yield from _of_post(reading, f"{member.path}, page {pages}, post {number}", post)
            if not pages:
                reading.report(member.path, "No answer with bookmarks is in it.")
        except ExportUnreadable as error:
            reading.report(member.path, str(error))


def _pages(reading: Reading, member: Member, probe: Probe) -> Iterator[Json]:
    """Yield the answers of X that a file holds."""
    if probe.shape.is_list:
        yield from json_items.items(member, "*")
    elif "log" not in probe.shape.keys:
        yield from json_items.items(member)
    else:
        for number, entry in enumerate(json_items.items(member, "log", "entries", "*"), start=1):
            if page := _of_har(reading, f"{member.path}, request {number}", object_of(entry)):
                yield page


def _of_har(reading: Reading, where: str, entry: dict[str, Json]) -> Json:
    """Return the answer of one request of a HAR. None if it is not one for bookmarks."""
    if "Bookmark" not in text_of(object_of(entry.get("request")).get("url")):
        return None
    content = object_of(object_of(entry.get("response")).get("content"))
    text = text_of(content.get("text"))
    try:
        if content.get("encoding") == "base64":
            text = base64.b64decode(text, validate=True).decode()
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        reading.report(where, "Its answer is broken or cut short.")
        return None


def _posts(page: Json) -> Iterator[dict[str, Json]]:
    """Yield what the items of a timeline hold, wherever it is in the answer."""
    waiting: list[Json] = [page]
    for _ in range(_MAX_WALKED):
        if not waiting:
            return
        value = waiting.pop()
        found = object_of(value)
        if "tweet_results" in found:
            yield object_of(object_of(found["tweet_results"]).get("result"))
        else:
            waiting += reversed(list_of(value) or list(found.values()))


def _of_post(reading: Reading, where: str, result: dict[str, Json]) -> Iterator[ImportedEntry]:
    post = _post(result)
    legacy = object_of(post.get("legacy"))
    identifier = text_of(post.get("rest_id")) or text_of(legacy.get("id_str"))
    if not identifier or not legacy:
        reading.report(where, "A post is not there any more.")
        return
    name, account = _author(post)
    address = f"https://x.com/{account or 'i'}/status/{identifier}"
    said_by = f"— {name} (@{account})\n" if name and account else ""
    yield ImportedEntry(
        key=f"x:{identifier}",
        text=paragraphs(_words(post), _quoted(post), said_by + address),
        created_at=reading.when(legacy.get("created_at"), where, _time),
        kind=ImportedKind.QUOTE,
        author=name or account or None,
        source=address,
    )


def _post(result: dict[str, Json]) -> dict[str, Json]:
    """Return the post itself, also where X says who may see it."""
    return object_of(result.get("tweet")) or result


def _author(post: dict[str, Json]) -> tuple[str, str]:
    """Return name and account: in ``core`` in newer answers, in ``legacy`` before."""
    user = object_of(object_of(object_of(post.get("core")).get("user_results")).get("result"))
    core, legacy = object_of(user.get("core")), object_of(user.get("legacy"))
    return (
        text_of(core.get("name")) or text_of(legacy.get("name")),
        text_of(core.get("screen_name")) or text_of(legacy.get("screen_name")),
    )


def _words(post: dict[str, Json]) -> str:
    """Return the whole text: of a long post it is in its note. Short addresses are put back."""
    legacy = object_of(post.get("legacy"))
    note = object_of(object_of(object_of(post.get("note_tweet")).get("note_tweet_results")).get("result"))
    retweeted = object_of(object_of(legacy.get("retweeted_status_result")).get("result"))
    if retweeted:
        return _words(_post(retweeted))
    text = unescaped(text_of(note.get("text")) or text_of(legacy.get("full_text")))
    entities = [object_of(legacy.get("entities")), object_of(legacy.get("extended_entities"))]
    entities.append(object_of(note.get("entity_set")))
    for found in (object_of(url) for entity in entities for url in list_of(entity.get("urls"))):
        short, whole = text_of(found.get("url")), text_of(found.get("expanded_url"))
        if short and whole:
            text = _put_for(short, whole, text)
    for found in (object_of(medium) for entity in entities for medium in list_of(entity.get("media"))):
        if short := text_of(found.get("url")):
            text = _put_for(short, "", text)
    return paragraphs(text.strip(), *_article(post))


def _put_for(short: str, whole: str, text: str) -> str:
    """Replace a short address, but not where it only begins another one."""
    return re.sub(rf"{re.escape(short)}(?![0-9A-Za-z])", lambda _: whole, text)


def _article(post: dict[str, Json]) -> tuple[str, str]:
    """Return title and beginning of the article that a post is; empty for any other post."""
    found = object_of(object_of(object_of(post.get("article")).get("article_results")).get("result"))
    return text_of(found.get("title")), text_of(found.get("preview_text"))


def _quoted(post: dict[str, Json]) -> str:
    quoted = _post(object_of(object_of(post.get("quoted_status_result")).get("result")))
    words = _words(quoted)
    if not words:
        return ""
    name, account = _author(quoted)
    lines = "\n".join(f"> {line}".rstrip() for line in words.split("\n"))
    return f"{lines}\n> — {name or account}" if name or account else lines


def _time(written: str) -> datetime | None:
    try:
        return datetime.strptime(written, "%a %b %d %H:%M:%S %z %Y")
    except ValueError:
        return times.from_iso(written)


def _of_dewey(reading: Reading, member: Member) -> Iterator[ImportedEntry]:
    for row in Table(member).rows():
        where = f"{member.path}, line {row.line}"
        address = row.get("tweet url", "tweet_url")
        text = row.get("note_tweet_text", "full_text", "content")
        if not address and not text:
            reading.report(where, "It has no words and no address.")
            continue
        yield ImportedEntry(
            key=f"x:{_identifier(address) or key_of(address, text)}",
            text=paragraphs(unescaped(text), row.get("comments", "comment", "notes"), address),
            created_at=reading.when(row.get("tweet date", "tweeted_at"), where, _dewey_time),
            topics=distinct(row.get("tags", "folders").split(",")),
            kind=ImportedKind.QUOTE,
            author=_name(row),
            source=address or None,
        )


def _name(row: Row) -> str | None:
    return row.get("posted by", "name", "twitter handle", "screen_name").lstrip("@") or None


def _identifier(address: str) -> str:
    """Return the number of a post from its address; empty without one."""
    _, _, rest = address.partition("/status/")
    number = rest.partition("?")[0].partition("/")[0]
    return number if number.isdigit() else ""


def _dewey_time(written: str) -> datetime | None:
    return times.from_iso(written) or times.from_words(written)


FORMAT = Format(
    name="x-bookmarks",
    title="Bookmarks of X",
    docs=(
        "X exports no bookmarks. In the browser's developer tools, Network, open x.com/i/bookmarks, "
        "scroll to the end, and save all as HAR; or save the answers named `Bookmarks`; or export CSV "
        "with Dewey. Each post becomes a quotation by its author with its whole text, its links put back, "
        "and its address. Its time is when it was posted: X does not tell when it was bookmarked."
    ),
    read=read,
    claims=claims,
)
