"""What one turn of a conversation leaves for the next."""

from typing import cast

from sqlalchemy import select, update

from scrapbook.store.records import JsonValue, Listing, Question
from scrapbook.store.statements import insert_if_new
from scrapbook.store.tables import ConversationRow
from scrapbook.store.unit_of_work import UnitOfWork


class Conversations:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def question(self, person_id: int) -> Question | None:
        """The question that is still open."""
        row = self._row(person_id)
        if row is None or row.question is None or row.asked_at is None:
            return None
        kept = cast(dict[str, JsonValue], row.question)
        return Question(
            action=cast(str, kept["action"]),
            slots=cast(dict[str, JsonValue], kept["slots"]),
            asks=cast(str, kept["asks"]),
            options=tuple(cast(list[str], kept["options"])),
            asked_at=row.asked_at,
        )

    def ask(self, person_id: int, question: Question) -> None:
        """Takes the place of a question that was open."""
        kept: dict[str, JsonValue] = {
            "action": question.action,
            "slots": dict(question.slots),
            "asks": question.asks,
            "options": list(question.options),
        }
        self._keep(person_id, question=kept, asked_at=question.asked_at)

    def clear_question(self, person_id: int) -> None:
        self._keep(person_id, question=None, asked_at=None)

    def listing(self, person_id: int) -> Listing | None:
        """What ``more`` goes on with."""
        row = self._row(person_id)
        if row is None or row.listing is None:
            return None
        kept = cast(dict[str, JsonValue], row.listing)
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
        self._keep(person_id, listing=kept)

    def _row(self, person_id: int) -> ConversationRow | None:
        return self._work.session.scalar(
            select(ConversationRow).where(ConversationRow.person_id == person_id)
        )

    def _keep(self, person_id: int, **values: object) -> None:
        insert_if_new(self._work.session, ConversationRow, person_id=person_id)
        row = update(ConversationRow).where(ConversationRow.person_id == person_id)
        self._work.session.execute(row.values(values))
