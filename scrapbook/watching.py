"""How things are, read from the databases when Prometheus asks for it."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import structlog
from prometheus_client import start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from scrapbook.disk import free
from scrapbook.errors import ScrapbookError
from scrapbook.metrics import registry
from scrapbook.store import EngineQueues, Figures, QueueFigures, Store

log = structlog.get_logger(__name__)


class HouseCollector(Collector):
    """How things are now."""

    def __init__(self, store: Store, queues: EngineQueues, data_dir: Path) -> None:
        self._store = store
        self._queues = queues
        self._data_dir = data_dir

    @override
    def collect(self) -> Iterator[Metric]:
        is_up = 1
        try:
            figures = self._store.figures()
            yield from _of_messages(figures, queues := self._queues.figures())
            yield from _of_queues({**queues, **_of_store(figures)})
        except ScrapbookError as error:
            log.warning("not_measured", because=str(error))
            is_up = 0
        yield GaugeMetricFamily("scrapbook_database_up", "1 where the databases could be read.", value=is_up)
        left = free(self._data_dir)
        yield GaugeMetricFamily("scrapbook_disk_free_bytes", "In the data directory.", value=left)


@contextmanager
def serving(host: str, port: int, collector: Collector) -> Generator[None]:
    """``GET /metrics`` until the end of the block. A port that is taken is no reason not to answer texts."""
    registry.register(collector)
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        log.warning("metrics_not_served", port=port, because=error.strerror)
        yield
    else:
        yield
        server.shutdown()
        server.server_close()
        thread.join()
    finally:
        registry.unregister(collector)


def _of_messages(figures: Figures, queues: dict[str, QueueFigures]) -> Iterator[Metric]:
    yield CounterMetricFamily("scrapbook_messages_arrived", "Messages that came in.", value=figures.arrived)
    messages = GaugeMetricFamily("scrapbook_messages", "Messages that are not answered.", labels=["state"])
    for state in ("received", "failed"):
        messages.add_metric([state], figures.unfinished.get(state, 0))
    yield messages
    began = [figures.oldest_unfinished, *(queue.oldest for queue in queues.values())]
    oldest = min((moment for moment in began if moment), default=None)
    age = (datetime.now(UTC) - oldest).total_seconds() if oldest else 0
    yield GaugeMetricFamily(
        "scrapbook_oldest_unfinished_seconds", "Age of the oldest message or work under way.", value=age
    )
    replies = GaugeMetricFamily(
        "scrapbook_replies_unsent", "Replies that Twilio has not taken.", labels=["state", "code"]
    )
    for (state, code), count in figures.unsent.items():
        replies.add_metric([state, "none" if code is None else str(code)], count)
    yield replies


def _of_store(figures: Figures) -> dict[str, QueueFigures]:
    """Inbox and outbox, under the names that they had as queues. One message of a person is worked on."""
    waiting = figures.inbox - figures.people_waiting
    return {
        "messages": QueueFigures(waiting=waiting, working=figures.people_waiting),
        "sending": QueueFigures(waiting=figures.outbox["recorded"], working=figures.outbox["sending"]),
    }


def _of_queues(queues: dict[str, QueueFigures]) -> Iterator[Metric]:
    depth = GaugeMetricFamily("scrapbook_queue_depth", "Work in the queues.", labels=["queue", "state"])
    for name, figures in queues.items():
        depth.add_metric([name, "waiting"], figures.waiting)
        depth.add_metric([name, "working"], figures.working)
    yield depth
