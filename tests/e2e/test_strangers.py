"""What a stranger can send to each process of a running scrapbook: made-up requests, over sockets.

``tests/integration/test_fuzzing.py`` makes up webhooks for the app alone, signed ones too. Here all processes
run, and nobody has the secret or Twilio's token.
"""

import json
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from scrapbook.net.internal_auth import SIGNATURE, InternalAuth
from scrapbook.paths import MODEL
from tests.support.installation import Installation

PRIVATE = "the heron and I, a thought that nobody else reads"
PROCESSES = ("app", "phone", "actions", "rasa", "voice", "sentry", "metrics")
PER_RUN = 5_000
"""Hypothesis remembers all examples of a run, so many of them are several runs."""

TURN = {
    "sender": "person-1",
    "message": "delete 1",
    "metadata": {"message_id": "SM" + "1" * 32},
    "text": "delete 1",
    "next_action": "action_delete",
    "tracker": {"sender_id": "person-1", "slots": {"number": "1"}, "latest_message": {"text": "delete 1"}},
    "from": "+15550100",
    "body": "delete 1",
}
PATHS = {
    "app": (
        *("/", "/health/live", "/health/ready", "/metrics", "/media/x", "/media/", "/docs", "/openapi.json"),
        *("/twilio/messages", "/twilio/status", "/twilio/voice", "/twilio/recording"),
    ),
    "actions": ("/", "/webhook", "/health", "/metrics", "/actions", "/webhook/", "//webhook"),
    "rasa": (
        *("/", "/turn", "/parse", "/health", "/version", "/status", "/domain", "/model", "/model/train"),
        *(
            "/model/parse",
            "/model/predict",
            "/model/test/intents",
            "/webhooks/rest",
            "/webhooks/rest/webhook",
        ),
        *("/webhooks/rest/webhook?stream=true", "/webhooks/callback/webhook", "/socket.io/"),
        *("/conversations/person-1/tracker", "/conversations/person-1/tracker/events"),
        *("/conversations/person-1/execute", "/conversations/person-1/trigger_intent"),
    ),
    "voice": ("/", "/transcribe", "/probe", "/compact", "/health/live", "/metrics", "/health"),
    "metrics": ("/", "/metrics", "/metrics/../", "/metrics?name[]=process_cpu_seconds_total"),
}
METHODS = (
    "GET",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "BREW",
    "get",
    "\x00",
)
ENDS = (*[""] * 12, "/", "?x=1", "?token=", "%00", "/..%2f..%2fetc/passwd", ";a", "\\", "#", "/" + "a" * 300)
HEADERS = st.lists(
    st.sampled_from(
        [
            *("Host: rebound.example", "Host: [", "Host:", "Host: 127.0.0.1:x"),
            *("Origin: http://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site"),
            *("Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type"),
            *("Content-Type: application/json", "Content-Type: text/plain", "Content-Type: \x00"),
            *("Content-Length: -1", "Content-Length: many", "Content-Length: 99999999999999999999"),
            *("Transfer-Encoding: chunked", "Transfer-Encoding: gzip", "Content-Encoding: deflate"),
            *("Expect: 100-continue", "Expect: much", "Upgrade: websocket\r\nConnection: Upgrade"),
            *("Authorization: Bearer x", "Cookie: a=\xff", "X-Forwarded-For: 127.0.0.1"),
            *("X-Twilio-Signature: AAAA", "X-HTTP-Method-Override: PUT", "No colon", "\x00: x", ": x"),
            *(f"{SIGNATURE}: {value}" for value in ("", ".", "1.2.3.4", "\xff", "9" * 900)),
        ]
    ),
    max_size=3,
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=9), st.just(TURN)),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(sorted(TURN)), inner, max_size=3)
    ),
    max_leaves=4,
)
BODIES = st.one_of(
    st.just(json.dumps(TURN).encode()),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.just(b"MessageSid=SM1&From=%2B15550100&To=%2B15550199&Body=delete+1&NumMedia=0"),
    st.binary(max_size=60),
    st.sampled_from([b"", b"[" * 9_000, b'{"message": "\\ud800"}', b"\xff\xfe{", b"RIFF\x00\x00WAVE" * 9]),
)


@st.composite
def requests(draw: st.DrawFn, paths: Sequence[str], sign: Callable[[str, str, bytes], str]) -> bytes:
    """The bytes of one request, mostly one that HTTP allows."""
    method = draw(st.sampled_from([*METHODS, "GET", "POST", "POST", "POST"]))
    path = draw(st.sampled_from(paths)) + draw(st.sampled_from(ENDS))
    body, lines = draw(BODIES), draw(HEADERS)
    if not any(line.startswith("Host:") for line in lines):
        lines = ["Host: 127.0.0.1", *lines]
    if not any(line.startswith(("Content-Length", "Transfer-Encoding")) for line in lines):
        lines = [*lines, f"Content-Length: {len(body)}"]
    if draw(st.sampled_from([False, False, True])):
        lines = [*lines, f"{SIGNATURE}: {sign(method, path, body)}"]
    head = "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "Connection: close", "", ""])
    return head.encode("latin-1") + body


def ask(port: int, request: bytes) -> bytes:
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection, suppress(ConnectionError):
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)  # so that nobody waits for a body that does not come
        while part := connection.recv(65_536):
            received += part
    return received


def logs(installation: Installation) -> dict[str, str]:
    found = {name: installation.folder / "logs" / f"{name}.log" for name in PROCESSES}
    return {name: path.read_text(errors="replace") for name, path in found.items() if path.exists()}


@pytest.mark.parametrize("process", PATHS)
def test_a_stranger_changes_nothing_reads_nothing_and_breaks_nothing(
    installation: Installation, number: str, process: str, requests_each: int
) -> None:
    installation.say(PRIVATE, number)
    port = installation.port + PROCESSES.index(process)
    wrong = InternalAuth("a secret that somebody guessed, but not ours")
    before, model = installation.rows_at_rest(), MODEL.stat()
    logged = {name: len(text) for name, text in logs(installation).items()}

    def sign(method: str, path: str, body: bytes) -> str:
        return wrong.sign(method, f"http://127.0.0.1{path}", body).headers[SIGNATURE]

    def check(request: bytes) -> None:
        answer = ask(port, request)
        status = answer[9:12]
        assert status < b"500" or (status == b"503" and b"/health/ready" in request), (request, answer)
        assert b"Traceback" not in answer
        assert PRIVATE.encode() not in answer
        assert b"access-control-allow" not in answer.lower()

    for run in range(-(-requests_each // PER_RUN)):
        seed(run)(
            settings(
                max_examples=min(PER_RUN, requests_each - run * PER_RUN),
                deadline=None,
                database=None,
                phases=[Phase.generate],  # a request is short, and shrinking one takes minutes
                suppress_health_check=list(HealthCheck),
            )(given(requests(PATHS[process], sign))(check))
        )()
    assert installation.rows() == before
    assert (MODEL.stat().st_mtime_ns, MODEL.stat().st_size) == (model.st_mtime_ns, model.st_size)
    for name, text in logs(installation).items():
        assert "Traceback" not in text[logged.get(name, 0) :], (name, text[-3_000:])
    assert installation.say("find heron", number)


def test_the_secret_is_in_one_file_that_only_its_owner_reads(installation: Installation) -> None:
    path = installation.folder / "run" / "internal.secret"
    assert path.stat().st_mode & 0o777 == 0o600
    for name in ("app", "phone", "actions", "rasa", "voice"):
        command = Path(f"/proc/{installation.pid(name)}/cmdline").read_text()
        assert installation.secret not in command, name
    for found in installation.folder.rglob("*"):
        if found.is_file() and found != path:
            assert installation.secret.encode() not in found.read_bytes(), found
