"""A message path in an event loop of its own, with stand-ins for what it leads to."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from dbos import DBOS
from dbos._dbos import _get_or_create_dbos_registry

from scrapbook.app import QUEUES
from scrapbook.assistant import Assistant
from scrapbook.engine import WorkQueue
from scrapbook.links.fetching import PageFetcher
from scrapbook.media import MediaStore
from scrapbook.message_path import Limits, MessagePath, Outside
from scrapbook.settings import Settings
from scrapbook.spending import Allowance
from scrapbook.store import EngineQueues, Store
from scrapbook.twilio.incoming import Incoming
from scrapbook.twilio.media import MediaFetcher
from scrapbook.voice.client import VoiceClient
from scrapbook.web.media import MediaLinks
from tests.integration.standins import Postbox

T = TypeVar("T")


class LoopRunning:
    """An event loop in a thread of its own; ``wait`` is for other threads."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop

    def begin(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        return self.begin(work).result(60)

    def call(self, function: Callable[[], T]) -> T:
        """What it returns when it is called in the event loop."""

        async def called() -> T:
            return function()

        return self.wait(called())


@contextmanager
def loop_running() -> Generator[LoopRunning]:
    """An event loop that is closed at the end."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield LoopRunning(loop)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@dataclass
class RunningPath:
    """A path that takes messages in."""

    path: MessagePath
    loop: LoopRunning

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.wait(work)

    def accept(self, incoming: Incoming) -> int | None:
        return self.wait(self.path.intake.accept(incoming))


@dataclass
class Parts:
    """What a path leads to, and its limits; replaced by keyword."""

    postbox: Postbox = field(default_factory=Postbox)
    allowance: Allowance = field(default_factory=Allowance)
    fetcher: MediaFetcher | None = None
    voice: VoiceClient | None = None
    queues: tuple[WorkQueue, ...] = QUEUES


@contextmanager
def running(settings: Settings, store: Store, rasa_url: str, parts: Parts) -> Generator[RunningPath]:
    """A path that is started, watched as in an app, and stopped at the end."""
    _get_or_create_dbos_registry().instance_info_map.clear()  # of the paths of other tests
    queues = EngineQueues.open(settings.journey_database_url)
    outside = Outside(
        Assistant([rasa_url], rasa_url),
        parts.postbox,
        MediaLinks("secret", settings.public_url),
        MediaStore(settings.media_url),
        parts.fetcher or MediaFetcher("AC", "secret", ""),
        PageFetcher(),
        parts.voice or VoiceClient(settings.voice_url),
    )
    path = MessagePath(settings, store, queues, parts.queues, outside, Limits(allowance=parts.allowance))
    with loop_running() as loop:
        running_path = RunningPath(path, loop)
        running_path.wait(path.start())
        watching = loop.begin(path.keeper.watch())
        try:
            yield running_path
        finally:
            watching.cancel()
            running_path.wait(path.stop())
            queues.close()
            DBOS.destroy(workflow_completion_timeout_sec=5)
