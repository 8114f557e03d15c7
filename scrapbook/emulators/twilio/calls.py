"""Calls from handsets: the app under test answers with TwiML, and gets a report on each recording."""

import asyncio
from dataclasses import dataclass, field
from itertools import chain, repeat
from math import ceil

import httpx

from scrapbook.emulators.handset import HandsetCall
from scrapbook.emulators.twilio.config import LocalTwilio
from scrapbook.emulators.twilio.database import new_sid
from scrapbook.emulators.twilio.recordings import NewRecording, Recording, Recordings
from scrapbook.emulators.twilio.resources import Resources, WebhookTarget
from scrapbook.emulators.twilio.tasks import Tasks
from scrapbook.emulators.twilio.twiml import (
    NOT_FETCHED,
    CallError,
    Hangup,
    Record,
    Reject,
    Say,
    Verb,
    parse_twiml,
)
from scrapbook.emulators.twilio.wav import is_silent, trim
from scrapbook.emulators.twilio.webhooks import WebhookResult, Webhooks

_APPLICATION_ERROR = "We're sorry, an application error has occurred. Goodbye."
_HUNG_UP = "hangup"


@dataclass(slots=True)
class Call:
    """One call, from ringing to its end.

    Attributes:
        audio: a WAV file that is played into the phone; empty for silence.
        key: the key that ends the recording; "" for hanging up.
        said: the sentences that the caller heard.
    """

    from_: str
    to: str
    audio: bytes
    key: str
    sid: str = field(default_factory=lambda: new_sid("CA"))
    status: str = "in-progress"
    said: list[str] = field(default_factory=list[str])
    recording_sid: str | None = None
    error_code: int | None = None


class Calls:
    """Runs calls. The audio is not played in real time: a call lasts as long as the app takes to answer."""

    def __init__(
        self,
        config: LocalTwilio,
        resources: Resources,
        recordings: Recordings,
        webhooks: Webhooks,
        tasks: Tasks,
    ) -> None:
        self._config = config
        self._resources = resources
        self._recordings = recordings
        self._webhooks = webhooks
        self._tasks = tasks

    async def run(self, call: Call) -> HandsetCall:
        """Run a call and return it when it has ended. Raises ValueError if its audio is no WAV file."""
        if call.audio:
            trim(call.audio, 1)
        target, fallback, status = self._resources.for_calls(call.to)
        try:
            await self._begin(call, target, fallback)
        except CallError as error:
            call.said.append(_APPLICATION_ERROR)
            call.status, call.error_code = "failed", error.code
        if status.url:
            fields = self._fields(call) | {"CallStatus": call.status}
            self._tasks.start(self._webhooks.call_ended(status, call.sid, fields))
        return _handset_call(call)

    def resume(self) -> None:
        """Report the recordings that were not reported before the server stopped."""
        for recording in self._recordings.unreported():
            self._tasks.start(self._report(recording))

    async def _begin(self, call: Call, target: WebhookTarget, fallback: WebhookTarget) -> None:
        ringing = {"CallStatus": "ringing"}
        try:
            await self._follow(call, target, ringing)
        except CallError as error:
            if not fallback.url:
                raise
            reason = {"ErrorCode": str(error.code), "ErrorUrl": target.url}
            await self._follow(call, fallback, ringing | reason)

    async def _follow(self, call: Call, target: WebhookTarget, fields: dict[str, str]) -> None:
        """Request TwiML and execute its verbs. Raises CallError."""
        for verb in await self._verbs(call, target, fields):
            match verb:
                case Say():
                    call.said.append(verb.words)
                case Record():
                    if await self._record_and_go_on(call, verb):
                        return
                case Reject():
                    call.status = "rejected"
                    return
                case Hangup():
                    break
        call.status = "completed"

    async def _verbs(self, call: Call, target: WebhookTarget, fields: dict[str, str]) -> list[Verb]:
        try:
            response = await self._webhooks.request_twiml(target, call.sid, self._fields(call) | fields)
        except (httpx.HTTPError, httpx.InvalidURL):
            raise CallError(NOT_FETCHED) from None
        return parse_twiml(response.content, response.headers.get("content-type", ""), target.url)

    async def _record_and_go_on(self, call: Call, record: Record) -> bool:
        """Record, and return whether anything was recorded. The TwiML of ``action`` is then executed too."""
        recording = self._record(call, record)
        if recording.status == "absent":
            return False
        call.recording_sid = recording.sid
        fields = {
            "CallStatus": "in-progress" if call.key else "completed",
            "Digits": call.key or _HUNG_UP,
            "RecordingSid": recording.sid,
            "RecordingUrl": self._webhooks.recording_url(recording.sid),
            "RecordingDuration": str(recording.duration),
        }
        if call.key:
            await self._follow(call, WebhookTarget(record.action), fields)
        else:  # the caller has hung up, and the verbs of the response are not executed
            await self._verbs(call, WebhookTarget(record.action), fields)
            call.status = "completed"
        return True

    def _record(self, call: Call, record: Record) -> Recording:
        audio, call.audio = call.audio, b""  # played into the first recording only
        content, seconds = trim(audio, record.max_length) if audio else (b"", 0.0)
        status = "absent" if not seconds or is_silent(content) else "completed"
        recording = self._recordings.add(
            NewRecording(
                call.sid,
                status,
                ceil(seconds) if status == "completed" else 0,
                content,
                record.callback if record.reports(status) else "",
            )
        )
        if recording.callback:
            self._tasks.start(self._report(recording))
        return recording

    async def _report(self, recording: Recording) -> None:
        """Report a recording until the app accepts or refuses it. Twilio tries only once."""
        delays = self._config.retry_delays
        for delay in chain(delays, repeat(delays[-1])):
            if await self._webhooks.recording(recording) is not WebhookResult.UNAVAILABLE:
                self._recordings.set_reported(recording.sid)
                return
            await asyncio.sleep(delay)

    @staticmethod
    def _fields(call: Call) -> dict[str, str]:
        return {
            "Called": call.to,
            "Caller": call.from_,
            "Direction": "inbound",
            "From": call.from_,
            "To": call.to,
        }


def _handset_call(call: Call) -> HandsetCall:
    return {
        "sid": call.sid,
        "from": call.from_,
        "to": call.to,
        "status": call.status,
        "said": call.said,
        "recording_sid": call.recording_sid,
        "error_code": call.error_code,
    }
