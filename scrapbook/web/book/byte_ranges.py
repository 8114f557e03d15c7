"""Answer with a file or a part of it, as RFC 9110 has it: conditions in section 13, ranges in section 14."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

_RANGE = re.compile(r"bytes=(?P<first>\d{0,15})-(?P<last>\d{0,15})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Content:
    """Something that is served in parts.

    Attributes:
        size: in bytes.
        read: yields the bytes from the first number up to, not including, the second. It may block.
        etag: names this very content.
    """

    size: int
    read: Callable[[int, int], Iterator[bytes]]
    etag: str

    @classmethod
    def of(cls, content: bytes, etag: str) -> "Content":
        """Return the content of bytes in memory."""
        return cls(len(content), lambda start, end: iter((content[start:end],)), etag)


def is_known(request: Request, etag: str) -> bool:
    """Return whether the browser has this very content, so that 304 is the answer."""
    known = request.headers.get("if-none-match", "")
    return any(each.strip().removeprefix("W/") in {etag, "*"} for each in known.split(","))


def not_modified(etag: str, headers: dict[str, str]) -> Response:
    """Return the answer to a browser that has the content."""
    return Response(status_code=304, headers=headers | {"ETag": etag})


def respond(request: Request, content: Content, headers: dict[str, str]) -> Response:
    """Return the content, or the one part of it that is asked for. It is read while it is sent.

    A request for several parts gets all of it, as for a range of another unit.
    """
    headers = headers | {"ETag": content.etag, "Accept-Ranges": "bytes"}
    if is_known(request, content.etag):
        return not_modified(content.etag, headers)
    start, end = _asked_for(request.headers, content)
    if start >= end and content.size:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{content.size}"})
    is_part = (start, end) != (0, content.size)
    if is_part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{content.size}"
    headers["Content-Length"] = str(end - start)
    status = 206 if is_part else 200
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    return StreamingResponse(content.read(start, end), status_code=status, headers=headers)


def _asked_for(headers: Headers, content: Content) -> tuple[int, int]:
    """Return the first byte and the one behind the last; an empty range if there are no such bytes."""
    whole = (0, content.size)
    found = _RANGE.fullmatch(headers.get("range", "").strip())
    if found is None or headers.get("if-range", content.etag) != content.etag:
        return whole
    first, last = found["first"], found["last"]
    if not first:
        return (max(content.size - int(last), 0), content.size) if last else whole
    if not last:
        return int(first), content.size
    return (int(first), min(int(last) + 1, content.size)) if int(first) <= int(last) else whole
