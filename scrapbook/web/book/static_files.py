"""Serve the style sheet, the script and the icon of the book; a browser keeps each version for good."""

import mimetypes
import re
from collections.abc import Sequence
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from scrapbook.web.book.rendering import STATIC, static_url

_FOR_READERS = re.compile(rb"^ *(?://.*)?\n", re.MULTILINE)

_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


def static_routes() -> Sequence[Route]:
    """Return the route ``GET /book/static/{version}/{name}``, for which nobody has to be signed in."""
    files = {
        static_url(path.name): (_content(path), mimetypes.guess_type(path.name)[0])
        for path in STATIC.iterdir()
    }

    async def serve(request: Request) -> Response:
        if request.url.path not in files:
            return PlainTextResponse("There is no such file.", status_code=404)
        content, content_type = files[request.url.path]
        return Response(content, media_type=content_type, headers=_FOR_EVER)

    return [Route("/book/static/{version}/{name}", serve)]


def _content(path: Path) -> bytes:
    """Return a file; of a script without what is for its readers: blank lines, and comments on their own."""
    content = path.read_bytes()
    return _FOR_READERS.sub(b"", content) if path.suffix == ".js" else content
