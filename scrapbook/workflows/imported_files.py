"""Read the files that were imported: documents for their words, sounds for what is said in them.

One after the other, in a thread of its own, behind what people send: nobody waits for it. Of several apps
that share a PostgreSQL, one at a time does it. The tables say what is still to be read, so a kill delays it
until the next start. The words find their entry; its text stays as it was where it comes from, so that the
same is known when it is imported again.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

import structlog

from scrapbook.documents.reader import READABLE, FileReader
from scrapbook.errors import (
    AudioUnreadable,
    FileUnreadable,
    MediaMissing,
    ModelUnavailable,
    ScrapbookError,
    VoiceFailed,
    VoiceUnavailable,
)
from scrapbook.media.storage import MediaStore
from scrapbook.model.transcript import Transcript
from scrapbook.observability.reporting import report_error
from scrapbook.store import Media, Store, Transaction
from scrapbook.workflows.retry import READ_FILE, Retrier, ShutdownRequested

LOOK_SECONDS = 1800.0
"""Between two looks for what another process has imported."""

BATCH = 20
"""Files that are looked up at a time."""

PAUSE_SECONDS = 0.2
"""Between two files, in which what people send gets its turn."""

LONGEST_YIELD = 60.0
"""Seconds for which a file waits at most while something that people have sent is worked on."""

TURN_SECONDS = 60.0
"""Between two looks while another app that shares the database reads them."""

STOPPING_TIMEOUT = 2.0
"""Seconds in which a file is finished when the app is stopped; else it is read after the next start."""

_LOCK = "imported files"

log = structlog.get_logger(__name__)


class Hearing(Protocol):
    """The speech recognition of memos, as it is needed here."""

    def transcribed(self, recording: Media, /) -> Transcript:
        """Return what is heard in a stored recording; see ``MemoSteps.transcribed``."""
        ...


class ImportedFiles:
    """Reads imported files.

    Args:
        reader: makes the reader of documents.
        is_busy: returns whether something that people have sent is worked on.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - its collaborators
        self,
        store: Store,
        files: MediaStore,
        reader: Callable[[], FileReader],
        hearing: Hearing,
        retrier: Retrier,
        is_busy: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._files = files
        self._reader = reader
        self._hearing = hearing
        self._retry = retrier
        self._is_busy = is_busy
        self._woken = threading.Event()
        self._left = set[str]()
        self._thread = threading.Thread(target=self._run, name="imported-files", daemon=True)

    def start(self) -> None:
        """Begin with what was left when the app stopped."""
        self._thread.start()

    def wake(self) -> None:
        """Look for what was imported. Threads may call it."""
        self._woken.set()

    def stop(self) -> None:
        """Stop after the file that is being read. The retrier is to be stopped before."""
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(STOPPING_TIMEOUT)

    def _run(self) -> None:
        while not self._retry.is_stopping:
            self._woken.clear()
            seconds = LOOK_SECONDS
            try:
                if not self.work():
                    seconds = TURN_SECONDS
            except ShutdownRequested:
                return
            except ScrapbookError as error:
                log.warning("imported_files_wait", reason=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - the next look may succeed
                report_error(error, step="imported_files")
            self._woken.wait(seconds)

    def work(self) -> bool:
        """Read what is to be read now. What the speech server could not hear is left for the next start.

        Returns:
            Whether it was this app's turn; not while another one reads.
        """
        lock = self._store.executor_lock(_LOCK) if self._store.writes_side_by_side else None
        try:
            while lock is None or lock.acquire():
                files = self._store.read(lambda tx: tx.file_texts.unread_imports(READABLE, self._left, BATCH))
                if not files:
                    return True
                with self._reader() as reader:
                    for file in files:
                        self._give_way()
                        if lock and not lock.acquire():  # it was lost meanwhile
                            return False
                        self._read(file, reader)
                        self._retry.wait(PAUSE_SECONDS)
            return False
        finally:
            if lock:
                lock.release()

    def _give_way(self) -> None:
        waited = 0.0
        while waited < LONGEST_YIELD and self._is_busy():
            self._retry.wait(1.0)
            waited += 1.0

    def _read(self, file: Media, reader: FileReader) -> None:
        words, failure, transcript = "", "", None
        try:
            if file.is_audio:
                transcript = self._hearing.transcribed(file)
                words = transcript.text
            else:
                content = self._files.read(file.key or "")
                text = self._retry(lambda: reader.read(content, file.content_type, ""), READ_FILE)
                words = "\n".join(filter(None, (text.shown, text.searched)))
        except (VoiceUnavailable, VoiceFailed, ModelUnavailable) as error:
            self._left.add(file.url)
            log.warning("imported_sound_not_heard", reason=type(error).__name__)
            return
        except (FileUnreadable, AudioUnreadable, MediaMissing) as error:
            failure = str(error)
        self._retry(lambda: self._store.write(lambda tx: _record(tx, file, words, failure, transcript)))
        log.info("imported_file_read", content_type=file.content_type, failure=failure)


def _record(tx: Transaction, file: Media, words: str, failure: str, transcript: Transcript | None) -> None:
    """Save what a file says, unless it is gone meanwhile."""
    if not tx.file_texts.is_stored(file.url):
        return
    if transcript is not None:
        tx.transcripts.record(file.url, transcript, datetime.now(UTC))
    tx.file_texts.record(file.url, words, failure, datetime.now(UTC))
