"""The ``scrapbook`` command: the commands that run an installation, and the groups of all others.

Each command imports what it needs when it is called, settings and consoles included. To import the whole app
takes longer than most commands run, and ``scrapbook serve`` starts five times.
"""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from scrapbook.cli import (
    book,
    data,
    due,
    explain,
    exporting,
    importing,
    messages,
    nlu,
    people,
    phone,
    reminders,
    transcribe,
)
from scrapbook.cli.common import console, error_console, load_settings
from scrapbook.errors import ScrapbookError, SettingsError

if TYPE_CHECKING:
    from scrapbook.observability.checks import CheckResult
    from scrapbook.settings import Settings

app = typer.Typer(
    help="Save a thought by SMS or WhatsApp, ask for it back in your own words.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(data.app)
app.add_typer(importing.app)
app.add_typer(exporting.app)
app.add_typer(book.app)
app.add_typer(phone.app)
app.add_typer(nlu.app)
app.add_typer(transcribe.app)
app.add_typer(explain.app)
app.add_typer(reminders.app)
app.add_typer(due.app)
app.add_typer(people.app, name="people")
app.add_typer(messages.app, name="inbox")


def main() -> None:
    """Run the command. A ScrapbookError is printed as one sentence, with exit code 1."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except ScrapbookError as error:
        error_console().print(f"scrapbook: {error}", markup=False)
        sys.exit(1)


def _version(wanted: bool) -> None:
    if wanted:
        from scrapbook import __version__

        console().print(f"scrapbook {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The scrapbook that people text."""


@app.command()
def up() -> None:
    """Start every process in this terminal; Ctrl-C stops them."""
    from scrapbook.ops import supervisor

    settings = load_settings()
    supervisor.up(settings, console(), lambda: _how_to_text(settings))


@app.command()
def serve(
    name: Annotated[
        str,
        typer.Argument(
            help="app, actions, rasa, voice, phone (the local Twilio) or sentry (a local Sentry).",
            metavar="PROCESS",
        ),
    ],
) -> None:
    """Run one process, for a process manager of your own."""
    from scrapbook.ops import serve as process

    process.main(name)


@app.command(name="doctor")
def check_installation() -> None:
    """Check the configuration and every service; exit 1 if something is missing."""
    from scrapbook.ops import doctor

    _print_results(doctor.examine(load_settings()))


@app.command()
def connect(
    number: Annotated[str, typer.Argument(help="The Twilio number, such as +15550100.")],
    public_url: Annotated[
        str,
        typer.Option(help="URL at which Twilio reaches this installation; without it, SCRAPBOOK_PUBLIC_URL."),
    ] = "",
    undo: Annotated[
        bool, typer.Option("--undo", help="Restore the webhooks that the number had before.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Change them without asking.")] = False,
) -> None:
    """Point a Twilio number's webhooks here, check that they arrive, and report what is missing.

    Exit 1 if something is missing.
    """
    from scrapbook.ops.connect_number import NumberConnection
    from scrapbook.settings import PartialSettings

    settings = PartialSettings.load()
    connection = NumberConnection(settings, console(), lambda question: yes or _confirmed(question))
    if undo:
        connection.undo(number)
        return
    _print_results(connection.connect(number, public_url or settings.public_url))


def _confirmed(question: str) -> bool:
    if not sys.stdin.isatty():
        raise SettingsError("Standard input is not a terminal, so nobody can confirm: use --yes")
    return typer.confirm(question)


def _print_results(results: "Iterable[CheckResult]") -> None:
    """Print each result as soon as it is there, then exit: with 1 if one of them is not ok."""
    all_ok = True
    for result in results:
        mark = "[green]✓[/green]" if result.ok else "[red]✗[/red]"
        console().print(f"{mark} {result.name}" + (f": {result.detail}" if result.detail else ""))
        if not result.ok:
            all_ok = False
            console().print(f"  {result.remedy}", style="yellow")
    raise typer.Exit(0 if all_ok else 1)


def _how_to_text(settings: "Settings") -> str:
    if not settings.local_twilio:
        return f"Once: .venv/bin/scrapbook connect {settings.twilio_from}\nThen text {settings.twilio_from}."
    return (
        f"In the browser:   http://127.0.0.1:{settings.port}/phone\n"
        "In a terminal:    .venv/bin/scrapbook chat\n"
        'One text:         .venv/bin/scrapbook text "python: decorators are just functions"\n'
        "Ctrl-C stops it."
    )
