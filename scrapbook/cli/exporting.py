"""The command ``export``: take along everything that a person has saved."""

from pathlib import Path
from typing import Annotated

import typer

from scrapbook.cli.common import console, error_console, load_settings, open_store

app = typer.Typer()


@app.command(name="export")
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The ZIP to write, which does not exist yet.")],
    person: Annotated[
        str, typer.Option(help="Whose scrapbook; without it that of the first allowed number.")
    ] = "",
) -> None:
    """Write everything that a person has saved into a ZIP: Markdown, JSON Lines, HTML, all files."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from scrapbook.cli.people import person_or_first
    from scrapbook.exchange.exporting import Exporter
    from scrapbook.media.storage import MediaStore

    settings = load_settings()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with open_store(settings) as store:
        whose = person_or_first(store, settings, person)
        count = store.read(lambda tx: tx.entries.count(whose.id))
        exporter = Exporter(store, MediaStore(settings.media_url), whose.id)
        with Progress(*columns, console=error_console(), transient=True) as progress:
            task = progress.add_task(file.name, total=count)
            result = exporter.write_file(file, lambda done: progress.update(task, completed=done))
    console().print(
        f"{file}: {result.entries:,} entries with {result.files:,} files.", markup=False, soft_wrap=True
    )
    if result.missing:
        console().print(f"{result.missing:,} files are missing from the media store.", style="yellow")
