"""Finding entries by topic or by their words, and keeping a question that found nothing."""

from dataclasses import replace

from actions.action import BookAction
from actions.receipts import keep_or_explain, receipt
from actions.replies import ask, numbered, open_question, page, quoted, reply
from actions.turn import Slots, Turn
from scrapbook.book import Book, NoTopic, Torn, saving
from scrapbook.book.finding import find
from scrapbook.matching import MAX_NEAREST
from scrapbook.store import Outcome

ASKED = "asked_in"
"""The slot with the sid of the message that a question was first asked in: what ``save`` keeps."""


class ActionFind(BookAction):
    called = "action_find"

    def answer(self, turn: Turn) -> Outcome:
        query = turn.slots.text("query")
        if query is None:
            return keep_or_explain(turn, "utter_find_how")
        wanted = turn.slots.text("words") == query
        found = find(turn.book, query, words_only=wanted)
        if isinstance(found, Torn):
            return self._ask(turn, found)
        return _nothing(turn, found) if isinstance(found, NoTopic) else page(found)

    def _ask(self, turn: Turn, torn: Torn) -> Outcome:
        # The option that is what was typed stands for its words, whatever topic has a name like it.
        slots = {"words": torn.typed, ASKED: _asked_in(turn)}
        ask(turn.book, self.called, slots, "query", torn.options)
        if torn.options[-1] != torn.typed:
            return reply("utter_which_topic", options=numbered(torn.options))
        options, last = torn.options[:-1], str(len(torn.options))
        return reply(
            "utter_which_topic_or_words", options=numbered(options), last=last, words=quoted(torn.typed)
        )


class ActionKeepQuestion(BookAction):
    """``save``, said after a question that found nothing: keeps it as a thought, to the letter."""

    called = "action_keep_question"

    def answer(self, turn: Turn) -> Outcome:
        asked_in = _asked_before(turn.book)
        if asked_in is None:
            return keep_or_explain(turn, "utter_save_how")
        book = replace(turn.book, place=None)  # that of a memo which says "save it"
        book.tx.conversations.clear_question(book.person.id)
        asked = book.tx.messages.get(asked_in)
        return receipt(book, saving.keep(book, asked.body, None, asked.media))


def remember_question(turn: Turn, nearest: tuple[str, ...] = ()) -> None:
    """For a question that found nothing: ``save`` keeps it, and a number looks into one of the topics."""
    ask(turn.book, ActionFind.called, {ASKED: _asked_in(turn)}, "query", nearest)


def _asked_before(book: Book) -> str | None:
    """The message whose question is still open, if nothing was saved since."""
    question, latest = open_question(book), book.latest()
    if question is None or (latest is not None and latest.created_at > question.asked_at):
        return None
    return Slots(question.slots).text(ASKED)


def _asked_in(turn: Turn) -> str:
    """Not the message that only chose between topics."""
    return turn.slots.text(ASKED) or turn.message.sid


def _nothing(turn: Turn, missing: NoTopic) -> Outcome:
    nearest = missing.nearest[:MAX_NEAREST]
    remember_question(turn, nearest)
    if nearest:
        return reply("utter_found_nothing_but", words=quoted(missing.typed), options=numbered(nearest))
    return reply("utter_found_nothing", words=quoted(missing.typed))
