"""Apple Notes: folders of Markdown as macOS writes them, and HTML of export tools."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from lxml.html import HtmlElement

from scrapbook.exchange.format import Format, Probe, Reading, distinct, titled
from scrapbook.exchange.html_text import parsed, text_of_element
from scrapbook.exchange.markdown_notes import embedded_files, note_of, written_time
from scrapbook.exchange.sources import ExportUnreadable, Member, Source
from scrapbook.exchange.text_files import read_text
from scrapbook.model.imported import ImportedEntry, ImportedFile

_ENDINGS = frozenset({".md", ".html", ".htm"})
_DEFAULT_FOLDER = "Notes"


def claims_tree(source: Source) -> Sequence[Member]:
    """Each note is in a folder of its own name."""
    notes = [member for member in source.members.values() if member.suffix in _ENDINGS]
    own = [member for member in notes if member.folder.rpartition("/")[2] == member.stem]
    return own if own and len(own) == len(notes) else ()


def claims(probe: Probe) -> bool:
    """Apple's HTML names what made it; of export tools each writes the name of Notes."""
    return probe.is_markup and any(
        mark in probe.head for mark in ('content="Cocoa HTML Writer"', "com.apple.notes", "apple-notes")
    )


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield an entry for each note."""
    for member in reading.members:
        try:
            entry = (_of_markdown if member.suffix == ".md" else _of_html)(reading, member)
        except ExportUnreadable as error:
            reading.report(member.path, str(error))
            continue
        if entry.text.strip() or entry.files:
            yield entry
        else:
            reading.report(member.path, "It is empty.")


def _of_markdown(reading: Reading, member: Member) -> ImportedEntry:
    note = note_of(read_text(member))
    created = written_time(reading, note.created, member.path) if note.created else None
    return _entry(
        member,
        titled(member.stem, note.text),
        created,
        embedded_files(reading, member, note.text),
        note.topics(),
    )


def _of_html(reading: Reading, member: Member) -> ImportedEntry:
    page = parsed(read_text(member))
    files: list[ImportedFile] = []

    def embedded(element: HtmlElement) -> str | None:
        address = element.get("src") or ""
        if element.tag in {"img", "video", "audio"} and address:
            if not address.startswith(("http:", "https:", "data:")):
                files.extend(reading.attached(address, member))
            return ""
        return None

    words = "" if page is None else text_of_element(page, embedded)
    created = None
    if page is not None:
        for meta in page.iter("meta"):
            if (meta.get("name") or "").lower() in {"created", "date"} and meta.get("content"):
                created = written_time(reading, meta.get("content") or "", member.path)
    return _entry(member, titled(member.stem, words), created, tuple(files), ())


def _entry(
    member: Member,
    text: str,
    created: datetime | None,
    files: tuple[ImportedFile, ...],
    tags: Iterator[str] | tuple[()],
) -> ImportedEntry:
    folders = member.folder.split("/")
    if folders[-1] == member.stem:
        folders.pop()
    folder = folders[-1] if folders and folders[-1] not in {"", _DEFAULT_FOLDER, "Entries"} else None
    return ImportedEntry(
        key=f"apple-notes:{member.path.removeprefix(f'{_DEFAULT_FOLDER}/')}",
        text=text,
        created_at=created,
        topics=distinct((folder, *tags)),
        files=files,
    )


FORMAT = Format(
    name="apple-notes",
    title="Apple Notes",
    docs=(
        "In Notes for macOS 26 or later select notes, File, Export as Markdown; or HTML of an export "
        "tool. Each note becomes an entry; its folder and tags become topics. Notes exports no dates, so "
        "the entries have none."
    ),
    read=read,
    claims=claims,
    claims_tree=claims_tree,
)
