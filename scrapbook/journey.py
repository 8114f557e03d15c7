"""What takes long: pictures and sounds are fetched, memos written down, the pages behind links looked at.

Durable workflows, run by DBOS (``engine``). A memo takes ``collect`` (fetched and kept) and ``transcribe``
(written down, which may take a while and holds up nobody); what was heard goes into the inbox, where it is
answered when its sender's turn has come.

Whatever is killed, each of them is run again until it has come to its end. Every step may therefore run twice
and has to come out the same, and what is put into a queue has an id by which it is put there once. The engine
writes down only those steps that take long, so that they are not done again (``Steps.once``).
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import Context
from typing import ParamSpec, Protocol, TypeVar

import structlog
from dbos import DBOS, DBOSConfiguredInstance, SetEnqueueOptions, SetWorkflowID
from dbos import error as engine_errors

from scrapbook.collecting import Collector
from scrapbook.engine import JOURNEY_NAME, LINKS_QUEUE, MEDIA_QUEUE, TRANSCRIPTION_QUEUE
from scrapbook.links.previewing import Previewer
from scrapbook.memos import ACKNOWLEDGED_FROM, Heard, Memos, received
from scrapbook.metrics import timing
from scrapbook.reports import about, report

# Of what comes with a memo, the place of its sound.
SOUND = 0

log = structlog.get_logger(__name__)

T = TypeVar("T")
P = ParamSpec("P")


class Answers(Protocol):
    """Where what was heard is answered."""

    def put(self, person_id: int, message_sid: str, round_: int, heard: str) -> None:
        """Have a message answered in its sender's turn, once in each round. Blocks until that is kept."""
        ...


@DBOS.dbos_class()
class Journey(DBOSConfiguredInstance):
    """The workflows; their steps are those of the parts."""

    NAME = JOURNEY_NAME

    def __init__(self, answers: Answers, collector: Collector, memos: Memos, previewer: Previewer) -> None:
        super().__init__(self.NAME)
        self._answers = answers
        self._collector = collector
        self._memos = memos
        self._previewer = previewer

    @DBOS.workflow(max_recovery_attempts=None)
    def collect(self, sid: str, person_id: int, round_: int, is_memo: bool) -> None:
        """Fetches what came with a message; a memo is then written down."""
        with _reported(sid, "collect", person_id):
            steps = Steps()
            missing = steps.once("fetch", self._collector.collect, sid)
            steps.once("discard", self._collector.discard, sid)
            if missing:
                steps.run("answer", self._answers.put, person_id, sid, round_, Heard.MISSING)
            if is_memo and SOUND not in missing:
                self._enqueue_transcription(sid, person_id, round_ + 1)

    @DBOS.workflow(max_recovery_attempts=None)
    def transcribe(self, sid: str, person_id: int, round_: int) -> None:
        """From a sound to its words; whoever left a long one is told meanwhile that it has come in."""
        with _reported(sid, "transcribe", person_id):
            steps = Steps()
            duration = steps.once("measure", self._memos.duration, sid)
            if duration is not None and duration >= ACKNOWLEDGED_FROM:
                steps.run("acknowledge", self._answers.put, person_id, sid, round_, received(duration))
            heard = steps.once("write_down", self._memos.write_down, sid)
            steps.run("answer", self._answers.put, person_id, sid, round_ + 1, Heard(heard))

    @DBOS.workflow(max_recovery_attempts=None)
    def preview(self, sid: str) -> None:
        """Looks at the pages behind the links that were texted; nobody waits for it."""
        with _reported(sid, "preview", None):
            Steps().run("preview", self._previewer.preview, sid)

    def enqueue_collection(self, sid: str, person_id: int, round_: int, *, is_memo: bool) -> None:
        """Who has many to be fetched comes after who has few."""
        id_ = f"collect-{sid}.{round_}"
        after_few = SetEnqueueOptions(priority=max(1, self._collector.waiting(person_id)))
        _enqueue_once(MEDIA_QUEUE, id_, after_few, self.collect, sid, person_id, round_, is_memo)

    def enqueue_preview(self, sid: str, round_: int) -> None:
        _enqueue_once(LINKS_QUEUE, f"preview-{sid}.{round_}", SetEnqueueOptions(), self.preview, sid)

    def _enqueue_transcription(self, sid: str, person_id: int, round_: int) -> None:
        """Who has many to be written down comes after who has few."""
        id_ = f"transcribe-{sid}.{round_}"
        after_few = SetEnqueueOptions(priority=max(1, self._memos.waiting(person_id)))
        _enqueue_once(TRANSCRIPTION_QUEUE, id_, after_few, self.transcribe, sid, person_id, round_)


def _enqueue_once(
    queue: str,
    id_: str,
    options: SetEnqueueOptions,
    workflow: Callable[P, None],
    *args: P.args,
    **kwargs: P.kwargs,
) -> None:
    """Once for all, by its id: so the workflow that does it need not remember having done it."""

    def enqueue() -> None:
        with SetWorkflowID(id_), options:
            DBOS.enqueue_workflow(queue, workflow, *args, **kwargs)

    Context().run(enqueue)  # in that of a workflow the engine would write it down as a step


class Steps:
    """The steps of a workflow; each is timed for the log."""

    def run(self, name: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What ``work`` returns. Where the workflow is run again, so is this."""
        with timing(lambda seconds: log.debug("step", step=name, took_ms=round(seconds * 1000))):
            return work(*args, **kwargs)

    def once(self, name: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What ``work`` returned when it ran to its end, also where the workflow is run again."""
        try:
            return DBOS.run_step({"name": name}, self.run, name, work, *args, **kwargs)
        except (
            engine_errors.DBOSUnexpectedStepError
        ):  # a release with other steps has begun it, and written those down
            return self.run(name, work, *args, **kwargs)


@contextmanager
def _reported(sid: str, workflow: str, person_id: int | None) -> Generator[None]:
    """An error ends the workflow, which then stands in the inbox as failed."""
    with about(sid, workflow, person_id):
        try:
            yield
        except Exception as error:
            report(error, message_sid=sid, step=workflow)
            raise
