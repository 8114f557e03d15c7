"""Do the last command to something else: "no, I meant 3", "no, the second one", "no, under travel"."""

import re

from actions.action import RESUMABLE_ACTIONS, BookAction
from actions.browsing import ActionShow
from actions.entry_numbers import named_numbers
from actions.receipts import is_terse, save_message
from actions.replies import numbers_listed, page, quoted, reply
from actions.turn import Slots, Turn
from scrapbook.core import amending, search
from scrapbook.core.amending import OF_ENTRIES, TIMEOUT
from scrapbook.core.book import AmbiguousTopic
from scrapbook.core.open_questions import CONFIRMATION, is_fresh, open_question
from scrapbook.core.paging import ListPage
from scrapbook.store import Change, JsonValue, TurnResult
from scrapbook.text.topic_names import is_topic_name

AMENDED = {
    "delete": "utter_amended_delete",
    "take_off": "utter_amended_delete",
    "pin": "utter_amended_pin",
    "unpin": "utter_amended_unpin",
    "move": "utter_amended_move",
}
"""The reply for each kind of change that was made to another entry."""


_FILES = re.compile(r"\b(?:under|to|in|into)\b", re.IGNORECASE)


class ActionAmend(BookAction):
    """Undo the latest change and make it to what is meant, or ask the open question about that.

    What is meant is one other entry, another topic, or words in place of mistaken ones. If an entry was shown
    since, the other one is shown. Where none of that was done in the last minutes, the message is a thought,
    or it is explained that the whole command is needed.
    """

    action_name = "action_amend"

    def answer(self, turn: Turn) -> TurnResult:
        if turn.message.is_memo:
            return save_message(turn)
        return (
            self._asked_about(turn)
            or _other_topic(turn)
            or self._amended(turn)
            or self._shown(turn)
            or _explain(turn)
        )

    def _asked_about(self, turn: Turn) -> TurnResult | None:
        """Ask the question that was asked just before about other entries, or another topic."""
        question = open_question(turn.book.tx, turn.book.person.id, turn.book.now)
        if question is None or question.action != CONFIRMATION:
            return None
        if not is_fresh(turn.book.tx, question, turn.message):
            return None
        slots, action = question.slots.get("slots"), question.slots.get("action")
        meant: dict[str, JsonValue] = {
            name: turn.slots.filled()[name] for name in ("entry", "topic") if name in turn.slots.filled()
        }
        if not isinstance(slots, dict) or not isinstance(action, str) or not meant:
            return None
        message = turn.book.tx.messages.get(str(question.slots["message_id"]))
        if "entry" in meant:
            slots = {name: value for name, value in slots.items() if name not in {"notes", "note"}}
        turn.book.tx.conversations.clear_question(turn.book.person.id)
        # The whole command would have been asked about as well.
        asked = Turn.of(turn.book, message, Slots({**slots, **meant, "is_paraphrase": True}))
        return RESUMABLE_ACTIONS[action]().answer_or_ask(asked)

    def _amended(self, turn: Turn) -> TurnResult | None:
        change = amending.latest_change(turn.book)
        if change is None or _was_shown_since(turn, change):
            return None
        if turn.slots.texts("entry"):
            return _to_other(turn, change) if change.kind in OF_ENTRIES else None
        if topic := turn.slots.text("topic"):
            is_filed = _FILES.search(turn.message.body) or _may_be_filed(turn, change, topic)
            filed = amending.file_elsewhere(turn.book, change, topic) if is_filed else None
            if filed is None or isinstance(filed, AmbiguousTopic):
                return None
            return reply(
                "utter_filed",
                numbers=numbers_listed(entry.number for entry in filed.named.saved),
                topic=filed.topic,
            )
        mistaken, words = turn.slots.text("mistaken"), turn.slots.text("correction")
        if not mistaken or not words:
            return None
        edited = amending.replace_words(turn.book, change, mistaken, words)
        return reply("utter_edited", number=str(edited.number)) if edited else None

    def _shown(self, turn: Turn) -> TurnResult | None:
        listing = turn.book.tx.conversations.listing(turn.book.person.id)
        opened = listing.opened if listing else None
        if not turn.slots.texts("entry") or opened is None or abs(turn.book.now - opened.at) > TIMEOUT:
            return None
        return ActionShow().answer(turn)


def _other_topic(turn: Turn) -> TurnResult | None:
    """List the topic that is meant in place of what was listed last, if that was after the last change."""
    topic = turn.slots.text("topic")
    if not topic or _FILES.search(turn.message.body):
        return None
    listing = turn.book.tx.conversations.listing(turn.book.person.id)
    listed = listing.listed if listing else None
    change = amending.latest_change(turn.book)
    if listed is None or abs(turn.book.now - listed.at) > TIMEOUT or (change and change.made_at > listed.at):
        return None
    meant = turn.book.match_topic(topic, with_empty=False)
    found = search.find(turn.book, meant.topic) if meant.topic else None
    return page(found) if isinstance(found, ListPage) else None


def _may_be_filed(turn: Turn, change: Change, topic: str) -> bool:
    """Return whether words alone can name a topic: of something that was filed, or a topic that there is."""
    if change.kind == "move":
        return is_topic_name(topic)
    return amending.has_topic(turn.book, change) and turn.book.match_topic(topic).topic is not None


def _to_other(turn: Turn, change: Change) -> TurnResult | None:
    numbers = named_numbers(turn, ActionAmend.action_name)
    if isinstance(numbers, TurnResult):
        return numbers
    done = amending.change_other(turn.book, change, numbers[0]) if len(numbers) == 1 else None
    if done is None:
        return None
    before = change.arguments.get("entries")
    changed = [number for number in before if isinstance(number, int)] if isinstance(before, list) else []
    return reply(
        AMENDED[change.kind],
        numbers=str(done.number),
        before=numbers_listed(changed),
        topic=quoted(str(change.arguments.get("topic") or "")),
    )


def _was_shown_since(turn: Turn, change: Change) -> bool:
    """Return whether an entry was shown in full after the change: then that is what is amended."""
    listing = turn.book.tx.conversations.listing(turn.book.person.id)
    return bool(listing and listing.opened and listing.opened.at > change.made_at)


def _explain(turn: Turn) -> TurnResult:
    """Explain it where entries are named; anything else may be a thought."""
    is_topic = turn.slots.text("topic") and not _FILES.search(turn.message.body)
    if not turn.slots.texts("entry") and (is_topic or not is_terse(turn)):
        return save_message(turn)
    return reply("utter_amend_how")
