"""Changing and lengthening entries. The words are taken from the message itself, to the letter."""

from actions.action import BookAction
from actions.gathering import keep_several
from actions.receipts import keep, keep_or_explain
from actions.replies import reply
from actions.turn import Turn
from actions.unanswered import no_such_entry, remember
from scrapbook.book import editing, memos
from scrapbook.store import Outcome


class ActionEdit(BookAction):
    called = "action_edit"
    changes = True

    def answer(self, turn: Turn) -> Outcome:
        numbers = turn.slots.numbers("entry")
        if not numbers:
            return keep_or_explain(turn, "utter_edit_how")
        text = turn.slots.verbatim("words") or _text_after_number(turn, numbers[0])
        if not text:
            remember(turn)
            return reply("utter_edit_how")
        named = editing.edit(turn.book, numbers[0], text)
        return reply("utter_edited", number=str(numbers[0])) if named.kept else no_such_entry(turn, named)

    def asks_first(self, turn: Turn) -> bool:
        """Also where the number may say how many: ``edit 5 pages of the thesis``."""
        numbers = turn.slots.numbers("entry")
        if super().asks_first(turn) or not numbers:
            return super().asks_first(turn)
        written = turn.slots.text("entry_as_written") or str(numbers[0])
        before = turn.book.entry(numbers[0])
        return editing.may_count(turn.message.body, written, before.text if before else "")


class ActionAppend(BookAction):
    called = "action_append"
    changes = True

    def answer(self, turn: Turn) -> Outcome:
        numbers, body = turn.slots.numbers("entry"), turn.message.body
        written = _text_after_number(turn, numbers[0]) if numbers else editing.text_to_append(body)
        text = turn.slots.verbatim("words") or written
        if not text:
            return keep_or_explain(turn, "utter_append_how")
        named = editing.append(turn.book, numbers, text)
        if named.kept:
            return reply("utter_appended", number=str(named.kept[0].number))
        return no_such_entry(turn, named) if numbers else keep(turn)


class ActionTakeaway(BookAction):
    """A line for the entry before, with the word that says what it is; else a thought."""

    called = "action_takeaway"
    changes = True

    def answer(self, turn: Turn) -> Outcome:
        if kept := keep_several(turn):
            return kept
        named = editing.append(turn.book, [], turn.message.body.strip())
        return reply("utter_appended", number=str(named.kept[0].number)) if named.kept else keep(turn)


class ActionCorrect(BookAction):
    """For what was misheard in a memo; in free words ("that should say nine") in one just sent."""

    called = "action_correct"
    changes = True

    def answer(self, turn: Turn) -> Outcome:
        numbers = turn.slots.numbers("entry")
        number = numbers[0] if numbers else None
        words = turn.slots.verbatim("words")
        if words is None and (said := turn.slots.verbatim("correction")):
            latest = turn.book.latest()
            if latest is None or not memos.has_sound(latest):
                return keep(turn)
            number, words = latest.number, memos.with_said(latest.text, said)
        text = words or _corrected_text(turn, number)
        if not text:
            return keep_or_explain(turn, "utter_correct_how")
        named = memos.correct(turn.book, number, text)
        if named.kept:
            return reply("utter_corrected", number=str(named.kept[0].number))
        return no_such_entry(turn, named) if number is not None else keep(turn)


def _corrected_text(turn: Turn, number: int | None) -> str:
    return editing.corrected_text(turn.message.body) if number is None else _text_after_number(turn, number)


def _text_after_number(turn: Turn, number: int) -> str:
    written = turn.slots.text("entry_as_written") or str(number)
    text = editing.text_after_number(turn.message.body, written)
    return editing.without_saying(text) if turn.slots.flag("only_understood") else text
