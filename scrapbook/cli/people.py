"""Commands for the people who may text: ``people list``, ``add``, ``rename``, ``opt-in``, ``remove``,
``forget``."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from scrapbook.cli.common import console, error_console, load_settings, open_store, phone_number
from scrapbook.errors import SettingsError

if TYPE_CHECKING:
    from scrapbook.settings import Settings
    from scrapbook.store import Person, Store

app = typer.Typer(help="List or change who may text the scrapbook, and from where.", no_args_is_help=True)

PAUSE_SECONDS = 0.01
"""Between two parts of an erasure."""

PersonArgument = Annotated[str, typer.Argument(help="A person's name, number or address.", metavar="PERSON")]


@app.command("list")
def list_people() -> None:
    """List everybody with their addresses and time zone."""
    from rich.table import Table

    with open_store(load_settings()) as store, store.transaction(read_only=True) as tx:
        everybody = tx.people.list()
    table = Table("Name", "Addresses", "Time zone", box=None)
    for person in everybody:
        table.add_row(person.name, _addresses(person), person.timezone)
    console().print(
        table if everybody else "Nobody yet. Add somebody with: scrapbook people add NAME +15550100"
    )


@app.command("add")
def add_person(
    name: Annotated[str, typer.Argument(help="The person's name.")],
    address: Annotated[
        list[str],
        typer.Argument(help="One or more: +15550100 for SMS, whatsapp:+15550100 for WhatsApp."),
    ],
) -> None:
    """Add a person; a person who exists gets further addresses."""
    from scrapbook.channels import address_kinds
    from scrapbook.core.people import check_name
    from scrapbook.messaging.addresses import normalize

    check_name(name)
    addresses = [normalize(one, address_kinds()) for one in address]
    with open_store(load_settings(), creates=True) as store, store.transaction() as tx:
        person = next((one for one in tx.people.list() if one.name == name), None)
        if person is None:
            tx.people.add(name, addresses)
        else:
            for one in addresses:
                tx.people.add_address(person.id, one)
    console().print(f"{name} may text from {', '.join(addresses)}.")


@app.command("rename")
def rename_person(person: PersonArgument, name: Annotated[str, typer.Argument(help="The new name.")]) -> None:
    """Change a person's name."""
    from scrapbook.core.people import rename

    with open_store(load_settings()) as store, store.transaction() as tx:
        everybody = tx.people.list()
        if name in {one.name for one in everybody}:
            raise SettingsError("Somebody is called that already")
        found = find_person(everybody, person)
        rename(tx, found.id, name)
    console().print(f"{found.name} is now {name}.")


@app.command("opt-in")
def opt_in(
    person: PersonArgument,
    address: Annotated[str, typer.Option(help="Opt in this address only.")] = "",
) -> None:
    """Send to a person again who has opted out, as their START would."""
    from scrapbook.channels import address_kinds
    from scrapbook.messaging.addresses import normalize

    with open_store(load_settings()) as store, store.transaction() as tx:
        found = find_person(tx.people.list(), person)
        wanted = normalize(address, address_kinds()) if address else ""
        opted_out = [one.value for one in found.addresses if one.opted_out_at and wanted in {"", one.value}]
        for value in opted_out:
            tx.people.set_opt_out(value, None)
    if not opted_out:
        raise SettingsError(f"{found.name} has not opted out there; see scrapbook people list")
    console().print(f"{found.name} gets answers again at {', '.join(opted_out)}.")
    console().print("If Twilio has taken their STOP too, only they can lift that, by texting START.")


@app.command("remove")
def remove_person(
    person: PersonArgument,
    address: Annotated[str, typer.Option(help="Remove this address only.")] = "",
    with_entries: Annotated[
        bool, typer.Option("--with-entries", help="Delete the person's saved entries too.")
    ] = False,
) -> None:
    """Remove a person, or one of their addresses."""
    from scrapbook.channels import address_kinds
    from scrapbook.messaging.addresses import normalize

    settings = load_settings()
    with open_store(settings) as store, store.transaction() as tx:
        found = find_person(tx.people.list(), person)
        if address:
            tx.people.remove_address(found.id, normalize(address, address_kinds()))
        else:
            tx.people.remove(found.id, with_entries=with_entries)
    console().print(f"{address or found.name} is removed.")
    _warn_if_allowed(settings, found)


@app.command("forget")
def forget_person(
    person: PersonArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask to type the name.")] = False,
) -> None:
    """Erase a person with everything that is stored of them; also while the scrapbook is running."""
    from datetime import UTC, datetime

    from scrapbook.core import forgetting
    from scrapbook.core.book import Book
    from scrapbook.media.storage import MediaStore
    from scrapbook.workflows.erasing import finish_erasures

    settings = load_settings()
    with open_store(settings) as store:
        with store.transaction(read_only=True) as tx:
            found = find_person(tx.people.list(), person)
            held = tx.erasures.holdings(found.id)
        what = ", ".join(forgetting.described(held)) or "no entry and no message"
        console().print(f"{found.name} has {what}.")
        if not yes and typer.prompt("All of it is erased for good. Type the name to go on") != found.name:
            raise SettingsError("That is another name. Nothing was erased")
        now = datetime.now(UTC)
        with store.transaction() as tx:
            forgetting.end_sharing(Book(tx, found, "", now))
            tx.erasures.begin_everything(found.id, now)
        while store.write(lambda tx: tx.erasures.erase_part(found.id, "")):
            time.sleep(PAUSE_SECONDS)  # in which the running app writes
        store.write(lambda tx: tx.erasures.erase_everything(found.id, now))
        finish_erasures(settings, store, MediaStore(settings.media_url), admit=False)
    console().print(f"Erased: {what}. A backup that was made before still holds all of it.")
    _warn_if_allowed(settings, found)


def find_person(everybody: "list[Person]", wanted: str) -> "Person":
    """Return the person with that name or address. Raises SettingsError unless there is exactly one."""
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


def person_or_first(store: "Store", settings: "Settings", wanted: str) -> "Person":
    """Return the person of that name or address; without one, the first allowed number's.

    Raises SettingsError if there is none.
    """
    with store.transaction(read_only=True) as tx:
        everybody = tx.people.list()
    if wanted:
        return find_person(everybody, wanted)
    if not everybody:
        raise SettingsError("Nobody has a scrapbook here yet; start it with scrapbook up")
    first = phone_number(settings, "")
    if not any(first == address.value for person in everybody for address in person.addresses):
        raise SettingsError(f"Nobody has the first allowed number, {first}; name a person with --person")
    return find_person(everybody, first)


def _warn_if_allowed(settings: "Settings", person: "Person") -> None:
    from scrapbook.messaging.addresses import normalize

    still_allowed = {normalize(number) for number in settings.allowed_numbers}
    if still_allowed & {one.value for one in person.addresses}:
        error_console().print(
            "SCRAPBOOK_ALLOWED_NUMBERS still lets that number in at the next start.", style="yellow"
        )


def _addresses(person: "Person") -> str:
    return "\n".join(
        address.value + (f" (opted out {address.opted_out_at:%Y-%m-%d})" if address.opted_out_at else "")
        for address in person.addresses
    )
