"""Calls from handsets: the house says what happens with them, and hears of what was recorded."""

import asyncio
from dataclasses import dataclass, field
from itertools import chain, repeat
from math import ceil

import httpx

from scrapbook.twilio.handset import HandsetCall
from scrapbook.twilio.local.config import LocalTwilio
from scrapbook.twilio.local.database import new_sid
from scrapbook.twilio.local.recordings import NewRecording, Recording, Recordings
from scrapbook.twilio.local.registry import Hook, Registry
from scrapbook.twilio.local.tasks import Tasks
from scrapbook.twilio.local.twiml import NOT_FETCHED, CallTrouble, Hangup, Record, Reject, Say, Verb, parsed
from scrapbook.twilio.local.wav import cut, is_silent
from scrapbook.twilio.local.webhooks import Answer, Webhooks

_APPLICATION_ERROR = "We're sorry, an application error has occurred. Goodbye."
_HUNG_UP = "hangup"


@dataclass(slots=True)
class Call:
    """One call while it lasts.

    ``sound`` is the WAV file that is spoken into the phone, empty for nothing; ``key`` ends it, "" stands for
    hanging up.
    """

    from_: str
    to: str
    sound: bytes
    key: str
    sid: str = field(default_factory=lambda: new_sid("CA"))
    status: str = "in-progress"
    said: list[str] = field(default_factory=list[str])
    recording_sid: str | None = None
    error_code: int | None = None


class Calls:
    """Nobody waits for the sound to be played: a call takes as long as the house needs to answer."""

    def __init__(
        self,
        config: LocalTwilio,
        registry: Registry,
        recordings: Recordings,
        webhooks: Webhooks,
        tasks: Tasks,
    ) -> None:
        self._config = config
        self._registry = registry
        self._recordings = recordings
        self._webhooks = webhooks
        self._tasks = tasks

    async def place(self, call: Call) -> HandsetCall:
        """The call, from ringing to its end. ValueError where the sound is not one that a call can carry."""
        if call.sound:
            cut(call.sound, 1)
        hook, fallback, status = self._registry.for_calls(call.to)
        try:
            await self._begin(call, hook, fallback)
        except CallTrouble as trouble:
            call.said.append(_APPLICATION_ERROR)
            call.status, call.error_code = "failed", trouble.code
        if status.url:
            fields = self._fields(call) | {"CallStatus": call.status}
            self._tasks.start(self._webhooks.call_ended(status, call.sid, fields))
        return _as_seen(call)

    def resume(self) -> None:
        """Goes on reporting what was not taken when the server stopped."""
        for recording in self._recordings.unreported():
            self._tasks.start(self._report(recording))

    async def _begin(self, call: Call, hook: Hook, fallback: Hook) -> None:
        ringing = {"CallStatus": "ringing"}
        try:
            await self._follow(call, hook, ringing)
        except CallTrouble as trouble:
            if not fallback.url:
                raise
            error = {"ErrorCode": str(trouble.code), "ErrorUrl": hook.url}
            await self._follow(call, fallback, ringing | error)

    async def _follow(self, call: Call, hook: Hook, fields: dict[str, str]) -> None:
        """Asks the house what to do, and does it."""
        for verb in await self._verbs(call, hook, fields):
            match verb:
                case Say():
                    call.said.append(verb.words)
                case Record():
                    if await self._is_recorded(call, verb):
                        return
                case Reject():
                    call.status = "rejected"
                    return
                case Hangup():
                    break
        call.status = "completed"

    async def _verbs(self, call: Call, hook: Hook, fields: dict[str, str]) -> list[Verb]:
        try:
            answer = await self._webhooks.ask(hook, call.sid, self._fields(call) | fields)
        except (httpx.HTTPError, httpx.InvalidURL):
            raise CallTrouble(NOT_FETCHED) from None
        return parsed(answer.content, answer.headers.get("content-type", ""), hook.url)

    async def _is_recorded(self, call: Call, record: Record) -> bool:
        """Whether there was something to record: then the call goes on where ``action`` says."""
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
            await self._follow(call, Hook(record.action), fields)
        else:  # the house is told, and nobody is left to hear what it answers
            await self._verbs(call, Hook(record.action), fields)
            call.status = "completed"
        return True

    def _record(self, call: Call, record: Record) -> Recording:
        sound, call.sound = call.sound, b""  # said once
        content, seconds = cut(sound, record.max_length) if sound else (b"", 0.0)
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
        """Twilio tries but once; here it is tried until the house has an opinion, as with messages."""
        delays = self._config.retry_delays
        for delay in chain(delays, repeat(delays[-1])):
            if await self._webhooks.recording(recording) is not Answer.DOWN:
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


def _as_seen(call: Call) -> HandsetCall:
    return {
        "sid": call.sid,
        "from": call.from_,
        "to": call.to,
        "status": call.status,
        "said": call.said,
        "recording_sid": call.recording_sid,
        "error_code": call.error_code,
    }
