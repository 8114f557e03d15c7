"""Share topics with anybody who has the address, or with people; end that, and list what is shared."""

from actions.action import BookAction
from actions.receipts import save_message, save_or_explain
from actions.replies import listed, no_topic, numbered, quoted, reply, which_topic
from actions.turn import Turn
from scrapbook.core import AmbiguousTopic, Book, TopicNotFound, sharing, together
from scrapbook.core.open_questions import ask
from scrapbook.core.sharing import NotShared
from scrapbook.core.together import AmbiguousPerson, EndedTogether, PersonNotFound, Refusal, SharedWith
from scrapbook.settings import Settings
from scrapbook.store import JsonValue, Share, Topic, TurnResult

MAX_LISTED = 8
"""Shares that one text lists, with their addresses."""

MAX_NAME_WORDS = 3
"""Words of what may be a name of nobody; more of them make a thought."""


class ActionShareTopic(BookAction):
    """Make a public page of a topic. What only begins like it, "share prices fell", is saved as a thought."""

    action_name = "action_share_topic"
    is_destructive = True

    def answer(self, turn: Turn) -> TurnResult:
        typed = turn.slots.text("topic")
        if not typed:
            return save_or_explain(turn, "utter_share_how")
        topic = sharing.topic_to_share(turn.book, typed)
        if isinstance(topic, AmbiguousTopic):
            return which_topic(turn.book, topic, self.action_name, {}, "topic")
        if isinstance(topic, TopicNotFound):
            return no_topic(topic) if len(typed.split()) == 1 else save_message(turn)
        share = sharing.share(turn.book, topic)
        return reply("utter_shared", topic=quoted(share.topic), address=_address(share))


class ActionShareWith(BookAction):
    """Share a topic with a person. "share the cake with Tom" is a thought where there is no such topic."""

    action_name = "action_share_with"
    is_destructive = True

    def answer(self, turn: Turn) -> TurnResult:
        typed, name = turn.slots.text("topic"), turn.slots.text("person")
        if not typed or not name:
            return save_or_explain(turn, "utter_share_with_how")
        topic = sharing.topic_to_share(turn.book, typed)
        if isinstance(topic, TopicNotFound):
            return save_message(turn)
        person = together.person_meant(turn.book, name)
        if isinstance(person, PersonNotFound):
            is_name = isinstance(topic, Topic) and len(name.split()) <= MAX_NAME_WORDS
            return reply("utter_nobody_called", person=quoted(name)) if is_name else save_message(turn)
        if isinstance(topic, AmbiguousTopic):
            return which_topic(turn.book, topic, self.action_name, {"person": name}, "topic")
        if isinstance(person, AmbiguousPerson):
            return _which_person(turn.book, person, self.action_name, {"topic": topic.name})
        return _shared_with(together.share_with(turn.book, topic, person))


class ActionUnshareTopic(BookAction):
    """End the public page of a topic, and what is shared with people: with one of them, if one is named."""

    action_name = "action_unshare_topic"
    is_destructive = True

    def answer(self, turn: Turn) -> TurnResult:
        typed, person = turn.slots.text("topic"), turn.slots.text("person")
        if not typed:
            return save_or_explain(turn, "utter_unshare_how")
        ended = together.end_with(turn.book, typed, person)
        if isinstance(ended, AmbiguousTopic):
            return which_topic(turn.book, ended, self.action_name, {"person": person}, "topic")
        if isinstance(ended, AmbiguousPerson):
            return _which_person(turn.book, ended, self.action_name, {"topic": typed})
        if isinstance(ended, PersonNotFound):
            return reply("utter_not_shared_with", topic=quoted(typed), person=quoted(ended.typed))
        if person or (ended and not ended.is_owner):
            return _ended(ended, typed)
        return _public_ended(turn, typed, ended)


class ActionLeaveTopic(BookAction):
    """Leave a topic that is shared with people. "leave early" is a thought."""

    action_name = "action_leave_topic"
    is_destructive = True

    def answer(self, turn: Turn) -> TurnResult:
        typed = turn.slots.text("topic")
        ended = together.end_with(turn.book, typed) if typed else None
        if isinstance(ended, AmbiguousTopic):
            return which_topic(turn.book, ended, self.action_name, {}, "topic")
        return _ended(ended, typed or "") if isinstance(ended, EndedTogether) else save_message(turn)


class ActionListShared(BookAction):
    action_name = "action_list_shared"

    def answer(self, turn: Turn) -> TurnResult:
        shares = sharing.shared(turn.book)
        people = "\n".join(
            f"{quoted(topic.name)}: {listed(topic.others)}" for topic in together.together(turn.book)
        )
        lines = "\n".join(f"{quoted(share.topic)}: {_address(share)}" for share in shares[:MAX_LISTED])
        left = len(shares) - MAX_LISTED
        if people and lines:
            return reply("utter_shared_both", lines=lines, people=people)
        if people:
            return reply("utter_shared_with_people", people=people)
        if not lines:
            return reply("utter_nothing_shared")
        if left > 0:
            return reply("utter_shared_list_and_more", lines=lines, left=str(left))
        return reply("utter_shared_list", lines=lines)


def _public_ended(turn: Turn, typed: str, together_ended: EndedTogether | None) -> TurnResult:
    """End the public page, too, of a topic that may have been shared with people."""
    ended = sharing.unshare(turn.book, together_ended.topic if together_ended else typed)
    if isinstance(ended, AmbiguousTopic) and not together_ended:
        return which_topic(turn.book, ended, ActionUnshareTopic.action_name, {}, "topic")
    if isinstance(ended, NotShared | AmbiguousTopic):
        return _ended(together_ended, typed)
    if together_ended:
        people = listed(together_ended.people)
        return reply("utter_unshared_both", topic=quoted(ended.topic), people=people)
    return reply("utter_unshared", topic=quoted(ended.topic))


def _ended(ended: EndedTogether | None, typed: str) -> TurnResult:
    if ended is None:
        return reply("utter_not_shared", topic=quoted(typed))
    people = listed(ended.people)
    if ended.is_owner:
        return reply("utter_unshared_with", topic=quoted(ended.topic), people=people)
    return reply("utter_left", topic=quoted(ended.topic), people=people)


def _shared_with(shared: SharedWith | Refusal) -> TurnResult:
    if isinstance(shared, Refusal):
        return reply(shared.response, topic=quoted(shared.topic), person=shared.person)
    arguments = {"topic": quoted(shared.topic), "person": shared.person}
    if shared.is_told:
        return reply("utter_shared_with", **arguments)
    return reply("utter_shared_with_untold", their_topic=quoted(shared.their_topic), **arguments)


def _which_person(
    book: Book, ambiguous: AmbiguousPerson, action: str, slots: dict[str, JsonValue]
) -> TurnResult:
    ask(book, action, slots, "person", ambiguous.options)
    return reply("utter_which_topic", options=numbered(ambiguous.options))


def _address(share: Share) -> str:
    return sharing.share_url(Settings.load().public_url, share)
