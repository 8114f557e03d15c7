"""One installation for all tests that only text it, and another for those that kill its processes."""

from collections.abc import Iterator

import pytest

from tests.support.browser import browser  # noqa: F401 - a fixture
from tests.support.installation import Installation

NUMBERS = tuple(f"+1555{n:04}" for n in range(100, 800))


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("installation"), NUMBERS)
    try:
        installation.start()
        yield installation
    finally:
        installation.stop()


@pytest.fixture(scope="session")
def killed_installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation whose processes are killed and restarted."""
    installation = Installation(tmp_path_factory.mktemp("killed"), NUMBERS)
    try:
        installation.start()
        yield installation
    finally:
        installation.stop()


@pytest.fixture
def number(installation: Installation, unused: Iterator[str]) -> str:
    """A person nobody has texted for yet, so that a test starts with an empty scrapbook."""
    return next(unused)


@pytest.fixture(scope="session")
def unused() -> Iterator[str]:
    return iter(NUMBERS)


@pytest.fixture
def other_number(installation: Installation, unused: Iterator[str]) -> str:
    return next(unused)
