"""Parse TwiML: the verbs that a call with a memo needs.

https://www.twilio.com/docs/voice/twiml
"""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin
from xml.etree import ElementTree

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

_DOCUMENT_TYPES = frozenset({"text/xml", "application/xml", "text/html"})
_CALLBACK_EVENTS = frozenset({"in-progress", "completed", "absent"})

NOT_FETCHED = 11200
WRONG_TYPE = 12300
NOT_XML = 12100
NOT_TWIML = 12200


class CallError(Exception):
    """A call failed with Twilio's error ``code``; the caller hears of an application error."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Say:
    """Say these words to the caller."""

    words: str


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""


@dataclass(frozen=True, slots=True)
class Reject:
    """Reject the call."""


class Record(BaseModel):
    """Record the caller. URLs are absolute."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    action: str = ""
    method: Literal["POST"] = "POST"
    timeout: int = Field(5, ge=1)
    finish_on_key: str = Field("1234567890*#", alias="finishOnKey", pattern=r"^[0-9*#]*$")
    max_length: int = Field(3600, alias="maxLength", ge=2, le=14_400)
    play_beep: bool = Field(True, alias="playBeep")
    trim: Literal["trim-silence", "do-not-trim"] = "trim-silence"
    callback: str = Field("", alias="recordingStatusCallback")
    callback_method: Literal["POST"] = Field("POST", alias="recordingStatusCallbackMethod")
    callback_events: frozenset[str] = Field(frozenset({"completed"}), alias="recordingStatusCallbackEvent")

    @field_validator("callback_events", mode="before")
    @classmethod
    def _known_events(cls, value: str) -> frozenset[str]:
        events = frozenset(value.split())
        if not events <= _CALLBACK_EVENTS:
            raise ValueError("not an event of a recording")
        return events

    def reports(self, status: str) -> bool:
        """Return whether a recording with this status must be reported."""
        return bool(self.callback) and status in self.callback_events


Verb = Say | Record | Hangup | Reject


def parse_twiml(document: bytes, content_type: str, url: str) -> list[Verb]:
    """Return the verbs of a response of ``url``. Raises CallError."""
    if content_type.partition(";")[0].strip().lower() not in _DOCUMENT_TYPES:
        raise CallError(WRONG_TYPE)
    try:
        root = ElementTree.fromstring(document)  # noqa: S314 - from our own app
    except ElementTree.ParseError:
        raise CallError(NOT_XML) from None
    if root.tag != "Response":
        raise CallError(NOT_TWIML)
    return [_verb(element, url) for element in root]


def _verb(element: ElementTree.Element, url: str) -> Verb:
    match element.tag:
        case "Say":
            return Say((element.text or "").strip())
        case "Hangup":
            return Hangup()
        case "Reject":
            return Reject()
        case "Record":
            return _record(element.attrib, url)
        case _:
            raise CallError(NOT_TWIML)


def _record(attributes: dict[str, str], url: str) -> Record:
    try:
        record = Record.model_validate(attributes)
    except ValidationError:
        raise CallError(NOT_TWIML) from None
    callback = urljoin(url, record.callback) if record.callback else ""
    return record.model_copy(update={"action": urljoin(url, record.action), "callback": callback})
