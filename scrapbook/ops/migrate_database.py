"""``scrapbook migrate-to``: copy a stopped scrapbook from SQLite to PostgreSQL, all or nothing."""

from collections.abc import Generator
from contextlib import closing, contextmanager

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from scrapbook.errors import MoveRefused, StoreUnavailable
from scrapbook.settings import Settings
from scrapbook.store import CopyResult, Store
from scrapbook.workflows import unfinished


def move(settings: Settings, url: str, console: Console) -> None:
    """Copy the scrapbook of these settings into the empty database at ``url``, and print what to do next.

    Raises:
        MoveRefused: the scrapbook is not on SQLite, is running, or has unfinished messages; the new database
            is not PostgreSQL, or not empty; or the copy differs from the original.
    """
    with _open_stopped(settings) as old, closing(_open_postgresql(url)) as new:
        new.migrate()
        with Progress(console=console) as progress:
            # Every row is read twice: in the old database, and in the new one to compare.
            task = progress.add_task("Moving", total=2 * old.size())
            moved = old.copy_to(new, lambda rows: progress.advance(task, rows))
    _print_result(moved, settings, console)


@contextmanager
def _open_stopped(settings: Settings) -> Generator[Store]:
    """Yield the store, locked for other processes, without unfinished messages. Raises MoveRefused."""
    if not settings.is_sqlite:
        raise MoveRefused("The scrapbook is not on SQLite: SCRAPBOOK_DATABASE_URL names another database.")
    if not settings.sqlite_path.exists():
        raise MoveRefused(f"There is no scrapbook to move: {settings.sqlite_path} is not there.")
    with closing(Store.open_exclusively(settings.database_url)) as store:
        try:
            is_current = store.schema_is_current()
        except StoreUnavailable:
            raise MoveRefused("The scrapbook is in use: stop it first.") from None
        if not is_current:
            raise MoveRefused("The scrapbook's tables are of another release: run scrapbook migrate first.")
        _refuse_unfinished(settings, store)
        yield store


def _refuse_unfinished(settings: Settings, store: Store) -> None:
    """Raise MoveRefused if DBOS has unfinished workflows, because its tables are not copied."""
    if not settings.dbos_path.exists():
        return
    with unfinished.unfinished_of(settings, store) as messages:
        count = messages.workflows_in_progress()
    if count:
        raise MoveRefused(
            f"{count} messages, replies or files are not finished: start the scrapbook, wait until "
            "scrapbook inbox lists none that is waiting, working or sending, stop it, and try again."
        )


def _open_postgresql(url: str) -> Store:
    if not url.startswith("postgresql+psycopg://"):
        raise MoveRefused(
            "The new database must be a PostgreSQL database: postgresql+psycopg://user:password@host/database"
        )
    return Store.open(url)


def _print_result(moved: CopyResult, settings: Settings, console: Console) -> None:
    table = Table("Table", "Rows", box=None)
    for name, rows in moved.rows.items():
        table.add_row(name, f"{rows:,}")
    console.print(table)
    console.print(
        f"Every row was read back and is the same; {moved.finds} searches found the same entries.\n"
        "Now set SCRAPBOOK_DATABASE_URL to the new database, and start the scrapbook.\n"
        f"Pictures and sounds stay at {settings.media_url}.\n"
        f"The old database is unchanged: {settings.sqlite_path}",
        soft_wrap=True,
    )
