"""A plain turn uses prepared statements only: it creates no SQLAlchemy session, which would cost more than
all of its statements."""

from typing import Any

import pytest

from scrapbook.store import Store, unit_of_work
from tests.integration.actions.conversation import Conversation


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def store_url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(request.param)


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sessions that are created while a turn runs."""
    made: list[str] = []
    make = unit_of_work.Session

    def counted(*args: Any, **options: Any) -> Any:
        made.append("session")
        return make(*args, **options)

    monkeypatch.setattr(unit_of_work, "Session", counted)
    return made


def fill(ann: Conversation) -> None:
    for number in range(8):
        ann.save(f"gardens: the tulips in bed {number} want water and the roses want none")
        ann.save(f"a thought of no topic, number {number}")


@pytest.mark.parametrize(
    ("action", "body", "slots", "answer"),
    [
        ("action_save", "gardens: the lilies as well", {}, "Saved 17 under gardens."),
        ("action_save", "lawns: mow them", {}, "Saved 17 under lawns."),
        ("action_save", "what was it that I wanted", {}, "Saved 17."),
        ("action_save", "tulips and roses want water in the gardens", {}, "gardens"),
        ("action_find", "find tulips", {"query": "tulips"}, "tulips"),
        ("action_find", "find gardens", {"query": "gardens"}, "gardens"),
    ],
)
def test_a_plain_turn_makes_no_session(
    action_store: Store,
    ann: Conversation,
    sessions: list[str],
    action: str,
    body: str,
    slots: dict,
    answer: str,
):
    fill(ann)
    sid = ann.receive(body)
    sessions.clear()
    assert answer in ann.turn(action, sid, **slots)
    assert sessions == []


def test_one_that_is_not_plain_does(action_store: Store, ann: Conversation, sessions: list[str]):
    ann.save("gardens: tulips")
    sessions.clear()
    ann.undo()
    assert sessions
