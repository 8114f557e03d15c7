"""Pages fetched from a server that may be anybody's, and addresses where nothing is fetched."""

import gzip
import socket
from collections.abc import Iterator

import httpx
import pytest

from scrapbook.errors import LinkError
from scrapbook.links.fetcher import FetchedPage, PageFetcher
from scrapbook.links.public_client import MAX_BODY, MAX_REDIRECTS, PageTooSlow
from tests.support.pages import PAGE, Answer, Answering, PageServer, page, redirect, serving, status

PUBLIC = "93.184.215.14"


@pytest.fixture
def server() -> Iterator[PageServer]:
    with serving() as server:
        yield server


@pytest.fixture
def fetcher(server: PageServer) -> PageFetcher:
    return PageFetcher(server.transport)


def refused(fetcher: PageFetcher, url: str) -> LinkError:
    with pytest.raises(LinkError) as caught:
        fetcher.fetch(url)
    assert caught.value.__cause__ is None
    assert url not in str(caught.value)
    return caught.value


def test_a_page_is_fetched(server: PageServer, fetcher: PageFetcher) -> None:
    server.pages["/a"] = page(content_type='Text/HTML; Charset="UTF-8"')
    assert fetcher.fetch("https://site.example/a#part") == FetchedPage(
        "https://site.example/a#part", PAGE, "utf-8"
    )


def test_redirects_are_followed_to_the_page(server: PageServer, fetcher: PageFetcher) -> None:
    for step in range(MAX_REDIRECTS):
        server.pages[f"/{step}"] = redirect(f"{step + 1}", 301 + step % 2)
    server.pages[f"/{MAX_REDIRECTS}"] = page()
    assert fetcher.fetch("http://site.example/0").url == f"http://site.example/{MAX_REDIRECTS}"


def test_endless_redirects_are_not(server: PageServer, fetcher: PageFetcher) -> None:
    server.pages["/"] = redirect("/")
    assert refused(fetcher, "http://site.example/").permanent
    assert len(server.requests) == MAX_REDIRECTS + 1


def test_it_says_what_it_is_and_nothing_of_the_person(server: PageServer, fetcher: PageFetcher) -> None:
    server.pages |= {"/a": redirect("http://other.example/b"), "/b": page()}
    fetcher.fetch("http://site.example/a")
    for _, headers in server.requests:
        assert headers.pop("User-Agent").startswith("Scrapbook/")
        assert headers.keys() == {"Host", "Accept", "Accept-Encoding", "Connection"}
    assert [headers["Host"] for _, headers in server.requests] == ["site.example", "other.example"]


NOT_PUBLIC = [
    "http://127.0.0.1/",
    "https://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0.0.0.0/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.0.1/",
    "http://100.64.0.1/",
    "http://100.100.100.200/",
    "http://169.254.169.254/latest/meta-data/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[::]/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]/",
    "http://localhost/",
    "http://LOCALHOST/",
]


@pytest.mark.parametrize("url", NOT_PUBLIC)
def test_addresses_that_are_not_public_are_refused(fetcher: PageFetcher, url: str) -> None:
    error = refused(fetcher, url)
    assert (str(error), error.permanent) == ("The address is not on the public internet.", True)


@pytest.mark.parametrize("url", NOT_PUBLIC)
def test_so_are_redirects_to_them(server: PageServer, fetcher: PageFetcher, url: str) -> None:
    server.pages["/"] = redirect(url)
    error = refused(fetcher, "http://site.example/")
    assert (str(error), error.permanent) == ("The address is not on the public internet.", True)


ELSEWHERE = [
    "ftp://site.example/",
    "file:///etc/passwd",
    "gopher://site.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "http://site.example:22/",
    "http://site.example:8080/",
    "https://site.example:0/",
    "http://user@site.example/",
    "http://user:word@site.example/",
    "http://site.example:99999/",
]


@pytest.mark.parametrize(
    "url", [*ELSEWHERE, "http://", "http://[::1", "http:///etc/passwd", "/etc/passwd", ""]
)
def test_other_schemes_and_ports_and_credentials_are_refused(
    server: PageServer, fetcher: PageFetcher, url: str
) -> None:
    with pytest.raises(LinkError) as caught:
        fetcher.fetch(url)
    assert caught.value.permanent
    assert server.requests == []


@pytest.mark.parametrize("url", ELSEWHERE)
def test_so_are_redirects_to_those(server: PageServer, fetcher: PageFetcher, url: str) -> None:
    server.pages["/"] = redirect(url)
    assert refused(fetcher, "http://site.example/").permanent
    assert server.paths() == ["/"]


class Names:
    """A resolver that gives one answer after the other, and an internet that is only asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
        self.lookups = 0
        self.asked: list[httpx.Request] = []
        self._answers = answers
        monkeypatch.setattr(socket, "getaddrinfo", self._look_up)
        monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", self._ask)

    def _look_up(self, _host: object, port: object, *_: object, **__: object) -> list[object]:
        answer = self._answers[min(self.lookups, len(self._answers) - 1)]
        self.lookups += 1
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (address, port),
            )
            for address in answer
        ]

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return httpx.Response(200, headers={"Content-Type": "text/html"}, stream=_Body())


class _Body(httpx.AsyncByteStream):
    async def __aiter__(self):
        yield PAGE


@pytest.mark.parametrize(
    "addresses",
    [["10.0.0.1"], ["169.254.169.254"], ["::1"], [PUBLIC, "127.0.0.1"], ["::ffff:10.0.0.1", PUBLIC]],
)
def test_a_name_that_stands_for_a_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    names = Names(monkeypatch, addresses)
    assert refused(PageFetcher(), "http://inside.site.test/").permanent
    assert names.asked == []


def test_a_name_that_changes_its_mind_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(monkeypatch, [PUBLIC], ["127.0.0.1"])
    assert PageFetcher().fetch("https://rebind.site.test/a").content == PAGE
    [asked] = names.asked
    assert (names.lookups, asked.url.host, asked.headers["host"]) == (1, PUBLIC, "rebind.site.test")
    assert asked.extensions["sni_hostname"] == "rebind.site.test"


def test_a_name_that_is_unknown_may_be_known_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert not refused(PageFetcher(), "http://unknown.site.test/").permanent


def endless(asked: Answering) -> None:
    asked.head(200, Content_Type="text/html")
    while not asked.server.stopping.is_set():
        asked.wfile.write(b" " * 65536)


def dripping(asked: Answering) -> None:
    asked.head(200, Content_Type="text/html")
    while not asked.server.stopping.wait(0.02):
        asked.wfile.write(b" ")


def silent(asked: Answering) -> None:
    asked.server.stopping.wait()


def bomb(asked: Answering) -> None:
    page(gzip.compress(bytes(32 * MAX_BODY)), Content_Encoding="gzip")(asked)


def announced(asked: Answering) -> None:
    asked.head(200, Content_Type="text/html", Content_Length="9" * 15)


@pytest.mark.parametrize("answer", [endless, bomb, announced, page(bytes(MAX_BODY + 1))])
def test_a_page_over_the_limit_is_refused(server: PageServer, fetcher: PageFetcher, answer: Answer) -> None:
    server.pages["/"] = answer
    error = refused(fetcher, "http://site.example/")
    assert (str(error), error.permanent) == ("The page is too large.", True)


def test_a_page_at_the_limit_is_not(server: PageServer, fetcher: PageFetcher) -> None:
    server.pages["/plain"] = page(bytes(MAX_BODY))
    server.pages["/packed"] = page(gzip.compress(bytes(MAX_BODY)), Content_Encoding="gzip")
    for path in ("plain", "packed"):
        assert fetcher.fetch(f"http://site.example/{path}").content == bytes(MAX_BODY)


@pytest.mark.parametrize("answer", [dripping, silent])
def test_a_server_that_takes_too_long_is_left(
    server: PageServer, fetcher: PageFetcher, answer: Answer
) -> None:
    server.pages["/"] = answer
    with pytest.raises(PageTooSlow) as caught:
        fetcher.fetch("http://site.example/", seconds=0.5)
    assert (str(caught.value), caught.value.permanent) == ("The server is too slow.", False)


@pytest.mark.parametrize("content_type", ["", "image/png", "application/json", "text/htmlx", "text", ";"])
def test_what_is_no_page_is_not_read(server: PageServer, fetcher: PageFetcher, content_type: str) -> None:
    server.pages["/"] = page(content_type=content_type)
    assert refused(fetcher, "http://site.example/").permanent


def test_xhtml_is_a_page(server: PageServer, fetcher: PageFetcher) -> None:
    server.pages["/"] = page(content_type="application/xhtml+xml; charset=utf-8")
    assert fetcher.fetch("http://site.example/").content == PAGE


@pytest.mark.parametrize(
    "answer",
    [
        page(b"damaged", Content_Encoding="gzip"),
        page(PAGE, Content_Encoding="br"),
        page(PAGE, Content_Encoding="gzip, gzip"),
    ],
)
def test_what_cannot_be_unpacked_is_refused(server: PageServer, fetcher: PageFetcher, answer: Answer) -> None:
    server.pages["/"] = answer
    assert refused(fetcher, "http://site.example/").permanent


@pytest.mark.parametrize(
    ("code", "permanent"),
    [(404, True), (403, True), (410, True), (408, False), (429, False), (500, False), (503, False)],
)
def test_what_may_pass_is_worth_another_try(
    server: PageServer, fetcher: PageFetcher, code: int, permanent: bool
) -> None:
    server.pages["/"] = status(code)
    assert refused(fetcher, "http://site.example/").permanent is permanent


def garbage(asked: Answering) -> None:
    asked.wfile.write(b"\x00\xff no answer at all\r\n\r\n")


def cut_short(asked: Answering) -> None:
    asked.head(200, Content_Type="text/html", Content_Length="1000")
    asked.wfile.write(PAGE)


@pytest.mark.parametrize("answer", [garbage, cut_short])
def test_a_server_that_breaks_off_may_be_tried_again(
    server: PageServer, fetcher: PageFetcher, answer: object
) -> None:
    server.pages["/"] = answer
    assert not refused(fetcher, "http://site.example/").permanent
