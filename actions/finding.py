"""Finding entries by topic or by their words."""

from actions.action import BookAction
from actions.receipts import keep_or_explain
from actions.replies import ask, listed, numbered, page, quoted, reply
from actions.turn import Turn
from scrapbook.book import Book, NoTopic, Torn
from scrapbook.book.finding import find
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
            return self._ask(turn.book, found)
        return _nothing(found) if isinstance(found, NoTopic) else page(found)

    def _ask(self, book: Book, torn: Torn) -> Outcome:
        # The option that is what was typed stands for its words, whatever topic has a name like it.
        ask(book, self.called, {"words": torn.typed}, "query", torn.options)
        if torn.options[-1] != torn.typed:
            return reply("utter_which_topic", options=numbered(torn.options))
        options, last = torn.options[:-1], str(len(torn.options))
        return reply(
            "utter_which_topic_or_words", options=numbered(options), last=last, words=quoted(torn.typed)
        )


def _nothing(missing: NoTopic) -> Outcome:
    if missing.nearest:
        near = listed(map(quoted, missing.nearest))
        return reply("utter_found_nothing_but", words=quoted(missing.typed), topics=near)
    return reply("utter_found_nothing", words=quoted(missing.typed))
