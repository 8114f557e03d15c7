"""Commands for the stored data: ``migrate``, ``migrate-to``, ``backup``, ``restore``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scrapbook.cli.common import console, load_settings, open_store

if TYPE_CHECKING:
    from rich.status import Status

    from scrapbook.ops.backup import Manifest, OnProgress

app = typer.Typer()


@app.command()
def migrate() -> None:
    """Bring the database up to date; safe to repeat."""
    settings = load_settings()
    with open_store(settings, creates=True, migrate=False) as store:
        store.migrate()
        if settings.has_actions_role:
            store.grant_actions_role(settings.actions_database_url)
    console().print("The database is up to date.")


@app.command()
def migrate_to(
    url: Annotated[
        str, typer.Argument(help="An empty database: postgresql+psycopg://user:password@host/database")
    ],
) -> None:
    """Copy a scrapbook from SQLite to PostgreSQL and compare the two; the SQLite database stays unchanged."""
    from scrapbook.ops import migrate_database

    migrate_database.move(load_settings(), url, console())


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="A file that does not exist yet, or an existing folder.")],
) -> None:
    """Back up everything that is stored into one file, also while the scrapbook is running."""
    from scrapbook.ops import backup as backups

    with console().status("Backing up ...") as status:
        path, manifest = backups.make(load_settings(), target, _show_on(status))
    size = f"{path.stat().st_size / 2**20:,.1f} MiB"
    console().print(
        f"{path}: {_contents(manifest)}, {size}. It was read again and found whole.", soft_wrap=True
    )


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file of scrapbook backup.", exists=True, dir_okay=False)],
    to: Annotated[
        Path | None,
        typer.Option(help="The folder to create; without it, SCRAPBOOK_DATA_DIR.", file_okay=False),
    ] = None,
) -> None:
    """Restore a scrapbook from a backup; no existing file is overwritten."""
    from scrapbook.ops import restore
    from scrapbook.settings import PartialSettings

    settings = PartialSettings.load()
    target = to or settings.data_dir
    media_url = settings.media_url if settings.media_is_elsewhere else ""
    with console().status("Restoring ...") as status:
        restored = restore.restore(file, target.absolute(), _show_on(status), media_url)
    console().print(f"{target}: {_contents(restored.manifest)}.", soft_wrap=True)
    if media_url:
        console().print(f"Pictures and sounds are in {media_url}.", soft_wrap=True)
    if restored.unfinished:
        console().print(
            f"{restored.unfinished} messages were not finished, and are not answered by themselves: "
            "see scrapbook inbox, and scrapbook inbox retry.",
            soft_wrap=True,
        )


def _show_on(status: "Status") -> "OnProgress":
    def show(what: str, done: int, total: int) -> None:
        status.update(f"{what} {done:,} of {total:,} ..." if total else f"{what} {done:,} ...")

    return show


def _contents(manifest: "Manifest") -> str:
    counts = manifest.counts["scrapbook.db"]
    return (
        f"{counts['entries']:,} entries, {counts['messages']:,} messages, {manifest.media:,} pictures and "
        f"sounds as of {manifest.made_at:%Y-%m-%d %H:%M} UTC"
    )
