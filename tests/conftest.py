"""Options of the whole suite, and how it is spread over processes."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kill-rounds", type=int, default=1, help="how often processes are killed while texts come in"
    )


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep a file's tests in one process, and those that share the running house as well."""
    if not config.pluginmanager.hasplugin("xdist"):  # Rasa's environment has fewer tests and no need of it
        return
    for item in items:
        shares_the_house = "house" in getattr(item, "fixturenames", ()) and item.path.name != "test_killed.py"
        item.add_marker(pytest.mark.xdist_group("house" if shares_the_house else str(item.path)))


@pytest.fixture(scope="session")
def kill_rounds(pytestconfig: pytest.Config) -> int:
    return int(pytestconfig.getoption("--kill-rounds"))
