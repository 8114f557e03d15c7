"""Answer a message that asks something, in place of saving it, if the scrapbook holds the answer."""

from actions.replies import page, quoted, reply
from actions.turn import Turn
from scrapbook.core import asking
from scrapbook.core.memos import is_unsure
from scrapbook.core.paging import ListPage
from scrapbook.core.search import of_topics
from scrapbook.store import TurnResult
from scrapbook.text.list_items import lists_asked_for
from scrapbook.text.questions import Question


def answer_question(turn: Turn, least: float = asking.LEAST_COVERAGE) -> TurnResult | None:
    """Return the entries that answer the message well. None if it asks nothing, or they do not.

    A memo that may have been misheard asks nothing: it is saved. So is what somebody else wrote, and what
    comes with media.
    """
    message = turn.message
    if message.is_forwarded or (message.media and not message.is_memo) or _may_be_misheard(turn):
        return None
    question = Question.parse(turn.message.body)
    if question is None:
        return None
    found = list_asked_for(turn) or asking.ask(turn.book, question, least)
    return page(found) if found else None


def answer_about_saved(turn: Turn) -> TurnResult | None:
    """Answer "did I save anything about the ferry": with what is nearest, or that nothing is.

    None if the message does not say that something was saved.
    """
    question = None if turn.message.is_forwarded or turn.message.media else Question.parse(turn.message.body)
    words = asking.telling_words(question) if question and question.is_of_saved else ()
    if not words:
        return None
    found = answer_question(turn, asking.ANY_WORD)
    return found or reply("utter_found_nothing", words=quoted(" ".join(words)))


def list_asked_for(turn: Turn) -> ListPage | None:
    """Return the list that is meant by what is on it: "what do I still need to buy"."""
    names = lists_asked_for(turn.message.body)
    return of_topics(turn.book, [name for name in names if turn.book.topic(name)])


def answer_beyond(turn: Turn, query: str) -> TurnResult | None:
    """Answer a message as ``answer_question`` does, if it says more of what it asks than ``query``.

    "What did grandma say about the stove" asks for more than all about the stove. If there is a topic of that
    name, only an entry that holds all of the words is a better answer than the topic.
    """
    question = Question.parse(turn.message.body)
    said = set(asking.telling_words(Question(query)))
    if question is None or said.issuperset(asking.telling_words(question)):
        return None
    names_topic = turn.book.match_topic(query, with_empty=False).topic is not None
    return answer_question(turn, asking.ALL_WORDS if names_topic else asking.LEAST_COVERAGE)


def _may_be_misheard(turn: Turn) -> bool:
    recordings = turn.book.replaces.media if turn.book.replaces else ()
    transcripts = (turn.book.tx.transcripts.of(part.url) for part in recordings if part.is_audio)
    return any(transcript is not None and is_unsure(transcript) for transcript in transcripts)
