"""Leaving a memo by calling the number: Twilio asks what to do with the call, and later brings the recording.

https://www.twilio.com/docs/voice/twiml/record
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from twilio.twiml.voice_response import VoiceResponse  # pyright: ignore[reportMissingTypeStubs]

from scrapbook.twilio.form import CALL, RECORDING, Form, required, sid
from scrapbook.twilio.inbox import Inbox
from scrapbook.twilio.incoming import Incoming, IncomingMedia
from scrapbook.twilio.signed import SignedForms

VOICE_PATH = "/twilio/voice"
RECORDING_PATH = "/twilio/recording"

LONGEST = 600
"""Seconds that are recorded."""

PAUSE = 10
"""Seconds of silence after which somebody is taken to have finished; Twilio's own 5 cut thoughts short."""

GREETING = "Hello. Leave your thought after the beep, then hang up."
THANKS = "Thank you. Goodbye."
NOTHING_HEARD = "I did not hear anything. Goodbye."

log = structlog.get_logger(__name__)


def voice_routes(forms: SignedForms, inbox: Inbox) -> list[Route]:
    """``POST /twilio/voice`` and ``POST /twilio/recording``."""
    calls = _Calls(forms, inbox)
    return [
        Route(VOICE_PATH, forms.in_time(calls.answer), methods=["POST"]),
        Route(RECORDING_PATH, forms.in_time(calls.recording), methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class _Calls:
    forms: SignedForms
    inbox: Inbox

    async def answer(self, request: Request) -> Response:
        form = await self.forms.read(request, VOICE_PATH)
        call_sid, from_ = sid(form, "CallSid", CALL), form.get("From", "")
        if await self.inbox.person_id_of(from_) is None:
            self.forms.seldom(log.info, "call_from_a_stranger")
            return _twiml(_rejected())
        if form.get("RecordingUrl"):  # what <Record> does when it is through
            return _twiml(_goodbye())
        await self.inbox.call(call_sid, from_, required(form, "To"), datetime.now(UTC))
        log.info("call_answered", call_sid=call_sid)
        return _twiml(_recorded(self.forms.public_url))

    async def recording(self, request: Request) -> Response:
        form = await self.forms.read(request, RECORDING_PATH)
        call_sid, status = sid(form, "CallSid", CALL), required(form, "RecordingStatus")
        if status == "completed":
            await self._take(form, call_sid)
        else:  # too short, or silent: there is nothing to fetch
            log.info("recording_not_there", call_sid=call_sid)
        return Response(status_code=204)

    async def _take(self, form: Form, call_sid: str) -> None:
        parties = await self.inbox.caller(call_sid)
        memo = _memo(form, *parties) if parties else None
        person_id = await self.inbox.accept(memo) if memo else None
        if memo is None or person_id is None:
            log.warning("recording_of_a_stranger", call_sid=call_sid)
            return
        log.info("recording_accepted", message_sid=memo.message_sid, call_sid=call_sid, person_id=person_id)


def _memo(form: Form, from_: str, to: str) -> Incoming:
    """The recording as a message that has nothing but a sound."""
    sound = IncomingMedia(f"{required(form, 'RecordingUrl')}.wav", "audio/wav")
    return Incoming(sid(form, "RecordingSid", RECORDING), from_, to, "", datetime.now(UTC), (sound,))


def _recorded(public_url: str) -> VoiceResponse:
    answer = _said(GREETING)
    answer.record(  # pyright: ignore[reportUnknownMemberType]
        action=public_url + VOICE_PATH,
        method="POST",
        timeout=PAUSE,
        finish_on_key="#",
        max_length=LONGEST,
        play_beep=True,
        trim="trim-silence",
        recording_status_callback=public_url + RECORDING_PATH,
        recording_status_callback_event="completed absent",
        recording_status_callback_method="POST",
    )
    # Reached only when nothing was recorded.
    answer.say(NOTHING_HEARD)  # pyright: ignore[reportUnknownMemberType]
    answer.hangup()  # pyright: ignore[reportUnknownMemberType]
    return answer


def _rejected() -> VoiceResponse:
    answer = VoiceResponse()
    answer.reject()  # pyright: ignore[reportUnknownMemberType]
    return answer


def _goodbye() -> VoiceResponse:
    answer = _said(THANKS)
    answer.hangup()  # pyright: ignore[reportUnknownMemberType]
    return answer


def _said(words: str) -> VoiceResponse:
    answer = VoiceResponse()
    answer.say(words)  # pyright: ignore[reportUnknownMemberType]
    return answer


def _twiml(answer: VoiceResponse) -> Response:
    return Response(str(answer), media_type="text/xml")
