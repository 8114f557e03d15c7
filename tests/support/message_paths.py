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
from scrapbook.assistant.client import Assistant
from scrapbook.channels.book.channel import book
from scrapbook.channels.twilio.channel import AUDIO
from scrapbook.channels.twilio.media import TwilioMedia
from scrapbook.documents.reader import FileReader
from scrapbook.links.reader import PageReader
from scrapbook.media.picture_resizer import PictureResizer
from scrapbook.media.storage import MediaStore
from scrapbook.messaging.addresses import SMS, WHATSAPP
from scrapbook.messaging.channel import Channel, Channels
from scrapbook.messaging.inbound import InboundMessage
from scrapbook.settings import Settings
from scrapbook.store import DbosQueues, Store
from scrapbook.voice.client import VoiceClient
from scrapbook.web.media_links import MediaLinks
from scrapbook.workflows.engine import WorkQueue
from scrapbook.workflows.message_path import ExternalServices, Limits, MessagePath
from scrapbook.workflows.picture_sizes import PictureSizes
from scrapbook.workflows.quota import SegmentQuota
from tests.support.internal import AUTH
from tests.support.standins import Postbox

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

    def accept(self, incoming: InboundMessage) -> int | None:
        return self.wait(self.path.intake.accept(incoming))


@dataclass
class Parts:
    """What a path leads to, and its limits; replaced by keyword."""

    postbox: Postbox = field(default_factory=Postbox)
    quota: SegmentQuota = field(default_factory=SegmentQuota)
    fetcher: TwilioMedia | None = None
    voice: VoiceClient | None = None
    queues: tuple[WorkQueue, ...] = QUEUES
    pages: Callable[[], PageReader] = PageReader

    def channel(self) -> Channel:
        media = self.fetcher or TwilioMedia("AC", "secret", "")
        return Channel("twilio", frozenset({SMS, WHATSAPP}), self.postbox, media, AUDIO)


@contextmanager
def running(settings: Settings, store: Store, rasa_url: str, parts: Parts) -> Generator[RunningPath]:
    """A path that is started, watched as in an app, and stopped at the end."""
    _get_or_create_dbos_registry().instance_info_map.clear()  # of the paths of other tests
    queues = DbosQueues.open(settings.dbos_database_url)
    files, resizer = MediaStore(settings.media_url), PictureResizer()
    outside = ExternalServices(
        Assistant([rasa_url], rasa_url, AUTH),
        Channels([parts.channel(), book()]),
        MediaLinks("secret", settings.public_url),
        files,
        parts.pages,
        FileReader,
        parts.voice or VoiceClient(settings.voice_url, AUTH),
        PictureSizes(store, files, resizer),
    )
    path = MessagePath(settings, store, queues, parts.queues, outside, Limits(quota=parts.quota))
    with loop_running() as loop:
        running_path = RunningPath(path, loop)
        running_path.wait(path.start())
        watching = loop.begin(path.lease_manager.run())
        try:
            yield running_path
        finally:
            watching.cancel()
            running_path.wait(path.stop())
            resizer.close()
            queues.close()
            DBOS.destroy(workflow_completion_timeout_sec=5)
