"""The turn of a memo: its entry stands already, and goes again when what was said is a command."""

from collections.abc import Callable
from dataclasses import replace

from actions.receipts import memo_receipt
from actions.replies import reply
from actions.turn import Turn
from scrapbook.book import memos
from scrapbook.store import Entry, Outcome


def heard(turn: Turn, answer: Callable[[Turn], Outcome]) -> Outcome:
    """A memo that came with more than its sound, or was changed since, is no command any more."""
    entry = memos.entry_of(turn.book)
    if entry is None:
        return answer(turn)
    if not memos.is_nothing_but_sound(turn.book, entry):
        return _written_down(turn, entry)
    return answer(replace(turn, book=memos.take_back(turn.book, entry)))


def _written_down(turn: Turn, entry: Entry) -> Outcome:
    said = turn.message.body
    kept = memos.write_down(turn.book, entry, said)
    if kept.deleted_at:
        return reply("utter_memo_in_trash", number=str(kept.number))
    return memo_receipt(turn.book, kept, said, "_under" if kept.topic else "")
