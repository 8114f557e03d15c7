"""Options of the whole suite."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kill-rounds", type=int, default=1, help="how often processes are killed while texts come in"
    )


@pytest.fixture(scope="session")
def kill_rounds(pytestconfig: pytest.Config) -> int:
    return int(pytestconfig.getoption("--kill-rounds"))
