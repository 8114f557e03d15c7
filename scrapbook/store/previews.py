"""What the pages behind the links of entries say of themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import func, insert, select, update

from scrapbook.store import link_titles
from scrapbook.store.records import Page, Preview
from scrapbook.store.statements import chunks
from scrapbook.store.tables import EntryLinkRow, EntryRow
from scrapbook.store.unit_of_work import UnitOfWork
from scrapbook.store.words import Words


class Previews:
    def __init__(self, work: UnitOfWork, words: Words) -> None:
        self._work = work
        self._words = words

    def record(self, entry_id: int, preview: Preview, at: datetime) -> bool:
        """Whether the entry is still there. In place of an earlier one of the same ``url``."""
        if not self._lock(entry_id):
            return False
        page = asdict(preview.page)
        values = {"final_url": preview.final_url, "failure": preview.failure, "at": at, **page}
        self._write(entry_id, preview.url, values)
        owner = select(EntryRow.person_id).where(EntryRow.id == entry_id)
        titles = link_titles.refresh(self._work.session, entry_id)
        self._words.learn(self._work.session.scalars(owner).one(), titles)
        return True

    def of(self, entry_ids: Iterable[int]) -> dict[int, list[Preview]]:
        """In the order in which they were first recorded, by entry; entries without any are left out.

        Links that an edit took out of the entry's text are among them: ``undo`` may bring them back.
        """
        found: dict[int, list[Preview]] = {}
        for chunk in chunks(entry_ids):
            rows = select(EntryLinkRow).where(EntryLinkRow.entry_id.in_(chunk))
            for row in self._work.session.scalars(rows.order_by(EntryLinkRow.entry_id, EntryLinkRow.ordinal)):
                found.setdefault(row.entry_id, []).append(_preview(row))
        return found

    def _lock(self, entry_id: int) -> bool:
        """Whether there is such an entry, which then stays to the end of the transaction."""
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
    page = Page(row.title, row.description, row.site, row.image, row.canonical, row.language)
    return Preview(row.url, row.final_url, page, row.failure)
