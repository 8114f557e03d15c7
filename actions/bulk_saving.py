"""Save the parts of one message as several entries: quotes, links, takeaways, items of lists."""

import re
from collections.abc import Sequence

from actions.replies import numbered, numbered_entries, reply
from actions.turn import Turn
from scrapbook.core import Book, lists
from scrapbook.core.bulk_saving import SavedParts, save_parts
from scrapbook.core.lists import Items
from scrapbook.core.open_questions import ask
from scrapbook.store import Entry, TurnResult
from scrapbook.text.list_changes import added_items, items_for_list
from scrapbook.text.list_items import is_list_name

ITEMS = "items"
"""The slot, stored with an open question, for the items that are to be put on the chosen list."""


def save_message_parts(turn: Turn) -> TurnResult | None:
    """Save each part of the message and return the receipt. None if the message is a single entry."""
    if turn.message.media:
        return None
    if saved := save_parts(turn.book, turn.parsed):
        return receipt_of_parts(turn.book, saved)
    items = [] if turn.book.replaces else lists.written_items(turn.book, turn.parsed)
    return receipt_of_items(turn, items) if items else None


def receipt_of_items(turn: Turn, groups: Sequence[Items]) -> TurnResult:
    """Put items on lists. Returns the receipt, which names those that were there already."""
    saved = lists.add_items(turn.book, groups)
    there = numbered_entries(saved.present)
    if not saved.entries:
        return reply("utter_on_list_already", there=there, topic=_topics(saved.present))
    if there:
        number, topic = _all_of([str(entry.number) for entry in saved.entries]), _topics(saved.entries)
        return reply("utter_saved_besides", number=number, topic=topic, there=there)
    return receipt_of_parts(turn.book, saved)


def add_to_list(turn: Turn) -> TurnResult | None:
    """Put what the message adds on the list that it names, else on the one that is being written.

    Several items begin a list, if its name is that of one: "milk, eggs and tea to shopping". None if it adds
    nothing, or to no list.
    """
    if turn.message.is_memo or turn.message.media:
        return None
    items, named = items_for_list(turn.message.body)
    begins_list = len(items) > 1 and is_list_name(named) and not says_the_list(turn.message.body)
    if begins_list or (items and turn.book.topic(named) and lists.is_list(turn.book, named)):
        return receipt_of_items(turn, [Items(named, tuple(items))])
    items = added_items(turn.message.body)
    topic = lists.list_in_hand(turn.book) if items else None
    return receipt_of_items(turn, [Items(topic.name, tuple(items))]) if topic else None


def says_list(body: str) -> bool:
    return re.search(r"\blists?\b", body, re.IGNORECASE) is not None


def says_add(body: str) -> bool:
    """Return whether the message asks for an addition, in a word that means little else."""
    return re.search(r"\b(?:add(?:ed|ing)?|includ(?:e|ing))\b", body, re.IGNORECASE) is not None


def says_the_list(body: str) -> bool:
    """Return whether the message speaks of a list without its name."""
    return re.search(r"\b(?:my|the|our|that|this) list\b", body, re.IGNORECASE) is not None


def receipt_of_parts(book: Book, saved: SavedParts) -> TurnResult:
    if not saved.entries and saved.added_to:
        return reply("utter_appended", number=str(saved.added_to.number))
    numbers = [str(entry.number) for entry in saved.entries]
    arguments = {"number": _all_of(numbers)}
    if topic := _topics(saved.entries):
        arguments["topic"] = topic
    if saved.added_to:
        response = "utter_saved_and_added_under" if topic else "utter_saved_and_added"
        return reply(response, other=str(saved.added_to.number), **arguments)
    if topic and saved.similar:
        ask(book, "action_move", {"entry": list(numbers), "exactly": True}, "topic", saved.similar)
        return reply("utter_saved_similar", options=numbered(saved.similar), **arguments)
    return reply("utter_saved_under" if topic else "utter_saved", **arguments)


def _topics(entries: Sequence[Entry]) -> str:
    """Return the topics of the entries; empty if one of them has none."""
    topics = dict.fromkeys(entry.topic or "" for entry in entries)
    return _all_of(list(topics)) if all(topics) else ""


def _all_of(items: Sequence[str]) -> str:
    """Return ``5, 6 and 7``."""
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last
