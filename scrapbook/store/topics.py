"""The topics of people, under which they file their entries."""

import builtins
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Executable,
    ScalarSelect,
    Select,
    Text,
    bindparam,
    delete,
    exists,
    select,
    type_coerce,
    update,
)

from scrapbook.errors import NotFound, StoreError
from scrapbook.model.records import JsonValue, Topic
from scrapbook.store.changes import Changes
from scrapbook.store.prepared import Prepared, numbered, placeholders, table_of, values_of
from scrapbook.store.spelling_index import Words
from scrapbook.store.sql_helpers import update_one
from scrapbook.store.tables import EntryRow, ShareRow, TopicMemberRow, TopicRow
from scrapbook.store.topic_members import JoinedTopics, OthersTopic
from scrapbook.store.unit_of_work import UnitOfWork
from scrapbook.text.spelling import normalized_name

MAX_KEY_LENGTH = 400
"""Characters by which names are told apart. PostgreSQL has no index of values of more than 2,704 bytes."""


MAX_KEYS = 128
"""Names that are looked up at once."""


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

_USE = Prepared(lambda _: select(TopicRow.entry_count, _last_used()).where(TopicRow.id == bindparam("id")))


def _is_used() -> ColumnElement[bool]:
    """Return the condition that a topic has entries, or is shared with others, whose entries count."""
    is_owners = exists().where(TopicMemberRow.topic_id == TopicRow.id)
    is_members = exists().where(TopicMemberRow.member_topic_id == TopicRow.id)
    return (TopicRow.entry_count > 0) | is_owners | is_members


_NAMED = Prepared(
    lambda _: select(TopicRow.key, TopicRow.aliases).where(
        TopicRow.person_id == bindparam("person_id"),
        _is_used(),
        TopicRow.key.in_(placeholders("key", MAX_KEYS)) | (type_coerce(TopicRow.aliases, Text) != "[]"),
    )
)

_NAMES = Prepared(
    lambda _: (
        select(TopicRow.name, TopicRow.aliases)
        .where(TopicRow.person_id == bindparam("person_id"), _is_used())
        .limit(bindparam("limit"))
    )
)

_OWNER = Prepared(lambda _: select(TopicRow.person_id).where(TopicRow.id == bindparam("id")))

_DESCRIPTION = Prepared(lambda _: select(TopicRow.description).where(TopicRow.id == bindparam("id")))

_ADD = Prepared(
    lambda _: values_of(TopicRow, "person_id", "name", "key").returning(
        table_of(TopicRow).c.id, table_of(TopicRow).c.name
    )
)


class Topics:
    """The topics, within one transaction.

    An ``id`` is that of a topic which was read for the same person before; people type names.
    """

    def __init__(self, work: UnitOfWork, changes: Changes, words: Words, joined: JoinedTopics) -> None:
        self._work = work
        self._changes = changes
        self._words = words
        self._joined = joined
        self._known: dict[int, dict[str, Topic]] = {}
        self._known_in = work.epoch

    def list(self, person_id: int) -> builtins.list[Topic]:
        """Return the person's topics: those with the newest entries first, those without entries last."""
        return builtins.list(self._by_key(person_id).values())

    def get(self, id: int) -> Topic:  # noqa: A002
        """Return a topic. Raises NotFound if there is none."""
        owner = _OWNER.one(self._work.connection, id=id)
        if owner is None:
            raise NotFound("There is no such topic.")
        return next(topic for topic in self._by_key(owner[0]).values() if topic.id == id)

    def by_name(self, person_id: int, name: str) -> Topic | None:
        """Return the person's topic of that name, however its case, accents and spaces are."""
        return self._by_key(person_id).get(_key(name))

    def named(self, person_id: int, keys: Collection[str]) -> set[str]:
        """Return those of these normalized names, at most ``MAX_KEYS``, that topics with entries have.

        A former name is a name, too. It reads only the topics that have one of these names or a former one.
        """
        if not keys:
            return set()
        values = numbered("key", [*keys, *[""] * (MAX_KEYS - len(keys))])
        rows = _NAMED.rows(self._work.connection, person_id=person_id, **values)
        return {key for name, aliases in rows for key in (name, *map(_key, _names(aliases)))} & set(keys)

    def names(self, person_id: int, limit: int) -> builtins.list[tuple[str, tuple[str, ...]]]:
        """Return the names of at most ``limit`` topics that have entries, each with its former names."""
        rows = _NAMES.rows(self._work.connection, person_id=person_id, limit=limit)
        return [(name, _names(aliases)) for name, aliases in rows]

    def add(self, person_id: int, name: str) -> Topic:
        """Add a topic, and return it. If its name is an alias of another one, that loses the alias.

        Raises StoreError if the name is blank, or the person has a topic of that name.
        """
        key = self._free_key(person_id, name)
        self._drop_alias(person_id, key)
        [row] = _ADD.rows(self._work.connection, person_id=person_id, name=name.strip(), key=key)
        self._work.begin_epoch()
        topic_id, stored = row
        self._words.index_words(person_id, name)
        self._changes.added(TopicRow, topic_id, person_id)
        return Topic(id=topic_id, person_id=person_id, name=stored, entry_count=0, last_used_at=None)

    def rename(self, id: int, name: str) -> None:  # noqa: A002
        """Rename a topic; its old name becomes an alias.

        Raises:
            NotFound: there is no such topic.
            StoreError: the new name is blank, or another topic of the person has it.
        """
        topic = self.get(id)
        key = self._free_key(topic.person_id, name, besides=topic.id)
        self._drop_alias(topic.person_id, key)
        if key != _key(topic.name):
            self._add_aliases(topic.id, topic.name)
        self._write(topic.id, name=name.strip(), key=key)
        self._words.index_words(topic.person_id, name)

    def add_aliases(self, id: int, names: Sequence[str]) -> None:  # noqa: A002
        """Add former names to a topic, without those that a topic of the person has or had."""
        topic = self.get(id)
        taken = {_key(name) for other in self.list(topic.person_id) for name in (other.name, *other.aliases)}
        if new := [name for name in names if _key(name) and _key(name) not in taken]:
            self._add_aliases(id, *new)

    def description(self, id: int) -> str:  # noqa: A002
        """Return what the person wrote about a topic; empty for nothing. Raises NotFound if there is none.

        It is no part of ``Topic``: a turn reads all topics, and needs the words of none.
        """
        row = _DESCRIPTION.one(self._work.connection, id=id)
        if row is None:
            raise NotFound("There is no such topic.")
        return row[0]

    def descriptions(self, person_id: int) -> dict[int, str]:
        """Return what the person wrote about topics, by their ids; those without are left out."""
        theirs = (TopicRow.person_id == person_id, TopicRow.description != "")
        rows = self._work.session.execute(select(TopicRow.id, TopicRow.description).where(*theirs))
        return {row.id: row.description for row in rows}

    def describe(self, id: int, text: str) -> None:  # noqa: A002
        """Set what the person wrote about a topic. Raises NotFound if there is no such topic."""
        self._write(id, description=text)

    def merge(self, from_id: int, into_id: int) -> int:
        """Move all entries of a topic, also those in the trash, to another one, and remove the topic.

        Its name and aliases become aliases of the other, and its description goes below that of the other.
        Returns how many entries moved, without the trash.

        Raises:
            NotFound: there is no such topic.
            StoreError: it is the same topic, or another person's, or one of them is shared with others.
        """
        source, target = self.get(from_id), self.get(into_id)
        if source.id == target.id or source.person_id != target.person_id:
            raise StoreError("A topic is merged into another of the same person's.")
        if source.others or target.others:
            raise StoreError("A topic that is shared with others is not merged.")
        self._refile(source, target.id)
        if added := self.description(source.id):
            self.describe(target.id, f"{self.description(target.id)}\n\n{added}".strip())
        self._remove(source)
        self._add_aliases(target.id, *source.aliases, source.name)
        return source.entry_count

    def remove_if_empty(self, id: int) -> bool:  # noqa: A002
        """Remove a topic that has no entries, also none in the trash, no description, and is not shared.

        Returns whether it was removed. Raises NotFound if there is no such topic.
        """
        topic = self.get(id)
        is_kept = topic.entry_count or topic.others or self.description(id)
        if is_kept or self._work.session.execute(_any_filed(topic)).first():
            return False
        self._remove(topic)
        return True

    def _free_key(self, person_id: int, name: str, besides: int | None = None) -> str:
        if not (key := _key(name)):
            raise StoreError("A topic needs a name.")
        taken = self._by_key(person_id).get(key)
        if taken is not None and taken.id != besides:
            raise StoreError("There is a topic of that name.")
        return key

    def _drop_alias(self, person_id: int, key: str) -> None:
        for topic in self.list(person_id):
            left = [alias for alias in topic.aliases if _key(alias) != key]
            if len(left) < len(topic.aliases):
                self._write(topic.id, aliases=left)

    def _add_aliases(self, id_: int, *names: str) -> None:
        self._write(id_, aliases=[*self.get(id_).aliases, *names])

    def _write(self, id_: int, **values: object) -> None:
        self._changes.about_to_change(TopicRow, TopicRow.id == id_, values)
        update_one(self._work.session, update(TopicRow).where(TopicRow.id == id_).values(values), "topic")

    def _refile(self, topic: Topic, topic_id: int) -> None:
        values: dict[str, object] = {"topic_id": topic_id}
        self._changes.about_to_change(EntryRow, _filed_in(topic), values)
        self._work.session.execute(update(EntryRow).where(_filed_in(topic)).values(values))

    def _remove(self, topic: Topic) -> None:
        # Its share ends with it. Saved first, so that undo restores it last, when the topic is there again.
        self._changes.about_to_remove(ShareRow, ShareRow.topic_id == topic.id)
        self._changes.about_to_remove(TopicRow, TopicRow.id == topic.id)
        self._work.session.execute(delete(TopicRow).where(TopicRow.id == topic.id))

    def _by_key(self, person_id: int) -> dict[str, Topic]:
        """Return the topics by normalized name, in the order of ``list``.

        They are cached until something is written: a turn reads them often.
        """
        if self._known_in != self._work.epoch:
            self._known.clear()
            self._known_in = self._work.epoch
        if person_id not in self._known:
            rows = _LIST.records(self._work.connection, person_id=person_id)
            topics = {row.pop("key"): _topic(row) for row in rows}
            self._known[person_id] = self._with_others(person_id, topics)
        return self._known[person_id]

    def _with_others(self, person_id: int, topics: dict[str, Topic]) -> dict[str, Topic]:
        """Return the topics, with the entries of those with whom some of them are shared."""
        joined = self._joined.of(person_id)
        if not joined:
            return topics
        whole = {key: self._joined_with(topic, joined.get(topic.id, ())) for key, topic in topics.items()}
        # Stable, so that those that were never used stay last, in the order of their names.
        return dict(sorted(whole.items(), key=lambda item: _age(item[1])))

    def _joined_with(self, topic: Topic, others: Sequence[OthersTopic]) -> Topic:
        uses = [_USE.one(self._work.connection, id=other.topic_id) or (0, None) for other in others]
        last_used = [at for at in (topic.last_used_at, *(at for _, at in uses)) if at]
        return replace(
            topic,
            entry_count=topic.entry_count + sum(count for count, _ in uses),
            last_used_at=max(last_used, default=None),
            others=tuple(other.person for other in others),
        )


def _filed_in(topic: Topic) -> ColumnElement[bool]:
    """Return the condition that an entry, also one in the trash, is filed in the topic."""
    return (EntryRow.person_id == topic.person_id) & (EntryRow.topic_id == topic.id)


def _any_filed(topic: Topic) -> Select[int]:
    return select(EntryRow.id).where(_filed_in(topic)).limit(1)


def _age(topic: Topic) -> float:
    return -topic.last_used_at.timestamp() if topic.last_used_at else math.inf


def _key(name: str) -> str:
    return normalized_name(name)[:MAX_KEY_LENGTH]


def _topic(row: Mapping[str, Any]) -> Topic:
    fields: dict[str, Any] = {**row, "aliases": _names(row["aliases"])}
    return Topic(**fields)


def _names(stored: JsonValue) -> tuple[str, ...]:
    return tuple(cast("Sequence[str]", stored))
