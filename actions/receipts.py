"""What saving comes to, for every action that may end in it."""

from collections.abc import Sequence

from actions.replies import ask, numbered, reply
from actions.turn import Turn
from scrapbook import segments
from scrapbook.book import Book
from scrapbook.book.memos import is_unsure
from scrapbook.book.saving import Saved, save
from scrapbook.store import Entry, Outcome

MOST, FEWEST = 60, 12
"""Characters of a memo that its receipt shows."""

WORDING, WORDING_IF_UNSURE = 80, 130
"""Characters that the rest of such a receipt takes at most."""


def keep(turn: Turn) -> Outcome:
    """Saves the message as a thought."""
    return receipt(turn.book, save(turn.book, turn.message.body, turn.message.media))


def keep_or_explain(turn: Turn, explanation: str) -> Outcome:
    """For a command that lacks what it needs: a word or two are explained, anything longer is a thought.

    So is a memo, which may have been misheard and would be gone.
    """
    return reply(explanation) if is_terse(turn) else keep(turn)


def is_terse(turn: Turn) -> bool:
    """A text of a word or two."""
    return len(turn.message.body.split()) <= 2 and turn.book.place is None


def receipt(book: Book, saved: Saved | None) -> Outcome:
    if saved is None:
        return reply("utter_nothing_to_save")
    entry, similar = saved.entry, saved.similar
    where = "_similar" if similar else "_under" if entry.topic else ""
    if similar:
        ask(book, "action_move", {"entry": [str(entry.number)], "exactly": True}, "topic", similar)
    if book.place:
        return memo_receipt(book, entry, entry.text, where, similar)
    return reply(f"utter_saved{where}{_with_media(entry)}", **_arguments(entry, similar))


def memo_receipt(book: Book, entry: Entry, said: str, where: str, similar: Sequence[str] = ()) -> Outcome:
    """Shows what was understood of a memo. ``where``: "", "_under", "_similar" or "_reminder"."""
    unsure = "_unsure" if _is_unsure(book, entry) else ""
    arguments = _arguments(entry, similar)
    around = "".join(arguments.values()) + "." * (WORDING_IF_UNSURE if unsure else WORDING)
    return reply(f"utter_memo_saved{where}{unsure}", words=_first_words(said, around), **arguments)


def _arguments(entry: Entry, similar: Sequence[str]) -> dict[str, str]:
    arguments = {"number": str(entry.number)}
    if entry.topic:
        arguments["topic"] = entry.topic
    if similar:
        arguments["options"] = numbered(similar)
    return arguments


def _first_words(said: str, around: str) -> str:
    """As many as there is room for beside ``around``, but always some."""
    room = len(segments.head(said, segments.REPLY_SEGMENTS, around))
    return segments.shorten(said, min(max(room, FEWEST), MOST))


def _is_unsure(book: Book, entry: Entry) -> bool:
    heard = (book.tx.transcripts.of(part.url) for part in entry.media if part.is_sound)
    return any(transcript is not None and is_unsure(transcript) for transcript in heard)


def _with_media(entry: Entry) -> str:
    return "_with_media" if any(part.state == "waiting" for part in entry.media) else ""
