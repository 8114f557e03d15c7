"""Search entries by topic or by their words."""

from actions.action import BookAction
from actions.asking import answer_beyond, list_asked_for
from actions.deleting import take_off_what_was_got
from actions.following import find_in_feed
from actions.meaning import meaning
from actions.receipts import save_or_explain
from actions.replies import numbered, page, quoted, reply
from actions.turn import Turn
from scrapbook.core import AmbiguousTopic, Book, TopicNotFound
from scrapbook.core.open_questions import ask
from scrapbook.core.search import find, of_topics
from scrapbook.store import TurnResult
from scrapbook.text.fuzzy_match import MAX_NEAREST


class ActionFind(BookAction):
    """List what a message asks for by its topic or words; what answers it, if it says more than that."""

    action_name = "action_find"

    def answer(self, turn: Turn) -> TurnResult:
        several = turn.slots.texts("query")
        if len(several) > 1 and (listed := of_topics(turn.book, several)):
            return page(listed)
        query = turn.slots.text("query")
        if query is None:
            return self._without_query(turn)
        if in_feed := find_in_feed(turn, query):
            return in_feed
        if answered := answer_beyond(turn, query):
            return answered
        words_only = turn.slots.text("words") == query
        found = find(turn.book, query, words_only=words_only, meaning=meaning())
        if isinstance(found, AmbiguousTopic):
            return self._ask(turn.book, found)
        return self._nothing(turn.book, found) if isinstance(found, TopicNotFound) else page(found)

    def _without_query(self, turn: Turn) -> TurnResult:
        if listed := list_asked_for(turn):
            return page(listed)
        return take_off_what_was_got(turn) or save_or_explain(turn, "utter_find_how")

    def _ask(self, book: Book, ambiguous: AmbiguousTopic) -> TurnResult:
        # The option that equals the typed text means a search for its words, not for a topic of that name.
        ask(book, self.action_name, {"words": ambiguous.typed}, "query", ambiguous.options)
        if ambiguous.options[-1] != ambiguous.typed:
            return reply("utter_which_topic", options=numbered(ambiguous.options))
        options, last = ambiguous.options[:-1], str(len(ambiguous.options))
        return reply(
            "utter_which_topic_or_words", options=numbered(options), last=last, words=quoted(ambiguous.typed)
        )

    def _nothing(self, book: Book, missing: TopicNotFound) -> TurnResult:
        """Offer the nearest topics. Without any, close an earlier question: a number does not answer it."""
        topic = book.topic(missing.typed)
        if topic and topic.others:  # it is shared, and nobody has anything there
            return reply("utter_topic_is_empty", topic=quoted(missing.typed))
        nearest = missing.nearest[:MAX_NEAREST]
        if not nearest:
            book.tx.conversations.clear_question(book.person.id)
            return reply("utter_found_nothing", words=quoted(missing.typed))
        ask(book, self.action_name, {}, "query", nearest)
        return reply("utter_found_nothing_but", words=quoted(missing.typed), options=numbered(nearest))
