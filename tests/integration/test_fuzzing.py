"""Whatever is sent to whichever address: no failure, and nothing stored that Twilio has not signed."""

import base64
import itertools
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlencode

import anyio.from_thread
import pytest
from dbos._dbos import _get_or_create_dbos_registry
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route
from structlog.testing import capture_logs

from scrapbook import app as installation
from scrapbook.channels.twilio import probe
from scrapbook.channels.twilio.form import Form, MalformedWebhook, parse_form
from scrapbook.channels.twilio.inbound import inbound_message
from scrapbook.channels.twilio.optout import opt_out
from scrapbook.channels.twilio.signature import HEADER, Signatures
from scrapbook.emulators.twilio import LocalTwilio, handset_api
from scrapbook.emulators.twilio import create_app as create_twilio
from scrapbook.media.storage import MediaStore
from scrapbook.settings import Settings
from scrapbook.store import Store
from scrapbook.store.column_types import storable
from scrapbook.web.media_links import MediaLinks
from tests.support.asgi import Answer, Request, ask
from tests.support.installation import SCRAPBOOK, TOKEN, free_ports
from tests.support.served import served

PERSON = "+15550100"
UNKNOWN_SENDER = "+15559999"
ACCOUNT = "AC" + "5" * 32
SID = "SM" + "1" * 32

PER_RUN = 5_000
"""Hypothesis remembers all examples of a run, so many of them are several runs."""


class Server(NamedTuple):
    """An application that is up, with what it takes to ask it something."""

    app: Starlette
    ask: Callable[[Request], Answer]


@pytest.fixture(scope="module")
def configured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The settings of an installation that takes everything in and answers nothing: there is no assistant."""
    folder, port = tmp_path_factory.mktemp("fuzzed"), free_ports()
    with pytest.MonkeyPatch.context() as patch, capture_logs():
        for name, value in {
            "SCRAPBOOK_DATA_DIR": str(folder),
            "SCRAPBOOK_PORT": str(port),
            "SCRAPBOOK_ALLOWED_NUMBERS": PERSON,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_FROM": SCRAPBOOK,
        }.items():
            patch.setenv(name, value)
        patch.setattr(
            installation, "QUEUES", tuple(queue._replace(polling=86_400.0) for queue in installation.QUEUES)
        )
        patch.setattr(handset_api, "MAX_WAIT", 0.01)
        _get_or_create_dbos_registry().instance_info_map.clear()  # of the journeys of other tests
        yield Settings.load()


@pytest.fixture(scope="module")
def local_twilio(configured: Settings) -> LocalTwilio:
    return LocalTwilio(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        number=SCRAPBOOK,
        url=configured.phone_url,
        webhook_url=f"{configured.public_url}/twilio/messages",
        voice_url=f"{configured.public_url}/twilio/voice",
        database=configured.data_dir / "phone.db",
        retry_delays=(86_400.0,),
    )


@pytest.fixture(scope="module")
def portal() -> Iterator[anyio.from_thread.BlockingPortal]:
    with anyio.from_thread.start_blocking_portal() as portal:
        yield portal


def asking(portal: anyio.from_thread.BlockingPortal, app: Starlette) -> Callable[[Request], Answer]:
    return lambda request: portal.call(ask, app, request)


@pytest.fixture(scope="module")
def scrapbook(
    configured: Settings, local_twilio: LocalTwilio, portal: anyio.from_thread.BlockingPortal
) -> Iterator[Server]:
    store = Store.open(configured.database_url)
    store.migrate()
    store.close()
    app = installation.create_app()
    with (
        served(lambda _: create_twilio(local_twilio), configured.phone_port),
        portal.wrap_async_context_manager(app.router.lifespan_context(app)),
    ):
        yield Server(app, asking(portal, app))


@pytest.fixture(scope="module")
def twilio(local_twilio: LocalTwilio, portal: anyio.from_thread.BlockingPortal) -> Iterator[Server]:
    app = create_twilio(replace(local_twilio, database=local_twilio.database.with_name("fuzzed-phone.db")))
    with portal.wrap_async_context_manager(app.router.lifespan_context(app)):
        yield Server(app, asking(portal, app))


# What is sent

SIDS = [SID, "CA" + "2" * 32, "RE" + "3" * 32, "SM" + "g" * 32, "SM", SID + "0", SID.upper()]
NUMBERS = [
    PERSON,
    f"whatsapp:{PERSON}",
    UNKNOWN_SENDER,
    "",
    "+",
    "anonymous",
    "whatsapp:",
    "+1555\x00",
    "%",
    "+" * 900,
]
COUNTS = [
    "0",
    "1",
    "2",
    "10",
    "-1",
    "1000000000",
    "9" * 400,
    "1e3",
    "0x10",
    "\u0661",
    "\u00b2",
    " 1",
    "one",
    "",
]
DECIMALS = ["0", "51.5", "-180", "1e309", "-inf", "nan", "1_0", "\u0661", "", "9" * 400]
URLS = [
    f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages/{SID}/Media/ME1",
    "http://127.0.0.1:1/",
    "http://169.254.169.254/latest/meta-data/",
    "file:///etc/passwd",
    "http://[",
    "//",
    "\x00",
    "https://api.twilio.com@10.0.0.1/" + "a" * 3000,
]
WORDS = [
    "a thought",
    "STOP",
    "Start",
    "help",
    "\x00",
    "\ufffe\uffff",
    "\u202e\u200b",
    "\U0001f4a5" * 400,
    "{{slot}}",
    "/restart",
    "'; DROP TABLE entries; --",
    "<Response><Hangup/></Response>",
    "a\r\nX-Injected: yes",
    "w" * 20_000,
    "",
]
ANYTHING = st.one_of(st.sampled_from(WORDS + NUMBERS + COUNTS + URLS + DECIMALS + SIDS), st.text(max_size=12))

VALUES = {
    "MessageSid": SIDS,
    "CallSid": SIDS,
    "RecordingSid": SIDS,
    "OriginalRepliedMessageSid": SIDS,
    "From": NUMBERS,
    "To": NUMBERS,
    "Body": WORDS,
    "NumMedia": COUNTS,
    "MediaUrl0": URLS,
    "MediaUrl1": URLS,
    "MediaContentType0": ["image/png", "audio/ogg", "audio/ogg; codecs=opus", "\x00", "a/b\r\nc: d", ""],
    "Latitude": DECIMALS,
    "Longitude": DECIMALS,
    "OptOutType": ["STOP", "START", "HELP", "stop ", "\x00"],
    "MessageStatus": ["delivered", "read", "failed", "undelivered", "\x00", ""],
    "ErrorCode": ["30007", "21610", *COUNTS],
    "CallStatus": ["completed", ""],
    "RecordingStatus": ["completed", "absent", ""],
    "RecordingUrl": URLS,
    "Label": WORDS,
    "Address": WORDS,
    "ProfileName": WORDS,
    probe.FIELD: ["nonce", "\x00", "n" * 5000],
}
GOOD = {
    "/twilio/messages": {
        "MessageSid": SID,
        "From": PERSON,
        "To": SCRAPBOOK,
        "Body": "a thought",
        "NumMedia": "0",
    },
    "/twilio/status": {"MessageSid": SID, "MessageStatus": "delivered"},
    "/twilio/voice": {"CallSid": "CA" + "2" * 32, "From": PERSON, "To": SCRAPBOOK},
    "/twilio/recording": {
        "CallSid": "CA" + "2" * 32,
        "RecordingSid": "RE" + "3" * 32,
        "RecordingStatus": "completed",
        "RecordingUrl": URLS[0],
    },
}
FIELDS = st.one_of(
    st.sampled_from(sorted(VALUES)).flatmap(
        lambda name: st.tuples(st.just(name), st.sampled_from(VALUES[name]))
    ),
    st.tuples(st.sampled_from(sorted(VALUES)), ANYTHING),
    st.tuples(st.text(max_size=8), ANYTHING),
)


@st.composite
def forms(draw: st.DrawFn, path: str) -> bytes:
    """What Twilio would send there, more or less."""
    fields = list(GOOD.get(path, GOOD["/twilio/messages"]).items())
    for name, value in draw(st.lists(FIELDS, max_size=4)):
        if draw(st.booleans()):  # in place of the good one, or beside it
            fields = [field for field in fields if field[0] != name]
        fields.append((name, value))
    body = urlencode(fields).encode()
    return draw(st.sampled_from(SPOILT))(body)


SPOILT: list[Callable[[bytes], bytes]] = [
    *[bytes] * 8,
    lambda body: body[: len(body) // 2],
    lambda body: body + b"&\xff\xfe=\x00",
    lambda body: body + b"&Body=%ED%A0%80",
    lambda body: body + b"&%00=%zz&&==&;",
    lambda body: body.replace(b"&", b";"),
    lambda body: b"&".join([body] * 120),
    lambda body: body + b"&Body=" + b"x" * 70_000,
    lambda body: "\ufeff".encode() + body,
    lambda body: body.decode().encode("utf-16"),
    lambda _: b"",
]

HEADERS = st.lists(
    st.sampled_from(
        [
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"content-type", b"application/json"),
            (b"content-type", b"multipart/form-data; boundary=\xff"),
            (b"content-type", b"\x00"),
            (b"content-length", b"7"),
            (b"content-length", b"-1"),
            (b"content-length", b"many"),
            (b"host", b"["),
            (b"host", b"127.0.0.1:x"),
            (b"host", b"evil.example"),
            (b"host", b"\xff"),
            (b"origin", b"http://["),
            (b"origin", b"null"),
            (b"sec-fetch-site", b"cross-site"),
            (b"x-forwarded-host", b"["),
            (b"range", b"bytes=9-1,-"),
            (b"if-modified-since", b"yesterday"),
            (b"cookie", b"\xff=\x00"),
            (b"authorization", b"Basic \xff"),
            (b"expect", b"100-continue"),
        ]
    ),
    max_size=2,
).map(tuple)

QUERIES = st.one_of(
    st.just(b""),
    st.just(b"reply=1"),
    st.sampled_from([*COUNTS, *DECIMALS]).map(lambda value: b"reply=" + quote(value).encode()),
    st.sampled_from([*COUNTS, *DECIMALS]).map(
        lambda value: b"number=%2B15550100&wait=0&after=" + quote(value).encode()
    ),
    st.sampled_from([*COUNTS, *DECIMALS]).map(lambda value: b"PageSize=1&Page=" + quote(value).encode()),
    st.sampled_from(
        [b"bodySHA256=00", b"reply=1&reply=2", b"%00=%ff", b"\xff", b"?" * 40, b"&" * 700, b"number=["]
    ),
)
METHODS = st.sampled_from(
    [*["POST"] * 12, *["GET"] * 6, "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "post"]
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), ANYTHING),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(ANYTHING, inner, max_size=2),
    max_leaves=4,
)
OF_A_PHONE = st.fixed_dictionaries(
    {},
    optional={
        "from": st.sampled_from(NUMBERS),
        "to": st.sampled_from(["", *NUMBERS]),
        "body": st.sampled_from(WORDS),
        "sound": st.sampled_from(["", "====", "UklGRg==", "\x00"]),
        "key": st.sampled_from(["", "1", "12", "\n"]),
        "media": st.lists(
            st.fixed_dictionaries(
                {"content_type": st.sampled_from(VALUES["MediaContentType0"])},
                optional={"content": st.sampled_from(["", "AAAA", "====", "\u0661"])},
            ),
            max_size=2,
        ),
        "extras": st.dictionaries(st.sampled_from(sorted(VALUES)), ANYTHING, max_size=2),
        "fault": st.sampled_from(["webhook_down", "404", ""]),
        "count": st.sampled_from([0, 1, -1, 10**30]),
    },
)


def bodies(path: str) -> st.SearchStrategy[bytes]:
    if path in GOOD:
        return forms(path)
    json_ = st.one_of(OF_A_PHONE, OF_A_PHONE, JSON).map(lambda value: json.dumps(value).encode())
    return st.one_of(
        json_, forms(path), st.binary(max_size=40), st.just(b'{"body": "\\ud800"}'), st.just(b"[" * 9000)
    )


def addresses(routes: Sequence[BaseRoute], before: str = "") -> Iterator[str]:
    """The paths of all routes, with what stands in braces left in."""
    for route in routes:
        if isinstance(route, Mount):
            yield from addresses(route.routes, before + route.path)
            yield f"{before}{route.path}/{{path}}"
        else:
            assert isinstance(route, Route)
            yield before + route.path


@st.composite
def paths(draw: st.DrawFn, known: Sequence[str], parts: Sequence[str]) -> str:
    path = draw(st.sampled_from(known))
    while "{" in path:
        part = draw(st.sampled_from([*parts, *TRAVERSALS]))
        path = path[: path.index("{")] + part + path[path.index("}") + 1 :]
    return path + draw(st.sampled_from(ENDS))


ENDS = [*[""] * 24, "/", "/..", "%00", "/%2e%2e/", "?", "%0a", "\\", "/" + "a" * 70_000]
TRAVERSALS = [
    "..",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "%00",
    "%0d%0a",
    "%ff",
    "a" * 5000,
    "",
    "[",
    "%F0%9F%92%A5",
    SID,
]

Signing = Callable[[str, bytes, bytes], tuple[tuple[bytes, bytes], ...]]


def signed(token: str, base: str) -> Signing:
    """As Twilio signs it: garbage too."""
    signatures = Signatures(token)

    def sign(path: str, query: bytes, body: bytes) -> tuple[tuple[bytes, bytes], ...]:
        url = f"{base}{path}?{query.decode('latin-1')}" if query else base + path
        try:
            form = parse_form(body)
        except MalformedWebhook:
            form = Form({})
        return ((HEADER.lower().encode(), signatures.sign(url, form).encode()),)

    return sign


def unsigned(_path: str, _query: bytes, _body: bytes) -> tuple[tuple[bytes, bytes], ...]:
    return ()


def garbled(_path: str, _query: bytes, body: bytes) -> tuple[tuple[bytes, bytes], ...]:
    return ((HEADER.lower().encode(), base64.b64encode(body)[:28] or b"\xff"),)


@st.composite
def requests(
    draw: st.DrawFn,
    known: Sequence[str],
    parts: Sequence[str],
    signing: Sequence[Signing],
    always: tuple[tuple[bytes, bytes], ...] = (),
) -> Request:
    path, query = draw(paths(known, parts)), draw(QUERIES)
    body = draw(bodies(path))
    headers = draw(HEADERS) + draw(st.sampled_from(signing))(path, query, body)
    if not any(name == b"host" for name, _ in headers):
        headers += ((b"host", b"localhost"),)
    cut = draw(st.sampled_from([0, 0, 0, 1, 10, len(body) // 2]))
    return Request(
        draw(METHODS),
        path,
        query,
        headers + always,
        tuple(filter(None, (body[:cut], body[cut:]))),
        whole=draw(st.sampled_from([True, True, True, True, True, False])),
    )


def examples(count: int, strategy: st.SearchStrategy[Request], check: Callable[[Request], None]) -> None:
    """Check so many of them; the same ones every time."""
    for run in range(-(-count // PER_RUN)):
        seed(run)(
            settings(
                max_examples=min(PER_RUN, count - run * PER_RUN),
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            )(given(strategy)(check))
        )()


def rows(folder: Path) -> dict[tuple[str, str], int]:
    """How many rows the tables of the scrapbook have, and of the engine where that was needed."""
    counted = {}
    for name in ("scrapbook.db", "journey.db"):
        if not (folder / name).exists():
            continue
        with closing(sqlite3.connect(f"file:{folder / name}?mode=ro", uri=True)) as database:
            tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (table,) in tables:
                [(counted[name, table],)] = database.execute(f'SELECT count(*) FROM "{table}"')
    return counted


def tokens(configured: Settings) -> list[str]:
    """What may stand behind /media/: good links, old ones, ones to nowhere, spoilt ones."""
    key = MediaStore(configured.media_url).save(b"\x89PNG\r\n\x1a\n", "image/png")
    links = MediaLinks(TOKEN, configured.public_url)
    made = [
        links.url(key, "image/png"),
        links.url(key, "image/png", datetime.now(UTC) - timedelta(days=1)),
        links.url("../../../etc/passwd", "text/html"),
        links.url("", ""),
        MediaLinks("another secret", configured.public_url).url(key, "image/png"),
    ]
    whole = [url.rsplit("/", 1)[1] for url in made]
    return [*whole, whole[0][:-1], whole[0].replace(".", ""), "." + whole[0], whole[0] + "%00"]


def test_what_is_not_signed_is_never_stored_and_nothing_fails(
    scrapbook: Server, configured: Settings, requests_each: int
) -> None:
    known = sorted(set(addresses(scrapbook.app.routes)) | {"/", "/twilio", "/docs", "/handset/messages", "*"})
    elsewhere = signed(TOKEN, "https://elsewhere.example")
    another = signed("another token", configured.public_url)
    before = rows(configured.data_dir)

    def check(request: Request) -> None:
        answer = scrapbook.ask(request)
        assert answer.status < 500 or _is_not_ready(request, answer), answer

    sent = requests(known, tokens(configured), [unsigned, garbled, elsewhere, another])
    examples(requests_each, sent, check)
    assert rows(configured.data_dir) == before


def test_what_is_signed_is_refused_plainly_or_kept(
    scrapbook: Server, configured: Settings, requests_each: int
) -> None:
    accepted: dict[str, str] = {}
    sids = (f"SM{number:032x}" for number in itertools.count(1))
    sign = signed(TOKEN, configured.public_url)

    def check(request: Request) -> None:
        answer = scrapbook.ask(request)

        assert answer.status < 500, answer
        form = _message(request)
        if form and answer.status == 200 and probe.FIELD not in form:
            texted = inbound_message(form, datetime.now(UTC)).text
            accepted.setdefault(form["MessageSid"], storable(texted))

    sent = requests(sorted(GOOD), [""], [sign]).map(lambda request: _of_its_own(request, sids, sign))
    examples(requests_each, sent, check)
    with closing(Store.open(configured.database_url)) as store, store.transaction(read_only=True) as tx:
        bodies_kept = {sid: message.body for sid in accepted if (message := tx.messages.find(sid))}
        waiting = {one.message_id for one in tx.inbox.all() if one.memo_result is None}
        # Whatever came with a sound is not answered, but fetched first.
        assert all(tx.messages.get(sid).media for sid in accepted if sid not in waiting)
    assert len(accepted) > requests_each // 50
    assert bodies_kept == accepted


def test_the_local_twilio_fails_at_nothing(twilio: Server, requests_each: int) -> None:
    password = (b"authorization", b"Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()))
    parts = [SID, "MM" + "1" * 32, "ME" + "1" * 32, "PN" + "1" * 32]
    known = sorted(set(addresses(twilio.app.routes)))

    def check(request: Request) -> None:
        answer = twilio.ask(request)
        assert answer.status < 500, answer

    examples(requests_each, requests(known, parts, [unsigned], (password,)), check)


def _is_not_ready(request: Request, answer: Answer) -> bool:
    """No assistant runs here, and no speech recognition that would make a sound small."""
    return answer.status == 503 and request.path.startswith("/health/ready")


def _message(request: Request) -> Form | None:
    """The form of a request that is a text of the person's, and the app's own business."""
    is_whole = request.method == "POST" and request.whole and request.path == "/twilio/messages"
    try:
        form = parse_form(b"".join(request.chunks)) if is_whole else None
    except MalformedWebhook:
        return None
    if form is None or form.get("From") not in {PERSON, f"whatsapp:{PERSON}"}:
        return None
    # Whether START and HELP are the app's depends on what was texted before, and where.
    is_keyword = opt_out(form.get("Body", ""), form["From"], form.get("OptOutType", ""))
    return None if is_keyword else form


def _of_its_own(request: Request, sids: Iterator[str], sign: Signing) -> Request:
    """The request about a message of its own, signed anew."""
    body = b"".join(request.chunks).replace(SID.encode(), next(sids).encode())
    others = tuple(header for header in request.headers if header[0] != HEADER.lower().encode())
    return replace(request, chunks=(body,), headers=others + sign(request.path, request.query, body))
