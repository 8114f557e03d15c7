"""Finding entries by topic or by their words, and keeping what came to nothing."""

from dataclasses import replace

from actions.action import BookAction
from actions.receipts import is_terse, keep, keep_or_explain, receipt
from actions.replies import ask, numbered, page, quoted, reply
from actions.turn import Turn
from actions.unanswered import ASKED, asked_before, asked_in, remember
from scrapbook.book import NoTopic, Torn, saving
from scrapbook.book.finding import find
from scrapbook.matching import MAX_NEAREST
from scrapbook.store import Outcome


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
        slots = {"words": torn.typed, ASKED: asked_in(turn)}
        ask(turn.book, self.called, slots, "query", torn.options)
        if torn.options[-1] != torn.typed:
            return reply("utter_which_topic", options=numbered(torn.options))
        options, last = torn.options[:-1], str(len(torn.options))
        return reply(
            "utter_which_topic_or_words", options=numbered(options), last=last, words=quoted(torn.typed)
        )


class ActionKeepQuestion(BookAction):
    """``save``, said after a message that came to nothing: keeps it as a thought, to the letter."""

    called = "action_keep_question"

    def answer(self, turn: Turn) -> Outcome:
        came_to_nothing = asked_before(turn.book)
        if came_to_nothing is None:
            return reply("utter_save_how") if is_terse(turn) else keep(turn)
        book = replace(turn.book, place=None)  # that of a memo which says "save it"
        book.tx.conversations.clear_question(book.person.id)
        asked = book.tx.messages.get(came_to_nothing)
        return receipt(book, saving.keep(book, asked.body, None, asked.media))


def _nothing(turn: Turn, missing: NoTopic) -> Outcome:
    nearest = missing.nearest[:MAX_NEAREST]
    remember(turn, nearest)
    if nearest:
        return reply("utter_found_nothing_but", words=quoted(missing.typed), options=numbered(nearest))
    return reply("utter_found_nothing", words=quoted(missing.typed))
