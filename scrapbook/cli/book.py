"""The command that opens the book on this machine."""

from typing import TYPE_CHECKING, Annotated

import typer

from scrapbook.cli.common import console, load_settings, open_store, phone_number

if TYPE_CHECKING:
    from scrapbook.settings import Settings
    from scrapbook.store import Transaction

app = typer.Typer()


@app.command()
def book(
    person: Annotated[
        str, typer.Option(help="A name, number or address; without it, the first allowed number.")
    ] = "",
    print_: Annotated[bool, typer.Option("--print", help="Print the link; open no browser.")] = False,
) -> None:
    """Open the book in the browser, signed in. The link works once, within ten minutes."""
    import webbrowser
    from datetime import UTC, datetime

    from scrapbook.core import signing_in

    settings = load_settings()
    with open_store(settings) as store, store.transaction() as tx:
        token = signing_in.create_link(tx, _person_id(tx, settings, person), datetime.now(UTC))
    link = signing_in.sign_in_url(settings.public_url, token)
    if print_ or not webbrowser.open(link):
        console().print(link, soft_wrap=True, markup=False)


def _person_id(tx: "Transaction", settings: "Settings", wanted: str) -> int:
    """Return the id of the person that is meant. Raises SettingsError unless there is exactly one."""
    from scrapbook.cli.people import find_person

    return find_person(tx.people.list(), wanted or phone_number(settings, "")).id
