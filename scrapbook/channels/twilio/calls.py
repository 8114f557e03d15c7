"""Memos left by calling the number: Twilio asks what to do with a call, and later reports its recording.

https://www.twilio.com/docs/voice/twiml/record
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from twilio.twiml.voice_response import VoiceResponse  # pyright: ignore[reportMissingTypeStubs]

from scrapbook.channels.twilio.form import CALL, RECORDING, Form, required, sid
from scrapbook.channels.twilio.signed_requests import SignedRequests
from scrapbook.core.wording import sentence
from scrapbook.messaging.inbound import InboundMedia, InboundMessage
from scrapbook.messaging.ports import MessageReceiver

VOICE_PATH = "/twilio/voice"
RECORDING_PATH = "/twilio/recording"

MAX_RECORDING_SECONDS = 600
"""Our limit for a memo. Twilio's is 14,400."""

SILENCE_TIMEOUT = 10
"""Seconds of silence that end a recording. Twilio's default of 5 cuts people off who pause to think."""

log = structlog.get_logger(__name__)


def voice_routes(requests: SignedRequests, receiver: MessageReceiver) -> list[Route]:
    """Return ``POST /twilio/voice`` and ``POST /twilio/recording``."""
    calls = _Calls(requests, receiver)
    return [
        Route(VOICE_PATH, requests.with_deadline(calls.answer), methods=["POST"]),
        Route(RECORDING_PATH, requests.with_deadline(calls.recording), methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class _Calls:
    requests: SignedRequests
    receiver: MessageReceiver

    async def answer(self, request: Request) -> Response:
        form = await self.requests.read(request, VOICE_PATH)
        call_sid, from_ = sid(form, "CallSid", CALL), form.get("From", "")
        if await self.receiver.person_id_of(from_) is None:
            self.requests.throttled(log.info, "call_from_unknown_sender")
            return _twiml(_reject())
        if form.get("RecordingUrl"):  # <Record> asks again when it has ended
            return _twiml(_thank())
        await self.receiver.call(call_sid, from_, required(form, "To"), datetime.now(UTC))
        log.info("call_answered", call_sid=call_sid)
        return _twiml(_record(self.requests.public_url))

    async def recording(self, request: Request) -> Response:
        form = await self.requests.read(request, RECORDING_PATH)
        call_sid, status = sid(form, "CallSid", CALL), required(form, "RecordingStatus")
        if status == "completed":
            await self._accept(form, call_sid)
        else:  # too short or silent: Twilio has nothing to fetch
            log.info("recording_absent", call_sid=call_sid)
        return Response(status_code=204)

    async def _accept(self, form: Form, call_sid: str) -> None:
        """Hand a recording to the receiver. The webhook does not say who called, so the call is looked up."""
        parties = await self.receiver.caller(call_sid)
        memo = _memo(form, *parties) if parties else None
        person_id = await self.receiver.accept(memo) if memo else None
        if memo is None or person_id is None:
            log.warning("recording_of_unknown_sender", call_sid=call_sid)
            return
        log.info("recording_accepted", message_id=memo.message_id, call_sid=call_sid, person_id=person_id)


def _memo(form: Form, from_: str, to: str) -> InboundMessage:
    """Return the recording as a message without text and with one audio file."""
    audio = InboundMedia(f"{required(form, 'RecordingUrl')}.wav", "audio/wav")
    return InboundMessage(sid(form, "RecordingSid", RECORDING), from_, to, "", datetime.now(UTC), (audio,))


def _record(public_url: str) -> VoiceResponse:
    response = _say(sentence("utter_call_greeting"))
    response.record(  # pyright: ignore[reportUnknownMemberType]
        action=public_url + VOICE_PATH,
        method="POST",
        timeout=SILENCE_TIMEOUT,
        finish_on_key="#",
        max_length=MAX_RECORDING_SECONDS,
        play_beep=True,
        trim="trim-silence",
        recording_status_callback=public_url + RECORDING_PATH,
        recording_status_callback_event="completed absent",
        recording_status_callback_method="POST",
    )
    # Twilio goes on with these verbs only when nothing was recorded.
    response.say(sentence("utter_call_silence"))  # pyright: ignore[reportUnknownMemberType]
    response.hangup()  # pyright: ignore[reportUnknownMemberType]
    return response


def _reject() -> VoiceResponse:
    response = VoiceResponse()
    response.reject()  # pyright: ignore[reportUnknownMemberType]
    return response


def _thank() -> VoiceResponse:
    response = _say(sentence("utter_call_thanks"))
    response.hangup()  # pyright: ignore[reportUnknownMemberType]
    return response


def _say(text: str) -> VoiceResponse:
    response = VoiceResponse()
    response.say(text)  # pyright: ignore[reportUnknownMemberType]
    return response


def _twiml(response: VoiceResponse) -> Response:
    return Response(str(response), media_type="text/xml")
