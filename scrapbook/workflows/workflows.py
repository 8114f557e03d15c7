"""Work that takes long: media downloads, transcriptions, link previews, as durable workflows of DBOS.

A memo takes ``download_media`` and ``handle_memo``; its result enters the inbox, where it is answered in its
sender's order.

DBOS runs an interrupted workflow again until it ends. So every step may run twice and must give the same
result, and what is enqueued has an id by which it is enqueued once. DBOS records only the long steps, which
are not repeated (``Steps.durable``).
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import Context
from typing import ParamSpec, Protocol, TypeVar

import structlog
from dbos import DBOS, DBOSConfiguredInstance, SetEnqueueOptions, SetWorkflowID
from dbos import error as dbos_errors

from scrapbook.observability.metrics import timing
from scrapbook.observability.reporting import bind_context, report_error
from scrapbook.workflows.engine import (
    DOWNLOAD_MEDIA,
    FILES_QUEUE,
    HANDLE_MEMO,
    MEDIA_QUEUE,
    PREVIEW_CHANGE,
    PREVIEW_LINKS,
    PREVIEWS_QUEUE,
    READ_FILES,
    TRANSCRIPTION_QUEUE,
    WORKFLOWS_CLASS,
    WORKFLOWS_INSTANCE,
    changes_of,
)
from scrapbook.workflows.file_reading import FileReadingSteps
from scrapbook.workflows.link_previews import LinkPreviewer
from scrapbook.workflows.media_download import MediaDownloader
from scrapbook.workflows.memos import ACKNOWLEDGED_FROM, MemoResult, MemoSteps, received
from scrapbook.workflows.picture_sizes import PictureSizes
from scrapbook.workflows.plain_pickle import PickleRefused
from scrapbook.workflows.sent_exports import SentExports

RECORDING = 0
"""The index of a memo's recording among its media."""

log = structlog.get_logger(__name__)

T = TypeVar("T")
P = ParamSpec("P")


class AnswerQueue(Protocol):
    """The inbox, as the workflows see it."""

    def put(self, person_id: int, message_id: str, attempt: int, memo_result: str) -> None:
        """Insert a message into the inbox, once for each attempt. Blocks until that is on the disk."""
        ...


@DBOS.dbos_class(WORKFLOWS_CLASS)
class MessageWorkflows(DBOSConfiguredInstance):
    """The workflows of a message. Their steps are in the modules of the media, memos and link previews."""

    NAME = WORKFLOWS_INSTANCE

    def __init__(  # noqa: PLR0913, PLR0917 - the steps of each kind of work
        self,
        answers: AnswerQueue,
        downloader: MediaDownloader,
        memos: MemoSteps,
        reading: FileReadingSteps,
        pictures: PictureSizes,
        previewer: LinkPreviewer,
        exports: SentExports,
    ) -> None:
        super().__init__(self.NAME)
        self._answers = answers
        self._downloader = downloader
        self._memos = memos
        self._reading = reading
        self._pictures = pictures
        self._previewer = previewer
        self._exports = exports

    @DBOS.workflow(name=DOWNLOAD_MEDIA, max_recovery_attempts=None)
    def download_media(self, message_id: str, person_id: int, attempt: int, is_memo: bool) -> None:
        """Download what came with a message; then queue the transcription of a memo."""
        with _reported(message_id, "collect", person_id):
            steps = Steps()
            missing = steps.durable("fetch", self._downloader.download, message_id)
            steps.durable("discard", self._downloader.delete_at_provider, message_id)
            if missing:
                steps.run("answer", self._answers.put, person_id, message_id, attempt, MemoResult.MISSING)
            if is_memo and RECORDING not in missing:
                if self._memos.is_audio(message_id):
                    self._enqueue_memo(message_id, person_id, attempt + 1)
                else:
                    result = MemoResult.NOT_AUDIO
                    steps.run("answer", self._answers.put, person_id, message_id, attempt + 1, result)
            for memo_id in self._memos.create_in_disguise(message_id):
                self._enqueue_memo(memo_id, person_id, 1)
            if self._reading.has_readable(message_id) or self._pictures.are_missing(message_id):
                self._enqueue_reading(message_id, person_id, attempt)
            steps.run("look_at", self._exports.look_at, message_id)

    @DBOS.workflow(name=HANDLE_MEMO, max_recovery_attempts=None)
    def handle_memo(self, message_id: str, person_id: int, attempt: int) -> None:
        """Transcribe a memo. The sender of a long one gets a receipt first."""
        with _reported(message_id, "transcribe", person_id):
            steps = Steps()
            duration = steps.durable("measure", self._memos.duration, message_id)
            if duration is not None and duration >= ACKNOWLEDGED_FROM:
                steps.run(
                    "acknowledge", self._answers.put, person_id, message_id, attempt, received(duration)
                )
            result = steps.durable("write_down", self._memos.transcribe, message_id)
            steps.run("answer", self._answers.put, person_id, message_id, attempt + 1, MemoResult(result))

    @DBOS.workflow(name=READ_FILES, max_recovery_attempts=None)
    def read_files(self, message_id: str, person_id: int, attempt: int) -> None:
        """Read the words of the files that came with a message, and the pages behind the links in them.

        Before that, make the sizes in which its pictures are shown.
        """
        with _reported(message_id, "read_files", person_id):
            steps = Steps()
            steps.run("resize", self._pictures.make_all, message_id)
            steps.run("read_files", self._reading.read, message_id)
            if self._reading.has_links(message_id):
                self.enqueue_link_previews(message_id, person_id, attempt)

    @DBOS.workflow(name=PREVIEW_LINKS, max_recovery_attempts=None)
    def preview_links(self, message_id: str) -> None:
        """Read the pages behind the links of a message."""
        with _reported(message_id, "preview", None):
            Steps().run("preview", self._previewer.preview, message_id)

    @DBOS.workflow(name=PREVIEW_CHANGE, max_recovery_attempts=None)
    def preview_change(self, person_id: int, change_id: int) -> None:
        """Read the pages behind the links that a form of the book brought."""
        with _reported("", "preview", person_id):
            Steps().run("preview", self._previewer.preview_change, person_id, change_id)

    def enqueue_download(self, message_id: str, person_id: int, attempt: int, *, is_memo: bool) -> None:
        """Queue a download; people with few of them come first."""
        id_ = f"collect-{message_id}.{attempt}"
        after_few = SetEnqueueOptions(priority=max(1, self._downloader.waiting(person_id)))
        _enqueue_once(
            MEDIA_QUEUE, id_, after_few, self.download_media, message_id, person_id, attempt, is_memo
        )

    def enqueue_link_previews(self, message_id: str, person_id: int, attempt: int) -> None:
        """Queue the previews of a message's links; those of one person are read one after the other."""
        _enqueue_once(
            PREVIEWS_QUEUE,
            f"preview-{message_id}.{attempt}",
            SetEnqueueOptions(queue_partition_key=str(person_id)),
            self.preview_links,
            message_id,
        )

    def enqueue_change_preview(self, person_id: int, change_id: int) -> None:
        """Queue the previews of the links of a change, in one line with those of the person's messages."""
        _enqueue_once(
            PREVIEWS_QUEUE,
            f"preview-{changes_of(person_id)}.{change_id}",
            SetEnqueueOptions(queue_partition_key=str(person_id)),
            self.preview_change,
            person_id,
            change_id,
        )

    def _enqueue_reading(self, message_id: str, person_id: int, attempt: int) -> None:
        """Queue the reading of a message's files; those of one person are read one after the other."""
        _enqueue_once(
            FILES_QUEUE,
            f"read-{message_id}.{attempt}",
            SetEnqueueOptions(queue_partition_key=str(person_id)),
            self.read_files,
            message_id,
            person_id,
            attempt,
        )

    def _enqueue_memo(self, message_id: str, person_id: int, attempt: int) -> None:
        """Queue a transcription; people with few of them come first."""
        id_ = f"transcribe-{message_id}.{attempt}"
        after_few = SetEnqueueOptions(priority=max(1, self._memos.waiting(person_id)))
        _enqueue_once(TRANSCRIPTION_QUEUE, id_, after_few, self.handle_memo, message_id, person_id, attempt)


def _enqueue_once(
    queue: str,
    id_: str,
    options: SetEnqueueOptions,
    workflow: Callable[P, None],
    *args: P.args,
    **kwargs: P.kwargs,
) -> None:
    """Enqueue a workflow, once for its id: so a workflow that runs again enqueues nothing twice."""

    def enqueue() -> None:
        with SetWorkflowID(id_), options:
            DBOS.enqueue_workflow(queue, workflow, *args, **kwargs)

    Context().run(enqueue)  # in a workflow's own context DBOS would record it as a step


class Steps:
    """Runs the steps of a workflow, and logs their durations."""

    def run(self, name: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the result of ``work``; when the workflow runs again, so does this step."""
        with timing(lambda seconds: log.debug("step", step=name, took_ms=round(seconds * 1000))):
            return work(*args, **kwargs)

    def durable(self, name: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the result of ``work``; when the workflow runs again, its recorded result."""
        try:
            return DBOS.run_step({"name": name}, self.run, name, work, *args, **kwargs)
        except (dbos_errors.DBOSUnexpectedStepError, PickleRefused):
            # An older release has begun this workflow, with other steps or with a result of a class.
            return self.run(name, work, *args, **kwargs)


@contextmanager
def _reported(message_id: str, workflow: str, person_id: int | None) -> Generator[None]:
    """Report an error that ends the workflow; its message then counts as failed."""
    with bind_context(message_id, workflow, person_id):
        try:
            yield
        except Exception as error:
            report_error(error, message_id=message_id, step=workflow)
            raise
