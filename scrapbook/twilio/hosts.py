"""Where Twilio keeps attachments and recordings, and which of its hosts are shown the credentials."""

import re

import httpx

_API_HOST = re.compile(r"api(\.[a-z0-9-]+){0,2}\.twilio\.com")
"""``api.twilio.com``, or with an edge and a region: https://www.twilio.com/docs/global-infrastructure"""

_REDIRECT_HOST = re.compile(r"([a-z0-9-]+\.)+twilio\.com|(mms|media)\.twiliocdn\.com")
_BUCKET = ("s3-external-1.amazonaws.com", "/media.twiliocdn.com/")
"""Where media are redirected to, with HTTP authentication enforced and without:
https://help.twilio.com/articles/223183748"""


class TwilioHosts:
    """``api_url`` is the base URL of the REST API: Twilio's own, or that of a server in its place."""

    def __init__(self, api_url: str) -> None:
        url = httpx.URL(api_url)
        self._own = None if _is_twilio(url, _API_HOST) else url

    @property
    def own_origin(self) -> str | None:
        """Scheme, host and port of the server in Twilio's place, which need not be on the public internet."""
        return f"{self._own.scheme}://{self._own.netloc.decode('ascii')}" if self._own else None

    def may_ask(self, url: httpx.URL) -> bool:
        """Whether this is a place for the credentials."""
        return _is_plain(url) and (self._is_own(url) or _is_twilio(url, _API_HOST))

    def may_follow(self, url: httpx.URL) -> bool:
        """Whether a redirect may lead there."""
        return _is_plain(url) and (
            self._is_own(url) or _is_twilio(url, _REDIRECT_HOST) or _is_in_twilios_bucket(url)
        )

    def _is_own(self, url: httpx.URL) -> bool:
        return self._own is not None and _origin(url) == _origin(self._own)


def _is_plain(url: httpx.URL) -> bool:
    return not url.userinfo


def _is_twilio(url: httpx.URL, host: re.Pattern[str]) -> bool:
    return url.scheme == "https" and url.port is None and host.fullmatch(url.host) is not None


def _is_in_twilios_bucket(url: httpx.URL) -> bool:
    host, folder = _BUCKET
    return url.scheme == "https" and url.port is None and url.host == host and url.path.startswith(folder)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
