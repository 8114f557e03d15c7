"""Options of the whole suite, and how it is spread over processes."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

# No example fails because the machine is busy. The suite tries the same examples at each run, so that it
# fails for a change alone; the thorough one tries others.
settings.register_profile("suite", deadline=None, derandomize=True, database=None)
settings.register_profile("thorough", deadline=None)

TESTS = Path(__file__).parent

OWN_INSTALLATION = {"test_faults.py", "test_private.py", "test_reports.py", "test_several_apps.py"}
"""Tests in e2e that start an installation of their own."""
KILLED_INSTALLATION = {"test_reminders.py", "test_book_killed.py", "test_killed.py", "test_running.py"}
"""Tests in e2e that kill and restart the processes of an installation, and share it."""

LONGEST = (
    "e2e",
    "integration/workflows/test_machines.py",
    "integration/test_upgrade.py",
    "integration/workflows/test_clock.py",
    "integration/workflows/test_message_path.py",
    "integration/voice",
    "integration/emulators/test_phone_page.py",
    "integration/web/test_book_in_a_browser.py",
)
"""Where the tests take longest. They begin first, so that all processes end at about the same time."""


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
        help="listen to every sentence in every format, kill at every step, make up other examples each time",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("thorough"):
        settings.load_profile("thorough")
        return
    settings.load_profile("suite")
    # Hypothesis also tries what stands as a constant in the modules that are loaded. Which are, depends on
    # the tests that ran before in the same process.
    providers._get_local_constants = providers.Constants  # pyright: ignore[reportPrivateUsage]


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep a file's tests in one process, and those that share an installation as well; the longest first."""
    if not config.pluginmanager.hasplugin("xdist"):  # Rasa's environment has fewer tests and does not need it
        return
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item.path)))
    items.sort(key=lambda item: place_of(item.path))


def group_of(path: Path) -> str:
    """Return the name of the group whose tests one process runs."""
    if path.parent == TESTS / "e2e" and path.name not in OWN_INSTALLATION:
        return "killed installation" if path.name in KILLED_INSTALLATION else "installation"
    return str(path)


def place_of(path: Path) -> int:
    """Return the place of a file in LONGEST; files that are not there come last."""
    return next(
        (place for place, name in enumerate(LONGEST) if path.is_relative_to(TESTS / name)), len(LONGEST)
    )


@pytest.fixture(scope="session", autouse=True)
def certificates_read_once() -> Iterator[None]:
    """Let all HTTP clients in a process share the context of the default certificates.

    httpx reads them anew for each client, which takes longer than most of the tests that open one.
    """
    create = ssl.create_default_context
    contexts: dict[object, ssl.SSLContext] = {}

    def create_or_share(*args: object, **options: object) -> ssl.SSLContext:
        if args or options.keys() != {"cafile"}:
            return create(*args, **options)  # type: ignore[arg-type] # the same
        file = options["cafile"]
        if file not in contexts:
            contexts[file] = create(cafile=file)  # type: ignore[arg-type] # the same
        return contexts[file]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", create_or_share)
        yield


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
