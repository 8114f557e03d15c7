"""``scrapbook connect``: point a number's webhooks at this installation, and check that they arrive."""

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urlsplit

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from scrapbook.channels.twilio.account import Account
from scrapbook.channels.twilio.calls import RECORDING_PATH, VOICE_PATH
from scrapbook.channels.twilio.rest import rest_client
from scrapbook.channels.twilio.setup.compliance import ComplianceChecks
from scrapbook.channels.twilio.setup.connections import Change, ConnectionLog, Connections
from scrapbook.channels.twilio.setup.reachability import explain_failure
from scrapbook.channels.twilio.setup.webhook_resources import WebhookResource, WebhookResources
from scrapbook.channels.twilio.webhook import MESSAGES_PATH, STATUS_PATH
from scrapbook.errors import NotFound, SettingsError
from scrapbook.messaging.addresses import normalize, without_channel
from scrapbook.net.secret_file import installation_key
from scrapbook.observability.checks import CheckResult
from scrapbook.settings import Settings

NUMBER_NOT_FOUND = (
    "This account has no such number, neither for SMS nor for WhatsApp. For WhatsApp's sandbox, set "
    "'When a message comes in' in the console, under Messaging > Try it out"
)

Confirm = Callable[[str], bool]


class NumberConnection:
    """Connects numbers to one installation. Its methods block and raise ProviderError.

    Args:
        settings: may be incomplete, but have the Twilio account.
        confirm: asks the user a question, and returns whether the answer is yes.
    """

    def __init__(self, settings: Settings, console: Console, confirm: Confirm) -> None:
        settings.make_data_dir()
        self._settings = settings
        self._console = console
        self._confirm = confirm
        self._account = account = Account.from_settings(settings)
        client = rest_client(account.sid, account.auth_token, account.api_url)
        self._resources = WebhookResources(client)
        self._connections = Connections(
            self._resources, ConnectionLog(settings.data_dir / "connections.json")
        )
        self._compliance = ComplianceChecks(client, account.sid, account.api_url)

    def connect(self, number: str, public_url: str) -> Iterator[CheckResult]:
        """Point the number at ``public_url``, then yield the results of the checks.

        Raises:
            NotFound: the account has no such number.
            SettingsError: ``public_url`` is no URL.
        """
        number, public_url = without_channel(normalize(number)), _checked(public_url)
        resources = self._find(number)
        changes = self._connections.plan(resources, public_url)
        if not changes:
            self._console.print(f"{number} points at {public_url} already.")
        elif self._is_wanted(changes, f"Point {number} at {public_url}?"):
            self._connections.carry_out(number, public_url, changes)
            self._console.print("Done. To restore the earlier webhooks: scrapbook connect --undo " + number)
        else:
            return
        yield from self._check_arrival(public_url)
        yield from self._check_settings(number, public_url)
        yield from self._compliance.results(number, resources)

    def undo(self, number: str) -> None:
        """Restore the webhooks that the number had before its latest ``connect``.

        Raises:
            NotFound: there is nothing to undo, or the account no longer has the number.
        """
        number = without_channel(normalize(number))
        record = self._connections.latest(number)
        if record is None:
            raise NotFound(f"{number} was not connected from here, or that is undone already")
        changes = self._connections.plan_undo(self._find(number), record)
        if not changes:
            self._console.print("Every webhook was changed since; there is nothing to restore.")
            self._connections.undo(record, ())
        elif self._is_wanted(changes, f"Restore the webhooks from before {record.at[:16]} UTC?"):
            self._connections.undo(record, changes)
            self._console.print("Undone.")

    def _find(self, number: str) -> list[WebhookResource]:
        resources = self._resources.of(number)
        if not resources:
            raise NotFound(NUMBER_NOT_FOUND)
        return resources

    def _is_wanted(self, changes: Sequence[Change], question: str) -> bool:
        self._console.print(_table(changes))
        return self._confirm(question)

    def _check_arrival(self, public_url: str) -> Iterator[CheckResult]:
        """Send a webhook to each URL, through the internet, until one does not arrive."""
        key, token = installation_key(self._settings.data_dir), self._account.auth_token
        for path in (MESSAGES_PATH, VOICE_PATH, RECORDING_PATH, STATUS_PATH):
            problem = explain_failure(public_url + path, token, key)
            yield CheckResult("Signed webhook", not problem, public_url + path, problem)
            if problem:
                return

    def _check_settings(self, number: str, public_url: str) -> Iterator[CheckResult]:
        settings = self._settings
        if settings.public_url != public_url:
            yield _setting_differs("SCRAPBOOK_PUBLIC_URL", settings.public_url, public_url)
        if self._account.number != number:
            yield _setting_differs("TWILIO_FROM", self._account.number or "not set", number)
        if not settings.allowed_numbers:
            remedy = "nobody gets an answer until you name somebody there, or with `scrapbook people add`"
            yield CheckResult("SCRAPBOOK_ALLOWED_NUMBERS", False, "is not set", remedy)
        if not (public_url.startswith("https://") or settings.local_twilio):
            yield CheckResult("TLS", False, public_url, "texts are sent unencrypted: use a URL with https://")


def _checked(public_url: str) -> str:
    parts = urlsplit(public_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError("--public-url must be a URL like https://scrapbook.example.org")
    return public_url.rstrip("/")


def _setting_differs(setting: str, value: str, wanted: str) -> CheckResult:
    return CheckResult(setting, False, f"is {value}", f"put {setting}={wanted} into .env and start it again")


def _table(changes: Sequence[Change]) -> Table:
    """Return the changes as a table, with a row for each URL, so that a narrow terminal wraps few of them."""
    table = Table("What", "When", box=None)
    table.add_column("Where to", overflow="fold")
    for change in changes:
        table.add_row(f"[bold]{change.resource.kind.value} {escape(change.resource.name)}[/bold]")
        for name, after in change.after.items():
            table.add_row(name, "before", escape(change.before[name]) or "-")
            table.add_row("", "after", escape(after) or "-")
    return table
