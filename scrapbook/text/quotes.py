"""Find quotations and their authors in a text: ``"Less is more" - Mies van der Rohe``.

Only what clearly is a quotation counts: it begins its line, or follows a few words and a colon, and only its
author and perhaps the source follow it. An author may also stand in front of it: ``Oscar Wilde: "..."``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from scrapbook.text.calendar_words import WEEKDAYS
from scrapbook.text.task_verbs import TASK_VERBS
from scrapbook.text.timezones import is_place
from scrapbook.text.topic_names import is_date, is_lead_in, is_topic_name

MAX_AUTHOR_WORDS = 5
"""Words of an author's name at most; more are a sentence."""

MAX_RELATIVE_WORDS = 3
"""Words at most in place of a name: "my old teacher"."""

MIN_NAMES = 2
"""Names that an author has at least whose line goes on with a source: "Samuel Beckett, Worstward Ho"."""

MIN_UNATTRIBUTED_WORDS = 4
"""Words of a quotation without an author at least: quotation marks around fewer words mean something else."""

DASHES = r"\-‐‑‒–—―⸺⸻➖﹘－−~"
"""Hyphens and dashes, for a character class of a regular expression."""

_CLOSING = {
    '"': '"”“',
    "“": '”"“',
    "”": '”"',
    "„": '“”"',
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
    "‘": "’'",
    "‚": "‘’'",
    "'": "'’",
    "「": "」",
    "『": "』",
    "《": "》",
    "〈": "〉",
    "❝": "❞",
    "＂": "＂",
}
_SINGLE = frozenset("'‘‚")
_SPACED = frozenset("«»‹›")
"""Marks that have a space inside, as in French."""

MAX_SEARCHED = 10_000
"""Characters of a text that are searched; a message has 1,600 at most."""

_MAX_CLOSINGS, _MAX_MARKS = 20, 200
"""How many ends of a quotation are tried, and how many marks, apostrophes among them, are looked at for them:
so that a text of nothing but marks takes no longer than another."""

BULLET = rf"(?:(?:[*•·>{DASHES}]|\d{{1,2}}[.)])[ \t]+)?"
_OPENING = re.compile(
    rf"^[ \t]*{BULLET}(?:[^\n:\"“”„«»‹›「『]{{1,60}}(?::|[ \t][{DASHES}]{{1,3}})[ \t]+)?"
    rf"(?P<mark>[{''.join(_CLOSING)}])(?=\S|(?<=[{''.join(_SPACED)}])[ \u00a0\u202f]\S)",
    re.MULTILINE,
)

_OPENING_BELOW = re.compile(
    rf"[ \t]*{BULLET}[^\n:]{{1,60}}:[ \t\r]*\n[ \t]*(?P<mark>[{''.join(_CLOSING)}])(?=\S|[ \u00a0\u202f]\S)"
)

_WORD = r"(?:[^\W\d_]|@\w)[\w.’'‐-]*"
_NAME = (
    rf"{_WORD}(?:[ \t]+(?:&[ \t]+)?(?!in\b){_WORD}){{0,{MAX_AUTHOR_WORDS - 1}}}(?:,?[ \t]+(?:Jr|Sr)\b\.?)?"
)
_SHORT_NAME = rf"{_WORD}(?:[ \t]+(?:&[ \t]+)?{_WORD}){{0,{MAX_AUTHOR_WORDS - 1}}}?"
_SOURCE = r"(?:(?:,[ \t]*|[ \t]+in[ \t]+|[ \t]*(?=\())(?P<source>[^\n]{1,80}?))?"
_BRACKETS = {"(": ")", "[": "]", "（": "）"}
_CLOSING_BRACKET = r"(?P<closed>[)\]）])?"
_TAGS = r"(?:[ \t]+#\w[\w+#-]{0,39}){0,5}"
_ATTRIBUTION = re.compile(
    rf"[ \t]*[.,;]?[ \t\r]*(?P<break>\n[ \t\r]*(?:\n[ \t]*(?=[{DASHES}]))?)?"
    rf"(?:(?P<dash>[{DASHES}]{{1,3}})[ \t]*(?:by[ \t]+)?|(?P<by>by[ \t]+)|(?P<bracket>[(\[（])"
    rf"(?:by[ \t]+|[{DASHES}][ \t]*)?|(?P<bare>))"
    rf"(?P<author>{_NAME}){_SOURCE}{_CLOSING_BRACKET}[.]?{_TAGS}[ \t\r]*$",
    re.MULTILINE | re.IGNORECASE,
)
_AROUND_AUTHOR = 240
"""Characters after a quotation, or in front of it, that are searched for its author."""

_SAID = "said|says|wrote|writes|put it|told us|asked|argued|observed|quipped|remarked"
_IN_FRONT = re.compile(
    rf"(?:^|\n)[ \t]*{BULLET}(?:as[ \t]+)?(?P<author>{_SHORT_NAME})(?P<year>[ \t]*\([^()\n]{{1,40}}\))?"
    rf"(?P<said>[ \t]+(?:(?:once|famously)[ \t]+)?(?:{_SAID}))?[ \t]*"
    rf"(?::[ \t\r]*\n?[ \t]*|[ \t][{DASHES}]{{1,3}}[ \t]+)$",
    re.IGNORECASE,
)
_AFTER_FRONTED = re.compile(rf"[.]?{_TAGS}[ \t\r]*$", re.MULTILINE)
_SENTENCE_WORDS = 4
"""Words of a quotation at least with one word in front of it, which may also be its topic."""

_PARTICLES = frozenset(
    """
    a al an and ap bin bint da das de del della der des di do dos du e el ibn la las le les los ne
    of ter the und van von y zu
    """.split()  # noqa: SIM905 - as many literals would take forty lines
)
_NO_NAMES = frozenset(WEEKDAYS).union(
    """
    after again all also am and any anyway are as asap at be because been before but bye can could
    did do does done everything exactly from fun get go good got great ha had haha has have he hello
    her here hi him his how i if in is it its just later lol maybe me mine more most never nice no
    nope not nothing now of off oh ok okay on or our out please really right same see she should so
    some still sure thank thanks that the their them then there these they thing think this those to
    today tomorrow tonight too true until up us very wait was we well were what when where which
    while who why will with would wow yeah yep yes yesterday yet you your
    """.split()  # noqa: SIM905 - as many literals would take a hundred lines
)
_SMALL_IN_TITLES = frozenset("a an and as at by for from in into of on or the to with".split())  # noqa: SIM905
_SOMEBODY = frozenset({"a", "an", "my", "our"})
_FAMILY = frozenset({"my", "our"})
_RELATIVES = frozenset(
    """
    aunt auntie aunty brother cousin dad daddy daughter father gran grandad granddad granddaughter grandfather
    grandma grandmother grandpa grandson granny husband ma mam mama mom mommy mother mum mummy nan nana nanna
    nephew niece pa papa partner pop sis sister son uncle wife
    """.split()  # noqa: SIM905
)
"""Relatives, who are called so, in lower case, as others are by their names."""

_LABELS = frozenset(
    """
    album article book books caption chapter email essay film films headline label letter movie movies name
    names page paper poem poster quote quotes screenshot sign slide slogan song songs subject text title
    titles tweet
    """.split()  # noqa: SIM905
)
"""What a text in quotation marks is, and not who said it."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation in a text.

    Attributes:
        author: as written; None if none is named.
        start, end: the indexes of its lines in the text, as for a slice.
    """

    author: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class QuoteParts:
    """What the lines of a quotation are made of.

    Attributes:
        lead_in: the words in front of it that do not name the author.
        said: without the quotation marks.
        author: empty if none is named.
        source: what follows the author, such as a book; empty if nothing does.
    """

    lead_in: str
    said: str
    author: str
    source: str


def parts_of(text: str, quote: Quote) -> QuoteParts:
    """Return the parts of a quotation that ``find_quotes`` or ``whole_quote`` found in that text."""
    lines = text[quote.start : quote.end]
    opening = next(index for index, sign in enumerate(lines) if sign in _CLOSING)
    author = quote.author or ""
    in_front = " ".join(lines[:opening].split())
    is_fronted = bool(author) and author in in_front
    closing = _closing_before(lines, opening, "" if is_fronted else author)
    after = " ".join(lines[closing + 1 :].split())
    source = after if is_fronted else after.partition(author)[2] if author else after
    return QuoteParts(
        lead_in="" if is_fronted else re.sub(rf"^{BULLET}", "", in_front),
        said=lines[opening + 1 : closing].strip(),
        author=author,
        source=source.strip(" ,.()[]（）").removeprefix("in "),
    )


def _closing_before(lines: str, opening: int, author: str) -> int:
    """Return the index of the last closing mark that has the author after it."""
    marks = [
        index for index in range(opening + 1, len(lines)) if lines[index] in _CLOSING[lines[opening]]
    ] or [len(lines)]
    followed = [index for index in marks if author in " ".join(lines[index + 1 :].split())]
    return (followed or marks)[-1]


def find_quotes(text: str) -> list[Quote]:
    """Return the quotations that name their author, in order; none begins inside another."""
    return list(_quotes(text[:MAX_SEARCHED]))


def _quotes(text: str) -> Iterator[Quote]:
    index = 0
    while opening := _OPENING.search(text, index):
        quote = _attributed(text, opening)
        if quote:
            yield quote
        index = quote.end if quote else opening.end()


def begins_with_author(text: str) -> bool:
    """Return whether the text is a quotation with its author in front of it."""
    opening = _OPENING.match(text) or _OPENING_BELOW.match(text)
    quote = _fronted(text, opening) if opening else None
    return quote is not None and not text[: quote.start].strip()


def _attributed(text: str, opening: re.Match[str]) -> Quote | None:
    """Return the quotation, which ends at the first closing mark with an author after it; else None."""
    for end in islice(_closings(text, opening), _MAX_CLOSINGS):
        said = text[opening.end("mark") : end]
        found = _ATTRIBUTION.match(text, end + 1, end + _AROUND_AUTHOR)
        if found and (found.end() == len(text) or text[found.end()] == "\n") and _is_said_by(said, found):
            return Quote(_shown(found["author"]), opening.start(), found.end())
    return _fronted(text, opening)


def _fronted(text: str, opening: re.Match[str]) -> Quote | None:
    """Return the quotation whose author stands in front of it, on its line or the one above; else None."""
    mark = opening.start("mark")
    found = _IN_FRONT.search(text[max(0, mark - _AROUND_AUTHOR) : mark])
    if found is None:
        return None
    for end in islice(_closings(text, opening), _MAX_CLOSINGS):
        after = _AFTER_FRONTED.match(text, end + 1, end + _AROUND_AUTHOR)
        if after and (after.end() == len(text) or text[after.end()] == "\n"):
            said = text[opening.end("mark") : end]
            start = mark - len(found[0].lstrip("\n"))
            return Quote(_shown(found["author"]), start, after.end()) if _is_fronted_by(said, found) else None
    return None


def _shown(author: str) -> str:
    return " ".join(author.split()).rstrip(",")


def _closings(text: str, opening: re.Match[str]) -> Iterator[int]:
    """Yield the indexes of the marks that may close the quotation, which has no empty line."""
    mark = opening["mark"]
    last = text.find("\n\n", opening.end())
    end = len(text) if last < 0 else last
    marks = re.compile(f"[{_CLOSING[mark]}]").finditer(text, opening.end() + 1, end)
    for found in islice(marks, _MAX_MARKS):
        index = found.start()
        inside_a_word = mark in _SINGLE and text[index + 1 : index + 2].isalnum()
        if not inside_a_word and (mark in _SPACED or not text[index - 1].isspace()):
            yield index


def _is_said_by(said: str, found: re.Match[str]) -> bool:
    """Return whether what was found after a quotation names its author."""
    opened = found["bracket"] or (found["source"] or "")[:1]
    if _BRACKETS.get(opened) != found["closed"] or not any(map(str.isalpha, said)):
        return False
    names = _without_a_comma(found["author"]).split()
    if not _may_be_source(found["source"] or "") or _is_somewhere(names):
        return False
    if found["dash"]:
        return _is_name(names) or (len(said.split()) > 1 and _is_typed_in_lower_case(names))
    if found["by"]:
        return not _is_title(said) and (_is_name(names) or _is_typed_in_lower_case(names))
    # Only brackets, or a line of its own, mark it as a name.
    if _is_relative(names):
        return len(said.split()) > 1 and bool(found["bracket"] or found["break"])
    is_set_apart = found["bracket"] or (found["break"] and _is_long(said, names, found["source"] or ""))
    is_name = _is_name(names) or (bool(found["bracket"]) and _is_small_name(said, names))
    return bool(is_set_apart) and is_name and not any(name.endswith("!") for name in names)


def _is_small_name(said: str, names: list[str]) -> bool:
    """Return whether words in brackets behind a sentence may be a name in lower case."""
    is_enough = len(names) >= MIN_NAMES and len(said.split()) >= _SENTENCE_WORDS
    return is_enough and _is_typed_in_lower_case(names)


def _is_long(said: str, names: list[str], source: str) -> bool:
    """Return whether a quotation is long enough for a line below it to be its author's, and not a task."""
    is_task = names[0].lower() in TASK_VERBS or names[-1].endswith(".")
    is_sentence = said.rstrip()[-1:] in ".!?…"
    if is_task or (source and (source[0].islower() or not is_sentence or len(names) < MIN_NAMES)):
        return False
    return is_sentence or len(said.split()) > 1


def _is_relative(names: list[str]) -> bool:
    """Return whether the words are a relative, a friend and the like: "grandma", "my old teacher"."""
    if names[0].lower() in _FAMILY:
        return len(names) <= MAX_RELATIVE_WORDS and _is_typed_in_lower_case(names)
    return len(names) == 1 and names[0].lower().rstrip(".") in _RELATIVES


def _is_fronted_by(said: str, found: re.Match[str]) -> bool:
    """Return whether the words in front of a quotation name its author."""
    names = _without_a_comma(found["author"]).split()
    author = " ".join(names)
    if not any(map(str.isalpha, said)) or _is_somewhere(names) or _LABELS & {name.lower() for name in names}:
        return False
    if _is_relative(names):
        return len(said.split()) > 1
    if (
        not _is_name(names)
        or names[0].lower() in TASK_VERBS
        or (is_topic_name(author) and is_lead_in(author))
    ):
        return False
    if len(names) > 1:
        return not (_is_title(said) and len(said.split()) > 1 and said.rstrip()[-1:] not in ".!?…")
    is_sentence = len(said.split()) >= _SENTENCE_WORDS and not _is_title(said) and not said[:1].islower()
    return is_sentence and not found["said"]


def _may_be_source(source: str) -> bool:
    words = source.strip("()[] ").split()
    if source[:1].islower():
        return len(words) <= 3 and not {word.lower().strip(".,") for word in words} & _NO_NAMES
    return len(words) <= 8


def _is_somewhere(names: list[str]) -> bool:
    """Return whether the words are a place or a date and nothing else."""
    return is_place(" ".join(names)) or is_date(names)


def _without_a_comma(author: str) -> str:
    return author.replace(",", " ")


def _is_name(names: list[str]) -> bool:
    """Return whether words have capitals as in a name, or letters of a script without capitals."""
    if {name.lower().strip(".") for name in names} & _NO_NAMES - _PARTICLES:
        return False
    is_big = [not name[0].islower() for name in names]
    return is_big[-1] and all(big or name in _PARTICLES for name, big in zip(names, is_big, strict=True))


def _is_typed_in_lower_case(names: list[str]) -> bool:
    """Return whether words may be a name in lower case: ``mies``, ``brett cannon``, ``my grandmother``."""
    rest = names[1:] if names[0].lower() in _SOMEBODY else names
    return 1 <= len(rest) <= 3 and not {name.lower().strip(".") for name in rest} & (_NO_NAMES | _SOMEBODY)


def _is_title(said: str) -> bool:
    """Return whether the words may be a title, which is no quotation: "Crime and Punishment"."""
    words = [word for word in said.split() if word.lower() not in _SMALL_IN_TITLES]
    return len(words) < 2 or not any(word[0].islower() for word in words)


def without_marks(text: str) -> str:
    """Return the text without the quotation marks around it, if they are around all of it."""
    stripped = text.strip()
    closing = _CLOSING.get(stripped[:1], "")
    said = stripped[1:-1].strip()
    is_quoted = len(stripped) > 2 and stripped[-1] in closing
    return said if is_quoted and said and not any(mark in said for mark in {stripped[0], *closing}) else text


def whole_quote(text: str) -> Quote | None:
    """Return the text as a quotation without an author. None if it is anything more, or too short."""
    stripped = text.strip()
    closing = _CLOSING.get(stripped[:1], "")
    if len(stripped) < 2 or stripped[-1] not in closing:
        return None
    said = stripped[1:-1]
    is_one = not any(mark in said for mark in {stripped[0], *closing} - _SINGLE - {"’"})
    is_long_enough = len(said.split()) >= MIN_UNATTRIBUTED_WORDS
    return Quote(None, 0, len(text)) if is_one and is_long_enough else None
