"""Write a copy of the book as HTML that opens from the disk: no script, no address but those of links."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from scrapbook.model.exported import ExportedEntry, ExportedScrapbook
from scrapbook.model.records import EntryChange, Preview, QuietHours, Topic
from scrapbook.text.display import displayable
from scrapbook.text.links import find_links
from scrapbook.text.quiet_hours import clock_of

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class File:
    """An attachment. ``kind`` is the first part of its type, ``path`` its address from the page."""

    name: str
    kind: str
    path: str
    phrases: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry as a page shows it, with its times in the zone of the person. ``text`` is HTML."""

    number: int
    created_at: datetime
    topic: str | None
    topic_page: str | None
    marks: Sequence[str]
    text: Markup
    files: Sequence[File]
    pages: Sequence[Preview]
    history: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Page:
    """A page of entries.

    Attributes:
        name: of its file.
        articles: the entries in HTML.
        newer, older: the pages before and after it; None if there is none.
        description: what the person wrote about a topic, on its first page.
    """

    name: str
    title: str
    articles: Sequence[str]
    newer: str | None = None
    older: str | None = None
    aliases: Sequence[str] = ()
    description: str = ""


@dataclass
class BookCopy:
    """Renders the pages.

    Attributes:
        topic_pages: the first page of each topic that has one, by the ids of the topics.
    """

    scrapbook: ExportedScrapbook
    topic_pages: Mapping[int, str]

    def article(self, exported: ExportedEntry, paths: Mapping[int, str]) -> str:
        """Return an entry in HTML, as each page shows it.

        Args:
            paths: those of its attachments from the top of the export, by their places in the entry.
        """
        return _template("copy_article.html").render(entry=self._shown(exported, paths))

    def page(self, page: Page) -> str:
        """Return a page of entries."""
        return _template("copy_page.html").render(
            name=self.scrapbook.person.name,
            title=page.title,
            aliases=page.aliases,
            description=page.description,
            articles=[Markup(article) for article in page.articles],  # noqa: S704 - rendered by ``article``
            newer=page.newer,
            older=page.older,
        )

    def index(self, pages: Sequence[tuple[str, str]]) -> str:
        """Return the first page. Args: ``pages``, titles and names of pages that it names."""
        topics = [(topic, self.topic_pages.get(topic.id)) for topic in _by_name(self.scrapbook.topics)]
        return _template("copy_index.html").render(
            title=self.scrapbook.person.name,
            name=self.scrapbook.person.name,
            at=self.scrapbook.at.astimezone(self.scrapbook.zone),
            timezone=self.scrapbook.person.timezone,
            quiet_hours=_hours(self.scrapbook.quiet_hours),
            pages=pages,
            topics=topics,
        )

    def _shown(self, exported: ExportedEntry, paths: Mapping[int, str]) -> ShownEntry:
        entry, zone = exported.entry, self.scrapbook.zone
        return ShownEntry(
            number=entry.number,
            created_at=entry.created_at.astimezone(zone),
            topic=entry.topic,
            topic_page=self.topic_pages.get(entry.topic_id or 0),
            marks=list(_marks(exported, zone)),
            text=_text(entry.text) if exported.facts.has_link else escape(displayable(entry.text)),
            files=list(_files(exported, paths)),
            pages=[one for one in exported.previews if one.page.title or one.page.description],
            history=[_event(change, zone) for change in exported.history],
        )


def style() -> bytes:
    """Return the style sheet of the pages."""
    return (_TEMPLATES / "copy.css").read_bytes()


def _files(exported: ExportedEntry, paths: Mapping[int, str]) -> Iterator[File]:
    for index, part in enumerate(exported.entry.media):
        if path := paths.get(index):
            transcript = exported.transcripts.get(part.url)
            yield File(
                name=path.rpartition("/")[2],
                kind="audio" if part.is_audio else part.content_type.partition("/")[0],
                path=f"../{quote(path)}",
                phrases=[(_clock(one.start), one.text.strip()) for one in transcript.segments]
                if transcript
                else (),
            )


def _marks(exported: ExportedEntry, zone: tzinfo) -> Iterator[str]:
    entry, reminder = exported.entry, exported.reminder
    if entry.pinned_at:
        yield "pinned"
    if entry.edited_at:
        yield "edited"
    if reminder:
        again = f", {reminder.rule}" if reminder.rule else ""
        yield f"reminder {reminder.due_at.astimezone(zone):%Y-%m-%d %H:%M}{again} ({reminder.state})"
    if entry.deleted_at:
        yield f"deleted {entry.deleted_at.astimezone(zone):%Y-%m-%d %H:%M}"


def _text(text: str) -> Markup:
    """Return a text as HTML, its links as such."""
    parts: list[Markup] = []
    end = 0
    for link in find_links(text):
        parts.append(escape(displayable(text[end : link.start])))
        shown = displayable(text[link.start : link.end])
        parts.append(Markup('<a href="{}" rel="noreferrer">{}</a>').format(link.url, shown))
        end = link.end
    return Markup("").join([*parts, escape(displayable(text[end:]))])


def _event(change: EntryChange, zone: tzinfo) -> tuple[str, str, str]:
    before = change.before.get("text")
    undone = ", undone" if change.undone_at else ""
    return (
        f"{change.made_at.astimezone(zone):%Y-%m-%d %H:%M}",
        f"{change.kind}{undone}",
        before if isinstance(before, str) else "",
    )


def _hours(hours: QuietHours) -> str:
    if hours.begins == hours.ends:
        return "none"
    return f"{clock_of(hours.begins)} to {clock_of(hours.ends)}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"


def _by_name(topics: Sequence[Topic]) -> list[Topic]:
    return sorted(topics, key=lambda topic: topic.name.casefold())


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["displayable"] = displayable
    return environment.get_template(name)
