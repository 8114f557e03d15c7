"""The words of files, by which their entries are found."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import exists, select

from scrapbook.model.records import Media
from scrapbook.store import attached_words
from scrapbook.store.spelling_index import Words
from scrapbook.store.sql_helpers import chunks, insert_or_update
from scrapbook.store.tables import EntryMediaRow, EntryRow, FileTextRow, MediaFileRow, TranscriptRow
from scrapbook.store.unit_of_work import UnitOfWork

IMPORTED = "import:"
"""How the addresses of imported files begin."""

IMPORTED_END = "import;"
"""The first text behind all that begin so."""


class FileTexts:
    """The words of files, within one transaction. A file without a row is still to be read, or never is."""

    def __init__(self, work: UnitOfWork, words: Words) -> None:
        self._work = work
        self._words = words

    def record(self, url: str, text: str, failure: str, at: datetime) -> None:
        """Save the words of a file, in place of earlier ones. From now on they find its entries.

        Args:
            failure: why it cannot be read, in plain words; else empty.

        Raises StoreError if the file is not stored.
        """
        values = {"text": text, "failure": failure, "at": at}
        insert_or_update(self._work.session, FileTextRow, {"url": url}, values)
        for entry_id, person_id in self._entries_with(url):
            attached_words.refresh_from_text(self._work.session, entry_id)
            self._words.index_words(person_id, text)

    def are_known(self, url: str) -> bool:
        """Return whether the file was read, or could not be."""
        return self._work.session.scalar(select(exists().where(FileTextRow.url == url))) or False

    def is_stored(self, url: str) -> bool:
        """Return whether there is a file with that address."""
        return self._work.session.scalar(select(exists().where(MediaFileRow.url == url))) or False

    def unread_imports(self, readable: Collection[str], but: Collection[str], limit: int) -> list[Media]:
        """Return imported files that may have words and were not read, at most ``limit``.

        Args:
            readable: the content types of documents; sounds are returned, too.
            but: the addresses of files that are left out.
        """
        row = MediaFileRow
        found = (
            select(row)
            .where(
                row.url >= IMPORTED,
                row.url < IMPORTED_END,
                row.state == "kept",
                row.content_type.in_(readable) | row.content_type.startswith("audio/"),
                row.url.not_in(but),
                ~exists().where(FileTextRow.url == row.url),
                ~exists().where(TranscriptRow.url == row.url),
            )
            .order_by(row.url)
            .limit(limit)
        )
        return [
            Media(one.url, one.content_type or "", state="kept", key=one.key, size=one.size)
            for one in self._work.session.scalars(found)
        ]

    def of(self, urls: Iterable[str]) -> dict[str, str]:
        """Return the words by the files that have any."""
        return {
            url: text
            for chunk in chunks(urls)
            for url, text in self._work.session.execute(
                select(FileTextRow.url, FileTextRow.text).where(
                    FileTextRow.url.in_(chunk), FileTextRow.text != ""
                )
            )
        }

    def _entries_with(self, url: str) -> list[tuple[int, int]]:
        rows = select(EntryRow.id, EntryRow.person_id).join(
            EntryMediaRow, EntryMediaRow.entry_id == EntryRow.id
        )
        return [
            (entry_id, person_id)
            for entry_id, person_id in self._work.session.execute(
                rows.where(EntryMediaRow.url == url).distinct()
            )
        ]
