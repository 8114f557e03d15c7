"""Metrics of the current state, read from the databases when Prometheus scrapes them."""

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import structlog
from prometheus_client import (
    make_asgi_app,  # pyright: ignore[reportUnknownVariableType]
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp
from typing_extensions import override

from scrapbook.errors import ScrapbookError
from scrapbook.net.asgi_server import serving
from scrapbook.net.body_limits import BodyLimits
from scrapbook.net.internal_auth import InternalAuth
from scrapbook.net.internal_guard import InternalOnly
from scrapbook.observability.disk import free
from scrapbook.observability.metrics import registry
from scrapbook.store import DbosQueues, QueueStats, Stats, Store

FRESH = 1.0
"""Seconds for which a state is used; so scrapes without pause cost the databases little."""
NO_BODY = BodyLimits(max_bytes=0, seconds=1.0)

log = structlog.get_logger(__name__)


class ScrapbookCollector(Collector):
    """Collects the state of messages, queues, databases and the disk. One thread may use it."""

    def __init__(self, store: Store, queues: DbosQueues, data_dir: Path) -> None:
        self._store = store
        self._queues = queues
        self._data_dir = data_dir
        self._state: Sequence[Metric] = ()
        self._due = 0.0

    @override
    def collect(self) -> Sequence[Metric]:
        if self._due <= time.monotonic():
            self._state = tuple(self._read())
            self._due = time.monotonic() + FRESH
        return self._state

    def _read(self) -> Iterator[Metric]:
        is_up = 1
        try:
            stats = self._store.stats()
            yield from _message_metrics(stats, queues := self._queues.stats())
            yield from _queue_metrics({**queues, **_inbox_and_outbox(stats)})
        except ScrapbookError as error:
            log.warning("stats_unavailable", reason=str(error))
            is_up = 0
        yield GaugeMetricFamily(
            "scrapbook_database_up", "1 if the databases could be read, else 0.", value=is_up
        )
        left = free(self._data_dir)
        yield GaugeMetricFamily(
            "scrapbook_disk_free_bytes", "Free bytes on the disk of the data directory.", value=left
        )


@contextmanager
def serve_metrics(host: str, port: int, collector: Collector, auth: InternalAuth) -> Generator[None]:
    """Serve ``GET /metrics`` until the end of the block. A port in use is only logged: texts come first."""
    registry.register(collector)
    app = InternalOnly(cast("ASGIApp", make_asgi_app(registry)), auth, open_paths=("/metrics",))
    with ExitStack() as stack:
        stack.callback(registry.unregister, collector)
        try:
            stack.enter_context(serving(app, host, port, body=NO_BODY))
        except OSError as error:
            log.warning("metrics_not_served", port=port, reason=error.strerror)
        yield


def _message_metrics(stats: Stats, queues: dict[str, QueueStats]) -> Iterator[Metric]:
    yield CounterMetricFamily(
        "scrapbook_messages_arrived", "Messages that were received.", value=stats.arrived
    )
    messages = GaugeMetricFamily(
        "scrapbook_messages", "Messages that are not answered yet, by state.", labels=["state"]
    )
    for state in ("received", "failed"):
        messages.add_metric([state], stats.unfinished.get(state, 0))
    yield messages
    began = [stats.oldest_unfinished, *(queue.oldest for queue in queues.values())]
    oldest = min((moment for moment in began if moment), default=None)
    age = (datetime.now(UTC) - oldest).total_seconds() if oldest else 0
    yield GaugeMetricFamily(
        "scrapbook_oldest_unfinished_seconds",
        "Age of the oldest message or queued task that is not finished.",
        value=age,
    )
    replies = GaugeMetricFamily(
        "scrapbook_replies_unsent",
        "Replies that Twilio has not accepted, by state and error code.",
        labels=["state", "code"],
    )
    for (state, code), count in stats.unsent.items():
        replies.add_metric([state, "none" if code is None else str(code)], count)
    yield replies


def _inbox_and_outbox(stats: Stats) -> dict[str, QueueStats]:
    """Return inbox and outbox as the queues "messages" and "sending". The app answers one message of each
    person at a time."""
    waiting = stats.inbox - stats.people_waiting
    recorded, sending = (stats.outbox.get(state, 0) for state in ("recorded", "sending"))
    return {
        "messages": QueueStats(waiting=waiting, working=stats.people_waiting),
        "sending": QueueStats(waiting=recorded, working=sending),
    }


def _queue_metrics(queues: dict[str, QueueStats]) -> Iterator[Metric]:
    depth = GaugeMetricFamily(
        "scrapbook_queue_depth", "Tasks in the queues, by state.", labels=["queue", "state"]
    )
    for name, stats in queues.items():
        depth.add_metric([name, "waiting"], stats.waiting)
        depth.add_metric([name, "working"], stats.working)
    yield depth
