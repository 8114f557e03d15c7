"""Memos: sounds that become entries, written down and understood."""

import time
from datetime import UTC, datetime
from enum import StrEnum

import structlog
from tenacity import stop_after_attempt, stop_any

from scrapbook import metrics
from scrapbook.book import Book, memos
from scrapbook.errors import (
    MediaMissing,
    ModelUnavailable,
    SoundUnreadable,
    VoiceFailed,
    VoiceUnavailable,
)
from scrapbook.media import MediaStore
from scrapbook.patience import AfterFailures, Patience
from scrapbook.reports import report
from scrapbook.store import Media, Message, Store, Transaction
from scrapbook.voice.client import VoiceClient
from scrapbook.voice.transcript import Transcript

ACKNOWLEDGED_FROM = 8.0
"""Seconds. Below, the receipt follows before anybody wonders."""

UNDERSTOOD_UP_TO = 15.0
"""Seconds. Nobody takes longer to ask for something; a longer memo is a thought, however it begins."""

# At ten seconds each some minutes for a speech server that is being restarted or fetches its model.
VOICE_ATTEMPTS = 30
# Some seconds: what is measured is only told.
PROBE_ATTEMPTS = 6
# A sound that ends the speech server this often is what ends it.
CRASHES = 3

log = structlog.get_logger(__name__)


RECEIVED = "memo_received"
"""The intent of the receipt that a long memo gets while it is still being written down."""


class Heard(StrEnum):
    """What came of a memo. Each but COMMAND is an intent of the house's own."""

    COMMAND = "command"
    """Short and clear: it may be anything that can be texted."""
    SPEECH = "save_thought"
    SILENCE = "memo_unheard"
    UNREADABLE = "memo_unreadable"
    FAILED = "memo_failed"
    MISSING = "media_missing"

    @property
    def problem(self) -> str:
        """Why it should be tried again; empty when that would change nothing."""
        return {
            Heard.FAILED: "the memo could not be written down",
            Heard.MISSING: "a sound or picture could not be fetched",
        }.get(self, "")


class Memos:
    """The steps of a memo."""

    def __init__(self, store: Store, files: MediaStore, voice: VoiceClient, patience: Patience) -> None:
        self._store = store
        self._files = files
        self._voice = voice
        self._patiently = patience

    def begin(self, sid: str) -> list[str]:
        """Makes a message and an entry of each sound; the sids of those messages.

        What was written with them, and the pictures, go with the first.
        """

        def begin(tx: Transaction) -> list[str]:
            message = tx.messages.get(sid)
            return [_begin(tx, message, *part) for part in _parts(message)]

        return self._patiently(lambda: self._store.write(begin))

    def waiting(self, person_id: int) -> int:
        """How many of the person's memos are not written down and answered yet."""
        return self._patiently(lambda: self._store.read(lambda tx: tx.messages.unanswered_memos(person_id)))

    def duration(self, sid: str) -> float | None:
        """Seconds; None when the sound cannot be read, or nobody is there to tell."""
        key = self._sound(sid).key or ""
        try:
            return self._patiently(
                lambda: self._voice.probe(self._files.read(key)),
                giving_up=stop_after_attempt(PROBE_ATTEMPTS),
            )
        except (MediaMissing, SoundUnreadable, VoiceUnavailable, VoiceFailed):
            return None

    def write_down(self, sid: str) -> Heard:
        """Keeps the transcript, as the message's words too."""
        sound = self._sound(sid)
        known = self._patiently(lambda: self._known(sound.url))
        try:
            transcript = known if known and known.text else self._transcribe(sound)
        except SoundUnreadable as error:
            log.info("memo_unreadable", message_sid=sid, because=str(error))
            return Heard.UNREADABLE
        except (MediaMissing, VoiceUnavailable, VoiceFailed, ModelUnavailable) as error:
            report(error, message_sid=sid, step="transcribe")
            return Heard.FAILED
        self._patiently(lambda: self._keep(sid, sound.url, transcript))
        return _heard(transcript)

    def _transcribe(self, sound: Media) -> Transcript:
        content = self._patiently(lambda: self._files.read(sound.key or ""))
        log.info("transcribing", size=sound.size)
        began = time.monotonic()
        transcript = self._patiently(
            lambda: self._voice.transcribe(content, lambda _: self._patiently.check()),
            giving_up=stop_any(
                AfterFailures(VoiceFailed, CRASHES),
                AfterFailures(VoiceUnavailable, VOICE_ATTEMPTS),
                AfterFailures(ModelUnavailable, VOICE_ATTEMPTS),
            ),
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

    def _keep(self, sid: str, url: str, transcript: Transcript) -> None:
        with self._store.transaction() as tx:
            tx.transcripts.record(url, transcript, datetime.now(UTC))
            tx.messages.write_down(sid, transcript.text)

    def number(self, sid: str) -> int | None:
        """Of the entry that the memo is kept in; None when it is gone."""
        with self._store.transaction(read_only=True) as tx:
            return next((entry.number for entry in tx.entries.of_message(sid)), None)

    def _known(self, url: str) -> Transcript | None:
        with self._store.transaction(read_only=True) as tx:
            return tx.transcripts.of(url)

    def _message(self, sid: str) -> Message:
        with self._store.transaction(read_only=True) as tx:
            return tx.messages.get(sid)

    def _sound(self, sid: str) -> Media:
        return self._patiently(lambda: self._message(sid)).media[0]


def received(duration: float) -> str:
    """What stands in the inbox for the receipt of a memo of so many seconds."""
    return f"{RECEIVED} {duration!r}"


def duration_of(heard: str) -> float | None:
    """The seconds of a memo whose receipt is to be given; None for what was ``Heard``."""
    name, _, seconds = heard.partition(" ")
    return float(seconds) if name == RECEIVED else None


def described(duration: float) -> str:
    """``3-minute memo``, ``40-second memo``."""
    if duration < 60:
        return f"{round(duration)}-second memo"
    return f"{round(duration / 60)}-minute memo"


def _parts(message: Message) -> list[tuple[str, str, tuple[Media, ...]]]:
    """For each sound the sid, the words and the media of its own message, the sound first."""
    sounds = [part for part in message.media if part.is_sound]
    others = tuple(part for part in message.media if not part.is_sound)
    return [
        (f"{message.sid}-{place}", "" if place > 1 else message.body, (sound, *(() if place > 1 else others)))
        for place, sound in enumerate(sounds, 1)
    ]


def _begin(tx: Transaction, message: Message, sid: str, words: str, media: tuple[Media, ...]) -> str:
    if tx.messages.find(sid) is None:
        tx.messages.record(
            sid=sid,
            person_id=message.person_id,
            from_=message.from_,
            to=message.to,
            body="",
            media=media,
            received_at=message.received_at,
            is_memo=True,
        )
        book = Book(tx, tx.people.get(message.person_id), sid, message.received_at)
        memos.begin(book, words, media)
    return sid


def _heard(transcript: Transcript) -> Heard:
    if not transcript.text.strip():
        return Heard.SILENCE
    is_short = transcript.duration <= UNDERSTOOD_UP_TO
    return Heard.COMMAND if is_short and not memos.is_unsure(transcript) else Heard.SPEECH
