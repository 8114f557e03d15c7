"""Link previews: the metadata of the pages behind the links of entries."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import func, insert, select, update

from scrapbook.model.records import PageMetadata, Preview
from scrapbook.store import attached_words
from scrapbook.store.spelling_index import Words
from scrapbook.store.sql_helpers import chunks
from scrapbook.store.tables import EntryLinkRow, EntryRow
from scrapbook.store.unit_of_work import UnitOfWork


class Previews:
    def __init__(self, work: UnitOfWork, words: Words) -> None:
        self._work = work
        self._words = words

    def record(self, entry_id: int, preview: Preview, at: datetime) -> bool:
        """Record a preview of an entry's link, in place of an earlier one of the same ``url``.

        Returns:
            Whether the entry still exists; else nothing is recorded.
        """
        if not self._lock(entry_id):
            return False
        page = asdict(preview.page)
        values = {"final_url": preview.final_url, "failure": preview.failure, "at": at, **page}
        self._write(entry_id, preview.url, values)
        owner = select(EntryRow.person_id).where(EntryRow.id == entry_id)
        titles = attached_words.refresh_from_text(self._work.session, entry_id)
        self._words.index_words(self._work.session.scalars(owner).one(), titles)
        return True

    def of(self, entry_ids: Iterable[int]) -> dict[int, list[Preview]]:
        """Return the previews by entry, in the order in which they were first recorded.

        Entries without previews are left out. Links that an edit has removed are included: ``undo`` may
        restore them.
        """
        found: dict[int, list[Preview]] = {}
        for chunk in chunks(entry_ids):
            rows = select(EntryLinkRow).where(EntryLinkRow.entry_id.in_(chunk))
            for row in self._work.session.scalars(rows.order_by(EntryLinkRow.entry_id, EntryLinkRow.ordinal)):
                found.setdefault(row.entry_id, []).append(_preview(row))
        return found

    def _lock(self, entry_id: int) -> bool:
        """Lock an entry until the transaction ends. Returns whether it exists."""
        row = select(EntryRow.id).where(EntryRow.id == entry_id).with_for_update()
        return self._work.session.scalar(row) is not None

    def _write(self, entry_id: int, url: str, values: Mapping[str, object]) -> None:
        of_entry = EntryLinkRow.entry_id == entry_id
        known = self._work.session.scalar(
            select(EntryLinkRow.ordinal).where(of_entry, EntryLinkRow.url == url)
        )
        if known is not None:
            row = update(EntryLinkRow).where(of_entry, EntryLinkRow.ordinal == known)
            self._work.session.execute(row.values(values))
            return
        count = self._work.session.scalar(select(func.count()).where(of_entry)) or 0
        new = insert(EntryLinkRow).values(entry_id=entry_id, ordinal=count, url=url, **values)
        self._work.session.execute(new)


def _preview(row: EntryLinkRow) -> Preview:
    page = PageMetadata(
        title=row.title,
        description=row.description,
        site=row.site,
        image=row.image,
        canonical=row.canonical,
        language=row.language,
    )
    return Preview(url=row.url, final_url=row.final_url, page=page, failure=row.failure)
