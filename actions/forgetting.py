"""Ask for a code before everything of a person is erased, and take the code."""

import re

from actions.action import BookAction
from actions.receipts import save_message
from actions.replies import reply
from actions.turn import Turn
from scrapbook.core import forgetting
from scrapbook.core.forgetting import ERASED, NotErased
from scrapbook.settings import Settings
from scrapbook.store import TurnResult
from scrapbook.text.listing import listed

_CODE = re.compile(r"\d{4}")

_REFUSALS = {NotErased.EXPIRED: "utter_erasure_expired", NotErased.WRONG: "utter_erasure_wrong_code"}


class ActionForgetMe(BookAction):
    """Say what would be erased, and the code that confirms it. A memo, which may be misheard, is saved."""

    action_name = "action_forget_me"

    def answer(self, turn: Turn) -> TurnResult:
        if turn.message.is_memo:
            return save_message(turn)
        if _is_of_the_book(turn):
            return reply("utter_erase_by_text")
        asked = forgetting.ask(turn.book, turn.message.from_)
        return reply("utter_erase_all", what=listed(forgetting.described(asked.holdings)), code=asked.code)


class ActionConfirmForgetting(BookAction):
    """Erase everything if the code is right. Where none was asked for, the text is a thought."""

    action_name = "action_confirm_forgetting"

    def answer(self, turn: Turn) -> TurnResult:
        code = _CODE.search(turn.message.body)
        if turn.message.is_memo or code is None or _is_of_the_book(turn):
            return save_message(turn)
        held = forgetting.confirm(turn.book, turn.message.from_, code[0])
        if held is NotErased.NOT_ASKED:
            return save_message(turn)
        if isinstance(held, NotErased):
            return reply(_REFUSALS[held])
        days = Settings.load().backup_retention_days
        backups = forgetting.kept_in_backups(turn.book, days)
        return reply(ERASED, what=listed(forgetting.described(held)), backups=backups)


def _is_of_the_book(turn: Turn) -> bool:
    """Return whether it was written on a page, which cannot show a receipt once its session is erased."""
    return turn.message.from_ not in {address.value for address in turn.book.person.addresses}
