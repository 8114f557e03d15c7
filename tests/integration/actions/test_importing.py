"""What is answered to ``import``."""

from datetime import UTC, datetime
from typing import Any

import pytest

from scrapbook.store import Store
from tests.integration.actions.conversation import Conversation

FOUND = {"format": "Memos", "entries": 1200, "files": 2, "first": [], "skipped": [], "skipped_count": 3}


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def store_url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(request.param)


def ask(who: Conversation) -> str:
    return who.text("action_import", "import")


def sent(store: Store, who: Conversation, state: str, **values: Any) -> None:
    with store.transaction() as tx:
        id_ = tx.uploaded_exports.add(who.person.id, "app", "file.txt", datetime.now(UTC), "MM1")
        tx.uploaded_exports.set_state(id_, "uploading", state, **values)


def test_without_a_file_it_says_how_to_bring_one(ann: Conversation) -> None:
    assert ask(ann).startswith("There is no file to import. Send me one")


def test_a_file_that_was_looked_at_is_imported(ann: Conversation, action_store: Store) -> None:
    sent(action_store, ann, "read", preview=FOUND)
    reply = ask(ann)
    assert reply == (
        "Importing from Memos: 1,200 entries with 2 files, 3 left out. I tell you when it is done."
    )
    with action_store.transaction(read_only=True) as tx:
        [wanted] = tx.uploaded_exports.to_do("app")
    assert wanted.state == "wanted"


def test_a_file_of_another_person_is_not(ann: Conversation, ben: Conversation, action_store: Store) -> None:
    sent(action_store, ann, "read", preview=FOUND)
    assert ask(ben).startswith("There is no file to import.")


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        ("reading", "I am still looking at your file."),
        ("wanted", "I am importing your file."),
        ("imported", "That file is imported already."),
        ("failed", "That file cannot be imported. It is damaged."),
    ],
)
def test_it_says_how_far_a_file_is(ann: Conversation, action_store: Store, state: str, answer: str) -> None:
    sent(action_store, ann, state, preview=FOUND, problem="It is damaged." if state == "failed" else None)
    assert ask(ann).startswith(answer)
