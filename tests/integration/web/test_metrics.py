"""The metrics' own port: Prometheus reads it, pages in browsers do not, and nobody can hold it up."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from scrapbook.store import DbosQueues, Store
from scrapbook.web import metrics
from scrapbook.web.metrics import ScrapbookCollector, serve_metrics
from tests.support.installation import free_ports
from tests.support.internal import AUTH
from tests.support.slow_clients import endless_header, slow_connections


class One(Collector):
    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("scrapbook_test", "A metric.", value=17)


@pytest.fixture
def port() -> Iterator[int]:
    port = free_ports()
    with serve_metrics("127.0.0.1", port, One(), AUTH):
        yield port


def test_prometheus_reads_them(port: int) -> None:
    answer = httpx.get(f"http://127.0.0.1:{port}/metrics")
    assert (answer.status_code, "scrapbook_test 17.0" in answer.text) == (200, True)


@pytest.mark.parametrize(
    "headers",
    [{"Host": "rebound.example"}, {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}],
    ids=str,
)
def test_pages_in_browsers_do_not(port: int, headers: dict[str, str]) -> None:
    answer = httpx.get(f"http://127.0.0.1:{port}/metrics", headers=headers)
    assert (answer.status_code, "scrapbook_test" in answer.text) == (403, False)


def test_slow_connections_take_no_threads_and_keep_nobody_out(port: int) -> None:
    before = threading.active_count()
    with slow_connections(port, 600):
        assert threading.active_count() <= before
        with endless_header([port]):
            assert httpx.get(f"http://127.0.0.1:{port}/metrics").status_code == 200


def test_another_program_on_the_port_does_not_stop_the_app() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        serve_metrics("127.0.0.1", taken.getsockname()[1], One(), AUTH),
    ):
        pass


def test_scrapes_without_pause_read_the_databases_once_a_second(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [time.monotonic()]
    monkeypatch.setattr(metrics, "time", SimpleNamespace(monotonic=lambda: now[0]))
    queues = DbosQueues.open("sqlite://")
    collector = ScrapbookCollector(store, queues, tmp_path)
    first = collector.collect()
    now[0] += metrics.FRESH - 0.1
    assert collector.collect() is first
    now[0] += 0.2
    assert collector.collect() is not first
    queues.close()
