"""Keep the folder of notes up to date while the app runs (``SCRAPBOOK_MIRROR_DIR``)."""

import asyncio
import time
from collections.abc import Iterator

import structlog

from scrapbook.errors import ScrapbookError
from scrapbook.exchange.mirror import Mirror
from scrapbook.observability.reporting import report_error
from scrapbook.store import Person, Store

POLL_SECONDS = 2.0
"""Between two looks for changes."""

RESYNC_SECONDS = 3600.0
"""Between two comparisons of everything, for what no change tells of, such as a reminder that was said."""

RETRY_SECONDS = 60.0
"""After a failure: the folder may be on a disk that is full or away."""

REST, MAX_REST_SECONDS = 3, 20.0
"""For how many times as long as its change took a folder is left alone afterwards, and for how long at most:
while thousands of entries are imported, everything is compared again and again."""

log = structlog.get_logger(__name__)


class MirrorKeeper:
    """Looks for changes, and has them written."""

    def __init__(self, store: Store, mirror: Mirror) -> None:
        self._store = store
        self._mirror = mirror
        self._people: set[int] = set()
        self._versions: dict[int, str] = {}
        self._compared: dict[int, float] = {}
        self.rests_until: dict[int, float] = {}

    async def run(self) -> None:
        """Compare everything at the start, then follow the changes, until cancelled."""
        while True:
            try:
                await self.look()
            except (OSError, ScrapbookError) as error:
                log.warning("mirror_failed", reason=type(error).__name__)
                self._versions.clear()
                await asyncio.sleep(RETRY_SECONDS)
            except Exception as error:  # noqa: BLE001 - the next look may succeed
                report_error(error, step="mirror")
                await asyncio.sleep(RETRY_SECONDS)
            await asyncio.sleep(POLL_SECONDS)

    async def look(self) -> None:
        """Write what has changed since the last look.

        A person whose folder cannot be written is tried again later, and the others go on. Raises OSError if
        the folder of somebody who is gone cannot be removed.
        """
        people = await asyncio.to_thread(self._store.read, lambda tx: tx.people.list())
        ids = {person.id for person in people}
        is_set_up = bool(ids or self._people)  # without anybody, it is only going to be
        if is_set_up and ids != self._people:
            await asyncio.to_thread(self._mirror.remove_others, ids)
            self._people = ids
        for person in people:
            if time.monotonic() >= self.rests_until.get(person.id, 0):
                try:
                    await self._look_at(person)
                except OSError as error:
                    log.warning("mirror_failed", person=person.id, reason=type(error).__name__)
                    self._versions.pop(person.id, None)
                    self.rests_until[person.id] = time.monotonic() + RETRY_SECONDS

    async def _look_at(self, person: Person) -> None:
        begun = time.monotonic()
        version = await asyncio.to_thread(self._mirror.version, person)
        is_due = begun - self._compared.get(person.id, -RESYNC_SECONDS) >= RESYNC_SECONDS
        if not is_due and version == self._versions.get(person.id):
            return
        steps = self._mirror.everything(person) if is_due else self._mirror.changed(person)
        await _run(steps)
        self._versions[person.id] = version
        now = time.monotonic()
        if is_due:
            self._compared[person.id] = now
        else:
            self.rests_until[person.id] = now + min(REST * (now - begun), MAX_REST_SECONDS)


async def _run(steps: Iterator[None]) -> None:
    """Run the steps, each in a thread, so that a stop waits for one of them only."""
    while await asyncio.to_thread(next, steps, False) is None:
        pass
