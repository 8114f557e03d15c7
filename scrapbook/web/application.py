"""Create a web application in which no request fails before a route has seen it."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ExceptionHandler, Lifespan


def application(
    routes: Sequence[BaseRoute] = (),
    lifespan: Lifespan[Starlette] | None = None,
    handlers: Mapping[type[Exception], ExceptionHandler] | None = None,
) -> Starlette:
    """Return a Starlette application.

    Args:
        handlers: make responses of exceptions that routes raise.
    """
    handling: dict[Any, ExceptionHandler] = {ClientDisconnect: _disconnected, **(handlers or {})}
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers=handling)
    # The redirect from /path/ to /path decodes the query as UTF-8, and raises if it is not.
    app.router.redirect_slashes = False
    return app


async def _disconnected(_request: Request, _error: Exception) -> Response:
    """Return a response that nobody reads: the client has disconnected."""
    return Response(status_code=400)
