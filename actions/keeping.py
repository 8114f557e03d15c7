"""Keep the message before, which was answered in place of being saved, when a person texts ``save``."""

import re
from dataclasses import replace

from actions.action import BookAction
from actions.receipts import is_terse, save_message, suggested
from actions.replies import numbers_of, quoted, reply
from actions.turn import Turn
from scrapbook.core import Book, keeping
from scrapbook.core.keeping import Kept, KeptBefore, TextErased
from scrapbook.store import Message, TurnResult

KEPT_NOTHING = frozenset({"utter_kept_before", "utter_text_erased", "utter_save_how"})
"""The replies to a ``save`` that had nothing to save: the next one means what came before it."""

_UNDO = re.compile(r"\W*(?:please\s+)?undo(?:\s+(?:that|it|this))?(?:\s+please)?\W*", re.IGNORECASE)


class ActionKeepQuestion(BookAction):
    """Save what the person said before. A memo is saved itself if there is nothing: it may be misheard."""

    action_name = "action_keep_question"

    def answer(self, turn: Turn) -> TurnResult:
        # The new entry must not replace that of a memo which says "save it".
        book = replace(turn.book, replaces=None)
        kept = keeping.keep(book, turn.message, _is_passed_over)
        if isinstance(kept, Kept):
            return _receipt(book, kept)
        if turn.message.is_memo:
            return save_message(turn)
        if isinstance(kept, KeptBefore):
            words = quoted(kept.entries[0].text)
            return reply("utter_kept_before", numbers=numbers_of(kept.entries), words=words)
        if isinstance(kept, TextErased):
            return reply("utter_text_erased")
        return reply("utter_save_how") if is_terse(turn) else save_message(turn)


def _is_passed_over(message: Message, result: TurnResult) -> bool:
    """Return whether ``save`` means what came before: what ``undo`` has undone may have been a thought."""
    return result.response in KEPT_NOTHING or _UNDO.fullmatch(message.body) is not None


def _receipt(book: Book, kept: Kept) -> TurnResult:
    """Return the receipt, which quotes the message, since it may be another than the person has in mind."""
    book.tx.conversations.clear_question(book.person.id)
    arguments = {"number": str(kept.entry.number), "words": quoted(kept.entry.text)}
    if topic := suggested(book, kept.entry):
        result = reply("utter_kept_suggested", topic=quoted(topic), **arguments)
    else:
        result = reply("utter_kept", **arguments)
    return replace(result, continues=kept.message_id)
