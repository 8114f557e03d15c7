"""Save a message, and say how and where it was saved: for every action that may end in saving."""

from collections.abc import Mapping, Sequence
from enum import Enum, auto

from actions.asking import answer_about_saved, answer_question
from actions.bulk_saving import save_message_parts
from actions.replies import numbered, quoted, reply
from actions.turn import Turn
from scrapbook.core import Book
from scrapbook.core.memos import is_unsure
from scrapbook.core.open_questions import ask
from scrapbook.core.recurring import open_question
from scrapbook.core.reminders import format_due
from scrapbook.core.saving import Saved, save, save_answer
from scrapbook.core.topic_suggestions import suggest
from scrapbook.store import Entry, TurnResult
from scrapbook.text import segments

MAX_SHOWN, MIN_SHOWN = 60, 12
"""Characters of a transcript that a memo's receipt shows."""

WORDING_LENGTH, UNSURE_WORDING_LENGTH = 80, 130
"""Characters that the rest of such a receipt takes at most."""


_SAVING = "The message was being saved as a thought."
"""A note that an error carries (PEP 678)."""


class Filing(Enum):
    """Where an entry was filed, and what its receipt asks or adds about that."""

    NONE = auto()
    TOPIC = auto()
    SIMILAR = auto()
    """Under a new topic, whose name is similar to others."""
    SUGGESTED = auto()
    """Under none; the receipt suggests one."""
    REMINDER = auto()
    REMINDER_WITH_DATE = auto()


SAVED = {
    Filing.NONE: "utter_saved",
    Filing.TOPIC: "utter_saved_under",
    Filing.SIMILAR: "utter_saved_similar",
    Filing.SUGGESTED: "utter_saved_suggested",
}
SAVED_WITH_MEDIA = {
    Filing.NONE: "utter_saved_with_media",
    Filing.TOPIC: "utter_saved_under_with_media",
    Filing.SIMILAR: "utter_saved_similar_with_media",
    Filing.SUGGESTED: "utter_saved_suggested_with_media",
}
QUOTE_SAVED = {
    Filing.NONE: "utter_saved_by",
    Filing.TOPIC: "utter_saved_by_under",
}
MEMO_SAVED = {
    Filing.NONE: "utter_memo_saved",
    Filing.TOPIC: "utter_memo_saved_under",
    Filing.SIMILAR: "utter_memo_saved_similar",
    Filing.SUGGESTED: "utter_memo_saved_suggested",
    Filing.REMINDER: "utter_memo_saved_reminder",
    Filing.REMINDER_WITH_DATE: "utter_memo_saved_reminder_for",
}
UNSURE_MEMO_SAVED = {
    Filing.NONE: "utter_memo_saved_unsure",
    Filing.TOPIC: "utter_memo_saved_under_unsure",
    Filing.SIMILAR: "utter_memo_saved_similar_unsure",
    Filing.REMINDER: "utter_memo_saved_reminder_unsure",
}


def save_message(turn: Turn) -> TurnResult:
    """Save the message as a thought, or its parts as several. ``was_saving`` knows the errors of it."""
    try:
        return (
            _answer_to_prompt(turn)
            or save_message_parts(turn)
            or receipt(turn.book, save(turn.book, turn.parsed, turn.message.media))
        )
    except Exception as error:
        error.add_note(_SAVING)
        raise


def _answer_to_prompt(turn: Turn) -> TurnResult | None:
    """Save what answers the question that was asked last; None if the message names a topic of its own."""
    asked = open_question(turn.book)
    saved = save_answer(turn.book, turn.parsed, asked.question, turn.message.media) if asked else None
    if saved is None or asked is None:
        return None
    turn.book.tx.recurring.set_question(asked.id, None, None)
    return reply("utter_journal_saved", **_arguments(saved.entry, {}))


def answer_or_save(turn: Turn) -> TurnResult:
    """Answer a message that asks something, if the scrapbook holds the answer; else save it as a thought."""
    return answer_question(turn) or answer_about_saved(turn) or save_message(turn)


def was_saving(error: BaseException) -> bool:
    """Return whether the error came while a message was saved as a thought, whatever action did that."""
    if _SAVING in getattr(error, "__notes__", ()):
        return True
    earlier = error.__cause__ or error.__context__  # the store replaces the errors of its driver
    return earlier is not None and was_saving(earlier)


def save_or_explain(turn: Turn, explanation: str) -> TurnResult:
    """Answer a command that lacks an argument: explain it if it is a word or two, else save the message.

    A memo is saved however short it is: it may have been misheard, and would be lost.
    """
    return reply(explanation) if is_terse(turn) else answer_or_save(turn)


def is_terse(turn: Turn) -> bool:
    """True for a text, not a memo, of a word or two."""
    return len(turn.message.body.split()) <= 2 and turn.book.replaces is None


def receipt(book: Book, saved: Saved | None) -> TurnResult:
    if saved is None:
        return reply("utter_nothing_to_save")
    entry = saved.entry
    filing, offered = Filing.TOPIC if entry.topic else Filing.NONE, dict[str, str]()
    if saved.similar:
        filing, offered = Filing.SIMILAR, {"options": numbered(saved.similar)}
        _ask_which_topic(book, entry, saved.similar)
    elif topic := suggested(book, entry):
        filing, offered = Filing.SUGGESTED, {"topic": quoted(topic)}
    if book.replaces:
        return memo_receipt(book, entry, entry.text, filing, offered)
    if entry.author and not offered and not entry.media:
        return reply(QUOTE_SAVED[filing], author=quoted(entry.author), **_arguments(entry, offered))
    responses = SAVED_WITH_MEDIA if _has_pending_media(entry) else SAVED
    return reply(responses[filing], **_arguments(entry, offered))


def memo_receipt(
    book: Book, entry: Entry, transcript: str, filing: Filing, offered: Mapping[str, str] | None = None
) -> TurnResult:
    """Return a receipt that shows the first words of the transcript; ``offered`` holds further arguments."""
    unsure = _is_unsure(book, entry)
    arguments = _arguments(entry, offered or {})
    if filing is Filing.REMINDER and entry.due_at and not unsure:
        filing, arguments["when"] = Filing.REMINDER_WITH_DATE, format_due(book, entry)
    around = "".join(arguments.values()) + "." * (UNSURE_WORDING_LENGTH if unsure else WORDING_LENGTH)
    response = (UNSURE_MEMO_SAVED if unsure else MEMO_SAVED)[filing]
    return reply(response, words=_first_words(transcript, around), **arguments)


def suggested(book: Book, entry: Entry) -> str | None:
    """Return the topic that the entry seems to belong to, and leave the question open whether it does.

    None also for a doubtful memo, whose receipt asks for a correction and for nothing else.
    """
    topic = None if entry.topic or _is_unsure(book, entry) else suggest(book, entry)
    if topic:
        _ask_which_topic(book, entry, (topic,))
    return topic


def _ask_which_topic(book: Book, entry: Entry, topics: Sequence[str]) -> None:
    ask(book, "action_move", {"entry": [str(entry.number)], "exactly": True}, "topic", topics)


def _arguments(entry: Entry, offered: Mapping[str, str]) -> dict[str, str]:
    topic = {"topic": entry.topic} if entry.topic else {}
    return {"number": str(entry.number), **topic, **offered}


def _first_words(transcript: str, around: str) -> str:
    """Return the longest beginning that fits beside ``around``, from MIN_SHOWN to MAX_SHOWN characters."""
    room = len(segments.truncate(transcript, segments.REPLY_SEGMENTS, around))
    return segments.shorten(transcript, min(max(room, MIN_SHOWN), MAX_SHOWN))


def _is_unsure(book: Book, entry: Entry) -> bool:
    transcripts = (book.tx.transcripts.of(part.url) for part in entry.media if part.is_audio)
    return any(transcript is not None and is_unsure(transcript) for transcript in transcripts)


def _has_pending_media(entry: Entry) -> bool:
    return any(part.state == "waiting" for part in entry.media)
