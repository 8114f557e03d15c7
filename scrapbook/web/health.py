"""Whether this process lives, and whether the whole house can answer a text."""

from collections.abc import Callable, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


def health_routes(checks: Mapping[str, Callable[[], bool]]) -> list[Route]:
    """``GET /health/live`` and ``GET /health/ready``.

    Args:
        checks: name of each service that answering takes, with a function that says whether it is there.
    """

    async def live(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def ready(_request: Request) -> JSONResponse:
        services = {name: await run_in_threadpool(check) for name, check in checks.items()}
        all_there = all(services.values())
        return JSONResponse(
            {"status": "ok" if all_there else "waiting", "services": services},
            status_code=200 if all_there else 503,
        )

    return [Route("/health/live", live), Route("/health/ready", ready)]
