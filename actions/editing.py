"""Edit, append to and correct entries. The new words are taken from the message itself, unchanged."""

from actions.action import BookAction
from actions.bulk_saving import save_message_parts
from actions.entry_numbers import named_numbers
from actions.receipts import save_message, save_or_explain
from actions.replies import no_such_entry, reply
from actions.turn import Turn
from scrapbook.core import editing, memos
from scrapbook.store import TurnResult


class ActionEdit(BookAction):
    action_name = "action_edit"
    is_destructive = True

    def answer(self, turn: Turn) -> TurnResult:
        numbers, about = _edited(turn), turn.book.replied_to
        if isinstance(numbers, TurnResult):
            return numbers
        if not numbers and about:
            numbers, written = [about.number], editing.new_text(turn.message.body)
        elif len(numbers) == 1:
            written = _text_after_number(turn, numbers[0])
        else:
            return save_or_explain(turn, "utter_edit_how")
        text = turn.slots.verbatim("words") or written
        if not text:
            return reply("utter_edit_how")
        named = editing.edit(turn.book, numbers[0], text)
        return reply("utter_edited", number=str(numbers[0])) if named.saved else no_such_entry(named)

    def needs_confirmation(self, turn: Turn) -> bool:
        """Also confirm where the entry is described, or its number may be a count: ``edit 5 pages of it``."""
        numbers = turn.slots.numbers("entry")
        if _is_described(turn):
            return True
        if super().needs_confirmation(turn) or len(numbers) != 1:
            return super().needs_confirmation(turn)
        written = turn.slots.text("entry_as_written") or str(numbers[0])
        before = turn.book.entry(numbers[0])
        return editing.may_count(turn.message.body, written, before.text if before else "")


def _is_described(turn: Turn) -> bool:
    """Return whether the entry is named in words: ``change the note about the gate to ...``."""
    named = turn.slots.texts("entry")
    return bool(named) and not any(one.lstrip("-")[:1].isdigit() for one in named)


def _edited(turn: Turn) -> list[int] | TurnResult:
    """Return the numbers of the entries to edit, or a question which one is meant."""
    is_described = _is_described(turn)
    return named_numbers(turn, ActionEdit.action_name) if is_described else turn.slots.numbers("entry")


class ActionAppend(BookAction):
    action_name = "action_append"
    is_destructive = True

    def answer(self, turn: Turn) -> TurnResult:
        numbers, body = turn.slots.numbers("entry"), turn.message.body
        if len(numbers) != len(turn.slots.texts("entry")):  # a range, or no number of an entry
            return save_or_explain(turn, "utter_append_how")
        written = _text_after_number(turn, numbers[0]) if numbers else editing.text_to_append(body)
        text = turn.slots.verbatim("words") or written
        if not text:
            return save_or_explain(turn, "utter_append_how")
        named = editing.append(turn.book, numbers, text)
        if named.saved:
            return reply("utter_appended", number=str(named.saved[0].number))
        return no_such_entry(named) if numbers else save_message(turn)


class ActionTakeaway(BookAction):
    """Append the message, with its word ``takeaway``, to the latest entry; without an entry, save it."""

    action_name = "action_takeaway"
    is_destructive = True

    def answer(self, turn: Turn) -> TurnResult:
        if saved := save_message_parts(turn):
            return saved
        named = editing.append(turn.book, [], turn.message.body.strip())
        return (
            reply("utter_appended", number=str(named.saved[0].number)) if named.saved else save_message(turn)
        )


class ActionCorrect(BookAction):
    """Correct the transcript of a memo; in free words (``that should say nine``) only of the latest entry."""

    action_name = "action_correct"
    is_destructive = True

    def answer(self, turn: Turn) -> TurnResult:
        numbers = turn.slots.numbers("entry")
        if len(numbers) != len(turn.slots.texts("entry")):
            return save_or_explain(turn, "utter_correct_how")
        number = numbers[0] if numbers else None
        words = turn.slots.verbatim("words")
        if words is None and (correction := turn.slots.verbatim("correction")):
            latest = turn.book.latest()
            if latest is None or not memos.has_audio(latest):
                return save_message(turn)
            number, words = latest.number, memos.apply_correction(latest.text, correction)
        text = words or _corrected_text(turn, number)
        if not text:
            return save_or_explain(turn, "utter_correct_how")
        named = memos.correct(turn.book, number, text)
        if named.saved:
            return reply("utter_corrected", number=str(named.saved[0].number))
        return no_such_entry(named) if number is not None else save_message(turn)


def _corrected_text(turn: Turn, number: int | None) -> str:
    return editing.corrected_text(turn.message.body) if number is None else _text_after_number(turn, number)


def _text_after_number(turn: Turn, number: int) -> str:
    written = turn.slots.text("entry_as_written") or str(number)
    text = editing.text_after_number(turn.message.body, written)
    is_in_words = turn.slots.flag("is_paraphrase") or not written[:1].isdigit()
    return editing.without_saying(text) if is_in_words else text
