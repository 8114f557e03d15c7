"""Changing and lengthening entries. The words are taken from the message itself, to the letter."""

from actions.action import BookAction
from actions.receipts import keep, keep_or_explain
from actions.replies import not_there, reply
from actions.turn import Turn
from scrapbook.book import editing, memos
from scrapbook.store import Outcome


class ActionEdit(BookAction):
    called = "action_edit"
    changes = True

    def answer(self, turn: Turn) -> Outcome:
        numbers = turn.slots.numbers("entry")
        if not numbers:
            return keep_or_explain(turn, "utter_edit_how")
        text = _text_after_number(turn, numbers[0])
        if not text:
            return reply("utter_edit_how")
        named = editing.edit(turn.book, numbers[0], text)
        return reply("utter_edited", number=str(numbers[0])) if named.kept else not_there(named)


class ActionAppend(BookAction):
    called = "action_append"
    changes = True

    def answer(self, turn: Turn) -> Outcome:
        numbers = turn.slots.numbers("entry")
        number, body = (numbers[0] if numbers else None), turn.message.body
        text = editing.text_to_append(body) if number is None else _text_after_number(turn, number)
        if not text:
            return keep_or_explain(turn, "utter_append_how")
        named = editing.append(turn.book, text, number)
        if named.kept:
            return reply("utter_appended", number=str(named.kept[0].number))
        return not_there(named) if number is not None else keep(turn)


class ActionCorrect(BookAction):
    """For what was misheard in a memo."""

    called = "action_correct"

    def answer(self, turn: Turn) -> Outcome:
        numbers = turn.slots.numbers("entry")
        number = numbers[0] if numbers else None
        body = turn.message.body
        text = editing.corrected_text(body) if number is None else _text_after_number(turn, number)
        if not text:
            return keep_or_explain(turn, "utter_correct_how")
        named = memos.correct(turn.book, number, text)
        if named.kept:
            return reply("utter_corrected", number=str(named.kept[0].number))
        return not_there(named) if number is not None else keep(turn)


def _text_after_number(turn: Turn, number: int) -> str:
    written = turn.slots.text("entry_as_written") or str(number)
    return editing.text_after_number(turn.message.body, written)
