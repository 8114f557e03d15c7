"""Commands that text and call from the local phone: ``chat``, ``text``, ``call``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scrapbook.cli.common import load_settings, phone_number
from scrapbook.errors import SettingsError

if TYPE_CHECKING:
    from scrapbook.emulators.handset import Handset
    from scrapbook.ops.glance import Glance
    from scrapbook.settings import Settings

app = typer.Typer()


@app.command()
def chat(
    from_: Annotated[str, typer.Option("--from", help="The number to text from.")] = "",
) -> None:
    """Text from a phone in the terminal."""
    from scrapbook.cli import phone_terminal

    settings = load_settings()
    phone_terminal.chat(_handset(settings), phone_number(settings, from_))


@app.command()
def text(
    body: Annotated[str, typer.Argument(help="What to text.")] = "",
    from_: Annotated[str, typer.Option("--from", help="The number to text from.")] = "",
    attach: Annotated[list[Path] | None, typer.Option(help="A file to attach; may be repeated.")] = None,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds to wait for the replies.")] = 60.0,
) -> None:
    """Send one text from the local phone and print the replies."""
    from scrapbook.cli import phone_terminal
    from scrapbook.ops import glance

    settings = load_settings()
    number = phone_number(settings, from_)
    with glance.open_glance(settings) as stored:
        _check_is_known(stored, number)
        phone_terminal.text(_handset(settings), body, number, attach or [], stored.is_finished, timeout)


@app.command()
def call(
    file: Annotated[
        Path,
        typer.Argument(help="A WAV file, played after the beep.", exists=True, dir_okay=False),
    ],
    from_: Annotated[str, typer.Option("--from", help="The number to call from.")] = "",
    timeout: Annotated[float, typer.Option(min=1, help="Seconds to wait for the replies.")] = 60.0,
) -> None:
    """Call from the local phone, leave a memo, and print the replies."""
    from scrapbook.cli import phone_terminal
    from scrapbook.ops import glance

    settings = load_settings()
    number = phone_number(settings, from_)
    with glance.open_glance(settings) as stored:
        _check_is_known(stored, number)
        phone_terminal.call(_handset(settings), file, number, stored.is_finished, timeout)


def _check_is_known(stored: "Glance", number: str) -> None:
    if not stored.knows(number):
        raise SettingsError("Nobody has that number, so it would get no answer: scrapbook people add")


def _handset(settings: "Settings") -> "Handset":
    if not settings.local_twilio:
        raise SettingsError(
            "The local phone works without a Twilio account only; text the real number instead"
        )
    from scrapbook.emulators.handset import Handset

    return Handset(settings.phone_url)
