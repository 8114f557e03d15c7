"""Answer a transcribed memo, whose entry was saved before it was transcribed."""

from collections.abc import Callable
from dataclasses import replace

from actions.receipts import Filing, memo_receipt
from actions.replies import reply
from actions.turn import Turn
from scrapbook.core import editing, memos
from scrapbook.store import Entry, TurnResult


def answer_memo(turn: Turn, answer: Callable[[Turn], TurnResult]) -> TurnResult:
    """Run ``answer`` in place of the memo's entry, so that a spoken command leaves no entry behind.

    A memo that came with more than its audio, or was changed since, is not run as a command: its transcript
    is saved.
    """
    entry = memos.entry_of(turn.book.tx, turn.book.message_id)
    if entry is None:
        return answer(turn)
    if not memos.is_only_audio(turn.book, entry):
        return _save_transcript(turn, entry)
    return answer(replace(turn, book=memos.discard(turn.book, entry)))


def _save_transcript(turn: Turn, entry: Entry) -> TurnResult:
    transcript = turn.message.body
    saved = editing.fill_in(turn.book, entry, transcript)
    if saved.deleted_at:
        return reply("utter_memo_in_trash", number=str(saved.number))
    return memo_receipt(turn.book, saved, transcript, Filing.TOPIC if saved.topic else Filing.NONE)
