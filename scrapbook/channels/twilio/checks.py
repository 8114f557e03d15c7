"""What ``scrapbook doctor`` checks at Twilio: the credentials, the number, the time of day."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from scrapbook.channels.twilio.account import Account
from scrapbook.channels.twilio.transport import TwilioTransport
from scrapbook.observability.checks import CheckResult, run_check
from scrapbook.settings import Settings

_TIMEOUT = 5.0
"""Seconds."""

_MAX_CLOCK_DIFFERENCE = 60.0
"""Seconds. Media links expire, and "yesterday" ends, by this machine's clock."""


def examine(settings: Settings) -> Iterator[CheckResult]:
    """Yield the results for the account of these settings; of the local Twilio, that of its credentials."""
    account = Account.from_settings(settings)
    transport = TwilioTransport(account.sid, account.auth_token, account.api_url)

    def check() -> str:
        transport.check()
        return account.api_url

    remedy = "check TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_API_URL"
    credentials = run_check("Twilio account", check, remedy)
    yield credentials
    if settings.local_twilio or not credentials.ok:
        return
    yield _number(transport, account.number)
    yield _clock(account.api_url)


def _number(transport: TwilioTransport, number: str) -> CheckResult:
    def check() -> str:
        return number if transport.owns(number) else ""

    remedy = "set TWILIO_FROM to a number of this account: replies from any other are refused"
    result = run_check("Twilio number", check, remedy)
    if result.ok and not result.detail:
        return CheckResult("Twilio number", False, f"{number} is not one of the account's", remedy)
    return result


def _clock(url: str) -> CheckResult:
    """Compare this machine's clock with the header ``Date`` of Twilio's API."""
    try:
        date = parsedate_to_datetime(httpx.get(url, timeout=_TIMEOUT).headers["date"])
    except (httpx.HTTPError, KeyError, ValueError):
        return CheckResult("Clock", True, "could not be compared")
    difference = abs((datetime.now(UTC) - date).total_seconds())
    return CheckResult(
        "Clock",
        difference <= _MAX_CLOCK_DIFFERENCE,
        f"{difference:.0f} seconds off" if difference > _MAX_CLOCK_DIFFERENCE else "",
        "set the machine's clock by the network (NTP): links expire and days end by it",
    )
