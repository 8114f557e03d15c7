"""What is not ours: the way in from outside, Twilio, Sentry, the time of day."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx

from scrapbook.findings import Finding, tried
from scrapbook.settings import Settings
from scrapbook.twilio.account import Account
from scrapbook.twilio.sending import Sender

TIMEOUT = 5.0
CLOCK_MAY_DIFFER = 60.0
"""Seconds. Links to kept files expire, and "yesterday" ends, by this machine's clock."""


def examine(settings: Settings) -> Iterator[Finding]:
    if not settings.local_twilio:
        yield _public_url(settings)
    yield from _twilio(settings)
    if settings.sentry_dsn.get_secret_value():
        yield _sentry(settings)


def _public_url(settings: Settings) -> Finding:
    url = settings.public_url
    if not url.startswith("https://"):
        remedy = "texts would cross the internet unsealed: set SCRAPBOOK_PUBLIC_URL to an https:// address"
        return Finding("Public URL", False, f"{url} is not https", remedy)
    remedy = "Twilio must reach it: check the tunnel or the reverse proxy"
    try:
        answer = httpx.get(f"{url}/health/live", timeout=TIMEOUT)
    except httpx.HTTPError as error:
        return Finding("Public URL", False, f"{url}: {_plainly(error)}", remedy)
    return Finding("Public URL", answer.is_success, f"{url} answers {answer.status_code}", remedy)


def _twilio(settings: Settings) -> Iterator[Finding]:
    account = Account.of(settings)
    sender = Sender(account.sid, account.auth_token, account.api_url)

    def check() -> str:
        sender.check()
        return account.api_url

    remedy = "check TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_API_URL"
    credentials = tried("Twilio account", check, remedy)
    yield credentials
    if settings.local_twilio or not credentials.ok:
        return
    yield _number(sender, account.number)
    yield _clock(account.api_url)


def _number(sender: Sender, number: str) -> Finding:
    def check() -> str:
        return number if sender.owns(number) else ""

    remedy = "set TWILIO_FROM to a number of this account: replies from any other are refused"
    found = tried("Twilio number", check, remedy)
    if found.ok and not found.detail:
        return Finding("Twilio number", False, f"{number} is not one of the account's", remedy)
    return found


def _clock(url: str) -> Finding:
    try:
        told = parsedate_to_datetime(httpx.get(url, timeout=TIMEOUT).headers["date"])
    except (httpx.HTTPError, KeyError, ValueError):
        return Finding("Clock", True, "could not be compared")
    off = abs((datetime.now(UTC) - told).total_seconds())
    return Finding(
        "Clock",
        off <= CLOCK_MAY_DIFFER,
        f"{off:.0f} seconds off" if off > CLOCK_MAY_DIFFER else "",
        "set the machine's clock by the network (NTP): links expire and days end by it",
    )


def _sentry(settings: Settings) -> Finding:
    dsn = urlsplit(settings.sentry_dsn.get_secret_value())
    host = f"{dsn.scheme}://{dsn.hostname}" + (f":{dsn.port}" if dsn.port else "")
    try:
        httpx.get(host, timeout=TIMEOUT)
    except httpx.HTTPError as error:
        remedy = "check SENTRY_DSN; until then errors are in the logs only"
        return Finding("Sentry", False, f"{host}: {_plainly(error)}", remedy)
    return Finding("Sentry", True, host)


def _plainly(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return f"no answer within {TIMEOUT:g} seconds"
    return "cannot be reached"
