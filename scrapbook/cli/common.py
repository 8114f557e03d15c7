"""What several commands need: the consoles, the settings, the store.

Each function imports its libraries when it is called, so that ``scrapbook --help`` loads none of them.
"""

from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from scrapbook.errors import SettingsError

if TYPE_CHECKING:
    from rich.console import Console

    from scrapbook.settings import Settings
    from scrapbook.store import Store

NO_SCRAPBOOK = "There is no scrapbook yet with these settings; start it with scrapbook up"


def console() -> "Console":
    """Return a console that writes to standard output, as wide as the terminal is now."""
    return _console_class()(highlight=False)


@cache
def error_console() -> "Console":
    """Return the console that writes to standard error."""
    return _console_class()(stderr=True, highlight=False, soft_wrap=True)


@cache
def _console_class() -> "type[Console]":
    """Return a console that shows nothing of a text but what is ``displayable``."""
    from rich.console import Console
    from rich.text import Text

    from scrapbook.text.display import displayable

    class DisplayingConsole(Console):
        def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401 - those of rich
            return super().render_str(displayable(text), **options)

    return DisplayingConsole


def load_settings() -> "Settings":
    """Return the settings of the environment and of ``.env``. Raises SettingsError if one is wrong."""
    from scrapbook.settings import Settings

    return Settings.load()


@contextmanager
def open_store(settings: "Settings", *, creates: bool = False, migrate: bool = True) -> "Generator[Store]":
    """Yield the store of these settings, and close it afterwards.

    Args:
        creates: whether a scrapbook is begun where there is none.
        migrate: whether to bring the tables up to date first.

    Raises:
        SettingsError: there is no scrapbook yet; nothing was created.
        StoreError: the database cannot be opened.
    """
    from scrapbook.store import Store

    if creates:
        settings.make_data_dir()
    elif settings.is_sqlite and not settings.sqlite_path.exists():
        raise SettingsError(NO_SCRAPBOOK)
    store = Store.open(settings.database_url)
    try:
        if not creates and not store.has_tables():
            raise SettingsError(NO_SCRAPBOOK)
        if migrate and not store.schema_is_current():
            store.migrate()
        yield store
    finally:
        store.close()


def phone_number(settings: "Settings", typed: str) -> str:
    """Return the address that ``typed`` means; without one, the first allowed number.

    Raises AddressInvalid if there is no such number.
    """
    from scrapbook.settings import PHONE_NUMBER

    if not typed:
        return next(iter(settings.allowed_numbers), PHONE_NUMBER)
    from scrapbook.messaging.addresses import normalize

    return normalize(typed)
