"""The state of a conversation between two turns: the open question, and the list that was sent last."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from scrapbook.model.records import EntryFilter, JsonValue, PendingList, PendingQuestion, Shown
from scrapbook.store.prepared import Prepared, table_of
from scrapbook.store.tables import ConversationRow
from scrapbook.store.unit_of_work import UnitOfWork
from scrapbook.text.entry_facts import EntryKind

_OF = Prepared(
    lambda _: select(ConversationRow.question, ConversationRow.asked_at, ConversationRow.listing).where(
        ConversationRow.person_id == bindparam("person_id")
    )
)


def _upsert(*columns: str) -> Prepared:
    """Return the statement that sets these columns of a person's row, which is inserted if missing."""

    def build(dialect: str) -> Insert:
        insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
        new = insert(table_of(ConversationRow)).values(
            {name: bindparam(name) for name in ("person_id", *columns)}
        )
        return new.on_conflict_do_update(
            index_elements=["person_id"], set_={name: new.excluded[name] for name in columns}
        )

    return Prepared(build)


_SET_QUESTION = _upsert("question", "asked_at")
_SET_LISTING = _upsert("listing")


class Conversations:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def question(self, person_id: int) -> PendingQuestion | None:
        """Return the open question of a person, if there is one."""
        question, asked_at, _ = self._row(person_id)
        if question is None or asked_at is None:
            return None
        stored = cast(dict[str, JsonValue], question)
        return PendingQuestion(
            action=cast(str, stored["action"]),
            slots=cast(dict[str, JsonValue], stored["slots"]),
            asks=cast(str, stored["asks"]),
            options=tuple(cast(list[str], stored["options"])),
            asked_at=asked_at,
            message_id=cast(str, stored.get("message_id", "")),
        )

    def ask(self, person_id: int, question: PendingQuestion) -> None:
        """Store a question as the open one, in place of an earlier one."""
        stored: dict[str, JsonValue] = {
            "action": question.action,
            "slots": dict(question.slots),
            "asks": question.asks,
            "options": list(question.options),
            "message_id": question.message_id,
        }
        self._set_question(person_id, stored, question.asked_at)

    def clear_question(self, person_id: int) -> None:
        """Delete the open question, if there is one."""
        self._set_question(person_id, None, None)

    def listing(self, person_id: int) -> PendingList | None:
        """Return the list that was sent last, if there is one."""
        *_, listing = self._row(person_id)
        if listing is None:
            return None
        stored = cast(dict[str, JsonValue], listing)
        ids = cast(list[int], stored["entry_ids"])
        words, topics = cast(list[str], stored.get("words", [])), cast(list[int], stored.get("topic_ids", []))
        further = cast(dict[str, Any] | None, stored.get("further"))
        return PendingList(
            cast(str, stored["title"]),
            tuple(ids),
            tuple(words),
            tuple(topics),
            is_cut=bool(stored.get("is_cut")),
            further=None if further is None else _filter_of(further),
            further_limit=cast(int | None, stored.get("further_limit")),
            listed=_shown(stored.get("listed")),
            opened=_shown(stored.get("opened")),
            item_ids=tuple(cast(list[int], stored.get("item_ids", []))),
            items_listed=cast(int, stored.get("items_listed", 0)),
        )

    def set_listing(self, person_id: int, listing: PendingList | None) -> None:
        """Store the list that was sent last; None deletes it."""
        stored: dict[str, JsonValue] | None = listing and {
            "title": listing.title,
            "entry_ids": list(listing.entry_ids),
            "words": list(listing.words),
            "topic_ids": list(listing.topic_ids),
            "is_cut": listing.is_cut,
            "further": None if listing.further is None else _stored_filter(listing.further),
            "further_limit": listing.further_limit,
            "listed": _stored_shown(listing.listed),
            "opened": _stored_shown(listing.opened),
            "item_ids": list(listing.item_ids),
            "items_listed": listing.items_listed,
        }
        _SET_LISTING.run(self._work.connection, person_id=person_id, listing=stored)

    def _set_question(self, person_id: int, question: JsonValue, asked_at: datetime | None) -> None:
        _SET_QUESTION.run(self._work.connection, person_id=person_id, question=question, asked_at=asked_at)

    def _row(self, person_id: int) -> tuple[JsonValue, datetime | None, JsonValue]:
        """Return the question, when it was asked, and the list; each None where there is none."""
        question, asked_at, listing = _OF.one(self._work.connection, person_id=person_id) or (
            None,
            None,
            None,
        )
        return question, asked_at, listing


def _stored_shown(shown: Shown | None) -> dict[str, JsonValue] | None:
    return shown and {
        "at": shown.at.isoformat(),
        "entry_ids": list(shown.entry_ids),
        "topic_ids": list(shown.topic_ids),
    }


def _shown(stored: JsonValue) -> Shown | None:
    """Return what was shown; None also for a list that was stored by an earlier version."""
    if not isinstance(stored, dict):
        return None
    return Shown(
        at=datetime.fromisoformat(cast(str, stored["at"])),
        entry_ids=tuple(cast(list[int], stored["entry_ids"])),
        topic_ids=tuple(cast(list[int], stored["topic_ids"])),
    )


def _stored_filter(which: EntryFilter) -> dict[str, JsonValue]:
    stored: dict[str, Any] = {**which}
    for name in stored.keys() & {"since", "until"}:
        stored[name] = stored[name].isoformat()
    if "authors" in which:
        stored["authors"] = list(which["authors"])
    if "after" in which:
        at, number = which["after"]
        stored["after"] = [at.isoformat(), number]
    return stored


def _filter_of(stored: dict[str, Any]) -> EntryFilter:
    read = dict(stored)
    for name in read.keys() & {"since", "until"}:
        read[name] = datetime.fromisoformat(read[name])
    if "kind" in read:
        read["kind"] = EntryKind(read["kind"])
    if "after" in read:
        at, number = read["after"]
        read["after"] = (datetime.fromisoformat(at), number)
    return cast(EntryFilter, cast(object, read))
