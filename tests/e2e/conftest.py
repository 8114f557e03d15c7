"""One house for all tests that only text it; those that break it start their own."""

from collections.abc import Iterator

import pytest

from tests.e2e.house import House

NUMBERS = tuple(f"+1555{n:04}" for n in range(100, 180))


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("house"), NUMBERS)
    try:
        house.start()
        yield house
    finally:
        house.stop()


@pytest.fixture
def number(house: House, unused: Iterator[str]) -> str:
    """A person nobody has texted for yet, so that a test starts with an empty scrapbook."""
    return next(unused)


@pytest.fixture(scope="session")
def unused() -> Iterator[str]:
    return iter(NUMBERS)


@pytest.fixture
def other_number(house: House, unused: Iterator[str]) -> str:
    return next(unused)
