"""Messages that came to nothing: ``save``, said right after one, keeps it as a thought."""

from actions.replies import ask, no_topic, not_there, numbers_listed, open_question, reply
from actions.turn import Slots, Turn
from scrapbook.book import Book, Named, NoTopic
from scrapbook.store import Outcome

ASKED = "asked_in"
"""The slot with the sid of the message that a question was first asked in: what ``save`` keeps."""


def remember(turn: Turn, nearest: tuple[str, ...] = ()) -> None:
    """For ``save``; a number looks into one of the topics ``nearest``."""
    ask(turn.book, "action_find", {ASKED: asked_in(turn)}, "query", nearest)


def asked_in(turn: Turn) -> str:
    """Not the message that only chose between topics."""
    return turn.slots.text(ASKED) or turn.message.sid


def asked_before(book: Book) -> str | None:
    """The message that came to nothing, if that is not long ago and nothing was saved since."""
    question, latest = open_question(book), book.latest()
    if question is None or (latest is not None and latest.created_at > question.asked_at):
        return None
    return Slots(question.slots).text(ASKED)


def no_such_entry(turn: Turn, named: Named) -> Outcome:
    """For a message with words of its own about entries of which none is kept."""
    remember(turn)
    if named.unknown and not named.trashed:
        return reply("utter_no_entry_but_save", numbers=numbers_listed(named.unknown))
    return not_there(named)


def no_such_topic(turn: Turn, missing: NoTopic) -> Outcome:
    remember(turn)
    return no_topic(missing)
