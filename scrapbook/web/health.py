"""Whether this process lives, and which part of the house is not as it should be."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from inspect import isawaitable, iscoroutinefunction

import anyio
import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from scrapbook.errors import ScrapbookError

CHECKED_WITHIN = 3.0
"""Seconds; a part that has not said by then how it is counts as one that is not well."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the house.

    Attributes:
        problem: says in plain words what is wrong with it; empty when nothing is. May raise ScrapbookError,
            and block, unless it is a coroutine function.
        is_needed: whether no text is answered without it.
    """

    problem: Callable[[], str | Awaitable[str]]
    is_needed: bool = True


def there(
    is_there: Callable[[], bool | Awaitable[bool]], otherwise: str
) -> Callable[[], str | Awaitable[str]]:
    """A check for ``Part`` that says ``otherwise`` when it is not there."""

    async def awaited() -> str:
        found = is_there()
        return "" if (await found if isawaitable(found) else found) else otherwise

    return awaited if iscoroutinefunction(is_there) else lambda: "" if is_there() else otherwise


def health_routes(parts: Mapping[str, Part]) -> list[Route]:
    """``GET /health/live`` and ``GET /health/ready``.

    The latter is 503 while a part that is needed is not well; it names every part, and what is wrong with it.
    """

    async def live(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def ready(_request: Request) -> JSONResponse:
        problems = await _problems(parts)
        can_answer = not any(problems[name] for name, part in parts.items() if part.is_needed)
        told = {
            name: {"ok": not problems[name], "needed": part.is_needed, "problem": problems[name]}
            for name, part in parts.items()
        }
        return JSONResponse(
            {"status": "ok" if can_answer else "waiting", "parts": told},
            status_code=200 if can_answer else 503,
        )

    return [Route("/health/live", live), Route("/health/ready", ready)]


async def _problems(parts: Mapping[str, Part]) -> dict[str, str]:
    found: dict[str, str] = {}

    async def check(name: str, part: Part) -> None:
        found[name] = f"has not answered within {CHECKED_WITHIN:g} seconds"
        with anyio.move_on_after(CHECKED_WITHIN):
            found[name] = await _problem(name, part)

    async with anyio.create_task_group() as checks:
        for name, part in parts.items():
            checks.start_soon(check, name, part)
    return found


async def _problem(name: str, part: Part) -> str:
    try:
        if iscoroutinefunction(part.problem):
            return await part.problem()
        problem = await anyio.to_thread.run_sync(part.problem, abandon_on_cancel=True)
        return problem if isinstance(problem, str) else await problem
    except ScrapbookError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - a check that fails is a part that is not well
        log.warning("not_checked", part=name, because=type(error).__name__)
        return "could not be checked"
