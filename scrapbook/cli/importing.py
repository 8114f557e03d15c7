"""The command ``import``: take over what other programs export."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from scrapbook.cli.common import console, error_console, load_settings, open_store, phone_number
from scrapbook.errors import SettingsError

if TYPE_CHECKING:
    from scrapbook.exchange.previews import Preview
    from scrapbook.store import Person

app = typer.Typer()

_SHOWN = 20
"""Things that were left out and are listed; more are counted."""


def _print_formats(wanted: bool) -> None:
    if wanted:
        from scrapbook.exchange.format_docs import formats_page

        typer.echo(formats_page(), nl=False)
        raise typer.Exit


@app.command(name="import")
def import_export(  # noqa: PLR0913, PLR0917 - the options of one command
    path: Annotated[
        Path, typer.Argument(metavar="FILE_OR_FOLDER", help="An export, a ZIP of one, or its folder.")
    ],
    person: Annotated[
        str, typer.Option(help="Whose scrapbook; without it that of the first allowed number.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would come, and write nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --dry-run: print one JSON object.")] = False,
    zone: Annotated[
        str, typer.Option(help="The zone of times without one; without it, that of the person.")
    ] = "",
    formats: Annotated[  # noqa: ARG001 - its callback prints them
        bool,
        typer.Option(
            "--formats", callback=_print_formats, is_eager=True, help="Print docs/importing.md, and end."
        ),
    ] = False,
) -> None:
    """Take over what another program exports; docs/importing.md lists the formats."""
    if as_json and not dry_run:
        raise SettingsError("--json is for --dry-run")
    named = _zone(zone) if zone else None
    if dry_run:
        _preview(path, person, named, as_json=as_json)
    else:
        _import(path, person, named)


def _preview(path: Path, person: str, zone: ZoneInfo | None, *, as_json: bool) -> None:
    from scrapbook.core.importing import described_beside
    from scrapbook.exchange.previews import preview, preview_as_json
    from scrapbook.exchange.reading import open_export
    from scrapbook.messaging.addresses import guess_timezone

    whose = _person(person)
    where = zone or ZoneInfo(whose.timezone if whose else guess_timezone(phone_number(load_settings(), "")))
    if as_json:
        for part in preview_as_json(path, where):
            typer.echo(part, nl=False)
        return
    _print(preview(path, where))
    with open_export(path) as export:
        beside = described_beside(whose, export.state(where))
    if beside:
        console().print(f"Also {beside}.", markup=False, soft_wrap=True)


def _person(wanted: str) -> "Person | None":
    """Return the person of that name, or of the first allowed number; None if nobody has that yet."""
    from scrapbook.cli.people import person_or_first

    settings = load_settings()
    if not wanted and settings.is_sqlite and not settings.sqlite_path.exists():
        return None  # nothing is created here
    with open_store(settings, migrate=False) as store:
        if wanted:
            return person_or_first(store, settings, wanted)
        first = phone_number(settings, "")
        return store.read(lambda tx: tx.people.by_address(first)) if store.schema_is_current() else None


def _import(path: Path, person: str, zone: ZoneInfo | None) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from scrapbook.cli.people import person_or_first
    from scrapbook.core.people import ensure_people
    from scrapbook.exchange.importing import Importer
    from scrapbook.exchange.reading import open_export
    from scrapbook.media.storage import MediaStore

    settings = load_settings()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with open_export(path) as export, open_store(settings, creates=True) as store:
        if not person:
            ensure_people(store, settings.allowed_numbers)  # none of them is there before the first start
        importer = Importer(
            store, MediaStore(settings.media_url), person_or_first(store, settings, person).id
        )
        with Progress(*columns, console=error_console(), transient=True) as progress:
            task = progress.add_task(path.name, total=None)
            result = importer.take(export, zone, lambda read: progress.update(task, completed=read))
    console().print(
        f"{result.format}: {result.added:,} new entries with {result.files:,} files, {result.updated:,} "
        f"brought up to date, {result.known:,} known. {result.skipped_count:,} things were left out.",
        soft_wrap=True,
    )
    _print_skipped([(one.where, one.why) for one in result.skipped], result.skipped_count)
    if result.added:
        console().print("Text undo to take all of it back.")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise SettingsError(f"There is no time zone {name!r}; one is called Europe/London") from error


def _print(found: "Preview") -> None:
    files = {name for entry in found["entries"] for name in entry["attachments"]}
    skipped = found["skipped"]
    console().print(
        f"{found['format']}: {len(found['entries']):,} entries with {len(files):,} files. "
        f"{len(skipped):,} things would be left out.",
        soft_wrap=True,
    )
    _print_skipped([(one["where"], one["why"]) for one in skipped], len(skipped))


def _print_skipped(skipped: list[tuple[str, str]], count: int) -> None:
    for where, why in skipped[:_SHOWN]:
        console().print(f"  {where}: {why}", markup=False, soft_wrap=True)
    if count > _SHOWN:
        console().print(f"  and {count - _SHOWN:,} more; --dry-run --json lists them all.")
