from collections.abc import Iterator

import pytest

from actions import action
from scrapbook.store import Store
from tests.integration.actions.conversation import Conversation
from tests.integration.conftest import as_actions_role


@pytest.fixture
def action_store(store_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The store that the actions use, on PostgreSQL as the role that they have there."""
    monkeypatch.setenv("SCRAPBOOK_DATABASE_URL", store_url)
    monkeypatch.setenv("SCRAPBOOK_ACTIONS_DATABASE_URL", as_actions_role(store_url))
    action.close()
    yield action.store()
    action.close()


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def ann(action_store: Store) -> Conversation:
    with action_store.transaction() as tx:
        return Conversation(action_store, tx.people.add("Ann", ["+15550100"]))


@pytest.fixture
def ben(action_store: Store) -> Conversation:
    with action_store.transaction() as tx:
        return Conversation(action_store, tx.people.add("Ben", ["+15550101"]))
