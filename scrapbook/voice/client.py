"""Client of the voice process."""

import json
from collections.abc import Callable, Generator, Iterator
from typing import Any, Self, cast

import httpx
from typing_extensions import override

from scrapbook.errors import AudioUnreadable, ModelUnavailable, ScrapbookError, VoiceFailed, VoiceUnavailable
from scrapbook.model.transcript import Transcript
from scrapbook.net.internal_auth import PROOF, InternalAuth
from scrapbook.voice.limits import MAX_BYTES, TOO_LARGE

CONNECT_TIMEOUT = 2.0
# Seconds without a line: 15 of the server's heartbeats.
SILENCE_TIMEOUT = 30.0
# Seconds; decoding four hours of audio takes a minute.
DECODING_TIMEOUT = 120.0
HEALTH_TIMEOUT = httpx.Timeout(2.0)
HEALTH = "/health/live"


class CalleeNotOurs(httpx.ConnectError):
    """Who answered does not know the secret: another program, or a process that was given another secret."""


CONNECTION_ERRORS = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
UNREADABLE = 422
ERRORS: dict[str, type[ScrapbookError]] = {"unreadable": AudioUnreadable, "model": ModelUnavailable}

OnProgress = Callable[[float], None]


class VoiceClient:
    """Has recordings transcribed. Threads may share one client.

    Args:
        url: of the voice process, without a trailing slash.
        auth: knows the secret of the voice process.
    """

    def __init__(self, url: str, auth: InternalAuth) -> None:
        self._url = url
        # A persistent connection would be found broken after the voice process was restarted.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        timeout = httpx.Timeout(SILENCE_TIMEOUT, connect=CONNECT_TIMEOUT)
        self._client = httpx.Client(timeout=timeout, limits=limits, trust_env=False, auth=_Signed(url, auth))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def is_ready(self) -> bool:
        """Return whether the process answers. It loads its model later, with the first recording."""
        try:
            return self._client.get(self._url + HEALTH, timeout=HEALTH_TIMEOUT).is_success
        except httpx.HTTPError:
            return False

    def probe(self, audio: bytes) -> float:
        """Return the duration of a recording, in seconds.

        Raises:
            AudioUnreadable: the bytes cannot be decoded as audio.
            VoiceUnavailable: the process cannot be reached; try again later.
            VoiceFailed: the process failed or closed the connection.
        """
        return float(self._post("/probe", audio).json()["duration"])

    def compact(self, audio: bytes) -> bytes:
        """Return the recording as Opus in Ogg, 180 KB a minute. Raises the same errors as ``probe``."""
        return self._post("/compact", audio).content

    def transcribe(self, audio: bytes, on_progress: OnProgress | None = None) -> Transcript:
        """Return the transcript of a recording.

        Args:
            on_progress: is called every two seconds with the fraction that is transcribed, 0 to 1. If it
                raises an exception, that cancels the transcription in the voice process too.

        Raises:
            AudioUnreadable: the bytes cannot be decoded as audio.
            ModelUnavailable: the process has no model; the message says what to do.
            VoiceUnavailable: the process cannot be reached; try again later.
            VoiceFailed: the process failed or closed the connection.
        """
        _check_size(audio)
        try:
            with self._client.stream("POST", f"{self._url}/transcribe", content=audio) as response:
                return _transcript(_lines(response), on_progress)
        except httpx.HTTPError as error:
            raise _translate_error(error) from error

    def _post(self, path: str, audio: bytes) -> httpx.Response:
        _check_size(audio)
        try:
            response = self._client.post(self._url + path, content=audio, timeout=DECODING_TIMEOUT)
        except httpx.HTTPError as error:
            raise _translate_error(error) from error
        if response.status_code == UNREADABLE:
            raise AudioUnreadable(response.json()["reason"])
        if response.is_error:
            raise VoiceFailed(f"The voice process answered {response.status_code}")
        return response


class _Signed(httpx.Auth):
    """Signs requests, and believes only responses of a process that knows the secret.

    Before a recording is sent, the process has to prove it in a health check.
    """

    requires_request_body = True

    def __init__(self, url: str, auth: InternalAuth) -> None:
        self._health = url + HEALTH
        self._auth = auth

    @override
    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        if request.content:
            yield from self._proven(httpx.Request("GET", self._health, extensions=request.extensions))
        yield from self._proven(request)

    def _proven(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        call = self._auth.sign(request.method, str(request.url), request.content)
        request.headers.update(call.headers)
        response = yield request
        if not call.is_proven(response.status_code, response.headers.get(PROOF)):
            raise CalleeNotOurs(
                f"What answers at {request.url} does not know this scrapbook's secret", request=request
            )


def _check_size(audio: bytes) -> None:
    """Raise AudioUnreadable before sending: the server would close the connection during the upload."""
    if len(audio) > MAX_BYTES:
        raise AudioUnreadable(TOO_LARGE)


def _translate_error(error: httpx.HTTPError) -> VoiceUnavailable | VoiceFailed:
    kind = type(error).__name__
    if isinstance(error, CONNECTION_ERRORS):
        return VoiceUnavailable(f"The voice process cannot be reached: {kind}")
    return VoiceFailed(f"The voice process closed the connection: {kind}")


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
