"""What one turn of a conversation leaves for the next."""

from datetime import datetime
from typing import cast

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from scrapbook.store.prepared import Prepared, table_of
from scrapbook.store.records import JsonValue, Listing, Question
from scrapbook.store.tables import ConversationRow
from scrapbook.store.unit_of_work import UnitOfWork

_OF = Prepared(
    lambda _: select(ConversationRow.question, ConversationRow.asked_at, ConversationRow.listing).where(
        ConversationRow.person_id == bindparam("person_id")
    )
)


def _keeping(*columns: str) -> Prepared:
    """Writes these alone, whether or not there is a row of the person's."""

    def build(dialect: str) -> Insert:
        insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
        new = insert(table_of(ConversationRow)).values(
            {name: bindparam(name) for name in ("person_id", *columns)}
        )
        return new.on_conflict_do_update(
            index_elements=["person_id"], set_={name: new.excluded[name] for name in columns}
        )

    return Prepared(build)


_KEEP_QUESTION = _keeping("question", "asked_at")
_KEEP_LISTING = _keeping("listing")


class Conversations:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def question(self, person_id: int) -> Question | None:
        """The question that is still open."""
        question, asked_at, _ = self._row(person_id)
        if question is None or asked_at is None:
            return None
        kept = cast(dict[str, JsonValue], question)
        return Question(
            action=cast(str, kept["action"]),
            slots=cast(dict[str, JsonValue], kept["slots"]),
            asks=cast(str, kept["asks"]),
            options=tuple(cast(list[str], kept["options"])),
            asked_at=asked_at,
        )

    def ask(self, person_id: int, question: Question) -> None:
        """Takes the place of a question that was open."""
        kept: dict[str, JsonValue] = {
            "action": question.action,
            "slots": dict(question.slots),
            "asks": question.asks,
            "options": list(question.options),
        }
        self._keep_question(person_id, kept, question.asked_at)

    def clear_question(self, person_id: int) -> None:
        self._keep_question(person_id, None, None)

    def listing(self, person_id: int) -> Listing | None:
        """What ``more`` goes on with."""
        *_, listing = self._row(person_id)
        if listing is None:
            return None
        kept = cast(dict[str, JsonValue], listing)
        ids = cast(list[int], kept["entry_ids"])
        words, topics = cast(list[str], kept.get("words", [])), cast(list[int], kept.get("topic_ids", []))
        return Listing(cast(str, kept["title"]), tuple(ids), tuple(words), tuple(topics))

    def set_listing(self, person_id: int, listing: Listing | None) -> None:
        kept: dict[str, JsonValue] | None = listing and {
            "title": listing.title,
            "entry_ids": list(listing.entry_ids),
            "words": list(listing.words),
            "topic_ids": list(listing.topic_ids),
        }
        _KEEP_LISTING.run(self._work.connection, person_id=person_id, listing=kept)

    def _keep_question(self, person_id: int, question: JsonValue, asked_at: datetime | None) -> None:
        _KEEP_QUESTION.run(self._work.connection, person_id=person_id, question=question, asked_at=asked_at)

    def _row(self, person_id: int) -> tuple[JsonValue, datetime | None, JsonValue]:
        """Question, when it was asked, and listing."""
        question, asked_at, listing = _OF.one(self._work.connection, person_id=person_id) or (
            None,
            None,
            None,
        )
        return question, asked_at, listing
