"""Send the audio of a memo back."""

from actions.action import BookAction
from actions.entry_numbers import named_numbers
from actions.replies import not_there, reply
from actions.turn import Turn
from scrapbook.core import EntryLookup
from scrapbook.core.memos import MemoAudio, find_audio
from scrapbook.store import TurnResult


class ActionPlay(BookAction):
    action_name = "action_play"

    def answer(self, turn: Turn) -> TurnResult:
        numbers = named_numbers(turn)
        if isinstance(numbers, TurnResult):
            return numbers
        found = find_audio(turn.book, numbers[0] if numbers else None)
        return _play(found) if isinstance(found, MemoAudio) else _nothing_to_play(found)


def _play(found: MemoAudio) -> TurnResult:
    number = str(found.entry.number)
    if found.media.key is not None:
        return reply("utter_played", number=number, media_keys=found.media.key)
    is_missing = found.media.state == "missing"
    return reply("utter_sound_missing" if is_missing else "utter_sound_waiting", number=number)


def _nothing_to_play(named: EntryLookup) -> TurnResult:
    if named.saved:
        return reply("utter_no_sound", number=str(named.saved[0].number))
    return not_there(named) if named.trashed or named.unknown or named.others else reply("utter_no_memos")
