import pytest


@pytest.fixture
def url(sqlite_url: str) -> str:
    """SQLite alone: what is stored is tested on both, in ``tests/integration/core/test_signing_in.py``."""
    return sqlite_url
