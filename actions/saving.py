"""Save a thought, and add items to a list."""

import re

from actions.action import BookAction
from actions.bulk_saving import (
    ITEMS,
    add_to_list,
    receipt_of_items,
    says_add,
    says_list,
    says_the_list,
)
from actions.deleting import take_off_what_was_got
from actions.following import save_listed_item
from actions.receipts import answer_or_save, receipt, save_message
from actions.replies import reply, which_topic
from actions.topics import move_items
from actions.turn import Turn
from scrapbook.core import AmbiguousTopic, Book, editing, lists
from scrapbook.core.lists import Items
from scrapbook.core.saving import save_text
from scrapbook.store import JsonValue, TurnResult
from scrapbook.text.list_items import list_items
from scrapbook.text.parsed_text import ParsedText
from scrapbook.text.questions import is_question
from scrapbook.text.topic_markers import is_blank

_POINTS = re.compile(r"(?:there|it|that|this|them)\b", re.IGNORECASE)
"""Stands for the list that is being written: "put the torch on there"."""


class ActionSave(BookAction):
    action_name = "action_save"
    accepts_media = True
    saves_message = True

    def answer(self, turn: Turn) -> TurnResult:
        """Append a message that answers an entry, unless it asks something. Answer questions, save the rest.

        Things that somebody says to have got are taken off their list, if all of them are on one. What
        continues a list that is being written is put on it. "save 2" keeps an item of a feed that was listed.
        """
        if kept := save_listed_item(turn):
            return kept
        about, words = turn.book.replied_to, turn.message.body
        if about is None or turn.message.media or is_blank(words) or is_question(words):
            return _change_lists(turn) or answer_or_save(turn)
        editing.append(turn.book, [about.number], words)
        return reply("utter_appended", number=str(about.number))


def _change_lists(turn: Turn) -> TurnResult | None:
    """Do what the message says of items of lists. None if it speaks of none."""
    return take_off_what_was_got(turn) or move_items(turn) or add_to_list(turn)


class ActionAddToTopic(BookAction):
    action_name = "action_add_to_topic"
    accepts_media = True
    saves_message = True

    def answer(self, turn: Turn) -> TurnResult:
        topic = turn.slots.text("topic")
        if chosen := turn.slots.texts(ITEMS):
            return receipt_of_items(turn, [Items(topic or "", tuple(chosen))])
        if moved := move_items(turn):
            return moved
        is_in_hand = topic is None or _POINTS.match(topic)
        return (add_to_list(turn) if is_in_hand else None) or self._add_notes(turn, topic)

    def _add_notes(self, turn: Turn, topic: str | None) -> TurnResult:
        note = _as_written(turn.message.body, turn.slots.texts("notes"))
        if note and topic is None and says_the_list(turn.message.body):
            found = lists.the_list(turn.book)
            if isinstance(found, AmbiguousTopic):
                items: list[JsonValue] = [*list_items(note)]
                return which_topic(turn.book, found, self.action_name, {ITEMS: items}, "topic")
            topic = found.name if found else _new_list(turn.message.body)
        if not note or is_blank(note) or not topic:
            return save_message(turn)
        if turn.message.media or turn.book.replaces:
            return receipt(turn.book, save_text(turn.book, ParsedText(note), topic, turn.message.media))
        if len(turn.slots.texts("topics")) > 1:
            several = _items_of_several_lists(turn)
            return receipt_of_items(turn, several) if several else save_message(turn)
        return _add(turn, note, topic)


def _add(turn: Turn, note: str, topic: str) -> TurnResult:
    items = list_items(note)
    if both := lists.several_lists(turn.book, topic):
        return receipt_of_items(turn, [Items(one, tuple(items)) for one in both])
    is_called_list = says_list(turn.message.body) or lists.is_list(turn.book, topic)
    if not is_called_list and not says_add(turn.message.body):
        return save_message(turn)  # "put butter on toast"
    if len(items) > 1 and not is_called_list:
        if "," in note and not lists.is_known(turn.book, topic):
            return save_message(turn)  # several things that are added "to taste", or to a bowl
        items = items if "," in note else [note]
    if len(items) > 1 or (is_called_list and lists.present(turn.book, topic, items[0])):
        return receipt_of_items(turn, [Items(topic, tuple(items))])
    return receipt(turn.book, save_text(turn.book, ParsedText(items[0]), topic))


def _new_list(body: str) -> str | None:
    """Return the name of a first list, which "my list" makes; "the list" may be anybody's."""
    return "list" if re.search(r"\b(?:my|our) list\b", body, re.IGNORECASE) else None


def _items_of_several_lists(turn: Turn) -> list[Items]:
    """Return the items for each list, if the message names several; none unless each of them is a list."""
    notes, topics = turn.slots.texts("notes"), turn.slots.texts("topics")
    if len(topics) < 2 or len(notes) != len(topics):
        return []
    body, is_called_list = turn.message.body, says_list(turn.message.body)
    if not is_called_list and not _are_lists(turn.book, topics):
        return []
    return [
        Items(topic, tuple(list_items(_as_written(body, [note]) or note)))
        for note, topic in zip(notes, topics, strict=True)
    ]


def _are_lists(book: Book, topics: list[str]) -> bool:
    """Return whether all are lists. Beside one, any topic that exists may be a list that has just begun."""
    are_lists = [lists.is_list(book, topic) for topic in topics]
    return all(are_lists) or (any(are_lists) and all(map(book.has_topic, topics)))


def _as_written(body: str, notes: list[str]) -> str | None:
    """Return the text from the first note to the end of the last one. None when they are not found."""
    lower = body.lower()
    if not notes or len(lower) != len(body):
        return None
    start, last = lower.find(notes[0].lower()), lower.rfind(notes[-1].lower())
    end = last + len(notes[-1])
    return body[start:end].strip() if 0 <= start <= last else None
