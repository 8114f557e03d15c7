"""Client of the voice process."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Self, cast

import httpx

from scrapbook.errors import ModelUnavailable, ScrapbookError, SoundUnreadable, VoiceFailed, VoiceUnavailable
from scrapbook.voice.limits import MOST_BYTES, TOO_LARGE
from scrapbook.voice.transcript import Transcript

CONNECT_TIMEOUT = 2.0
# Seconds without a line: many heartbeats of the server.
SILENCE_TIMEOUT = 30.0
# Decoding four hours takes a minute.
DECODING_TIMEOUT = 120.0
HEALTH_TIMEOUT = httpx.Timeout(2.0)

NOT_REACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
UNREADABLE = 422
ERRORS: dict[str, type[ScrapbookError]] = {"unreadable": SoundUnreadable, "model": ModelUnavailable}

OnProgress = Callable[[float], None]


class VoiceClient:
    """Has sounds written down; threads may share one.

    Args:
        url: of the voice process, without a trailing slash.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        # A kept connection would be found broken after the process was restarted.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        timeout = httpx.Timeout(SILENCE_TIMEOUT, connect=CONNECT_TIMEOUT)
        self._client = httpx.Client(timeout=timeout, limits=limits, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def is_ready(self) -> bool:
        """Whether the process is there; its model may not be loaded yet."""
        try:
            return self._client.get(f"{self._url}/health/live", timeout=HEALTH_TIMEOUT).is_success
        except httpx.HTTPError:
            return False

    def probe(self, sound: bytes) -> float:
        """How long a sound plays, in seconds.

        Raises:
            SoundUnreadable: it is not a sound that can be decoded.
            VoiceUnavailable: the process is not there; wait and try again.
            VoiceFailed: it broke off.
        """
        return float(self._post("/probe", sound).json()["duration"])

    def compact(self, sound: bytes) -> bytes:
        """The same sound as Opus in Ogg, 180 KB a minute. Raises as ``probe`` does."""
        return self._post("/compact", sound).content

    def transcribe(self, sound: bytes, on_progress: OnProgress | None = None) -> Transcript:
        """What is said in a sound. An exception in ``on_progress`` ends the work there as well as here.

        Args:
            on_progress: told the share that is written down, 0 to 1, every two seconds.

        Raises:
            SoundUnreadable: it is not a sound that can be decoded.
            ModelUnavailable: the process has no model; the message says what to do.
            VoiceUnavailable: the process is not there; wait and try again.
            VoiceFailed: it broke off.
        """
        _check(sound)
        try:
            with self._client.stream("POST", f"{self._url}/transcribe", content=sound) as response:
                return _transcript(_lines(response), on_progress)
        except httpx.HTTPError as error:
            raise _named(error) from error

    def _post(self, path: str, sound: bytes) -> httpx.Response:
        _check(sound)
        try:
            response = self._client.post(self._url + path, content=sound, timeout=DECODING_TIMEOUT)
        except httpx.HTTPError as error:
            raise _named(error) from error
        if response.status_code == UNREADABLE:
            raise SoundUnreadable(response.json()["reason"])
        if response.is_error:
            raise VoiceFailed(f"The voice process answered {response.status_code}")
        return response


def _check(sound: bytes) -> None:
    """Refused here, because the server would close the connection on whoever sends that much."""
    if len(sound) > MOST_BYTES:
        raise SoundUnreadable(TOO_LARGE)


def _named(error: httpx.HTTPError) -> VoiceUnavailable | VoiceFailed:
    kind = type(error).__name__
    if isinstance(error, NOT_REACHED):
        return VoiceUnavailable(f"The voice process cannot be reached: {kind}")
    return VoiceFailed(f"The voice process broke off: {kind}")


def _lines(response: httpx.Response) -> Iterator[dict[str, Any]]:
    if response.is_error:
        raise VoiceFailed(f"The voice process answered {response.status_code}")
    for line in response.iter_lines():
        yield cast("dict[str, Any]", json.loads(line))


def _transcript(lines: Iterator[dict[str, Any]], on_progress: OnProgress | None) -> Transcript:
    for line in lines:
        if "transcript" in line:
            return Transcript.from_dict(line["transcript"])
        if "error" in line:
            error = ERRORS.get(line["error"], VoiceFailed)(line["reason"])
            raise error.caused_by(line.get("origin", ()))
        if on_progress:
            on_progress(float(line["progress"]))
    raise VoiceFailed("The voice process ended without a transcript")
