"""List, rename and merge topics, and file entries under them."""

from actions.action import BookAction
from actions.entry_numbers import named_numbers
from actions.receipts import save_message, save_or_explain
from actions.replies import no_such_entry, no_topic, numbered, numbers_of, page, quoted, reply, which_topic
from actions.turn import Turn
from scrapbook.core import AmbiguousTopic, Book, EntryLookup, TopicNotFound, lists, topics
from scrapbook.core.open_questions import ask
from scrapbook.core.paging import first_topics
from scrapbook.core.saving import is_filed_thought
from scrapbook.core.topics import Merged, NameTaken, SameTopic, SharedTopic
from scrapbook.store import JsonValue, TurnResult
from scrapbook.text.list_changes import items_moved


class ActionTopics(BookAction):
    action_name = "action_topics"

    def answer(self, turn: Turn) -> TurnResult:
        used = topics.used(turn.book)
        if not used:
            return reply("utter_no_topics")
        return page(first_topics(turn.book, used))


class ActionMove(BookAction):
    action_name = "action_move"
    is_destructive = True

    def answer(self, turn: Turn) -> TurnResult:
        if moved := move_items(turn):
            return moved
        topic = _typed_topic(turn)
        if topic is None:
            return save_or_explain(turn, "utter_move_how")
        numbers = named_numbers(turn, self.action_name, means_that=True)
        if isinstance(numbers, TurnResult):
            return numbers
        return _file(turn, numbers, topic, exactly=turn.slots.flag("exactly"))


class ActionFileUnder(BookAction):
    """File the entry that "that" means, as in ``under gpu``.

    The message is saved as a thought when there is no entry, and when a memo goes on after the topic:
    ``under gpu use fewer kernels``.
    """

    action_name = "action_file_under"
    is_destructive = True

    def answer(self, turn: Turn) -> TurnResult:
        topic = _typed_topic(turn)
        if turn.book.latest() is None or is_filed_thought(turn.book, turn.parsed):
            return save_message(turn)
        if topic is None:
            return save_or_explain(turn, "utter_move_how")
        numbers = named_numbers(turn, self.action_name, means_that=True)
        return numbers if isinstance(numbers, TurnResult) else _file(turn, numbers, topic, exactly=False)


class ActionRenameTopic(BookAction):
    action_name = "action_rename_topic"
    is_destructive = True

    def answer(self, turn: Turn) -> TurnResult:
        topic, new = turn.slots.text("topic"), turn.slots.text("new_topic")
        if not topic or not new:
            return save_or_explain(turn, "utter_rename_how")
        renamed = topics.rename(turn.book, topic, new)
        if isinstance(renamed, AmbiguousTopic):
            return which_topic(turn.book, renamed, self.action_name, {"new_topic": new}, "topic")
        if isinstance(renamed, TopicNotFound):
            return no_topic(renamed)
        if isinstance(renamed, NameTaken):
            return reply("utter_name_taken", topic=quoted(renamed.old), new_topic=quoted(renamed.taken))
        return reply("utter_renamed", topic=quoted(renamed.old), new_topic=quoted(renamed.new))


class ActionMergeTopics(BookAction):
    action_name = "action_merge_topics"
    is_destructive = True

    def answer(self, turn: Turn) -> TurnResult:
        typed, into = turn.slots.text("topic"), turn.slots.text("new_topic")
        if not typed or not into:
            return save_or_explain(turn, "utter_merge_how")
        source, target = topics.existing(turn.book, typed), topics.existing(turn.book, into)
        if isinstance(source, AmbiguousTopic):
            return which_topic(turn.book, source, self.action_name, {"new_topic": into}, "topic")
        if isinstance(target, AmbiguousTopic):
            return which_topic(turn.book, target, self.action_name, {"topic": typed}, "new_topic")
        if isinstance(source, TopicNotFound):
            return no_topic(source)
        if isinstance(target, TopicNotFound):
            return no_topic(target)
        return _merged(topics.merge(turn.book, source, target))


def move_items(turn: Turn) -> TurnResult | None:
    """Move items of lists to a list that the message names. None if there is no such list, or item."""
    items, topic = items_moved(turn.message.body)
    is_there = bool(items) and (turn.book.has_topic(topic) or lists.is_list(turn.book, topic))
    if turn.message.is_memo or not is_there:
        return None
    entries = dict.fromkeys(lists.all_on_lists(turn.book, items))
    return _file(turn, [entry.number for entry in entries], topic, exactly=False) if entries else None


def _typed_topic(turn: Turn) -> str | None:
    """Return the name of the topic; None if none is typed, or nothing between quotation marks."""
    topic = turn.slots.text("topic")
    return topic if topic and topic.strip("\"'“”‘’ ") else None


def _file(turn: Turn, numbers: list[int], topic: str, *, exactly: bool) -> TurnResult:
    filed = topics.file(turn.book, numbers, topic, exactly=exactly)
    if isinstance(filed, AmbiguousTopic):
        return _ask_which_topic_or_new(turn.book, filed, turn.book.look_up(numbers))
    if not filed.named.saved:
        return no_such_entry(filed.named)
    return reply("utter_filed", numbers=numbers_of(filed.named.saved), topic=filed.topic)


def _ask_which_topic_or_new(book: Book, ambiguous: AmbiguousTopic, named: EntryLookup) -> TurnResult:
    slots: dict[str, JsonValue] = {"entry": [str(entry.number) for entry in named.saved], "exactly": True}
    ask(book, ActionMove.action_name, slots, "topic", ambiguous.options)
    options, last = numbered(ambiguous.options[:-1]), str(len(ambiguous.options))
    return reply("utter_which_topic_or_new", options=options, last=last, topic=quoted(ambiguous.typed))


def _merged(merged: Merged | SameTopic | SharedTopic) -> TurnResult:
    if isinstance(merged, SharedTopic):
        return reply("utter_no_merge_of_shared", topic=quoted(merged.name))
    if isinstance(merged, SameTopic):
        return reply("utter_same_topic", topic=quoted(merged.name))
    return reply(
        "utter_merged", topic=quoted(merged.old), new_topic=quoted(merged.into), count=str(merged.moved)
    )
