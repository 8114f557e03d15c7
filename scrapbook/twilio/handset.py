"""A phone on the local Twilio: what the page, the terminal and the tests text with."""

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

``direction`` is Twilio's: "inbound" went from the phone to the house. ``status``: inbound ones are "pending"
until the house has taken them, then "delivered"; outbound ones are queued, sent, delivered, undelivered or
failed. ``seq`` puts messages in order; ``changed`` grows with every change of any message. ``carrier`` marks
the answers that Twilio itself gives, to STOP for example.
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

``status``: "completed", "rejected" by the house, or "failed" with Twilio's ``error_code``. ``said`` is what
the caller heard. There is a ``recording_sid`` where something was recorded.
"""

_ANSWER_TIME = 15.0
_CALL_TIME = 60.0
_MESSAGES = "/handset/messages"
_MEDIA = "/handset/media"
_CALLS = "/handset/calls"
_FAULTS = "/handset/faults"


class HandsetUnavailable(ScrapbookError):
    """The local Twilio is not running, or not reachable."""

    permanent = False


class HandsetRefused(ScrapbookError):
    """The local Twilio did not take a message or a request; the message says why."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture, a sound or any other file to send along."""

    content_type: str
    content: bytes


class Handset:
    """Blocking client of the local Twilio at ``base_url``. Raises HandsetUnavailable and HandsetRefused."""

    def __init__(self, base_url: str) -> None:
        # No TLS is spoken to it, and to load certificates for that takes longer than a request.
        self._client = httpx.Client(base_url=base_url, timeout=_ANSWER_TIME, trust_env=False, verify=False)  # noqa: S501

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the connections."""
        self._client.close()

    def send(
        self, from_: str, body: str, attachments: Sequence[Attachment] = (), *, to: str = "", **extras: str
    ) -> HandsetMessage:
        """Texts the house; returns at once, with the message "pending".

        ``extras`` are further webhook fields: ProfileName, OriginalRepliedMessageSid, Latitude, Longitude,
        Label, Address.
        """
        outgoing = {"from": from_, "to": to, "body": body, "media": _encoded(attachments), "extras": extras}
        request = self._client.build_request("POST", _MESSAGES, json=outgoing)
        return cast("HandsetMessage", self._ask(request).json())

    def events(self, number: str, after: int = 0, wait: float = 0) -> list[HandsetMessage]:
        """The messages of ``number`` that changed after ``after``, oldest change first.

        Where there are none, waits for one, ``wait`` seconds at most (30 s at the server).
        """
        query = {"number": number, "after": after, "wait": wait}
        timeout = wait + _ANSWER_TIME
        answer = self._ask(self._client.build_request("GET", _MESSAGES, params=query, timeout=timeout)).json()
        return cast("list[HandsetMessage]", answer["messages"])

    def media(self, sid: str) -> Attachment:
        """The content of one attachment."""
        response = self._ask(self._client.build_request("GET", f"{_MEDIA}/{sid}"))
        return Attachment(response.headers["content-type"], response.content)

    def call(self, from_: str, sound: bytes = b"", *, to: str = "", key: str = "") -> HandsetCall:
        """Calls the house, speaks ``sound`` (WAV) after the beep, presses ``key`` or hangs up.

        Returns when the call has ended. The house hears of the recording a moment later.
        """
        dialled = {"from": from_, "to": to, "sound": base64.b64encode(sound).decode("ascii"), "key": key}
        request = self._client.build_request("POST", _CALLS, json=dialled, timeout=_CALL_TIME)
        return cast("HandsetCall", self._ask(request).json())

    def inject(self, fault: str, count: int = 1) -> None:
        """Makes the next ``count`` operations fail the way that ``fault`` names; 0 takes the fault back."""
        self._ask(self._client.build_request("POST", _FAULTS, json={"fault": fault, "count": count}))

    def _ask(self, request: httpx.Request) -> httpx.Response:
        try:
            response = self._client.send(request)
        except httpx.HTTPError as problem:
            raise HandsetUnavailable from problem
        if response.is_error:
            raise HandsetRefused(response.text)
        return response


def _encoded(attachments: Sequence[Attachment]) -> list[dict[str, str]]:
    return [
        {"content_type": part.content_type, "content": base64.b64encode(part.content).decode("ascii")}
        for part in attachments
    ]
