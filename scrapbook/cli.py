"""The ``scrapbook`` command: translates words at a terminal into calls of the house.

Each command imports what it needs, settings and colours included: importing the whole house takes longer than
most of them work, and ``serve`` starts five times.
"""

import json
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scrapbook.errors import ScrapbookError, SettingsError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from scrapbook.backup import Manifest, OnProgress
    from scrapbook.findings import Finding
    from scrapbook.glance import Glance
    from scrapbook.settings import Settings
    from scrapbook.store import Person, Store
    from scrapbook.twilio.handset import Handset

app = typer.Typer(
    help="Save a thought by SMS or WhatsApp, ask for it back in your own words.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
people_app = typer.Typer(help="Who may text the scrapbook, and from which addresses.", no_args_is_help=True)
app.add_typer(people_app, name="people")
inbox_app = typer.Typer(help="Messages that are not finished.", invoke_without_command=True)
app.add_typer(inbox_app, name="inbox")

PersonArgument = Annotated[str, typer.Argument(help="A person's name, number or address.", metavar="PERSON")]


@cache
def console() -> "Console":
    """Return what writes to standard output."""
    from rich.console import Console

    return Console(highlight=False)


@cache
def errors() -> "Console":
    """Return what writes to standard error."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def main() -> None:
    """Run the command; a known error is one plain sentence and exit code 1."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except ScrapbookError as error:
        errors().print(f"scrapbook: {error}", markup=False)
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


# The house


@app.command()
def up() -> None:
    """Start everything in this terminal; Ctrl-C stops it cleanly."""
    from scrapbook import supervision

    settings = _settings()
    supervision.up(settings, console(), lambda: _greeting(settings))


@app.command()
def serve(
    name: Annotated[
        str,
        typer.Argument(help="phone, actions, rasa, voice, app; or sentry, a local one", metavar="PROCESS"),
    ],
) -> None:
    """Become one process of the house, for a process manager of your own."""
    from scrapbook import processes

    processes.serve(name, _settings())


@app.command()
def train(force: Annotated[bool, typer.Option(help="Train even if nothing has changed.")] = False) -> None:
    """Train the assistant, if what it is made of has changed."""
    from scrapbook import training

    if training.is_current() and not force:
        console().print("The assistant is trained already; nothing it is made of has changed.")
        return
    with console().status("Training the assistant ..."):
        training.train()
    console().print("Trained.")


@app.command()
def migrate() -> None:
    """Bring the database up to date; safe to repeat."""
    with _store(_settings(), migrated=False) as store:
        store.migrate()
    console().print("The database is up to date.")


@app.command()
def migrate_to(
    url: Annotated[str, typer.Argument(help="postgresql+psycopg://user:password@host/database, empty.")],
) -> None:
    """Move a scrapbook from SQLite to PostgreSQL, checked; the SQLite one stays as it is."""
    from scrapbook import moving

    moving.move(_settings(), url, console())


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="A file to make, or a folder to put it into.")],
) -> None:
    """Everything that is kept, in one file, also while the scrapbook is running."""
    from scrapbook import backup as backups

    with console().status("Backing up ...") as status:
        path, made = backups.make(_settings(), target, _progress(status))
    size = f"{path.stat().st_size / 2**20:,.1f} MiB"
    console().print(f"{path}: {_contents(made)}, {size}. It was read again and found whole.", soft_wrap=True)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What backup made.", exists=True, dir_okay=False)],
    to: Annotated[
        Path | None, typer.Option(help="The folder to make; otherwise SCRAPBOOK_DATA_DIR.", file_okay=False)
    ] = None,
) -> None:
    """Make a scrapbook of a backup; nothing that is there is overwritten."""
    from scrapbook import restoring
    from scrapbook.settings import Unfinished

    settings = Unfinished.load()
    target = to or settings.data_dir
    media_url = settings.media_url if settings.media_is_elsewhere else ""
    with console().status("Restoring ...") as status:
        restored = restoring.restore(file, target.absolute(), _progress(status), media_url)
    console().print(f"{target}: {_contents(restored.manifest)}.", soft_wrap=True)
    if media_url:
        console().print(f"Pictures and sounds are in {media_url}.", soft_wrap=True)
    if restored.unfinished:
        console().print(
            f"{restored.unfinished} messages were not finished, and are not answered by themselves: "
            "see scrapbook inbox, and scrapbook inbox retry.",
            soft_wrap=True,
        )


def _progress(status: "Status") -> "OnProgress":
    def tell(what: str, done: int, of: int) -> None:
        status.update(f"{what} {done:,} of {of:,} ..." if of else f"{what} {done:,} ...")

    return tell


def _contents(made: "Manifest") -> str:
    counts = made.counts["scrapbook.db"]
    return (
        f"{counts['entries']:,} entries, {counts['messages']:,} messages, {made.media:,} pictures and sounds "
        f"as of {made.made_at:%Y-%m-%d %H:%M} UTC"
    )


@app.command(name="doctor")
def check_up() -> None:
    """Check the configuration and every service; exit 1 if something is missing."""
    from scrapbook import doctor

    _tell(doctor.examine(_settings()))


@app.command()
def connect(
    number: Annotated[str, typer.Argument(help="The Twilio number, +15550100.")],
    public_url: Annotated[
        str, typer.Option(help="How Twilio reaches this house; without it, SCRAPBOOK_PUBLIC_URL.")
    ] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Put back what was there before.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Point a Twilio number's webhooks here, check that they arrive, say what is missing.

    Exit 1 if something is missing.
    """
    from scrapbook.connecting import Connecting
    from scrapbook.settings import Unfinished

    settings = Unfinished.load()
    connecting = Connecting(settings, console(), lambda question: yes or _confirmed(question))
    if undo:
        connecting.undo(number)
        return
    _tell(connecting.connect(number, public_url or settings.public_url))


def _confirmed(question: str) -> bool:
    if not sys.stdin.isatty():
        raise SettingsError("Nobody is there to ask: say --yes to change this")
    return typer.confirm(question)


def _tell(findings: "Iterable[Finding]") -> None:
    """Say each as it is found; exit 1 if one of them is not well."""
    everything_ok = True
    for finding in findings:
        mark = "[green]✓[/green]" if finding.ok else "[red]✗[/red]"
        console().print(f"{mark} {finding.what}" + (f": {finding.detail}" if finding.detail else ""))
        if not finding.ok:
            everything_ok = False
            console().print(f"  {finding.remedy}", style="yellow")
    raise typer.Exit(0 if everything_ok else 1)


def _greeting(settings: "Settings") -> str:
    if not settings.local_twilio:
        return f"Once: .venv/bin/scrapbook connect {settings.twilio_from}\nThen text {settings.twilio_from}."
    return (
        f"In the browser:   http://127.0.0.1:{settings.port}/phone\n"
        "In a terminal:    .venv/bin/scrapbook chat\n"
        'One text:         .venv/bin/scrapbook text "python: decorators are just functions"\n'
        "Ctrl-C stops it."
    )


# A phone of our own


@app.command()
def chat(
    from_: Annotated[str, typer.Option("--from", help="The number to text from.")] = "",
) -> None:
    """A phone in the terminal."""
    from scrapbook import terminal

    settings = _settings()
    terminal.chat(_handset(settings), _number(settings, from_))


@app.command()
def text(
    body: Annotated[str, typer.Argument(help="What to text.")] = "",
    from_: Annotated[str, typer.Option("--from", help="The number to text from.")] = "",
    attach: Annotated[list[Path] | None, typer.Option(help="A file to send along; may be repeated.")] = None,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds to wait for the replies.")] = 60.0,
) -> None:
    """Send one text from the local phone and print the replies."""
    from scrapbook import glance, terminal

    settings = _settings()
    number = _number(settings, from_)
    with glance.opened(settings) as kept:
        _expect_answers(kept, number)
        terminal.text(_handset(settings), body, number, attach or [], kept.is_finished, timeout)


@app.command()
def call(
    file: Annotated[
        Path, typer.Argument(help="A sound in WAV, spoken after the tone.", exists=True, dir_okay=False)
    ],
    from_: Annotated[str, typer.Option("--from", help="The number to call from.")] = "",
    timeout: Annotated[float, typer.Option(min=1, help="Seconds to wait for the replies.")] = 60.0,
) -> None:
    """Call from the local phone, leave a memo, and print the replies."""
    from scrapbook import glance, terminal

    settings = _settings()
    number = _number(settings, from_)
    with glance.opened(settings) as kept:
        _expect_answers(kept, number)
        terminal.call(_handset(settings), file, number, kept.is_finished, timeout)


def _expect_answers(kept: "Glance", number: str) -> None:
    if not kept.knows(number):
        raise SettingsError("Nobody has that number, so it would get no answer: scrapbook people add")


def _handset(settings: "Settings") -> "Handset":
    if not settings.local_twilio:
        raise SettingsError(
            "The local phone works without a Twilio account only; text the real number instead"
        )
    from scrapbook.twilio.handset import Handset

    return Handset(settings.phone_url)


def _number(settings: "Settings", typed: str) -> str:
    from scrapbook.settings import PHONE_NUMBER

    if not typed:
        return next(iter(settings.allowed_numbers), PHONE_NUMBER)
    from scrapbook.numbers import normalise

    return normalise(typed)


# What the assistant understands


@app.command()
def parse() -> None:
    """What is understood of each text: one text per line in, one JSON object per line out."""

    from scrapbook import parsing

    raise typer.Exit(parsing.parse(sys.stdin, sys.stdout, _settings()))


@app.command()
def match(
    topics: Annotated[
        Path, typer.Option(help="A file with one topic per line.", exists=True, dir_okay=False)
    ],
) -> None:
    """Which topic is meant: one typed topic per line in, one JSON object per line out."""
    from scrapbook.matching import Matcher

    try:
        names = [line for line in topics.read_text(encoding="utf-8").splitlines() if line.strip()]
    except UnicodeDecodeError:
        raise SettingsError(f"{topics} is not a text in UTF-8") from None
    matcher = Matcher(names)
    for line in sys.stdin:
        typed = line.rstrip("\n")
        found = matcher.match(typed)
        answer = {
            "typed": typed,
            "outcome": found.outcome.value,
            "topic": found.topic,
            "candidates": list(found.candidates),
        }
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")


# Speech


@app.command()
def transcribe(
    file: Annotated[
        Path | None, typer.Argument(help="A sound, as a phone sends it.", exists=True, dir_okay=False)
    ] = None,
    retry: Annotated[
        int | None, typer.Option(min=1, help="A memo to write down again, by its number.")
    ] = None,
    from_: Annotated[str, typer.Option("--from", help="Whose memo that is: a number.")] = "",
) -> None:
    """What is said in a sound, as JSON; or another try at a memo that could not be written down."""
    settings = _settings()
    if file and retry is None:
        from scrapbook.voice import command

        command.transcribe(file, settings.whisper_model, settings.whisper_compute_type)
    elif retry and file is None:
        _transcribe_again(settings, _number(settings, from_), retry)
    else:
        raise SettingsError("Name a sound to write down, or a memo with --retry and its number")


def _transcribe_again(settings: "Settings", address: str, number: int) -> None:
    from scrapbook import unfinished as inboxes

    with _store(settings) as store, store.transaction(read_only=True) as tx:
        person = tx.people.by_address(address)
    if person is None:
        raise SettingsError("Nobody has that number: scrapbook people list")
    with inboxes.opened(settings) as unfinished:
        unfinished.transcribe_again(person.id, number)
    console().print(f"Memo {number} is queued again.")


# Messages that are not finished


@inbox_app.callback()
def inbox(context: typer.Context) -> None:
    """List the messages that are waiting, being worked on, or failed."""
    from scrapbook import unfinished as inboxes

    if context.invoked_subcommand:
        return
    with inboxes.opened(_settings()) as unfinished:
        messages = unfinished.unfinished()
    if not messages:
        console().print("Every message is finished.")
        return
    from rich.table import Table

    table = Table("Message", "Received", "State", "Problem", box=None)
    for message in messages:
        table.add_row(
            message.message_sid, f"{message.received_at:%Y-%m-%d %H:%M} UTC", message.state, message.problem
        )
    console().print(table)


@inbox_app.command()
def retry(
    message_sid: Annotated[str, typer.Argument(help="Of one message; without it, of all that failed.")] = "",
) -> None:
    """Have a failed message worked on again."""
    from scrapbook import unfinished as inboxes

    with inboxes.opened(_settings()) as unfinished:
        failed = [one.message_sid for one in unfinished.unfinished() if one.can_be_tried_again]
        sids = [message_sid] if message_sid else failed
        for sid in sids:
            unfinished.retry(sid)
            console().print(f"{sid} is queued again.")
    if not sids:
        console().print("No message has failed.")


# People


@people_app.command("list")
def list_people() -> None:
    """List everybody with their addresses and time zone."""
    from rich.table import Table

    with _store(_settings()) as store, store.transaction(read_only=True) as tx:
        everybody = tx.people.list()
    table = Table("Name", "Addresses", "Time zone", box=None)
    for person in everybody:
        table.add_row(person.name, _addresses(person), person.timezone)
    console().print(
        table if everybody else "Nobody yet. Add somebody with: scrapbook people add NAME +15550100"
    )


@people_app.command("add")
def add_person(
    name: Annotated[str, typer.Argument(help="How to call them.")],
    address: Annotated[
        list[str],
        typer.Argument(help="+15550100 for SMS, whatsapp:+15550100 for WhatsApp; any number of them."),
    ],
) -> None:
    """Let somebody in; a person that exists gets the addresses in addition."""
    from scrapbook.numbers import normalise

    _check_name(name)
    addresses = [normalise(one) for one in address]
    with _store(_settings()) as store, store.transaction() as tx:
        person = next((one for one in tx.people.list() if one.name == name), None)
        if person is None:
            tx.people.add(name, addresses)
        else:
            for one in addresses:
                tx.people.add_address(person.id, one)
    console().print(f"{name} may text from {', '.join(addresses)}.")


@people_app.command("rename")
def rename_person(person: PersonArgument, name: Annotated[str, typer.Argument(help="The new name.")]) -> None:
    """Call somebody something else."""
    _check_name(name)
    with _store(_settings()) as store, store.transaction() as tx:
        everybody = tx.people.list()
        if name in {one.name for one in everybody}:
            raise SettingsError("Somebody is called that already")
        found = _person(everybody, person)
        tx.people.rename(found.id, name)
    console().print(f"{found.name} is now {name}.")


@people_app.command("remove")
def remove_person(
    person: PersonArgument,
    address: Annotated[str, typer.Option(help="Remove this address only.")] = "",
    with_entries: Annotated[
        bool, typer.Option("--with-entries", help="Also when that throws away what they have saved.")
    ] = False,
) -> None:
    """Let somebody in no longer."""
    from scrapbook.numbers import normalise

    settings = _settings()
    with _store(settings) as store, store.transaction() as tx:
        found = _person(tx.people.list(), person)
        if address:
            tx.people.remove_address(found.id, normalise(address))
        else:
            tx.people.remove(found.id, with_entries=with_entries)
    console().print(f"{address or found.name} is removed.")
    still_allowed = {normalise(number) for number in settings.allowed_numbers}
    if still_allowed & {one.value for one in found.addresses}:
        errors().print(
            "SCRAPBOOK_ALLOWED_NUMBERS still lets that number in at the next start.", style="yellow"
        )


def _check_name(name: str) -> None:
    """A name that is none, or that could be taken for a number, would make a person hard to name."""
    if not name.strip() or name.strip().lstrip("+").replace(" ", "").isdigit():
        raise SettingsError("A name needs letters in it")


def _person(everybody: "list[Person]", wanted: str) -> "Person":
    found = [
        person
        for person in everybody
        if wanted == person.name or wanted in {address.value for address in person.addresses}
    ]
    if len(found) != 1:
        raise SettingsError(
            f"{'Several people are' if found else 'Nobody is'} called that; see scrapbook people list"
        )
    return found[0]


def _addresses(person: "Person") -> str:
    return "\n".join(
        address.value + (" (opted out)" if address.opted_out_at else "") for address in person.addresses
    )


def _settings() -> "Settings":
    """Return the settings; SettingsError where one is wrong."""
    from scrapbook.settings import Settings

    return Settings.load()


@contextmanager
def _store(settings: "Settings", *, migrated: bool = True) -> "Generator[Store]":
    from scrapbook.store import Store

    settings.make_data_dir()
    store = Store.open(settings.database_url)
    try:
        if migrated and not store.schema_is_current():
            store.migrate()
        yield store
    finally:
        store.close()
