from collections.abc import Iterator

import pytest

from actions import action
from scrapbook.store import Store
from tests.integration.actions.conversation import Conversation


@pytest.fixture
def house(house_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The store that the actions work with."""
    monkeypatch.setenv("SCRAPBOOK_DATABASE_URL", house_url)
    action.close()
    yield action.store()
    action.close()


@pytest.fixture
def house_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def ann(house: Store) -> Conversation:
    with house.transaction() as tx:
        return Conversation(house, tx.people.add("Ann", ["+15550100"]))


@pytest.fixture
def ben(house: Store) -> Conversation:
    with house.transaction() as tx:
        return Conversation(house, tx.people.add("Ben", ["+15550101"]))
