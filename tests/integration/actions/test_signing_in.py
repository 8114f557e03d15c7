"""What is answered to ``book`` and ``sign out everywhere``."""

import re
from datetime import UTC, datetime

import pytest

from scrapbook.core.signing_in import LINK_LIFETIME, link_is_open, session_of, use_link
from scrapbook.store import Store
from tests.integration.actions.conversation import Conversation

LINK = re.compile(r"https://scrapbook\.example\.org/book/sign-in/([0-9a-f]{32})$")


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def store_url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SCRAPBOOK_PUBLIC_URL", "https://scrapbook.example.org")
    return request.getfixturevalue(request.param)


def token_in(reply: str) -> str:
    """The token of the link, which is a line of its own at the end, so that phones make all of it a link."""
    found = LINK.fullmatch(reply.splitlines()[-1])
    assert found, reply
    return found[1]


def test_the_answer_has_a_link_that_opens_the_persons_book(
    ann: Conversation, ben: Conversation, action_store: Store
):
    token = token_in(ann.text("action_open_book", "book"))
    # From now on, though the text may have waited for long.
    now = datetime.now(UTC)
    with action_store.transaction() as tx:
        assert link_is_open(tx, token, now)
        assert not link_is_open(tx, token, now + LINK_LIFETIME)
        opened = use_link(tx, token, "", now)
        assert opened
        session = session_of(tx, opened.token, now)
        assert session
        assert session.person_id == ann.person.id


def test_a_turn_that_runs_again_answers_with_the_same_link(ann: Conversation):
    sid = ann.receive("book")
    assert ann.turn("action_open_book", sid) == ann.turn("action_open_book", sid)


def test_sign_out_everywhere_ends_sessions_and_links(ann: Conversation, action_store: Store):
    now = datetime.now(UTC)
    used = token_in(ann.text("action_open_book", "book"))
    opened = action_store.write(lambda tx: use_link(tx, used, "", now))
    assert opened
    unused = token_in(ann.text("action_open_book", "book"))
    reply = ann.text("action_sign_out_everywhere", "sign out everywhere")
    assert reply == (
        "Signed out everywhere. Devices: 1. No open link works any more. To sign in again, text book"
    )
    with action_store.transaction(read_only=True) as tx:
        assert session_of(tx, opened.token, now) is None
        assert not link_is_open(tx, unused, now)


def test_who_is_signed_in_nowhere_is_told_so(ann: Conversation):
    reply = ann.text("action_sign_out_everywhere", "sign out everywhere")
    assert reply == "You are signed in nowhere, and no link is open. To sign in, text book"
