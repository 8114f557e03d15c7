"""The process that listens: sounds in, transcripts out, over HTTP on loopback.

POST /transcribe   a sound; answers with a line of JSON at least every two seconds: {"progress": 0..1},
                   last {"transcript": {...}} or {"error": "unreadable"|"model"|"failed", "reason": "..."}
POST /probe        a sound; answers {"duration": seconds}, or 422 {"reason": "..."}
POST /compact      a sound; answers with it as Opus in Ogg, or 422 {"reason": "..."}
GET /health/live
GET /metrics       for Prometheus

The libraries of sound and speech are imported with the first sound: most of the time there is none.
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

from scrapbook.errors import ModelUnavailable, ScrapbookError, SoundUnreadable
from scrapbook.file_types import COMPACT_SOUND
from scrapbook.metrics import of_process
from scrapbook.sentry.client import described
from scrapbook.voice.limits import MOST_BYTES, TOO_LARGE

if TYPE_CHECKING:
    from scrapbook.voice.transcriber import Transcriber

log = structlog.get_logger(__name__)

# Seconds between two lines, so that whoever waits can tell that this process lives.
HEARTBEAT = 2.0
# How many are decoded side by side; the model's workers are fewer.
MEMOS_AT_ONCE = 8

Line = dict[str, Any]


def create_app(model: str, compute_type: str = "auto") -> Starlette:
    """An ASGI app, one model in it.

    Args:
        model, compute_type: as ``SpeechModel`` takes them; the model is loaded when the first sound comes.
    """
    ear = _Ear(model, compute_type)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        yield
        await to_thread.run_sync(ear.close)

    memos = CapacityLimiter(MEMOS_AT_ONCE)
    registry = _measuring(memos)

    async def metrics(_request: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    async def transcribe(request: Request) -> StreamingResponse | JSONResponse:
        sound = await _body(request)
        return StreamingResponse(_lines(ear, sound, memos), media_type="application/x-ndjson")

    routes = [
        Route("/transcribe", transcribe, methods=["POST"]),
        Route("/probe", _probe, methods=["POST"]),
        Route("/compact", _compact, methods=["POST"]),
        Route("/health/live", _live),
        Route("/metrics", metrics),
    ]
    return Starlette(routes=routes, lifespan=lifespan, exception_handlers={SoundUnreadable: _refuse})


def _measuring(memos: CapacityLimiter) -> CollectorRegistry:
    registry = of_process()
    gauge = Gauge("scrapbook_voice_memos", "Memos that this process was given.", ["state"], registry=registry)
    gauge.labels("working").set_function(lambda: memos.borrowed_tokens)
    gauge.labels("waiting").set_function(lambda: memos.statistics().tasks_waiting)
    return registry


async def _live(_request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


async def _probe(request: Request) -> JSONResponse:
    sound = await _body(request)
    return JSONResponse({"duration": await to_thread.run_sync(_duration, sound)})


async def _compact(request: Request) -> Response:
    sound = await _body(request)
    return Response(await to_thread.run_sync(_compacted, sound), media_type=COMPACT_SOUND)


def _duration(sound: bytes) -> float:
    from scrapbook.voice.decoding import probe  # noqa: PLC0415 - a large library

    return probe(sound)


def _compacted(sound: bytes) -> bytes:
    from scrapbook.voice.encoding import compact  # noqa: PLC0415 - a large library

    return compact(sound)


async def _refuse(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"reason": str(error)}, status_code=422)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise SoundUnreadable(TOO_LARGE)
    return bytes(body)


async def _lines(ear: "_Ear", sound: bytes, memos: CapacityLimiter) -> AsyncGenerator[str]:
    """The answer line by line; when nobody reads it any more, the work is stopped."""
    work = _Work(ear, sound)
    task = asyncio.create_task(to_thread.run_sync(work.done, limiter=memos))
    try:
        while not task.done():
            yield _line({"progress": round(work.progress, 4)})
            await asyncio.wait([task], timeout=HEARTBEAT)
        yield _line(task.result())
    finally:
        work.stop()
        task.cancel()  # when it still waits for its turn


def _line(values: Line) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"


class _Ear:
    """The one transcriber of this process, made when the first sound comes."""

    def __init__(self, model: str, compute_type: str) -> None:
        self._model = model
        self._compute_type = compute_type
        self._making = threading.Lock()
        self._made: Transcriber | None = None

    def get(self) -> "Transcriber":
        """Return the transcriber."""
        with self._making:
            if self._made is None:
                from scrapbook.voice.transcriber import Transcriber  # noqa: PLC0415 - 100 MB of libraries

                self._made = Transcriber(self._model, self._compute_type)
            return self._made

    def close(self) -> None:
        """Return when what is being listened to is done."""
        with self._making:
            if self._made is not None:
                self._made.close()


class _Work:
    """One sound being written down in a thread of its own."""

    def __init__(self, ear: _Ear, sound: bytes) -> None:
        self._ear = ear
        self._sound = sound
        self._stopped = threading.Event()
        self.progress = 0.0

    def stop(self) -> None:
        self._stopped.set()

    def done(self) -> Line:
        """The last line of the answer, whatever comes of it."""
        try:
            transcript = self._ear.get().transcribe(self._sound, self._tell, self._stopped.is_set)
        except SoundUnreadable as error:
            return {"error": "unreadable", "reason": str(error)}
        except ModelUnavailable as error:
            log.warning("model_unavailable", because=str(error))
            return {"error": "model", "reason": str(error)}
        except Exception as error:  # noqa: BLE001 - whoever waits is told, and so is whoever runs the house
            return self._failed(error)
        return {"transcript": transcript.to_dict()}

    def _tell(self, progress: float) -> None:
        self.progress = progress

    def _failed(self, error: Exception) -> Line:
        if self._stopped.is_set():
            log.info("transcription_cancelled")
        else:
            log.error("transcription_failed", exc_info=error)
        reason = str(error) if isinstance(error, ScrapbookError) else ""
        return {"error": "failed", "reason": reason, "origin": described(error)}
