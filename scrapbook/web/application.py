"""A web application that no request can make fail before its own routes have seen it."""

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
    """``handlers`` answer for the exceptions of routes."""
    handling: dict[Any, ExceptionHandler] = {ClientDisconnect: _to_nobody, **(handlers or {})}
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers=handling)
    # To redirect from /path/ to /path it reads the query as UTF-8, which it need not be.
    app.router.redirect_slashes = False
    return app


async def _to_nobody(_request: Request, _problem: Exception) -> Response:
    """Whoever asked has hung up in the middle."""
    return Response(status_code=400)
