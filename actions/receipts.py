"""What saving comes to, for every action that may end in it."""

from actions.replies import ask, numbered, reply
from actions.turn import Turn
from scrapbook.book import Book
from scrapbook.book.saving import Saved, save
from scrapbook.store import Outcome


def keep(turn: Turn) -> Outcome:
    """Saves the message as a thought."""
    return receipt(turn.book, save(turn.book, turn.message.body, turn.message.media))


def keep_or_explain(turn: Turn, explanation: str) -> Outcome:
    """For a command that lacks what it needs: a word or two are explained, anything longer is a thought."""
    return reply(explanation) if len(turn.message.body.split()) <= 2 else keep(turn)


def receipt(book: Book, saved: Saved | None) -> Outcome:
    if saved is None:
        return reply("utter_nothing_to_save")
    number, topic = str(saved.entry.number), saved.entry.topic
    suffix = "_with_media" if saved.entry.media else ""
    if topic is None:
        return reply(f"utter_saved{suffix}", number=number)
    if not saved.similar:
        return reply(f"utter_saved_under{suffix}", number=number, topic=topic)
    ask(book, "action_move", {"entry": [number], "exactly": True}, "topic", saved.similar)
    options = numbered(saved.similar)
    return reply(f"utter_saved_similar{suffix}", number=number, topic=topic, options=options)
