"""What is answered to ``export``."""

import re
from datetime import UTC, datetime

import pytest

from scrapbook.core.exporting import LINK_LIFETIME, person_of_link
from scrapbook.store import Store
from tests.integration.actions.conversation import Conversation

LINK = re.compile(r"https://scrapbook\.example\.org/book/export/([0-9a-f]{32})$")


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def store_url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SCRAPBOOK_PUBLIC_URL", "https://scrapbook.example.org")
    return request.getfixturevalue(request.param)


def test_the_answer_has_a_link_of_that_person_for_a_day(
    ann: Conversation, ben: Conversation, action_store: Store
):
    found = LINK.fullmatch(ann.text("action_export", "export").splitlines()[-1])
    assert found
    now = datetime.now(UTC)
    with action_store.transaction(read_only=True) as tx:
        assert person_of_link(tx, found[1], now) == ann.person.id
        assert person_of_link(tx, found[1], now + LINK_LIFETIME) is None


def test_a_turn_that_runs_again_answers_with_the_same_link(ann: Conversation):
    sid = ann.receive("export")
    assert ann.turn("action_export", sid) == ann.turn("action_export", sid)
