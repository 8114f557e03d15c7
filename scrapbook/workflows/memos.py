"""Memos: recordings that become entries, transcribed and understood."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import TypeAlias

import structlog

from scrapbook.core import Book, memos
from scrapbook.errors import (
    AudioUnreadable,
    MediaMissing,
    ModelUnavailable,
    VoiceFailed,
    VoiceUnavailable,
)
from scrapbook.media.storage import MediaStore
from scrapbook.model.transcript import Transcript
from scrapbook.observability import metrics
from scrapbook.observability.reporting import report_error
from scrapbook.store import Entry, Media, Message, Store, Transaction
from scrapbook.text.file_types import UNKNOWN
from scrapbook.voice.client import VoiceClient
from scrapbook.workflows.retry import MEASURE_MEMO, TRANSCRIBE_MEMO, Retrier

ACKNOWLEDGED_FROM = 8.0
"""Seconds. The reply to a shorter memo comes soon enough."""

UNDERSTOOD_UP_TO = 15.0
"""Seconds. A command is spoken faster; a longer memo is a thought, however it begins."""

log = structlog.get_logger(__name__)


BeginMemo: TypeAlias = Callable[[Book, str, Sequence[Media]], Entry]
"""Saves the entry of a memo, from the words and the media that came with it."""

RECEIVED = "memo_received"
"""What stands in the inbox for the receipt that a long memo gets while it is transcribed."""


class MemoResult(StrEnum):
    """The result of a memo, as it stands in the inbox. SPEECH is the intent that saves its words."""

    COMMAND = "command"
    """Short and clear: it may be anything that can be texted."""
    SPEECH = "save_thought"
    SILENCE = "memo_unheard"
    UNREADABLE = "memo_unreadable"
    NOT_AUDIO = "memo_not_audio"
    """It only had the type of a recording: it is a picture, a video or another file."""
    FAILED = "memo_failed"
    MISSING = "media_missing"

    @property
    def problem(self) -> str:
        """Return why it should be retried; empty when a retry would change nothing."""
        return {
            MemoResult.FAILED: "the memo could not be transcribed",
            MemoResult.MISSING: "a recording or picture could not be downloaded",
        }.get(self, "")


MEMO_SENTENCES = {
    MemoResult.SILENCE: "utter_memo_unheard",
    MemoResult.UNREADABLE: "utter_memo_unreadable",
    MemoResult.NOT_AUDIO: "utter_saved",
    MemoResult.FAILED: "utter_memo_failed",
    MemoResult.MISSING: "utter_media_missing",
}
"""The response to a memo without words."""


class MemoSteps:
    """The steps of a memo."""

    def __init__(self, store: Store, files: MediaStore, voice: VoiceClient, retrier: Retrier) -> None:
        self._store = store
        self._files = files
        self._voice = voice
        self._retry = retrier

    def create_messages(self, message_id: str) -> list[str]:
        """Make a message and an entry of each recording. Returns the ids of those messages.

        The text and the pictures of the message go with the first.
        """

        try:
            return self._retry(lambda: self._store.write(partial(_begin_all, message_id, memos.begin)))
        except Exception as error:  # noqa: BLE001 - what fails to read the words must not lose the recording
            report_error(error, message_id=message_id, step="begin_memos")
        return self._retry(lambda: self._store.write(partial(_begin_all, message_id, memos.begin_unparsed)))

    def create_in_disguise(self, message_id: str) -> list[str]:
        """Make a message of each recording that came under another type, once it is downloaded.

        Its entry is that of the message. Returns the ids of the new messages.
        """

        def begin(tx: Transaction) -> list[str]:
            message = tx.messages.get(message_id)
            if message.is_memo and not message.media[0].is_audio:
                return []
            others = message.media[1:] if message.is_memo else message.media
            found = [part for part in others if part.is_audio and part.state == "kept"]
            return [
                _record(tx, message, f"{message.id}-{number}", (recording,))
                for number, recording in enumerate(found, 1)
            ]

        return self._retry(lambda: self._store.write(begin))

    def is_audio(self, message_id: str) -> bool:
        """Return whether what came as a memo may be one. Bytes of no known type may be any audio."""
        recording = self._recording(message_id)
        return recording.is_audio or recording.content_type == UNKNOWN

    def waiting(self, person_id: int) -> int:
        """Return how many of the person's memos are not answered yet."""
        return self._retry(lambda: self._store.read(lambda tx: tx.messages.unanswered_memos(person_id)))

    def duration(self, message_id: str) -> float | None:
        """Return the seconds; None when the audio cannot be read, or the speech server is away."""
        key = self._recording(message_id).key or ""
        try:
            return self._retry(lambda: self._voice.probe(self._files.read(key)), *MEASURE_MEMO)
        except (MediaMissing, AudioUnreadable, VoiceUnavailable, VoiceFailed):
            return None

    def transcribe(self, message_id: str) -> MemoResult:
        """Transcribe the memo, and store the transcript, also as the body of its message."""
        recording = self._recording(message_id)
        known = self._retry(lambda: self._known(recording.url))
        try:
            transcript = known if known and known.text else self.transcribed(recording)
        except AudioUnreadable as error:
            log.info("memo_unreadable", message_id=message_id, reason=str(error))
            return MemoResult.UNREADABLE
        except (MediaMissing, VoiceUnavailable, VoiceFailed, ModelUnavailable) as error:
            report_error(error, message_id=message_id, step="transcribe")
            return MemoResult.FAILED
        self._retry(lambda: self._store_transcript(message_id, recording.url, transcript))
        return _result(transcript)

    def transcribed(self, recording: Media) -> Transcript:
        """Return what is heard in a stored recording, however long that takes.

        Raises:
            AudioUnreadable: it is no audio that can be read.
            MediaMissing: its file is gone.
            VoiceUnavailable, VoiceFailed, ModelUnavailable: the speech server cannot do it.
        """
        content = self._retry(lambda: self._files.read(recording.key or ""))
        log.info("transcribing", size=recording.size)
        began = time.monotonic()
        transcript = self._retry(
            lambda: self._voice.transcribe(content, lambda _: self._retry.check()), *TRANSCRIBE_MEMO
        )
        took = time.monotonic() - began
        metrics.transcription_seconds.observe(took)
        metrics.audio_seconds.inc(transcript.duration)
        log.info(
            "transcribed",
            seconds=round(transcript.duration),
            language=transcript.language,
            transcribe_ms=round(took * 1000),
        )
        return transcript

    def _store_transcript(self, message_id: str, url: str, transcript: Transcript) -> None:
        with self._store.transaction() as tx:
            tx.transcripts.record(url, transcript, datetime.now(UTC))
            tx.messages.set_transcript(message_id, transcript.text)

    def number(self, message_id: str) -> int | None:
        """Return the number of the memo's entry; None when it is gone."""
        with self._store.transaction(read_only=True) as tx:
            entry = memos.entry_of(tx, message_id)
            return entry.number if entry else None

    def _known(self, url: str) -> Transcript | None:
        with self._store.transaction(read_only=True) as tx:
            return tx.transcripts.of(url)

    def _message(self, message_id: str) -> Message:
        with self._store.transaction(read_only=True) as tx:
            return tx.messages.get(message_id)

    def _recording(self, message_id: str) -> Media:
        return self._retry(lambda: self._message(message_id)).media[0]


def received(duration: float) -> str:
    """Return the inbox's word for the receipt of a memo of so many seconds."""
    return f"{RECEIVED} {duration!r}"


def duration_of(memo_result: str) -> float | None:
    """Return the seconds of a memo that waits for its receipt; None for a ``MemoResult``."""
    name, _, seconds = memo_result.partition(" ")
    return float(seconds) if name == RECEIVED else None


def describe_duration(duration: float) -> str:
    """Return the name of a memo by its seconds: ``3-minute memo``, ``40-second memo``."""
    if duration < 60:
        return f"{round(duration)}-second memo"
    return f"{round(duration / 60)}-minute memo"


def _parts(message: Message) -> list[tuple[str, str, tuple[Media, ...]]]:
    """Return for each recording the id, the words and the media of its own message, the recording first."""
    recordings = [part for part in message.media if part.is_audio]
    others = tuple(part for part in message.media if not part.is_audio)
    return [
        (
            f"{message.id}-{number}",
            "" if number > 1 else message.body,
            (recording, *(() if number > 1 else others)),
        )
        for number, recording in enumerate(recordings, 1)
    ]


def _begin_all(message_id: str, begin: BeginMemo, tx: Transaction) -> list[str]:
    message = tx.messages.get(message_id)
    return [_begin(tx, message, begin, *part) for part in _parts(message)]


def _begin(  # noqa: PLR0913, PLR0917 - a memo's parts
    tx: Transaction,
    message: Message,
    begin: BeginMemo,
    message_id: str,
    words: str,
    media: tuple[Media, ...],
) -> str:
    if tx.messages.find(message_id) is None:
        _record(tx, message, message_id, media)
        book = Book(tx, tx.people.get(message.person_id), message_id, message.received_at)
        begin(book, words, media)
    return message_id


def _record(tx: Transaction, message: Message, message_id: str, media: Sequence[Media]) -> str:
    """Record the message of a memo that came with another, unless it is recorded. Returns its id."""
    if tx.messages.find(message_id) is None:
        tx.messages.record(
            message_id=message_id,
            person_id=message.person_id,
            from_=message.from_,
            to=message.to,
            body="",
            media=tuple(media),
            received_at=message.received_at,
            is_memo=True,
        )
    return message_id


def _result(transcript: Transcript) -> MemoResult:
    if not transcript.text.strip():
        return MemoResult.SILENCE
    is_short = transcript.duration <= UNDERSTOOD_UP_TO
    return MemoResult.COMMAND if is_short and not memos.is_unsure(transcript) else MemoResult.SPEECH
