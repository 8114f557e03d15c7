"""Filing entries under a topic."""

from actions.action import BookAction
from actions.receipts import keep, keep_or_explain
from actions.replies import ask, numbered, numbers_of, quoted, reply
from actions.turn import Turn
from actions.unanswered import no_such_entry
from scrapbook.book import Book, Torn, filing
from scrapbook.book.saving import is_filed_thought
from scrapbook.store import JsonValue, Outcome


class ActionMove(BookAction):
    called = "action_move"
    changes = True

    def answer(self, turn: Turn) -> Outcome:
        topic = turn.slots.text("topic")
        if topic is None:
            return keep_or_explain(turn, "utter_move_how")
        return _file(turn, turn.slots.numbers("entry"), topic, exactly=turn.slots.flag("exactly"))


class ActionFileUnder(BookAction):
    """``under gpu``, said after an entry was saved; with nothing to file it is a thought.

    So it is when spoken on with: "under gpu use fewer kernels".
    """

    called = "action_file_under"
    changes = True

    def answer(self, turn: Turn) -> Outcome:
        topic, latest = turn.slots.text("topic"), turn.book.latest()
        if latest is None or is_filed_thought(turn.book, turn.message.body):
            return keep(turn)
        if topic is None:
            return keep_or_explain(turn, "utter_move_how")
        return _file(turn, [latest.number], topic, exactly=False)


def _file(turn: Turn, numbers: list[int], topic: str, *, exactly: bool) -> Outcome:
    filed = filing.file(turn.book, numbers, topic, exactly=exactly)
    if isinstance(filed, Torn):
        return _ask(turn.book, filed, numbers)
    if not filed.named.kept:
        return no_such_entry(turn, filed.named)
    moved = numbers_of(filed.named.kept)
    return reply("utter_filed", numbers=moved, topic=filed.topic)


def _ask(book: Book, torn: Torn, numbers: list[int]) -> Outcome:
    slots: dict[str, JsonValue] = {"entry": [str(number) for number in numbers], "exactly": True}
    ask(book, ActionMove.called, slots, "topic", torn.options)
    options, last = numbered(torn.options[:-1]), str(len(torn.options))
    return reply("utter_which_topic_or_new", options=options, last=last, topic=quoted(torn.typed))
