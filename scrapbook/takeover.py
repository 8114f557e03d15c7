"""No two processes work under one name; and what one that died had begun is finished by those that live.

The latter only where several share a PostgreSQL.

Never do two work on one message: a process is missing once the database has lost its connection, so one that
is only slow is left alone; the engine hands a workflow over in one conditional update, whoever asks for it;
and what a process that was wrongly missed still brings to an end is not recorded any more, because the
workflow has another owner. Its effects are those of the first time: each step finds what it did before.
"""

import asyncio
import time

import structlog
from dbos import DBOS

from scrapbook.errors import ScrapbookError, SettingsError
from scrapbook.reports import report
from scrapbook.store import GONE_AFTER, Presence, PresenceHere

EVERY = 3
"""Seconds between two looks."""

GRACE = 10
"""Seconds that a process must have been missing: after the database's restart, all are for a moment."""

log = structlog.get_logger(__name__)


def appear(presence: Presence | PresenceHere, executor_id: str) -> None:
    """To be called before the engine is started.

    Raises:
        SettingsError: another process works under that executor id; the two would take each other's work.
    """
    # One of our own that died with its machine is still there to the database.
    deadline = time.monotonic() + GONE_AFTER + EVERY
    while not presence.keep():
        if time.monotonic() > deadline:
            raise SettingsError(
                f"Another process runs as {executor_id}: give each a SCRAPBOOK_EXECUTOR_ID of its own"
            )
        time.sleep(0.5)


async def watch(presence: Presence, executor_id: str) -> None:
    """Look for missing processes, until cancelled."""
    lookout = Lookout(presence, executor_id)
    while True:
        await asyncio.sleep(EVERY)
        try:
            await asyncio.to_thread(lookout.look, time.monotonic())
        except ScrapbookError as error:
            log.warning("lookout_failed", because=str(error))
        except Exception as error:  # noqa: BLE001 - one failed look is no reason to stop for good
            report(error, step="takeover")


class Lookout:
    """Remembers who was missing since when."""

    def __init__(self, presence: Presence, executor_id: str) -> None:
        self._presence = presence
        self._executor_id = executor_id
        self._missing: dict[str, float] = {}

    def look(self, now: float) -> None:
        """Takes over from whoever has been missing for long enough. ``now`` in seconds, of any clock."""
        if not self._presence.keep():
            return
        for executor_id in _at_work() - {self._executor_id}:
            with self._presence.standing_in_for(executor_id) as is_missing:
                if not is_missing:
                    self._missing.pop(executor_id, None)
                elif now - self._missing.setdefault(executor_id, now) >= GRACE:
                    _take_over(executor_id)


def _at_work() -> set[str]:
    """Executors that have begun something and not finished it."""
    begun = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
    return {workflow.executor_id for workflow in begun if workflow.executor_id}


def _take_over(executor_id: str) -> None:
    # What DBOS does at a start for its own executor, and its paid control plane for others.
    taken = DBOS._recover_pending_workflows([executor_id])  # pyright: ignore[reportPrivateUsage]
    log.warning("taken_over", executor_id=executor_id, workflows=len(taken))
