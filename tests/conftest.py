"""Options of the whole suite, and how it is spread over processes."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kill-rounds", type=int, default=1, help="how often processes are killed while texts come in"
    )
    parser.addoption(
        "--requests", type=int, default=600, help="how many requests are made up to break the web interfaces"
    )
    parser.addoption("--burst", type=int, default=200, help="how many messages come in at once")
    parser.addoption(
        "--thorough",
        action="store_true",
        help="listen to every sentence in every format, kill at every step: not only some of them",
    )


# They start one of their own.
WITH_ANOTHER_HOUSE = {"test_faults.py", "test_killed.py", "test_reports.py", "test_several_apps.py"}


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep a file's tests in one process, and those that share the running house as well."""
    if not config.pluginmanager.hasplugin("xdist"):  # Rasa's environment has fewer tests and no need of it
        return
    for item in items:
        takes_a_house = "house" in getattr(item, "fixturenames", ())
        shares_the_house = takes_a_house and item.path.name not in WITH_ANOTHER_HOUSE
        item.add_marker(pytest.mark.xdist_group("house" if shares_the_house else str(item.path)))


@pytest.fixture(scope="session")
def kill_rounds(pytestconfig: pytest.Config) -> int:
    return int(pytestconfig.getoption("--kill-rounds"))


@pytest.fixture(scope="session")
def burst(pytestconfig: pytest.Config) -> int:
    return int(pytestconfig.getoption("--burst"))


@pytest.fixture(scope="session")
def is_thorough(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--thorough"))


@pytest.fixture(scope="session")
def requests_each(pytestconfig: pytest.Config) -> int:
    """Requests for each of three tests."""
    return -(-int(pytestconfig.getoption("--requests")) // 3)
