"""Renaming and merging topics."""

from actions.action import BookAction
from actions.receipts import keep_or_explain
from actions.replies import quoted, reply, which_topic
from actions.turn import Turn
from actions.unanswered import no_such_topic
from scrapbook.book import NoTopic, Torn
from scrapbook.book.filing import Merged, NameTaken, SameTopic, existing, merge, rename
from scrapbook.store import Outcome


class ActionRenameTopic(BookAction):
    called = "action_rename_topic"
    changes = True

    def answer(self, turn: Turn) -> Outcome:
        topic, new = turn.slots.text("topic"), turn.slots.text("new_topic")
        if not topic or not new:
            return keep_or_explain(turn, "utter_rename_how")
        renamed = rename(turn.book, topic, new)
        if isinstance(renamed, Torn):
            return which_topic(turn.book, renamed, self.called, {"new_topic": new}, "topic")
        if isinstance(renamed, NoTopic):
            return no_such_topic(turn, renamed)
        if isinstance(renamed, NameTaken):
            return reply("utter_name_taken", topic=quoted(renamed.old), new_topic=quoted(renamed.taken))
        return reply("utter_renamed", topic=quoted(renamed.old), new_topic=quoted(renamed.new))


class ActionMergeTopics(BookAction):
    called = "action_merge_topics"
    changes = True

    def answer(self, turn: Turn) -> Outcome:
        typed, into = turn.slots.text("topic"), turn.slots.text("new_topic")
        if not typed or not into:
            return keep_or_explain(turn, "utter_merge_how")
        source, target = existing(turn.book, typed), existing(turn.book, into)
        if isinstance(source, Torn):
            return which_topic(turn.book, source, self.called, {"new_topic": into}, "topic")
        if isinstance(target, Torn):
            return which_topic(turn.book, target, self.called, {"topic": typed}, "new_topic")
        if isinstance(source, NoTopic):
            return no_such_topic(turn, source)
        if isinstance(target, NoTopic):
            return no_such_topic(turn, target)
        return _merged(merge(turn.book, source, target))


def _merged(merged: Merged | SameTopic) -> Outcome:
    if isinstance(merged, SameTopic):
        return reply("utter_same_topic", topic=quoted(merged.name))
    return reply(
        "utter_merged", topic=quoted(merged.old), new_topic=quoted(merged.into), count=str(merged.moved)
    )
