"""What a house can tell Twilio to do with a call: the verbs that matter to a memo.

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


class CallTrouble(Exception):
    """Twilio's error ``code``, by which the caller hears of an application error."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Say:
    """Words for the caller."""

    words: str


@dataclass(frozen=True, slots=True)
class Hangup:
    """The end of the call."""


@dataclass(frozen=True, slots=True)
class Reject:
    """The call is not even taken."""


class Record(BaseModel):
    """Records what the caller says. URLs are absolute."""

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
        """Whether the house wants to hear of a recording that ended so."""
        return bool(self.callback) and status in self.callback_events


Verb = Say | Record | Hangup | Reject


def parsed(document: bytes, content_type: str, url: str) -> list[Verb]:
    """The verbs of a document that ``url`` answered with. Raises CallTrouble."""
    if content_type.partition(";")[0].strip().lower() not in _DOCUMENT_TYPES:
        raise CallTrouble(WRONG_TYPE)
    try:
        root = ElementTree.fromstring(document)  # noqa: S314 - the house's own
    except ElementTree.ParseError:
        raise CallTrouble(NOT_XML) from None
    if root.tag != "Response":
        raise CallTrouble(NOT_TWIML)
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
            raise CallTrouble(NOT_TWIML)


def _record(attributes: dict[str, str], url: str) -> Record:
    try:
        record = Record.model_validate(attributes)
    except ValidationError:
        raise CallTrouble(NOT_TWIML) from None
    callback = urljoin(url, record.callback) if record.callback else ""
    return record.model_copy(update={"action": urljoin(url, record.action), "callback": callback})
