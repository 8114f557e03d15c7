"""Responses without an end, which must not hold up the end of the server."""

from starlette.requests import Request

MARK = "scrapbook.stream"
"""The key of a request's scope by which its connection knows that the response is a stream."""


def ends_at_shutdown(request: Request) -> None:
    """Have the server disconnect this request's client when it is told to stop."""
    request.scope[MARK] = True
