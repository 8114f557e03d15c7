"""Send signed webhooks to the app: inbound messages, calls, and reports on statuses and recordings."""

from collections.abc import Mapping
from email.utils import format_datetime
from enum import Enum, auto

import httpx
import structlog

from scrapbook.channels.twilio.form import Form
from scrapbook.channels.twilio.signature import HEADER, Signatures
from scrapbook.emulators.twilio.addresses import is_whatsapp, without_channel
from scrapbook.emulators.twilio.config import LocalTwilio
from scrapbook.emulators.twilio.json_format import API_VERSION, messages_path, recordings_path
from scrapbook.emulators.twilio.message_log import Message
from scrapbook.emulators.twilio.recordings import Recording
from scrapbook.emulators.twilio.resources import Resources, WebhookTarget
from scrapbook.text.segments import segment_count

log = structlog.get_logger(__name__)

_BLANK_SMS = (
    "FromCity", "FromCountry", "FromState", "FromZip", "ToCity", "ToCountry", "ToState", "ToZip",
)  # fmt: skip

_SILENT = "16102"


class WebhookResult(Enum):
    """How the app answered a webhook."""

    ACCEPTED = auto()
    REFUSED = auto()
    """4xx: the app does not accept this request."""
    UNAVAILABLE = auto()
    """5xx, no HTTP response, or none in time."""


class Webhooks:
    """Sends signed forms."""

    def __init__(self, config: LocalTwilio, resources: Resources, client: httpx.AsyncClient) -> None:
        self._config = config
        self._resources = resources
        self._client = client
        self._signatures = Signatures(config.auth_token)

    async def incoming(self, message: Message) -> WebhookResult:
        """Deliver a message to its webhook, or to the fallback. Without a webhook it counts as accepted."""
        target, fallback = self._resources.for_messages(message.to)
        if not target.url:
            return WebhookResult.ACCEPTED
        fields = self._incoming_fields(message)
        answer = await self._post(target, message.sid, fields)
        if answer is WebhookResult.ACCEPTED or not fallback.url:
            return answer
        return await self._post(
            fallback, message.sid, fields | {"ErrorCode": "11200", "ErrorUrl": target.url}
        )

    async def status(self, message: Message) -> WebhookResult:
        """Report a message's status to its status callback."""
        return await self._post(
            WebhookTarget(message.status_callback), message.sid, self._status_fields(message)
        )

    async def recording(self, recording: Recording) -> WebhookResult:
        """Report a recording to the callback of its <Record>."""
        target = WebhookTarget(recording.callback)
        return await self._post(target, recording.call_sid, self._recording_fields(recording))

    async def call_ended(self, target: WebhookTarget, call_sid: str, fields: Mapping[str, str]) -> None:
        """Report how a call ended to the number's status callback. Twilio tries only once."""
        await self._post(target, call_sid, self._account_fields() | {"CallSid": call_sid} | dict(fields))

    async def request_twiml(
        self, target: WebhookTarget, call_sid: str, fields: Mapping[str, str]
    ) -> httpx.Response:
        """Return the response of a voice webhook. Raises httpx.HTTPError if there is no successful one."""
        response = await self._signed(target, self._account_fields() | {"CallSid": call_sid} | dict(fields))
        return response.raise_for_status()

    def recording_url(self, sid: str) -> str:
        """Return the URL of a recording, which is also that of its WAV file with ``.wav`` appended."""
        return f"{self._config.url}{recordings_path(self._config.account_sid)}/{sid}"

    async def _post(self, target: WebhookTarget, sid: str, fields: Mapping[str, str]) -> WebhookResult:
        try:
            response = await self._signed(target, fields)
        except httpx.HTTPError as error:
            log.warning("webhook_failed", sid=sid, error=type(error).__name__)
            return WebhookResult.UNAVAILABLE
        if response.is_success:
            return WebhookResult.ACCEPTED
        log.warning("webhook_failed", sid=sid, status=response.status_code)
        return WebhookResult.REFUSED if response.is_client_error else WebhookResult.UNAVAILABLE

    async def _signed(self, target: WebhookTarget, fields: Mapping[str, str]) -> httpx.Response:
        if target.method == "GET":
            url = str(httpx.URL(target.url).copy_merge_params(fields))
            return await self._client.get(url, headers={HEADER: self._signatures.sign(url, Form())})
        headers = {HEADER: self._signatures.sign(target.url, Form(fields))}
        return await self._client.post(target.url, data=fields, headers=headers)

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
        "WaId": without_channel(message.from_).removeprefix("+"),
    }
