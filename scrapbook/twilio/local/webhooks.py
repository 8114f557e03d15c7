"""Signed requests to the house: the way in for messages, and the reports on those that went out."""

from collections.abc import Mapping
from email.utils import format_datetime
from enum import Enum, auto

import httpx
import structlog

from scrapbook.segments import segment_count
from scrapbook.twilio.form import Form
from scrapbook.twilio.local.addresses import bare, is_whatsapp
from scrapbook.twilio.local.config import LocalTwilio
from scrapbook.twilio.local.ledger import Message
from scrapbook.twilio.local.recordings import Recording
from scrapbook.twilio.local.registry import Hook, Registry
from scrapbook.twilio.local.shapes import API_VERSION, messages_path, recordings_path
from scrapbook.twilio.signature import HEADER, Signatures

log = structlog.get_logger(__name__)

_BLANK_SMS = (
    "FromCity", "FromCountry", "FromState", "FromZip", "ToCity", "ToCountry", "ToState", "ToZip",
)  # fmt: skip

_SILENT = "16102"


class Answer(Enum):
    """What the house made of a webhook."""

    TAKEN = auto()
    REFUSED = auto()
    """4xx: this very request will not do."""
    DOWN = auto()
    """5xx, anything but an answer, or none in time."""


class Webhooks:
    """Posts signed forms."""

    def __init__(self, config: LocalTwilio, registry: Registry, client: httpx.AsyncClient) -> None:
        self._config = config
        self._registry = registry
        self._client = client
        self._signatures = Signatures(config.auth_token)

    async def incoming(self, message: Message) -> Answer:
        """Brings a message to the house. Where nobody is to be told, that is that."""
        hook, fallback = self._registry.for_messages(message.to)
        if not hook.url:
            return Answer.TAKEN
        fields = self._incoming_fields(message)
        answer = await self._tell(hook, message.sid, fields)
        if answer is Answer.TAKEN or not fallback.url:
            return answer
        return await self._tell(fallback, message.sid, fields | {"ErrorCode": "11200", "ErrorUrl": hook.url})

    async def status(self, message: Message) -> Answer:
        """Reports a message's status to the URL that it was sent with."""
        return await self._tell(Hook(message.status_callback), message.sid, self._status_fields(message))

    async def recording(self, recording: Recording) -> Answer:
        """Reports a recording to the URL that was named when it was asked for."""
        hook = Hook(recording.callback)
        return await self._tell(hook, recording.call_sid, self._recording_fields(recording))

    async def call_ended(self, hook: Hook, call_sid: str, fields: Mapping[str, str]) -> None:
        """Tells whom the number names how a call ended. Twilio tries but once."""
        await self._tell(hook, call_sid, self._account_fields() | {"CallSid": call_sid} | dict(fields))

    async def ask(self, hook: Hook, call_sid: str, fields: Mapping[str, str]) -> httpx.Response:
        """Asks what to do with a call. Raises httpx.HTTPError where there is no good answer."""
        response = await self._signed(hook, self._account_fields() | {"CallSid": call_sid} | dict(fields))
        return response.raise_for_status()

    def recording_url(self, sid: str) -> str:
        """Where the recording is to be had; its sound is there with ``.wav`` behind it, too."""
        return f"{self._config.url}{recordings_path(self._config.account_sid)}/{sid}"

    async def _tell(self, hook: Hook, sid: str, fields: Mapping[str, str]) -> Answer:
        try:
            response = await self._signed(hook, fields)
        except httpx.HTTPError as problem:
            log.warning("webhook_failed", sid=sid, error=type(problem).__name__)
            return Answer.DOWN
        if response.is_success:
            return Answer.TAKEN
        log.warning("webhook_failed", sid=sid, status=response.status_code)
        return Answer.REFUSED if response.is_client_error else Answer.DOWN

    async def _signed(self, hook: Hook, fields: Mapping[str, str]) -> httpx.Response:
        if hook.method == "GET":
            url = str(httpx.URL(hook.url).copy_merge_params(fields))
            return await self._client.get(url, headers={HEADER: self._signatures.sign(url, Form())})
        headers = {HEADER: self._signatures.sign(hook.url, Form(fields))}
        return await self._client.post(hook.url, data=fields, headers=headers)

    def _incoming_fields(self, message: Message) -> dict[str, str]:
        fields = self._common_fields(message) | {
            "Body": message.body,
            "NumMedia": str(len(message.media)),
            "NumSegments": str(segment_count(message.body)),
            "SmsMessageSid": message.sid,
            "SmsStatus": "received",
        }
        fields |= _whatsapp_fields(message) if is_whatsapp(message.from_) else dict.fromkeys(_BLANK_SMS, "")
        return fields | self._media_fields(message) | dict(message.extras)

    def _status_fields(self, message: Message) -> dict[str, str]:
        error = {} if message.error_code is None else {"ErrorCode": str(message.error_code)}
        states = {"MessageStatus": message.status, "SmsStatus": message.status}
        return self._common_fields(message) | states | error

    def _common_fields(self, message: Message) -> dict[str, str]:
        return self._account_fields() | {
            "From": message.from_,
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "To": message.to,
        }

    def _account_fields(self) -> dict[str, str]:
        return {"AccountSid": self._config.account_sid, "ApiVersion": API_VERSION}

    def _recording_fields(self, recording: Recording) -> dict[str, str]:
        error = {"ErrorCode": _SILENT} if recording.status == "absent" else {}
        return (
            self._account_fields()
            | error
            | {
                "CallSid": recording.call_sid,
                "RecordingChannels": "1",
                "RecordingDuration": str(recording.duration),
                "RecordingSid": recording.sid,
                "RecordingSource": "RecordVerb",
                "RecordingStartTime": format_datetime(recording.created_at),
                "RecordingStatus": recording.status,
                "RecordingUrl": self.recording_url(recording.sid),
            }
        )

    def _media_fields(self, message: Message) -> dict[str, str]:
        base = f"{self._config.url}{messages_path(self._config.account_sid)}/{message.sid}/Media"
        fields: dict[str, str] = {}
        for index, media in enumerate(message.media):
            fields |= {
                f"MediaUrl{index}": f"{base}/{media.sid}",
                f"MediaContentType{index}": media.content_type,
            }
        return fields


def _whatsapp_fields(message: Message) -> dict[str, str]:
    return {
        "MessageType": "text",
        "ProfileName": "",
        "ReferralNumMedia": "0",
        "WaId": bare(message.from_).removeprefix("+"),
    }
