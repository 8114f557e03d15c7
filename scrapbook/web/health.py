"""Report whether this process is alive, and which parts of the app have a problem.

Anybody may ask, so an answer costs nearly nothing however often it is asked for: the checks run once in some
seconds. Which part has which problem is told only to processes of the scrapbook itself.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from inspect import isawaitable, iscoroutinefunction

import anyio
import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from scrapbook.errors import ScrapbookError
from scrapbook.net.internal_auth import PROOF, CallRefused, InternalAuth, SignedCall
from scrapbook.net.internal_guard import Head

CHECK_TIMEOUT = 3.0
"""Seconds; a check that takes longer counts as failed."""
FRESH = 5.0
"""Seconds for which the result of a check without a problem is used."""
RECHECK = 1.0
"""Seconds for which a problem is reported before it is checked again."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """The check of one part of the app.

    Attributes:
        problem: returns what is wrong, in plain words, or an empty string. It may raise ScrapbookError. It
            may block unless it is a coroutine function.
        is_needed: whether no message is answered while there is a problem.
        fresh: seconds for which its result is used while there is no problem.
    """

    problem: Callable[[], str | Awaitable[str]]
    is_needed: bool = True
    fresh: float = FRESH


def check_that(
    is_there: Callable[[], bool | Awaitable[bool]], otherwise: str
) -> Callable[[], str | Awaitable[str]]:
    """Return a check for ``HealthCheck`` that returns ``otherwise`` while ``is_there`` returns false."""

    async def awaited() -> str:
        found = is_there()
        return "" if (await found if isawaitable(found) else found) else otherwise

    return awaited if iscoroutinefunction(is_there) else lambda: "" if is_there() else otherwise


def health_routes(parts: Mapping[str, HealthCheck], auth: InternalAuth) -> list[Route]:
    """Return the routes ``GET /health/live`` and ``GET /health/ready``.

    ``/health/ready`` answers 503 while a part that is needed has a problem. A signed request gets a list of
    every part with its problem, too, and a proof with each response.
    """
    results = _Results(parts)

    async def live(request: Request) -> JSONResponse:
        return _answer(_caller(request, auth), 200, {"status": "ok"})

    async def ready(request: Request) -> JSONResponse:
        caller = _caller(request, auth)
        problems = await results.problems()
        can_answer = not any(problems[name] for name, part in parts.items() if part.is_needed)
        report = {"status": "ok" if can_answer else "waiting"}
        status = 200 if can_answer else 503
        if caller is None:
            return _answer(None, status, report)
        listed = {
            name: {"ok": not problems[name], "needed": part.is_needed, "problem": problems[name]}
            for name, part in parts.items()
        }
        return _answer(caller, status, {**report, "parts": listed})

    return [Route("/health/live", live), Route("/health/ready", ready)]


def _caller(request: Request, auth: InternalAuth) -> SignedCall | None:
    """Return the call of a process of the scrapbook; None of anybody else."""
    try:
        return Head.of(request.scope).verified(auth)
    except CallRefused:
        return None


def _answer(caller: SignedCall | None, status: int, content: Mapping[str, object]) -> JSONResponse:
    headers = {PROOF: caller.proof(status)} if caller else {}
    return JSONResponse(content, status_code=status, headers=headers)


class _Results:
    """The latest result of each check; those that are asked for at once share one check."""

    def __init__(self, parts: Mapping[str, HealthCheck]) -> None:
        self._parts = parts
        self._problems: dict[str, str] = {}
        self._due: dict[str, float] = dict.fromkeys(parts, 0.0)
        self._checking = asyncio.Lock()

    async def problems(self) -> Mapping[str, str]:
        """Return the problem of each part, an empty string for none."""
        if self._are_fresh():
            return self._problems
        async with self._checking:
            if not self._are_fresh():
                await self._check(
                    {name: part for name, part in self._parts.items() if self._due[name] <= time.monotonic()}
                )
        return self._problems

    def _are_fresh(self) -> bool:
        now = time.monotonic()
        return all(now < due for due in self._due.values())

    async def _check(self, parts: Mapping[str, HealthCheck]) -> None:
        found = await _problems(parts)
        now = time.monotonic()
        self._problems = {**self._problems, **found}
        for name, problem in found.items():
            self._due[name] = now + (RECHECK if problem else self._parts[name].fresh)


async def _problems(parts: Mapping[str, HealthCheck]) -> dict[str, str]:
    found: dict[str, str] = {}

    async def check(name: str, part: HealthCheck) -> None:
        found[name] = f"has not answered within {CHECK_TIMEOUT:g} seconds"
        with anyio.move_on_after(CHECK_TIMEOUT):
            found[name] = await _problem(name, part)

    async with anyio.create_task_group() as checks:
        for name, part in parts.items():
            checks.start_soon(check, name, part)
    return found


async def _problem(name: str, part: HealthCheck) -> str:
    try:
        if iscoroutinefunction(part.problem):
            return await part.problem()
        found = await anyio.to_thread.run_sync(part.problem, abandon_on_cancel=True)
        return await found if isawaitable(found) else found
    except ScrapbookError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - a check that fails is a problem of its part
        log.warning("health_check_failed", part=name, reason=type(error).__name__)
        return "could not be checked"
