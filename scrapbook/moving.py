"""``scrapbook migrate-to``: a scrapbook that stands still goes from SQLite to PostgreSQL, all or nothing."""

from collections.abc import Generator
from contextlib import closing, contextmanager

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from scrapbook import unfinished
from scrapbook.errors import MoveRefused, StoreUnavailable
from scrapbook.settings import Settings
from scrapbook.store import Moved, Store


def move(settings: Settings, url: str, console: Console) -> None:
    """Moves the scrapbook of these settings into the empty database at ``url``, and says what to do next.

    Raises:
        MoveRefused: the scrapbook is not on SQLite, is running, or has messages under way; the new database
            is none of PostgreSQL's, or holds something; or the copy is not like the original.
    """
    with _standing_still(settings) as old, closing(_postgresql(url)) as new:
        new.migrate()
        with Progress(console=console) as progress:
            # Everything is read twice: once here, once there.
            task = progress.add_task("Moving", total=2 * old.size())
            moved = old.move_to(new, lambda rows: progress.advance(task, rows))
    _tell(moved, settings, console)


@contextmanager
def _standing_still(settings: Settings) -> Generator[Store]:
    """With nobody else at it, and nothing under way."""
    if not settings.is_sqlite:
        raise MoveRefused("The scrapbook is not on SQLite: SCRAPBOOK_DATABASE_URL names another database.")
    if not settings.sqlite_path.exists():
        raise MoveRefused(f"There is no scrapbook to move: {settings.sqlite_path} is not there.")
    with closing(Store.open_alone(settings.database_url)) as store:
        try:
            is_current = store.schema_is_current()
        except StoreUnavailable:
            raise MoveRefused("The scrapbook is in use: stop it first.") from None
        if not is_current:
            raise MoveRefused("The scrapbook's tables are of another release: run scrapbook migrate first.")
        _refuse_unfinished(settings, store)
        yield store


def _refuse_unfinished(settings: Settings, store: Store) -> None:
    """The engine's own tables stay behind, so nothing may be in them that is not in the scrapbook's."""
    if not settings.journey_path.exists():
        return
    with unfinished.of(settings, store) as messages:
        under_way = messages.known_to_the_engine_alone()
    if under_way:
        raise MoveRefused(
            f"{under_way} messages, replies or files are not finished: start the scrapbook, wait until "
            "scrapbook inbox lists none that is waiting, working or sending, stop it, and try again."
        )


def _postgresql(url: str) -> Store:
    if not url.startswith("postgresql+psycopg://"):
        raise MoveRefused(
            "The new database must be a PostgreSQL: postgresql+psycopg://user:password@host/database"
        )
    return Store.open(url)


def _tell(moved: Moved, settings: Settings, console: Console) -> None:
    table = Table("Table", "Rows", box=None)
    for name, rows in moved.rows.items():
        table.add_row(name, f"{rows:,}")
    console.print(table)
    console.print(
        f"Every row was read back and is the same; {moved.finds} searches found the same entries.\n"
        "Now set SCRAPBOOK_DATABASE_URL to the new database, and start the scrapbook.\n"
        f"Pictures and sounds stay at {settings.media_url}.\n"
        f"The old database is as it was: {settings.sqlite_path}",
        soft_wrap=True,
    )
