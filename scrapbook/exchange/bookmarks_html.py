"""Read the bookmarks of an HTML file, as browsers and many services write them, with bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from typing_extensions import override

from scrapbook.exchange.sources import READ_ERRORS, ExportUnreadable, Member
from scrapbook.exchange.text_files import open_text

_PART = 64 * 1024
_MAX_FOLDERS = 100


@dataclass
class Bookmark:
    """A link of a file of bookmarks.

    Attributes:
        line: of the file.
        folders: in which it is, the outermost first, without the browser's own.
        attributes: of its element, by names in lower case.
        note: the description below it.
    """

    line: int
    url: str
    title: str = ""
    folders: tuple[str, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
    note: str = ""


def bookmarks(member: Member) -> Iterator[Bookmark]:
    """Yield the bookmarks of a file in order. Raises ExportUnreadable if it is damaged."""
    parser = _Parser()
    with open_text(member) as text:
        try:
            while part := text.read(_PART):
                parser.feed(part)
                yield from parser.taken()
        except READ_ERRORS as error:
            raise ExportUnreadable(f"{member.path} is damaged.") from error
    parser.close()
    parser.end()
    yield from parser.taken()


class _Parser(HTMLParser):
    """Elements as they come: nothing is built of them, so that no nesting and no size is too much."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._ready: list[Bookmark] = []
        self._bookmark: Bookmark | None = None
        self._folders: list[str] = []
        self._named = ""
        self._texts: list[str] | None = None
        self._kind = ""

    def taken(self) -> list[Bookmark]:
        """Return what is complete."""
        ready, self._ready = self._ready, []
        return ready

    def end(self) -> None:
        """End the last bookmark."""
        self._finish_text()
        if self._bookmark:
            self._ready.append(self._bookmark)
            self._bookmark = None

    @override
    def handle_starttag(  # noqa: C901 - a case for each element
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "a" and attributes.get("href"):
            self.end()
            self._bookmark = Bookmark(
                self.getpos()[0],
                attributes["href"],
                folders=tuple(name for name in self._folders if name),
                attributes=attributes,
            )
            self._begin_text("title")
        elif tag == "h3":
            self.end()
            self._is_own = "personal_toolbar_folder" in attributes or "unfiled_bookmarks_folder" in attributes
            self._begin_text("folder")
        elif tag in {"h1", "ul"}:
            self.end()
        elif tag == "dd":
            self._finish_text()
            self._begin_text("note")
        elif tag == "dl":
            self.end()
            if len(self._folders) < _MAX_FOLDERS:
                self._folders.append(self._named)
            self._named = ""
        elif tag == "dt":
            self.end()
        elif tag == "br" and self._texts is not None:
            self._texts.append("\n")

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in {"a", "h3"}:
            self._finish_text()
        elif tag == "dl":
            self.end()
            if self._folders:
                self._folders.pop()

    @override
    def handle_data(self, data: str) -> None:
        if self._texts is not None:
            self._texts.append(data)

    def _begin_text(self, kind: str) -> None:
        self._kind, self._texts = kind, []

    def _finish_text(self) -> None:
        if self._texts is None:
            return
        text, self._texts = "".join(self._texts).strip(), None
        if self._kind == "folder":
            self._named = "" if self._is_own else " ".join(text.split())
        elif self._bookmark and self._kind == "title":
            self._bookmark.title = " ".join(text.split())
        elif self._bookmark and self._kind == "note":
            self._bookmark.note = text

    _is_own = False
