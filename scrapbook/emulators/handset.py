"""A client of the local Twilio: the phone with which the page, the terminal and the tests text and call."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self, TypedDict, cast

import httpx

from scrapbook.errors import ScrapbookError


class HandsetMedia(TypedDict):
    """An attachment of a message; ``size`` is in bytes."""

    sid: str
    content_type: str
    size: int


HandsetMessage = TypedDict(
    "HandsetMessage",
    {
        "seq": int,
        "changed": int,
        "sid": str,
        "direction": Literal["inbound", "outbound"],
        "from": str,
        "to": str,
        "body": str,
        "media": list[HandsetMedia],
        "status": str,
        "error_code": int | None,
        "carrier": bool,
        "created_at": str,
    },
)
"""A message as the phone shows it.

``direction`` is in Twilio's words: "inbound" is from the phone to the app. ``status`` of an inbound message
is "pending" until the app accepts it, then "delivered"; that of an outbound one is queued, sent, delivered,
undelivered or failed. ``seq`` orders messages; ``changed`` grows with every change of any message.
``carrier`` marks Twilio's own answers, for example to STOP.
"""

HandsetCall = TypedDict(
    "HandsetCall",
    {
        "sid": str,
        "from": str,
        "to": str,
        "status": str,
        "said": list[str],
        "recording_sid": str | None,
        "error_code": int | None,
    },
)
"""A call that has ended.

``status`` is "completed", "rejected" by the app, or "failed" with Twilio's ``error_code``. ``said`` has the
sentences that the caller heard. ``recording_sid`` is None if nothing was recorded.
"""

_TIMEOUT = 15.0
_CALL_TIMEOUT = 60.0
"""Seconds. A call ends when the app has answered each of its webhooks."""

_MESSAGES = "/handset/messages"
_MEDIA = "/handset/media"
_CALLS = "/handset/calls"
_FAULTS = "/handset/faults"


class HandsetUnavailable(ScrapbookError):
    """The local Twilio is not running, or not reachable."""

    permanent = False


class HandsetRefused(ScrapbookError):
    """The local Twilio refused a message or a request; the message says why."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture, a recording or any other file of a message."""

    content_type: str
    content: bytes


class Handset:
    """A blocking client. Its methods raise HandsetUnavailable and HandsetRefused.

    Args:
        base_url: of the local Twilio.
    """

    def __init__(self, base_url: str) -> None:
        # It has no TLS, and loading the certificates would take longer than a request.
        self._client = httpx.Client(base_url=base_url, timeout=_TIMEOUT, trust_env=False, verify=False)  # noqa: S501

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(
        self, from_: str, body: str, attachments: Sequence[Attachment] = (), *, to: str = "", **extras: str
    ) -> HandsetMessage:
        """Text the app. Returns at once, with the message "pending".

        Args:
            to: the app's number; without one, the number of the account.
            extras: further fields of the webhook: ProfileName, OriginalRepliedMessageSid, Forwarded,
                Latitude, Longitude, Label, Address.
        """
        outgoing = {"from": from_, "to": to, "body": body, "media": _encoded(attachments), "extras": extras}
        request = self._client.build_request("POST", _MESSAGES, json=outgoing)
        return cast("HandsetMessage", self._send(request).json())

    def events(self, number: str, after: int = 0, wait: float = 0) -> list[HandsetMessage]:
        """Return the messages of ``number`` that changed after the change ``after``, oldest change first.

        Args:
            wait: seconds to wait for a message if there is none; the server waits 30 at most.
        """
        query = {"number": number, "after": after, "wait": wait}
        timeout = wait + _TIMEOUT
        body = self._send(self._client.build_request("GET", _MESSAGES, params=query, timeout=timeout)).json()
        return cast("list[HandsetMessage]", body["messages"])

    def media(self, sid: str) -> Attachment:
        """Return an attachment."""
        response = self._send(self._client.build_request("GET", f"{_MEDIA}/{sid}"))
        return Attachment(response.headers["content-type"], response.content)

    def call(self, from_: str, audio: bytes = b"", *, to: str = "", key: str = "") -> HandsetCall:
        """Call the app, play a WAV file after the beep, then press ``key`` or hang up.

        Returns when the call has ended. The recording is reported to the app a moment later.
        """
        request_body = {"from": from_, "to": to, "sound": base64.b64encode(audio).decode("ascii"), "key": key}
        request = self._client.build_request("POST", _CALLS, json=request_body, timeout=_CALL_TIMEOUT)
        return cast("HandsetCall", self._send(request).json())

    def inject(self, fault: str, count: int = 1) -> None:
        """Make the next ``count`` operations of that kind fail; 0 ends the fault."""
        self._send(self._client.build_request("POST", _FAULTS, json={"fault": fault, "count": count}))

    def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            response = self._client.send(request)
        except httpx.HTTPError as error:
            raise HandsetUnavailable from error
        if response.is_error:
            raise HandsetRefused(response.text)
        return response


def _encoded(attachments: Sequence[Attachment]) -> list[dict[str, str]]:
    return [
        {"content_type": part.content_type, "content": base64.b64encode(part.content).decode("ascii")}
        for part in attachments
    ]
