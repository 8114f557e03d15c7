"""What people file their entries under."""

import builtins
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Executable, ScalarSelect, bindparam, delete, select, update

from scrapbook.errors import NotFound, StoreError
from scrapbook.spelling import same_name_key
from scrapbook.store.changes import Changes
from scrapbook.store.prepared import Prepared, table_of, values_of
from scrapbook.store.records import JsonValue, Topic
from scrapbook.store.statements import update_one
from scrapbook.store.tables import EntryRow, TopicRow
from scrapbook.store.unit_of_work import UnitOfWork
from scrapbook.store.words import Words


def _last_used() -> ScalarSelect[datetime]:
    of_topic = (EntryRow.person_id == TopicRow.person_id) & (EntryRow.topic_id == TopicRow.id)
    entry = select(EntryRow.created_at).where(of_topic, EntryRow.deleted_at.is_(None))
    return entry.order_by(EntryRow.created_at.desc()).limit(1).correlate(TopicRow).scalar_subquery()


def _list(_dialect: str) -> Executable:
    used = _last_used()
    rows = select(
        TopicRow.id,
        TopicRow.person_id,
        TopicRow.key,
        TopicRow.name,
        TopicRow.entry_count,
        used.label("last_used_at"),
        TopicRow.aliases,
    )
    theirs = rows.where(TopicRow.person_id == bindparam("person_id"))
    return theirs.order_by(used.desc().nulls_last(), TopicRow.key)


_LIST = Prepared(_list)

_OWNER = Prepared(lambda _: select(TopicRow.person_id).where(TopicRow.id == bindparam("id")))

_ADD = Prepared(
    lambda _: values_of(TopicRow, "person_id", "name", "key").returning(
        table_of(TopicRow).c.id, table_of(TopicRow).c.name
    )
)


class Topics:
    """Ids come from topics read before, for one person; what a person types is a topic's name."""

    def __init__(self, work: UnitOfWork, changes: Changes, words: Words) -> None:
        self._work = work
        self._changes = changes
        self._words = words
        self._known: dict[int, dict[str, Topic]] = {}
        self._known_in = work.epoch

    def list(self, person_id: int) -> builtins.list[Topic]:
        """The topics with the newest entries first, those without any last."""
        return builtins.list(self._by_key(person_id).values())

    def get(self, id: int) -> Topic:  # noqa: A002
        """NotFound when there is no such topic."""
        owner = _OWNER.one(self._work.connection, id=id)
        if owner is None:
            raise NotFound("There is no such topic.")
        return next(topic for topic in self._by_key(owner[0]).values() if topic.id == id)

    def by_name(self, person_id: int, name: str) -> Topic | None:
        return self._by_key(person_id).get(same_name_key(name))

    def add(self, person_id: int, name: str) -> Topic:
        """A new topic; its name is an alias of no other any more. StoreError when the name is blank or the
        person has a topic of that name."""
        key = self._free_key(person_id, name)
        self._drop_alias(person_id, key)
        [row] = _ADD.rows(self._work.connection, person_id=person_id, name=name.strip(), key=key)
        self._work.begin_epoch()
        topic_id, stored = row
        self._words.learn(person_id, name)
        self._changes.added(TopicRow, topic_id, person_id)
        return Topic(topic_id, person_id, stored, entry_count=0, last_used_at=None)

    def rename(self, id: int, name: str) -> None:  # noqa: A002
        """The old name becomes an alias. StoreError when the new one is blank or another topic of the
        person's has it. NotFound."""
        topic = self.get(id)
        key = self._free_key(topic.person_id, name, besides=topic.id)
        self._drop_alias(topic.person_id, key)
        if key != same_name_key(topic.name):
            self._add_aliases(topic.id, topic.name)
        self._write(topic.id, name=name.strip(), key=key)
        self._words.learn(topic.person_id, name)

    def merge(self, from_id: int, into_id: int) -> int:
        """Files what is under one topic, trash too, under another of the same person's, and removes the
        first, whose names become aliases of the other. How many entries moved, the trash not counted.
        NotFound; StoreError when it is no other."""
        source, target = self.get(from_id), self.get(into_id)
        if source.id == target.id or source.person_id != target.person_id:
            raise StoreError("A topic is merged into another of the same person's.")
        self._refile(source, target.id)
        self._remove(source)
        self._add_aliases(target.id, *source.aliases, source.name)
        return source.entry_count

    def remove_if_empty(self, id: int) -> bool:  # noqa: A002
        """Whether it is gone: it stays when it has entries. Those in the trash lose their topic. NotFound."""
        topic = self.get(id)
        if topic.entry_count:
            return False
        self._refile(topic, None)
        self._remove(topic)
        return True

    def _free_key(self, person_id: int, name: str, besides: int | None = None) -> str:
        if not (key := same_name_key(name)):
            raise StoreError("A topic needs a name.")
        taken = self._by_key(person_id).get(key)
        if taken is not None and taken.id != besides:
            raise StoreError("There is a topic of that name.")
        return key

    def _drop_alias(self, person_id: int, key: str) -> None:
        for topic in self.list(person_id):
            left = [alias for alias in topic.aliases if same_name_key(alias) != key]
            if len(left) < len(topic.aliases):
                self._write(topic.id, aliases=left)

    def _add_aliases(self, id_: int, *names: str) -> None:
        self._write(id_, aliases=[*self.get(id_).aliases, *names])

    def _write(self, id_: int, **values: object) -> None:
        self._changes.about_to_change(TopicRow, TopicRow.id == id_, values)
        update_one(self._work.session, update(TopicRow).where(TopicRow.id == id_).values(values), "topic")

    def _refile(self, topic: Topic, topic_id: int | None) -> None:
        filed = (EntryRow.person_id == topic.person_id) & (EntryRow.topic_id == topic.id)
        values: dict[str, object] = {"topic_id": topic_id}
        self._changes.about_to_change(EntryRow, filed, values)
        self._work.session.execute(update(EntryRow).where(filed).values(values))

    def _remove(self, topic: Topic) -> None:
        self._changes.about_to_remove(TopicRow, TopicRow.id == topic.id)
        self._work.session.execute(delete(TopicRow).where(TopicRow.id == topic.id))

    def _by_key(self, person_id: int) -> dict[str, Topic]:
        """In the order of ``list``. Read once, until something is written: a turn asks for them often."""
        if self._known_in != self._work.epoch:
            self._known.clear()
            self._known_in = self._work.epoch
        if person_id not in self._known:
            rows = _LIST.records(self._work.connection, person_id=person_id)
            self._known[person_id] = {row.pop("key"): _topic(row) for row in rows}
        return self._known[person_id]


def _topic(row: Mapping[str, Any]) -> Topic:
    fields: dict[str, Any] = {**row, "aliases": _names(row["aliases"])}
    return Topic(**fields)


def _names(kept: JsonValue) -> tuple[str, ...]:
    return tuple(cast("Sequence[str]", kept))
