"""Images of rows before they are written to, and rows made what they were.

An image holds the columns that a change writes, all of them for a row that it removes, and nothing for a row
that it adds. Images are put back latest first, so that each finds the row as its change left it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from typing import Any, TypeAlias, cast

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update
from sqlalchemy.orm import Session

from scrapbook.errors import StoreError
from scrapbook.kinds import Told
from scrapbook.store import link_titles
from scrapbook.store.columns import UtcDateTime
from scrapbook.store.prepared import Prepared, table_of, values_of
from scrapbook.store.records import Change, JsonValue
from scrapbook.store.statements import chunks, insert_if_new
from scrapbook.store.tables import EntryRow, ImageRow, TopicRow

Journaled: TypeAlias = type[EntryRow] | type[TopicRow]
Image: TypeAlias = dict[str, JsonValue]

BY_NAME: dict[str, Journaled] = {row.__tablename__: row for row in (EntryRow, TopicRow)}
KEPT_BY_TRIGGERS = frozenset({"entry_count"})


def own_columns(row: Journaled) -> list[str]:
    """The columns that make up a row: all but what triggers compute."""
    return [column.key for column in table_of(row).columns if column.key not in KEPT_BY_TRIGGERS]


_KEEP_ADDITION = Prepared(lambda _: values_of(ImageRow, "change_id", "table_name", "row_id"))


def keep_addition(connection: Connection, change: Change, row: Journaled, row_id: int, owner: int) -> None:
    """StoreError when the row belongs to another person than the change."""
    _refuse_strangers(change, {owner})
    _KEEP_ADDITION.run(connection, change_id=change.id, table_name=row.__tablename__, row_id=row_id)


def keep_images(
    session: Session, change: Change, row: Journaled, where: ColumnElement[bool], columns: Sequence[str]
) -> int:
    """How many. StoreError when a row belongs to another person than the change."""
    table = table_of(row)
    wanted = [table.c[name] for name in ("id", "person_id", *columns)]
    found = [tuple[Any, ...](values) for values in session.execute(select(*wanted).where(where))]
    _refuse_strangers(change, {owner for _, owner, *_ in found})
    common = {"change_id": change.id, "table_name": row.__tablename__}
    images = [common | {"row_id": row_id, "before": _image(columns, values)} for row_id, _, *values in found]
    if images:
        session.execute(insert(ImageRow), images)
    return len(images)


def take_back(session: Session, change_id: int, at: datetime) -> list[str]:
    """Makes the rows that a change wrote to what they were; entries that it added are put in the trash.

    The texts and names that are there again.
    """
    texts: list[str] = []
    for name, before, row_ids in _steps(session, change_id):
        for ids in chunks(row_ids):
            if before is None:
                TAKE_BACK_ADDITION[name](session, ids, at)
            else:
                _put_back(session, BY_NAME[name], ids, before)
                texts += [str(before[column]) for column in ("text", "name") if column in before]
                if name == EntryRow.__tablename__ and "text" in before:
                    texts += [link_titles.refresh(session, row_id) for row_id in ids]
    return texts


def _steps(session: Session, change_id: int) -> Iterator[tuple[str, Image | None, list[int]]]:
    """Latest image first; neighbours with the same image in one, as a merge of topics leaves thousands."""
    images = session.execute(
        select(ImageRow.table_name, ImageRow.before, ImageRow.row_id)
        .where(ImageRow.change_id == change_id)
        .order_by(ImageRow.id.desc())
    )
    for (name, before), group in groupby(images, key=lambda image: (image[0], image[1])):
        yield name, cast(Image | None, before), [row_id for _, _, row_id in group]


def _put_back(session: Session, row: Journaled, ids: Sequence[int], before: Image) -> None:
    """Rows that are gone for good in between are left alone, unless it was the change that removed them."""
    values = {name: _value(row, name, kept) for name, kept in before.items()}
    if row is EntryRow and "text" in before:
        # Not in the image: an older release may have made it.
        values |= asdict(Told.by(str(before["text"])))
    if "id" in before:
        insert_if_new(session, row, **values)
    else:
        session.execute(update(row).where(row.id.in_(ids)).values(values))


def _trash_entries(session: Session, ids: Sequence[int], at: datetime) -> None:
    added = update(EntryRow).where(EntryRow.id.in_(ids), EntryRow.deleted_at.is_(None))
    session.execute(added.values(deleted_at=at))


def _remove_empty_topics(session: Session, ids: Sequence[int], _at: datetime) -> None:
    empty = select(TopicRow.id).where(TopicRow.id.in_(ids), TopicRow.entry_count == 0)
    gone = session.scalars(empty).all()
    session.execute(update(EntryRow).where(EntryRow.topic_id.in_(gone)).values(topic_id=None))
    session.execute(delete(TopicRow).where(TopicRow.id.in_(gone)))


TAKE_BACK_ADDITION: Mapping[str, Callable[[Session, Sequence[int], datetime], None]] = {
    EntryRow.__tablename__: _trash_entries,
    TopicRow.__tablename__: _remove_empty_topics,
}


def _refuse_strangers(change: Change, owners: set[int | None]) -> None:
    if owners - {change.person_id}:
        raise StoreError("A change of one person's cannot write to what belongs to another.")


def _image(columns: Sequence[str], values: Sequence[object]) -> Image:
    return dict(zip(columns, map(_plain, values), strict=True))


def _plain(value: object) -> JsonValue:
    return value.isoformat() if isinstance(value, datetime) else cast(JsonValue, value)


def _value(row: Journaled, name: str, kept: JsonValue) -> object:
    if isinstance(kept, str) and isinstance(table_of(row).c[name].type, UtcDateTime):
        return datetime.fromisoformat(kept)
    if row is EntryRow and name == "topic_id":
        # NULL if the topic is gone for good.
        return select(TopicRow.id).where(TopicRow.id == kept).scalar_subquery()
    return kept
