"""Sending a sound back."""

from actions.action import BookAction
from actions.replies import not_there, reply
from actions.turn import Turn
from scrapbook.book import Named
from scrapbook.book.memos import Sound, sound
from scrapbook.store import Outcome


class ActionPlay(BookAction):
    called = "action_play"

    def answer(self, turn: Turn) -> Outcome:
        numbers = turn.slots.numbers("entry")
        found = sound(turn.book, numbers[0] if numbers else None)
        return _played(found) if isinstance(found, Sound) else _nothing_to_play(found)


def _played(found: Sound) -> Outcome:
    number = str(found.entry.number)
    if found.media.key is None:
        return reply(f"utter_sound_{found.media.state}", number=number)
    return reply("utter_played", number=number, media_key=found.media.key)


def _nothing_to_play(named: Named) -> Outcome:
    if named.kept:
        return reply("utter_no_sound", number=str(named.kept[0].number))
    return not_there(named) if named.trashed or named.unknown else reply("utter_no_memos")
