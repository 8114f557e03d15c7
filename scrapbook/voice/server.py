"""The voice process: transcribes recordings over HTTP on loopback.

POST /transcribe   a recording; answers with a line of JSON at least every two seconds: {"progress": 0..1},
                   last {"transcript": {...}} or {"error": "unreadable"|"model"|"failed", "reason": "..."}
POST /probe        a recording; answers {"duration": seconds}, or 422 {"reason": "..."}
POST /compact      a recording; answers with it as Opus in Ogg, or 422 {"reason": "..."}
GET /health/live
GET /metrics       for Prometheus

The requests are signed (``scrapbook/net/internal_auth.py``); the last two may be read without a signature.

The libraries of audio and speech take 100 MB, so they are imported with the first recording.
"""

import asyncio
import json
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import structlog
from anyio import CapacityLimiter, to_thread
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from scrapbook.errors import AudioUnreadable, ModelUnavailable, ScrapbookError
from scrapbook.net.internal_auth import InternalAuth
from scrapbook.net.internal_guard import InternalOnly
from scrapbook.observability.metrics import of_process
from scrapbook.observability.sentry_client import describe_error
from scrapbook.text.file_types import COMPACT_AUDIO
from scrapbook.voice.limits import MAX_BYTES, TOO_LARGE

if TYPE_CHECKING:
    from scrapbook.voice.transcriber import Transcriber

log = structlog.get_logger(__name__)

# Seconds between two lines, by which the client knows that this process is alive.
HEARTBEAT = 2.0
# Recordings that are decoded at once; the model has fewer workers.
MAX_CONCURRENT_MEMOS = 8

Line = dict[str, Any]


def create_app(model: str, compute_type: str, auth: InternalAuth) -> ASGIApp:
    """Return an ASGI app with one model.

    Args:
        model, compute_type: as in ``SpeechModel``; the model is loaded with the first recording.
        auth: knows the secret of the callers.
    """
    transcriber = _LazyTranscriber(model, compute_type)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        yield
        await to_thread.run_sync(transcriber.close)

    memos = CapacityLimiter(MAX_CONCURRENT_MEMOS)
    registry = _registry(memos)

    async def metrics(_request: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    async def transcribe(request: Request) -> StreamingResponse | JSONResponse:
        audio = await _body(request)
        return StreamingResponse(_lines(transcriber, audio, memos), media_type="application/x-ndjson")

    routes = [
        Route("/transcribe", transcribe, methods=["POST"]),
        Route("/probe", _probe, methods=["POST"]),
        Route("/compact", _compact, methods=["POST"]),
        Route("/health/live", _live),
        Route("/metrics", metrics),
    ]
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={AudioUnreadable: _refuse})
    return InternalOnly(app, auth, open_paths=("/health/live", "/metrics"))


def _registry(memos: CapacityLimiter) -> CollectorRegistry:
    registry = of_process()
    gauge = Gauge(
        "scrapbook_voice_memos",
        "Memos that this process was given, by state.",
        ["state"],
        registry=registry,
    )
    gauge.labels("working").set_function(lambda: memos.borrowed_tokens)
    gauge.labels("waiting").set_function(lambda: memos.statistics().tasks_waiting)
    return registry


async def _live(_request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


async def _probe(request: Request) -> JSONResponse:
    audio = await _body(request)
    return JSONResponse({"duration": await to_thread.run_sync(_duration, audio)})


async def _compact(request: Request) -> Response:
    audio = await _body(request)
    return Response(await to_thread.run_sync(_encode, audio), media_type=COMPACT_AUDIO)


def _duration(audio: bytes) -> float:
    from scrapbook.voice.decoding import probe  # noqa: PLC0415 - a large library

    return probe(audio)


def _encode(audio: bytes) -> bytes:
    from scrapbook.voice.encoding import compact  # noqa: PLC0415 - a large library

    return compact(audio)


async def _refuse(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"reason": str(error)}, status_code=422)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise AudioUnreadable(TOO_LARGE)
    return bytes(body)


async def _lines(
    transcriber: "_LazyTranscriber", audio: bytes, memos: CapacityLimiter
) -> AsyncGenerator[str]:
    """Yield the answer line by line; when the client has gone, the transcription is cancelled."""
    transcription = _Transcription(transcriber, audio)
    task = asyncio.create_task(to_thread.run_sync(transcription.run, limiter=memos))
    try:
        while not task.done():
            yield _line({"progress": round(transcription.progress, 4)})
            await asyncio.wait([task], timeout=HEARTBEAT)
        yield _line(task.result())
    finally:
        transcription.stop()
        task.cancel()  # if it has not begun


def _line(values: Line) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"


class _LazyTranscriber:
    """The one transcriber of this process, created with the first recording."""

    def __init__(self, model: str, compute_type: str) -> None:
        self._model = model
        self._compute_type = compute_type
        self._lock = threading.Lock()
        self._created: Transcriber | None = None

    def get(self) -> "Transcriber":
        """Return the transcriber; the first call creates it."""
        with self._lock:
            if self._created is None:
                from scrapbook.voice.transcriber import Transcriber  # noqa: PLC0415 - 100 MB of libraries

                self._created = Transcriber(self._model, self._compute_type)
            return self._created

    def close(self) -> None:
        """Wait for the windows that are being transcribed."""
        with self._lock:
            if self._created is not None:
                self._created.close()


class _Transcription:
    """The transcription of one recording, in a thread of its own."""

    def __init__(self, transcriber: _LazyTranscriber, audio: bytes) -> None:
        self._transcriber = transcriber
        self._audio = audio
        self._stopped = threading.Event()
        self.progress = 0.0

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> Line:
        """Transcribe, and return the last line of the answer."""
        try:
            transcript = self._transcriber.get().transcribe(
                self._audio, self._set_progress, self._stopped.is_set
            )
        except AudioUnreadable as error:
            return {"error": "unreadable", "reason": str(error)}
        except ModelUnavailable as error:
            log.warning("model_unavailable", reason=str(error))
            return {"error": "model", "reason": str(error)}
        except Exception as error:  # noqa: BLE001 - logged, and returned to the client
            return self._failed(error)
        return {"transcript": transcript.to_dict()}

    def _set_progress(self, progress: float) -> None:
        self.progress = progress

    def _failed(self, error: Exception) -> Line:
        if self._stopped.is_set():
            log.info("transcription_cancelled")
        else:
            log.error("transcription_failed", exc_info=error)
        reason = str(error) if isinstance(error, ScrapbookError) else ""
        return {"error": "failed", "reason": reason, "origin": describe_error(error)}
