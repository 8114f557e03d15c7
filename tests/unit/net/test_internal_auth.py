"""Processes of one scrapbook know each other; nobody else is believed, and nobody learns the secret."""

import json
import subprocess
import time

import pytest

from scrapbook.net.internal_auth import MAX_AGE, SIGNATURE, CallRefused, InternalAuth, SignedCall
from scrapbook.paths import BOT, BOT_PYTHON

SECRET = "a secret of thirty-two characters"
URL = "http://127.0.0.1:8003/turn?x=1"
BODY = b'{"text": "milk"}'

OTHER_SIDE = """
import json, sys
sys.path.insert(0, ".")
from components.internal_auth import InternalAuth
auth, asked = InternalAuth(sys.argv[1]), json.load(sys.stdin)
theirs = auth.verify(*asked["head"])
assert theirs.has_body(asked["body"].encode())
ours = auth.sign("POST", "http://rasa/turn", b"body")
print(json.dumps({"proof": theirs.proof(200), "headers": ours.headers, "expected": ours.proof(409)}))
"""


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def verified(auth: InternalAuth, call: SignedCall, **changed: str) -> SignedCall:
    head = {"method": "POST", "host": "127.0.0.1:8003", "target": "/turn?x=1"} | changed
    return auth.verify(**{"signature": call.headers[SIGNATURE], **head})


def test_both_sides_believe_each_other() -> None:
    caller, callee = InternalAuth(SECRET), InternalAuth(SECRET)
    call = caller.sign("POST", URL, BODY)
    seen = verified(callee, call)
    assert seen.has_body(BODY)
    assert call.is_proven(200, seen.proof(200))


def test_the_secret_is_not_sent() -> None:
    call = InternalAuth(SECRET).sign("POST", URL, BODY)
    assert SECRET not in str(call.headers)
    assert SECRET not in call.proof(200)


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "PUT"},
        {"target": "/turn"},
        {"target": "/model"},
        {"host": "evil.example:8003"},
        {"host": ""},
        {"signature": ""},
        {"signature": "...."},
        {"signature": "\udcff\n"},
        {"signature": "1.2.3." + "0" * 64},
    ],
    ids=str,
)
def test_nothing_of_what_was_signed_can_be_changed(changed: dict[str, str]) -> None:
    auth = InternalAuth(SECRET)
    with pytest.raises(CallRefused) as refused:
        verified(auth, auth.sign("POST", URL, BODY), **changed)
    assert refused.value.call is None


def test_another_secret_is_refused_and_not_believed() -> None:
    call = InternalAuth(SECRET).sign("POST", URL, BODY)
    with pytest.raises(CallRefused):
        verified(InternalAuth("another secret"), call)
    assert not call.is_proven(200, InternalAuth("another secret").sign("POST", URL, BODY).proof(200))


@pytest.mark.parametrize("proof", [None, "", "\udcff", "0" * 64])
def test_an_answer_without_the_proof_is_not_believed(proof: str | None) -> None:
    assert not InternalAuth(SECRET).sign("POST", URL, BODY).is_proven(200, proof)


def test_a_proof_is_of_one_request_and_one_status() -> None:
    auth = InternalAuth(SECRET)
    call, another = auth.sign("POST", URL, BODY), auth.sign("POST", URL, BODY)
    assert not call.is_proven(200, another.proof(200))
    assert not call.is_proven(200, call.proof(500))


def test_another_body_is_not_the_one_that_was_signed() -> None:
    auth = InternalAuth(SECRET)
    assert not verified(auth, auth.sign("POST", URL, BODY)).has_body(BODY + b" ")


def test_a_request_is_accepted_once() -> None:
    auth = InternalAuth(SECRET)
    call = auth.sign("POST", URL, BODY)
    verified(auth, call)
    with pytest.raises(CallRefused, match="before"):
        verified(auth, call)


@pytest.mark.parametrize("passed", [MAX_AGE + 1, -MAX_AGE - 1, 10 * MAX_AGE])
def test_an_old_request_is_refused_with_a_reason_that_is_proven(passed: float) -> None:
    clock = Clock()
    call = InternalAuth(SECRET, clock).sign("POST", URL, BODY)
    clock.now += passed
    with pytest.raises(CallRefused, match="clocks") as refused:
        verified(InternalAuth(SECRET, clock), call)
    assert refused.value.call
    assert call.is_proven(401, refused.value.call.proof(401))


def test_a_request_is_not_accepted_again_as_long_as_its_time_is() -> None:
    clock = Clock()
    auth = InternalAuth(SECRET, clock)
    clock.now += MAX_AGE  # a caller whose clock is ahead
    call = auth.sign("POST", URL, BODY)
    clock.now -= MAX_AGE
    for _ in range(2 * MAX_AGE):
        verified(auth, auth.sign("POST", URL, BODY))
        clock.now += 1
    clock.now -= 2 * MAX_AGE
    verified(auth, call)
    for _ in range(2 * MAX_AGE):
        with pytest.raises(CallRefused):
            verified(auth, call)
        clock.now += 1


def test_rasas_environment_has_the_same_protocol() -> None:
    auth = InternalAuth(SECRET)
    call = auth.sign("POST", URL, BODY)
    asked = {"head": ["POST", "127.0.0.1:8003", "/turn?x=1", call.headers[SIGNATURE]], "body": BODY.decode()}
    done = subprocess.run(
        [str(BOT_PYTHON), "-c", OTHER_SIDE, SECRET],
        cwd=BOT,
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answered = json.loads(done.stdout)
    assert call.is_proven(200, answered["proof"])
    seen = auth.verify("POST", "rasa", "/turn", answered["headers"][SIGNATURE])
    assert seen.has_body(b"body")
    assert seen.proof(409) == answered["expected"]


def test_it_costs_little() -> None:
    """Both sides of a call together, in processor time. Measured: a twentieth of a millisecond."""
    auth, rounds = InternalAuth(SECRET), 2_000
    begun = time.process_time()
    for _ in range(rounds):
        call = auth.sign("POST", URL, BODY)
        seen = verified(auth, call)
        assert seen.has_body(BODY)
        assert call.is_proven(200, seen.proof(200))
    assert (time.process_time() - begun) / rounds < 0.000_4
