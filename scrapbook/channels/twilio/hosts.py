"""Twilio's hosts: which ones receive the credentials, and where their redirects may lead."""

import re

import httpx

_API_HOST = re.compile(r"api(\.[a-z0-9-]+){0,2}\.twilio\.com")
"""``api.twilio.com``, possibly with an edge and a region: https://www.twilio.com/docs/global-infrastructure"""

_REDIRECT_HOST = re.compile(r"([a-z0-9-]+\.)+twilio\.com|(mms|media)\.twiliocdn\.com")
_BUCKET = ("s3-external-1.amazonaws.com", "/media.twiliocdn.com/")
"""Twilio redirects requests for media to these hosts, with HTTP authentication enforced and without:
https://help.twilio.com/articles/223183748"""


class TwilioHosts:
    """Says which URLs are Twilio's.

    Args:
        api_url: base URL of the REST API: Twilio's, or that of an emulator.
    """

    def __init__(self, api_url: str) -> None:
        url = httpx.URL(api_url)
        self._emulator = None if _is_twilio(url, _API_HOST) else url

    @property
    def emulator_origin(self) -> str | None:
        """Scheme, host and port of the emulator, which may have a private address; None for Twilio itself."""
        emulator = self._emulator
        return f"{emulator.scheme}://{emulator.netloc.decode('ascii')}" if emulator else None

    def may_receive_credentials(self, url: httpx.URL) -> bool:
        """Return whether the credentials may be sent to this URL."""
        return _has_no_user(url) and (self._is_emulator(url) or _is_twilio(url, _API_HOST))

    def may_follow(self, url: httpx.URL) -> bool:
        """Return whether a redirect to this URL may be followed."""
        return _has_no_user(url) and (
            self._is_emulator(url) or _is_twilio(url, _REDIRECT_HOST) or _is_in_bucket(url)
        )

    def _is_emulator(self, url: httpx.URL) -> bool:
        return self._emulator is not None and _origin(url) == _origin(self._emulator)


def _has_no_user(url: httpx.URL) -> bool:
    return not url.userinfo


def _is_twilio(url: httpx.URL, host: re.Pattern[str]) -> bool:
    return url.scheme == "https" and url.port is None and host.fullmatch(url.host) is not None


def _is_in_bucket(url: httpx.URL) -> bool:
    host, folder = _BUCKET
    return url.scheme == "https" and url.port is None and url.host == host and url.path.startswith(folder)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
