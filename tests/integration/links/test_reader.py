"""Pages that are made to harm whoever reads them, from a real server, read in a process of its own."""

import gzip
import json
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from scrapbook.errors import LinkError
from scrapbook.links.page_process import MAX_PROCESSOR_SECONDS
from scrapbook.links.public_client import MAX_BODY
from scrapbook.links.reader import COMMAND, MAX_ANSWER, TOO_COSTLY, TOO_SLOW, PageReader, WebPage
from scrapbook.sandbox.limits import MAX_MEMORY
from scrapbook.store import PageMetadata
from tests.support.page_process import SLOW_NAME
from tests.support.pages import Answer, Answering, PageServer, page, redirect, serving, status

URL = "https://site.example/a"
USUAL = WebPage(URL, PageMetadata("A page", site="A site"))


@pytest.fixture(scope="module")
def server() -> Iterator[PageServer]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def reader(server: PageServer) -> Iterator[PageReader]:
    """A reader that goes on, whatever the tests before it gave it to read."""
    with server.reader() as reader:
        yield reader


def failure(reader: PageReader, url: str = URL, seconds: float = 30) -> LinkError:
    with pytest.raises(LinkError) as caught:
        reader.read(url, seconds)
    assert caught.value.__cause__ is None
    assert url not in str(caught.value)
    return caught.value


def processor_seconds() -> float:
    """The processor time of processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_usual_pages_are_read_in_one_process(server: PageServer, reader: PageReader) -> None:
    server.pages |= {"/a": page(), "/b": redirect("https://other.example/c"), "/c": page(b"<title>C</title>")}
    assert reader.read(URL) == USUAL
    first = reader._process._process
    moved = WebPage("https://other.example/c", PageMetadata("C", site="other.example"))
    assert reader.read("https://site.example/b") == moved
    server.pages["/a"] = status(404)
    assert str(failure(reader)) == "The server answered 404."
    server.pages["/a"] = page()
    assert reader.read(URL) == USUAL
    assert reader._process._process is first


def test_the_process_ends_with_its_reader(server: PageServer) -> None:
    server.pages["/a"] = page()
    with server.reader() as reader:
        reader.read(URL)
        process = reader._process._process
    assert process is not None
    assert process.returncode is not None


def filled(part: str, size: int = MAX_BODY) -> bytes:
    return (part * (size // len(part))).encode()


COSTLY = {
    "attributes": b"<a " + b" ".join(b"a%d" % number for number in range(250_000)) + b">",
    "namespaces": b"<a " + b" ".join(b"xmlns:a%d=b" % number for number in range(100_000)) + b">",
}
"""Pages for which the parser compares each attribute with each other one."""

HOSTILE = {
    "nested": filled("<div>"),
    "tables": filled("<table><tr><td>"),
    "formatting": filled("<b><i><u><p>"),
    "flat": filled("<b></b>"),
    "meta": filled("<meta name=a content=b>"),
    "links": filled("<link rel=b href=a>"),
    "bases": b"<base href='" + filled("a/../", MAX_BODY - 20) + b"'>",
    "entities": b"<title>" + filled("&amp;", MAX_BODY - 20),
    "named entities": b"<title>" + filled("&x", MAX_BODY - 20),
    "laughs": b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "'
    + filled("&a;", 100_000)
    + b'"><!ENTITY c "'
    + filled("&b;", 100_000)
    + b'">]><title>&c;</title>',
    "title": b"<title>" + filled("t ", MAX_BODY - 20),
    "spaces": b"<title>" + b" " * (MAX_BODY - 20),
    "unclosed": filled("<a href='"),
    "comments": filled("<!--"),
    "processing": filled("<?a"),
    "headings": filled("<h1><svg><title>"),
    "charsets": filled("<meta charset=utf-7><meta charset=big5>"),
    "broken characters": bytes(range(128, 256)) * (MAX_BODY // 128),
    "NUL": bytes(MAX_BODY),
}
"""Pages of up to 2 MB, by what they are full of."""


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_no_page_keeps_the_next_from_being_read(
    server: PageServer, reader: PageReader, content: bytes
) -> None:
    server.pages |= {"/hostile": page(content[:MAX_BODY]), "/a": page()}
    with suppress(LinkError):
        reader.read("https://site.example/hostile", 60)
    assert reader.read(URL, 60) == USUAL


@pytest.mark.parametrize("content", COSTLY.values(), ids=COSTLY)
def test_a_page_that_burns_the_processor_is_given_up(server: PageServer, content: bytes) -> None:
    server.pages["/a"] = page(content[:MAX_BODY])
    before = processor_seconds()
    with server.reader() as reader:
        error = failure(reader, seconds=120)
    assert (str(error), error.permanent) == (TOO_COSTLY, True)
    # The system counts whole seconds; the start of the process, with all that it imports, comes before.
    assert processor_seconds() - before < MAX_PROCESSOR_SECONDS + 1 + 3


SHARES = {
    "40,000 attributes": page(b"<a " + b" ".join(b"a%d" % number for number in range(40_000)) + b">"),
    "nested deeply": page(filled("<div>")),
    "one text": page(b"<title>" + filled("t", MAX_BODY - 20)),
    "a gzip bomb": page(gzip.compress(bytes(32 * MAX_BODY)), Content_Encoding="gzip"),
    "redirects without end": redirect("/hostile"),
    "a slow name": redirect(f"https://{SLOW_NAME}/"),
}


@pytest.mark.parametrize("answer", SHARES.values(), ids=SHARES)
def test_no_page_takes_more_than_its_share_of_the_machine(server: PageServer, answer: Answer) -> None:
    server.pages["/hostile"] = answer
    before, threads, began = processor_seconds(), threading.active_count(), time.monotonic()
    with server.reader() as reader, suppress(LinkError):
        reader.read("https://site.example/hostile", seconds=4)
    assert time.monotonic() - began < 4 + 5
    assert processor_seconds() - before < MAX_PROCESSOR_SECONDS + 1 + 3
    assert threading.active_count() <= threads + 1  # the server's own, for a request that was left


def test_a_page_that_fills_the_memory_is_given_up() -> None:
    script = f"""
from scrapbook.links import page_process
from scrapbook.links.fetcher import PageFetcher
class Large(PageFetcher):
    def fetch(self, url, seconds):
        bytearray({2 * MAX_MEMORY})
page_process.main(Large)
"""
    with PageReader((sys.executable, "-c", script)) as reader:
        error = failure(reader)
    assert (str(error), error.permanent) == (TOO_COSTLY, True)


def drip(part: bytes) -> Answer:
    """Send an answer, and then a part of it, again and again."""

    def answer(asked: Answering) -> None:
        while not asked.server.stopping.wait(0.02):
            asked.wfile.write(part)

    return answer


def dripping_body(asked: Answering) -> None:
    asked.head(200, Content_Type="text/html")
    drip(b"<a>")(asked)


def dripping_headers(asked: Answering) -> None:
    asked.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n")
    drip(b"X-Header: x\r\n")(asked)


def slowly_elsewhere(asked: Answering) -> None:
    asked.server.stopping.wait(0.4)
    redirect("/a")(asked)


SLOW = {
    "silent": drip(b""),
    "status": drip(b"H"),
    "headers": dripping_headers,
    "body": dripping_body,
    "redirects": slowly_elsewhere,
}


@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW)
def test_a_page_has_one_deadline_for_all_of_it(
    server: PageServer, reader: PageReader, answer: Answer
) -> None:
    server.pages |= {"/a": page(), "/slow": answer}
    if answer is slowly_elsewhere:
        server.pages["/a"] = answer
    else:
        reader.read(URL)  # the start of the process is no part of what is measured
    began = time.monotonic()
    error = failure(reader, "https://site.example/slow", seconds=1.5)
    assert time.monotonic() - began < 5
    assert (str(error), error.permanent) == (TOO_SLOW, False)


def test_a_name_that_is_not_resolved_in_time_leaves_no_thread_behind(
    server: PageServer, reader: PageReader
) -> None:
    server.pages["/a"] = page()
    reader.read(URL)
    threads, began = threading.active_count(), time.monotonic()
    error = failure(reader, f"https://{SLOW_NAME}/", seconds=1)
    assert time.monotonic() - began < 5
    assert (str(error), error.permanent) == (TOO_SLOW, False)
    assert threading.active_count() <= threads  # those of the server may end meanwhile
    assert reader.read(URL) == USUAL


def stuck(seconds: float) -> str:
    """A script that answers no request, and notices nothing that Python could tell it."""
    return f"""
import ctypes, sys
from scrapbook.links import page_process
from scrapbook.links.fetcher import PageFetcher
class Stuck(PageFetcher):
    def fetch(self, url, seconds):
        ctypes.PyDLL(None).sleep({seconds})
page_process.main(Stuck)
"""


def test_a_parser_that_never_returns_is_ended_in_time(tmp_path: Path) -> None:
    with PageReader((sys.executable, "-c", stuck(60))) as reader:
        began = time.monotonic()
        error = failure(reader, seconds=3)
    assert time.monotonic() - began < 10
    assert (str(error), error.permanent) == (TOO_SLOW, False)


def test_a_process_whose_app_was_killed_ends_by_itself() -> None:
    process = subprocess.Popen(
        (sys.executable, "-c", stuck(60)), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    with process:
        process.stdin.write(json.dumps({"url": URL, "seconds": 1}).encode() + b"\n")
        process.stdin.close()
        assert process.wait(30) != 0


LIES = [
    "print('not JSON')",
    "print('{}')",
    "print('[1]')",
    'print(\'{"url": 1, "page": []}\')',
    'print(\'{"url": "a", "page": {"title": "a"}}\')',
    f"print('x' * {2 * MAX_ANSWER})",
    "pass",
    "import os; os.abort()",
]


@pytest.mark.parametrize("lie", LIES)
def test_a_process_that_does_not_answer_as_it_should_is_not_believed(lie: str) -> None:
    with PageReader((sys.executable, "-c", f"input(); {lie}")) as reader:
        error = failure(reader)
    assert (str(error), error.permanent) == (TOO_COSTLY, True)


def test_the_process_is_told_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "secret")
    monkeypatch.setenv("SCRAPBOOK_DATABASE_URL", "secret")
    script = "import json, os; input(); print(json.dumps({'failure': str(os.environ), 'permanent': True}))"
    with PageReader((sys.executable, "-c", script)) as reader:
        assert "secret" not in str(failure(reader))


def test_a_url_that_no_server_takes_is_not_asked_for(server: PageServer, reader: PageReader) -> None:
    assert str(failure(reader, "https://site.example/" + "a" * 5000)) == "The URL is too long."
    assert "/" + "a" * 5000 not in server.paths()


def test_the_program_of_the_app_reads_from_the_internet_only() -> None:
    with PageReader(COMMAND) as reader:
        assert str(failure(reader, "http://127.0.0.1/")) == "The address is not on the public internet."
