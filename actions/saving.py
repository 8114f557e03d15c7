"""Saving a thought, putting something on a list, and what somebody wants to be reminded of."""

import re

from actions.action import BookAction
from actions.gathering import receipt_of_several
from actions.receipts import keep, memo_receipt, receipt
from actions.replies import reply
from actions.turn import Turn
from scrapbook import matching
from scrapbook.book import editing, listing, reminding, saving
from scrapbook.due import may_say_when
from scrapbook.store import Entry, Outcome
from scrapbook.thoughts import is_blank


class ActionSave(BookAction):
    called = "action_save"
    takes_media = True

    def answer(self, turn: Turn) -> Outcome:
        """What answers an entry goes with it."""
        about, words = turn.book.about, turn.message.body
        if about is None or turn.message.media or is_blank(words):
            return keep(turn)
        editing.append(turn.book, [about.number], words)
        return reply("utter_appended", number=str(about.number))


class ActionAddToTopic(BookAction):
    called = "action_add_to_topic"
    takes_media = True

    def answer(self, turn: Turn) -> Outcome:
        note, topic = _as_written(turn.message.body, turn.slots.texts("notes")), turn.slots.text("topic")
        if not note or not topic:
            return keep(turn)
        things = listing.items(note)
        if turn.message.media or turn.book.place or len(things) == 1:
            return receipt(turn.book, saving.keep(turn.book, note, topic, turn.message.media))
        if not _is_a_list(turn, topic):
            return keep(turn)
        return receipt_of_several(turn.book, listing.put_on_list(turn.book, things, topic))


class ActionRemind(BookAction):
    called = "action_remind"
    takes_media = True

    def answer(self, turn: Turn) -> Outcome:
        saved = reminding.remind(turn.book, turn.message.body, turn.message.media)
        return _reminder_receipt(turn, saved.entry) if saved else reply("utter_nothing_to_save")


def _is_a_list(turn: Turn, topic: str) -> bool:
    """Several things may as well be added "to taste", or to a bowl."""
    is_known = turn.book.match_topic(topic).outcome is not matching.Outcome.NONE
    return is_known or re.search(r"\blists?\b", turn.message.body, re.IGNORECASE) is not None


def _reminder_receipt(turn: Turn, entry: Entry) -> Outcome:
    if turn.book.place:
        return memo_receipt(turn.book, entry, entry.text, "_reminder")
    arguments = {"number": str(entry.number), "topic": entry.topic or ""}
    if entry.due_at:
        arguments["when"] = reminding.due_shown(turn.book, entry)
        if weekday := reminding.weekday_mistaken(turn.book, entry):
            return reply("utter_reminder_saved_for_another_day", weekday=weekday, **arguments)
        return reply("utter_reminder_saved_for", **arguments)
    unclear = "_without_date" if may_say_when(entry.text) else ""
    return reply(f"utter_reminder_saved{unclear}", **arguments)


def _as_written(body: str, notes: list[str]) -> str | None:
    """From the first note to the end of the last one, as the person wrote it. None where they are not."""
    lower = body.lower()
    if not notes or len(lower) != len(body):
        return None
    start, last = lower.find(notes[0].lower()), lower.rfind(notes[-1].lower())
    end = last + len(notes[-1])
    return body[start:end].strip() if 0 <= start <= last else None
