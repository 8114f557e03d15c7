"""Check what the app reaches outside: its public URL, the channels, Sentry."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx

from scrapbook.channels.twilio import checks as twilio
from scrapbook.observability.checks import CheckResult
from scrapbook.settings import Settings

TIMEOUT = 5.0
"""Seconds."""


def examine(settings: Settings) -> Iterator[CheckResult]:
    """Yield a result for each service; the public URL is checked only with a Twilio account."""
    if not settings.local_twilio:
        yield _public_url(settings)
    yield from twilio.examine(settings)
    if settings.sentry_dsn.get_secret_value():
        yield _sentry(settings)


def _public_url(settings: Settings) -> CheckResult:
    url = settings.public_url
    if not url.startswith("https://"):
        remedy = "texts would cross the internet unencrypted: set SCRAPBOOK_PUBLIC_URL to an https:// address"
        return CheckResult("Public URL", False, f"{url} is not https", remedy)
    remedy = "Twilio must reach it: check the tunnel or the reverse proxy"
    try:
        response = httpx.get(f"{url}/health/live", timeout=TIMEOUT)
    except httpx.HTTPError as error:
        return CheckResult("Public URL", False, f"{url}: {_explain(error)}", remedy)
    return CheckResult("Public URL", response.is_success, f"{url} answers {response.status_code}", remedy)


def _sentry(settings: Settings) -> CheckResult:
    dsn = urlsplit(settings.sentry_dsn.get_secret_value())
    host = f"{dsn.scheme}://{dsn.hostname}" + (f":{dsn.port}" if dsn.port else "")
    try:
        httpx.get(host, timeout=TIMEOUT)
    except httpx.HTTPError as error:
        remedy = "check SENTRY_DSN; until then errors are in the logs only"
        return CheckResult("Sentry", False, f"{host}: {_explain(error)}", remedy)
    return CheckResult("Sentry", True, host)


def _explain(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return f"no answer within {TIMEOUT:g} seconds"
    return "cannot be reached"
