"""What people file their entries under."""

import builtins
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, ScalarSelect, delete, insert, select, update

from scrapbook.errors import NotFound, StoreError
from scrapbook.spelling import same_name_key
from scrapbook.store.changes import Changes
from scrapbook.store.records import JsonValue, Topic
from scrapbook.store.statements import update_one
from scrapbook.store.tables import EntryRow, TopicRow
from scrapbook.store.unit_of_work import UnitOfWork
from scrapbook.store.words import Words


class Topics:
    """Ids come from topics read before, for one person; what a person types is a topic's name."""

    def __init__(self, work: UnitOfWork, changes: Changes, words: Words) -> None:
        self._work = work
        self._changes = changes
        self._words = words

    def list(self, person_id: int) -> builtins.list[Topic]:
        """The topics with the newest entries first, those without any last."""
        return self._topics(TopicRow.person_id == person_id)

    def get(self, id: int) -> Topic:  # noqa: A002
        """NotFound when there is no such topic."""
        for topic in self._topics(TopicRow.id == id):
            return topic
        raise NotFound("There is no such topic.")

    def by_name(self, person_id: int, name: str) -> Topic | None:
        found = self._topics(TopicRow.person_id == person_id, TopicRow.key == same_name_key(name))
        return next(iter(found), None)

    def add(self, person_id: int, name: str) -> Topic:
        """A new topic; its name is an alias of no other any more. StoreError when the name is blank or the
        person has a topic of that name."""
        key = self._free_key(person_id, name)
        self._drop_alias(person_id, key)
        row = insert(TopicRow).values(person_id=person_id, name=name.strip(), key=key)
        topic_id = self._work.session.execute(row.returning(TopicRow.id)).scalar_one()
        self._words.learn(person_id, name)
        self._changes.added(TopicRow, topic_id)
        return self.get(topic_id)

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
        taken = select(TopicRow.id).where(TopicRow.person_id == person_id, TopicRow.key == key)
        if self._work.session.scalar(taken) not in {None, besides}:
            raise StoreError("There is a topic of that name.")
        return key

    def _drop_alias(self, person_id: int, key: str) -> None:
        renamed = select(TopicRow.id, TopicRow.aliases)
        rows = renamed.where(TopicRow.person_id == person_id, TopicRow.aliases != [])
        for id_, kept in self._work.session.execute(rows).all():
            aliases = _names(kept)
            left = [alias for alias in aliases if same_name_key(alias) != key]
            if len(left) < len(aliases):
                self._write(id_, aliases=left)

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

    def _topics(self, *where: ColumnElement[bool]) -> builtins.list[Topic]:
        used = _last_used()
        rows = select(
            TopicRow.id, TopicRow.person_id, TopicRow.name, TopicRow.entry_count, used, TopicRow.aliases
        )
        found = self._work.session.execute(
            rows.where(*where).order_by(used.desc().nulls_last(), TopicRow.key)
        )
        return [
            Topic(id_, person_id, name, count, used_at, _names(aliases))
            for id_, person_id, name, count, used_at, aliases in found
        ]


def _names(kept: JsonValue) -> tuple[str, ...]:
    return tuple(cast("Sequence[str]", kept))


def _last_used() -> ScalarSelect[datetime]:
    of_topic = (EntryRow.person_id == TopicRow.person_id) & (EntryRow.topic_id == TopicRow.id)
    entry = select(EntryRow.created_at).where(of_topic, EntryRow.deleted_at.is_(None))
    return entry.order_by(EntryRow.created_at.desc()).limit(1).correlate(TopicRow).scalar_subquery()
