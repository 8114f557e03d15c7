"""Whatever fails, and wherever: what the webhook took is answered once and in order, or visibly failed."""

import itertools
import json
import socket
import sqlite3
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path

import httpx
import pytest
from hypothesis import Phase, assume, given, seed, settings

from scrapbook.emulators.handset import Attachment, Handset
from scrapbook.emulators.twilio import LocalTwilio, create_app
from scrapbook.paths import ROOT
from scrapbook.store import Store
from scrapbook.store.column_types import storable
from scrapbook.text.display import displayable
from scrapbook.text.topic_markers import is_blank
from tests.e2e.accounting import all_answered, settled
from tests.e2e.network import Network, Trouble, network
from tests.e2e.silence import Silence, silence
from tests.support.installation import (
    SCRAPBOOK,
    TOKEN,
    Installation,
    free_ports,
    message_form,
    new_sid,
    wait_until,
)
from tests.support.served import served
from tests.support.texts import TEXTS

pytestmark = pytest.mark.soak

ACCOUNT = "AC" + "7" * 32
PEOPLE = tuple(f"+1555{n:04}" for n in range(100, 300))
TIMEOUT = 240.0


@pytest.fixture(scope="module")
def sentry() -> Iterator[Silence]:
    with silence() as sentry:
        yield sentry


@pytest.fixture(scope="module")
def port() -> int:
    return free_ports()


@pytest.fixture(scope="module")
def weather(port: int) -> Iterator[Network]:
    with network(to_port=port + 1) as weather:
        yield weather


@pytest.fixture(scope="module")
def installation(
    tmp_path_factory: pytest.TempPathFactory, port: int, weather: Network, sentry: Silence
) -> Iterator[Installation]:
    """One whose way to Twilio leads through the weather, and whose Sentry never answers."""
    environment = {
        "SCRAPBOOK_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SCRAPBOOK_SEND_RATE": "0",
        "SCRAPBOOK_DAILY_SEGMENTS": "0",
        "SCRAPBOOK_DAILY_SEGMENTS_IN_ALL": "0",
        "SCRAPBOOK_MESSAGES_PER_MINUTE": "0",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_API_URL": weather.url,
        "SENTRY_DSN": dsn(sentry.port),
        "SENTRY_TRACES_SAMPLE_RATE": "1",
        "PYTHONPATH": str(ROOT / "tests" / "e2e" / "killing"),
        "COLUMNS": "200",
    }
    installation = Installation(tmp_path_factory.mktemp("faults"), PEOPLE, environment, port)
    with served(lambda _: create_app(twilio_of(installation, weather)), port + 1):
        try:
            installation.start()
            yield installation
        finally:
            installation.stop()


def twilio_of(installation: Installation, weather: Network) -> LocalTwilio:
    return LocalTwilio(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        number=SCRAPBOOK,
        url=weather.url,
        webhook_url=f"{installation.url}/twilio/messages",
        database=installation.folder / "twilio.db",
    )


@pytest.fixture(scope="module")
def unused() -> Iterator[str]:
    return iter(PEOPLE)


def dsn(port: int) -> str:
    return f"http://key@127.0.0.1:{port}/1"


def accepted(installation: Installation, form: dict[str, str]) -> bool:
    with suppress(httpx.HTTPError):
        return installation.webhook(form).status_code == 200
    return False


def text(installation: Installation, person: str, thoughts: Sequence[str]) -> list[str]:
    """As Twilio with a retry configured: the same MessageSid again until the webhook takes it."""
    sids = []
    for thought in thoughts:
        form = message_form(new_sid(), person, thought)
        wait_until(
            lambda form=form: accepted(installation, form), 120, lambda: "the webhook never answered 200"
        )
        sids.append(form["MessageSid"])
    return sids


def text_side_by_side(installation: Installation, thoughts: dict[str, list[str]]) -> dict[str, list[str]]:
    """Everybody's, each person's one after the other."""
    with ThreadPoolExecutor(min(len(thoughts), 16)) as pool:
        sending = {
            person: pool.submit(text, installation, person, theirs) for person, theirs in thoughts.items()
        }
        return {person: sids.result() for person, sids in sending.items()}


# Killed at each step

WRITES = ("accept", "finish", "record_sent")
"""Each in a transaction: after it, nothing is committed yet."""
CALLS = ("take", "understand", "send")
"""``take`` ends with the commit, before the "200"; ``send`` with Twilio's answer, not recorded yet."""
STEPS_OF_A_MEMO = ("fetch", "discard", "measure", "acknowledge", "write_down", "answer")
WRITTEN_DOWN = ("fetch", "discard", "measure", "write_down")
"""By the engine, as steps that are not done again."""

IN_SHORT = (
    ("after", "accept", "app"),
    ("after", "take", "app"),
    ("during", "understand", "app actions"),
    ("after", "understand", "app"),
    ("after", "finish", "app"),
    ("before", "hand_over", "app"),
    ("after", "send", "app"),
)
AT_EACH_STEP = (
    *((moment, step, "app") for moment in ("before", "after") for step in (*WRITES, *CALLS, "hand_over")),
    *(("during", step, "app") for step in CALLS),
    *(("during", "understand", names) for names in ("rasa", "actions", "app rasa actions")),
    *(("during", "send", name) for name in ("rasa", "actions", "app rasa actions")),
)
OF_A_MEMO = (
    *((moment, "begin_memos", "app") for moment in ("before", "after")),
    *((moment, step, "app") for moment in ("during", "after") for step in STEPS_OF_A_MEMO),
    *(("recorded", step, "app") for step in WRITTEN_DOWN),
    *(("during", step, name) for step in ("measure", "write_down") for name in ("voice", "app voice")),
)


def order_killing(installation: Installation, order: Sequence[str]) -> Path:
    path = installation.folder / "run" / "kill"
    path.with_suffix(".new").write_text(" ".join(order))
    return path.with_suffix(".new").replace(path)


def was_carried_out(order: Path) -> None:
    wait_until(lambda: not order.exists(), 60, lambda: f"nobody was killed: {order.read_text()}")


def test_a_text_is_answered_once_whoever_is_killed_at_whichever_step(
    installation: Installation, unused: Iterator[str], is_thorough: bool
) -> None:
    person = next(unused)
    thoughts = [f"killed {' '.join(order)}" for order in (AT_EACH_STEP if is_thorough else IN_SHORT)]
    sids: list[str] = []
    for number, order in enumerate(AT_EACH_STEP if is_thorough else IN_SHORT, 1):
        path = order_killing(installation, order)
        sids += text(installation, person, [thoughts[number - 1]])
        was_carried_out(path)
        installation.replies(person, number, TIMEOUT)
    assert all_answered(settled(installation, {person: sids})[person], thoughts)


def test_a_memo_is_answered_whoever_is_killed_at_whichever_step(
    installation: Installation, unused: Iterator[str], is_thorough: bool
) -> None:
    person = next(unused)
    memo = Attachment("audio/ogg", (ROOT / "tests/sounds/long_memo.ogg").read_bytes())
    for number, order in enumerate(OF_A_MEMO if is_thorough else OF_A_MEMO[-1:], 1):
        path = order_killing(installation, order)
        installation.send([memo], person)
        was_carried_out(path)
        replies = installation.replies(person, 2 * number, TIMEOUT)[-2:]
        assert "39-second memo" in replies[0], (order, replies)
        assert f"Saved {number}" in replies[1], (order, replies)
        settled(installation, {})
        assert len(installation.sent_to(person)) == 2 * number


# Many at once


def test_a_burst_is_answered_and_each_person_in_order(
    installation: Installation, unused: Iterator[str], burst: int
) -> None:
    people = list(itertools.islice(unused, 20))
    thoughts = {
        person: [f"thought {number} of {person[-3:]}" for number in range(burst // len(people))]
        for person in people
    }
    count = sum(map(len, thoughts.values()))
    expected = sent(installation) + count
    before = answers(installation, "/twilio/status", "503")
    sids = text_side_by_side(installation, thoughts)
    wait_until(
        lambda: sent(installation) >= expected, max(120, burst), lambda: f"{sent(installation)} of {expected}"
    )
    accounts = settled(installation, sids)
    assert all(all_answered(accounts[person], thoughts[person]) for person in people)
    arrived = partial(reported, installation, people)
    wait_until(lambda: arrived() >= count, 120, lambda: f"{arrived()} of {count} reported")
    assert answers(installation, "/twilio/status", "503") == before


def answers(installation: Installation, path: str, status: str) -> float:
    """How many of Twilio's requests to that path the app has answered so, since its start."""
    metrics = httpx.get(f"http://127.0.0.1:{installation.port + 6}/metrics", timeout=30).text
    return sum(
        float(line.rpartition(" ")[2])
        for line in metrics.splitlines()
        if line.startswith(f'scrapbook_webhook_answers_total{{path="{path}",status="{status}"}}')
    )


def reported(installation: Installation, people: Sequence[str]) -> int:
    """How many replies are known to have arrived at these people's phones."""
    theirs = ", ".join(f"'{person}'" for person in people)
    return counted(installation, f"delivery_status = 'delivered' AND to_address IN ({theirs})")


def sent(installation: Installation) -> int:
    """How many replies Twilio has taken."""
    return counted(installation, "state = 'sent'")


def counted(installation: Installation, condition: str) -> int:
    with closing(
        sqlite3.connect(f"file:{installation.folder}/scrapbook.db?mode=ro", uri=True, timeout=30)
    ) as database:
        [(count,)] = database.execute(f"SELECT count(*) FROM outbound_messages WHERE {condition}")
        return int(count)


# Whatever is texted

LONGEST = 1600
"""Characters of a text that Twilio hands over."""
RUNS, PER_RUN, IN_SHORT_RUN = 6, 500, 80
"""Hypothesis remembers all examples of a run, so many of them are several runs."""


def test_a_text_that_is_no_command_is_saved_word_for_word(
    installation: Installation, unused: Iterator[str], is_thorough: bool
) -> None:
    store = Store.open(installation.database_url)
    try:
        for number in range(RUNS if is_thorough else 1):
            each_is_saved(installation, store, next(unused), number, PER_RUN if is_thorough else IN_SHORT_RUN)
    finally:
        store.close()


def each_is_saved(installation: Installation, store: Store, person: str, number: int, examples: int) -> None:
    @seed(number)
    # A text that fails does so after six attempts, so a shorter one is not looked for.
    @settings(max_examples=examples, deadline=None, database=None, phases=[Phase.generate])
    @given(TEXTS)
    def is_saved(written: str) -> None:
        body = storable(written)[:LONGEST]
        assume(not is_blank(body))
        [sid] = text(installation, person, [body])
        replies, saved = replies_and_words_saved(store, sid)
        assert replies == [displayable(reply) for reply in replies]
        if saved or not is_taken_for_a_command(installation, body):
            assert [word for word in body.split() if word not in saved] == []

    is_saved()


def is_taken_for_a_command(installation: Installation, body: str) -> bool:
    parsed = installation.run("parse", stdin=" ".join(body.split()) + "\n")
    return json.loads(parsed.stdout)["effect"] != "save"


def replies_and_words_saved(store: Store, sid: str) -> tuple[list[str], str]:
    """The words are those of the message's entries, or of the one that a takeaway was added to.

    What names their topic counts: ``#books``, ``python:``. Fails where the net was needed.
    """

    def is_answered() -> bool:
        with store.transaction(read_only=True) as tx:
            return tx.messages.get(sid).state != "received"

    wait_until(is_answered, TIMEOUT, lambda: f"{sid} is not answered")
    with store.transaction(read_only=True) as tx:
        message, result = tx.messages.get(sid), tx.turn_results.of(sid)
        assert message.state == "answered"
        assert result is None or result.response != "utter_saved_unparsed"
        entries = tx.entries.of_message(sid)
        saved = [f"{entry.text} #{entry.topic} {entry.topic}:" for entry in entries]
        if result and result.response == "utter_appended":
            entry = tx.entries.by_number(message.person_id, int(result.arguments["number"]))
            assert entry is not None
            saved.append(f"{entry.text} takeaway:")
        return [reply.body for reply in tx.outbound_messages.of_message(sid)], "\n".join(saved)


# The network to Twilio


def test_bad_weather_on_the_way_to_twilio_delays_replies_and_no_more(
    installation: Installation, weather: Network, unused: Iterator[str], is_thorough: bool
) -> None:
    """In gusts: beyond one, all wait for the one that asks whether Twilio is back, more and more seldom."""
    gusts = 5 if is_thorough else 1
    people = list(itertools.islice(unused, 6))
    thoughts = {person: [f"in bad weather {n}" for n in range(2 * gusts)] for person in people}
    sids: dict[str, list[str]] = {person: [] for person in people}
    for gust in range(gusts):
        with storming(weather):
            part = {person: theirs[2 * gust :][:2] for person, theirs in thoughts.items()}
            for person, new in text_side_by_side(installation, part).items():
                sids[person] += new
        accounts = settled(installation, sids, TIMEOUT)
    assert all(all_answered(accounts[person], thoughts[person]) for person in people)


@contextmanager
def storming(weather: Network) -> Generator[None]:
    """Until each trouble was met twice."""
    troubles = list(Trouble)[1:]
    enough = weather.met + 2 * len(troubles)
    weather.storm(troubles)
    try:
        yield
        wait_until(lambda: weather.met >= enough, TIMEOUT, lambda: f"{enough - weather.met} not met")
    finally:
        weather.calm()


def test_twilio_that_is_overloaded_or_failing_in_bursts_gets_every_reply_once(
    installation: Installation, unused: Iterator[str], is_thorough: bool
) -> None:
    for wave in range(5 if is_thorough else 1):
        with Handset(installation.twilio) as handset:
            # Three open the circuit, one finds it still so, and then an answer is lost on its way back.
            for fault, count in (("429", 2), ("500", 2), ("answer_lost", 1)):
                handset.inject(fault, count)
        thoughts = {person: [f"in wave {wave}"] for person in itertools.islice(unused, 6)}
        accounts = settled(installation, text_side_by_side(installation, thoughts), TIMEOUT)
        assert all(all_answered(accounts[person], thoughts[person]) for person in thoughts)


# Sentry


def test_a_sentry_that_never_answers_holds_up_nobody(
    installation: Installation, sentry: Silence, unused: Iterator[str]
) -> None:
    """Each message has something to tell it, and more are answered than it was even asked."""
    person, thoughts = next(unused), [f"unheard {number}" for number in range(20)]
    before = sentry.asked
    sids = text(installation, person, thoughts)
    assert all_answered(settled(installation, {person: sids})[person], thoughts)
    wait_until(lambda: sentry.asked > 0, 30, lambda: "nothing was told")
    assert sentry.asked - before < len(sids)


def test_the_app_stops_in_its_time_and_loses_nothing_whatever_sentry_does(
    installation: Installation, unused: Iterator[str]
) -> None:
    """Stopped while Sentry never answers, and then while nobody listens there."""
    person, thoughts = next(unused), [f"stopped {number}" for number in range(25)]
    sids = text(installation, person, thoughts[:5])
    stop_in_time(installation)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        installation.environment["SENTRY_DSN"] = dsn(nobody.getsockname()[1])
        installation.start()
        sids += text(installation, person, thoughts[5:])
        assert all_answered(settled(installation, {person: sids})[person], thoughts)
        stop_in_time(installation)


def stop_in_time(installation: Installation) -> None:
    """Fails where the app or the supervisor itself had to be killed; the others hold nothing, and may be."""
    log = installation.folder / "logs" / "supervisord.log"
    before = log.stat().st_size
    assert installation.stop() == 0
    told = log.read_text()[before:]
    assert "stopped: app (terminated by SIGTERM)" in told
    assert all(f"stopped: {name} " in told for name in ("actions", "rasa", "voice")), told
