"""``scrapbook connect``: point a number's webhooks at this house, see them arrive, say what is missing."""

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urlsplit

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from scrapbook.errors import NotFound, SettingsError
from scrapbook.findings import Finding
from scrapbook.numbers import normalise, plain
from scrapbook.settings import Settings
from scrapbook.twilio.account import Account
from scrapbook.twilio.connections import Change, Connections, Memory
from scrapbook.twilio.places import Place, Places
from scrapbook.twilio.probe import installation_key, obstacle
from scrapbook.twilio.rest import rest_client
from scrapbook.twilio.standing import Standing
from scrapbook.twilio.voice import RECORDING_PATH, VOICE_PATH
from scrapbook.twilio.webhook import MESSAGES_PATH, STATUS_PATH

NOT_OURS = (
    "This account has no such number, neither for SMS nor for WhatsApp. For WhatsApp's sandbox, set "
    "'When a message comes in' in the console, under Messaging > Try it out"
)

Confirm = Callable[[str], bool]


class Connecting:
    """One installation, seen from Twilio. Raises TwilioError.

    Args:
        settings: may be unfinished, but has the account.
        confirm: asks whoever is there, and says whether to go on.
    """

    def __init__(self, settings: Settings, console: Console, confirm: Confirm) -> None:
        settings.make_data_dir()
        self._settings = settings
        self._console = console
        self._confirm = confirm
        self._account = account = Account.of(settings)
        client = rest_client(account.sid, account.auth_token, account.api_url)
        self._places = Places(client)
        self._connections = Connections(self._places, Memory(settings.data_dir / "connections.json"))
        self._standing = Standing(client, account.sid, account.api_url)

    def connect(self, number: str, public_url: str) -> Iterator[Finding]:
        """Points the number at ``public_url``, then finds out whether that works and what is missing.

        Raises:
            NotFound: the account has no such number.
            SettingsError: ``public_url`` is none.
        """
        number, public_url = plain(normalise(number)), _checked(public_url)
        places = self._found(number)
        changes = self._connections.plan(places, public_url)
        if not changes:
            self._console.print(f"{number} points at {public_url} already.")
        elif self._is_wanted(changes, f"Point {number} at {public_url}?"):
            self._connections.carry_out(number, public_url, changes)
            self._console.print("Done. To put back what was there: scrapbook connect --undo " + number)
        else:
            return
        yield from self._arrival(public_url)
        yield from self._settings_findings(number, public_url)
        yield from self._standing.findings(number, places)

    def undo(self, number: str) -> None:
        """Puts back what was there before the latest ``connect`` of that number.

        Raises:
            NotFound: there is nothing to undo, or the account no longer has the number.
        """
        number = plain(normalise(number))
        connected = self._connections.latest(number)
        if connected is None:
            raise NotFound(f"{number} was not connected from here, or that is undone already")
        changes = self._connections.plan_back(self._found(number), connected)
        if not changes:
            self._console.print("Somebody has changed all of it since; nothing is left to put back.")
            self._connections.undo(connected, ())
        elif self._is_wanted(changes, f"Put back what was there before {connected.at[:16]} UTC?"):
            self._connections.undo(connected, changes)
            self._console.print("Undone.")

    def _found(self, number: str) -> list[Place]:
        places = self._places.of(number)
        if not places:
            raise NotFound(NOT_OURS)
        return places

    def _is_wanted(self, changes: Sequence[Change], question: str) -> bool:
        self._console.print(_table(changes))
        return self._confirm(question)

    def _arrival(self, public_url: str) -> Iterator[Finding]:
        """A webhook to each address, from here through the internet, until one does not arrive."""
        key, token = installation_key(self._settings.data_dir), self._account.auth_token
        for path in (MESSAGES_PATH, VOICE_PATH, RECORDING_PATH, STATUS_PATH):
            problem = obstacle(public_url + path, token, key)
            yield Finding("Signed webhook", not problem, public_url + path, problem)
            if problem:
                return

    def _settings_findings(self, number: str, public_url: str) -> Iterator[Finding]:
        settings = self._settings
        if settings.public_url != public_url:
            yield _unlike("SCRAPBOOK_PUBLIC_URL", settings.public_url, public_url)
        if self._account.number != number:
            yield _unlike("TWILIO_FROM", self._account.number or "not set", number)
        if not settings.allowed_numbers:
            remedy = "nobody is let in until you name somebody there, or with `scrapbook people add`"
            yield Finding("SCRAPBOOK_ALLOWED_NUMBERS", False, "is not set", remedy)
        if not (public_url.startswith("https://") or settings.local_twilio):
            yield Finding("TLS", False, public_url, "texts travel in the clear: use an address with https://")


def _checked(public_url: str) -> str:
    parts = urlsplit(public_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError("--public-url must be a URL like https://scrapbook.example.org")
    return public_url.rstrip("/")


def _unlike(setting: str, is_now: str, wanted: str) -> Finding:
    return Finding(setting, False, f"is {is_now}", f"put {setting}={wanted} into .env and start it again")


def _table(changes: Sequence[Change]) -> Table:
    """Addresses stand one below the other: side by side, a terminal would break them."""
    table = Table("What", "When", box=None)
    table.add_column("Where to", overflow="fold")
    for change in changes:
        table.add_row(f"[bold]{change.place.kind.value} {escape(change.place.name)}[/bold]")
        for name, after in change.after.items():
            table.add_row(name, "before", escape(change.before[name]) or "-")
            table.add_row("", "after", escape(after) or "-")
    return table
