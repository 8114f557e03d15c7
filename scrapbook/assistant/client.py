"""Client of the Rasa servers and of the action server."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import aiohttp
import structlog

from scrapbook.errors import FAILED_TURN, IS_THOUGHT, AssistantFailed, AssistantUnavailable, StoreUnavailable
from scrapbook.net.internal_auth import InternalAuth
from scrapbook.net.internal_session import CalleeNotOurs, InternalSession
from scrapbook.net.server_pool import ServerPool

log = structlog.get_logger(__name__)

# Seconds. A turn takes milliseconds; waiting behind other people's turns takes seconds.
TURN_TIMEOUT = 30.0
CONNECT_TIMEOUT = 2.0
HEALTH_TIMEOUT = aiohttp.ClientTimeout(total=2.0)
PROBE_INTERVAL = 1.0
"""Seconds between two checks whether the server of a turn in progress still answers anything."""

# The addresses of bot/components/rest_channel.py; the action server's health has the same one as Rasa's.
TURN, PARSE, HEALTH = "/turn", "/parse", "/health"

CONNECTION_ERRORS = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, CalleeNotOurs)
OK = 200
UNAUTHORIZED = 401
NO_MODEL = 409
FIRST_ERROR = 400
# Rasa reads a text that begins with "/" as the name of an intent, unless an invisible character precedes it.
INVISIBLE_PREFIX = "\u200b"
# Rasa splits a reply at its blank lines; a turn has one reply.
PARAGRAPH = "\n\n"


class Assistant:
    """Has texts understood and answered. For one event loop.

    Args:
        urls: of the Rasa servers, without a trailing slash. Each conversation has one of them, and uses
            another while that one fails: they store nothing between turns.
        actions_url: of the action server, whose health is checked when Rasa returns no reply.
        auth: knows the secret of this installation.
        timeout: of a turn, in seconds.
    """

    def __init__(
        self, urls: Sequence[str], actions_url: str, auth: InternalAuth, timeout: float = TURN_TIMEOUT
    ) -> None:
        self._urls = tuple(urls)
        self._servers = ServerPool(urls)
        self._actions_url = actions_url
        self._session = InternalSession(
            auth, aiohttp.ClientTimeout(total=timeout, sock_connect=min(timeout, CONNECT_TIMEOUT)), HEALTH
        )

    async def close(self) -> None:
        await self._session.close()

    async def answer(
        self, text: str, person_id: int, message_id: str, context: Mapping[str, object] | None = None
    ) -> str:
        """Return the reply to a text. It may be longer than one message.

        Args:
            context: what the conversation knows, as ``bot/components/turn_context.py`` reads it.

        Raises:
            AssistantUnavailable: Rasa or the action server cannot be reached or is starting; try again later.
            AssistantFailed: both run, but there was no reply, or not in time.
        """
        return await self._turn(_as_text(text), person_id, message_id, context or {})

    async def act(self, intent: str, slots: Mapping[str, str], person_id: int, message_id: str) -> str:
        """Return the reply to an intent with slots, without a text. Raises the same errors as ``answer``."""
        return await self._turn(f"/{intent}{json.dumps(slots)}", person_id, message_id)

    async def parse(self, text: str) -> dict[str, Any]:
        """Return Rasa's parse data of a text, with ``intent`` and ``entities``.

        Raises:
            AssistantUnavailable, AssistantFailed: as in ``answer``.
        """
        _, parsed = await self._post(PARSE, {"text": _as_text(text)}, text)
        return cast("dict[str, Any]", parsed)

    async def is_ready(self) -> bool:
        """Return whether any Rasa server has a model loaded."""
        for url in self._urls:
            if await self._is_healthy(url):
                return True
        return False

    async def actions_are_ready(self) -> bool:
        return await self._is_healthy(self._actions_url)

    async def _turn(
        self, message: str, person_id: int, message_id: str, context: Mapping[str, object] | None = None
    ) -> str:
        sender = f"person-{person_id}"
        turn = {
            "sender": sender,
            "message": message,
            "metadata": {"message_id": message_id, "context": context or {}},
        }
        url, answer = await self._post(TURN, turn, sender)
        for part in answer:
            _raise_failure(part.get("custom", {}))
        parts = [str(part["text"]) for part in answer if part.get("text")]
        if not parts:
            await self._explain_silence(url)
        return PARAGRAPH.join(parts)

    async def _post(self, path: str, body: Mapping[str, object], key: str) -> tuple[str, Any]:
        """Post to the server of ``key``; return its URL and the response.

        If it cannot be reached, the next server is tried. If the connection breaks later, or the server
        hangs, it may have processed the request, so AssistantFailed is raised; the caller's next attempt goes
        to another server. One that has failed gets no request until it answers a probe.
        """
        unreachable = AssistantUnavailable("There is no Rasa")
        for url in self._servers.in_order(key):
            try:
                return url, await self._ask(url, path, body)
            except AssistantUnavailable as error:
                unreachable = error
        raise unreachable

    async def _ask(self, url: str, path: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401 - whatever JSON Rasa sends
        if self._servers.is_suspect(url):
            await self._probe(url)
        try:
            status, content = await self._exchange(url, path, body)
        except CONNECTION_ERRORS as error:
            self._mark_failed(url, error)
            raise AssistantUnavailable(f"Rasa cannot be reached: {type(error).__name__}") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            self._mark_failed(url, error)
            raise AssistantFailed(
                f"Rasa closed the connection or took too long: {type(error).__name__}"
            ) from error
        if status == NO_MODEL:
            raise self._without_model(url)
        if status == UNAUTHORIZED:
            raise AssistantUnavailable(f"Rasa refuses this app: {content.decode(errors='replace')}")
        if status >= FIRST_ERROR:
            raise AssistantFailed(f"Rasa answered {status}")
        try:
            return json.loads(content)
        except ValueError as error:
            raise AssistantFailed("Rasa's answer is not JSON") from error

    async def _exchange(self, url: str, path: str, body: Mapping[str, object]) -> tuple[int, bytes]:
        """Return the status and the content of the response.

        A slow server is waited for. One that hangs is left, if another could answer. Raises TimeoutError.
        """
        if len(self._urls) == 1:
            return await self._session.post(url, path, body)
        exchange = asyncio.create_task(self._session.post(url, path, body))
        try:
            while not exchange.done():
                await asyncio.wait([exchange], timeout=PROBE_INTERVAL)
                if exchange.done() or not self._servers.has_another(url):
                    continue
                if not await self._answers(url) and not exchange.done():
                    raise TimeoutError
            return exchange.result()
        finally:
            exchange.cancel()
            await asyncio.gather(exchange, return_exceptions=True)

    async def _probe(self, url: str) -> None:
        """Raise AssistantUnavailable while a server that has failed does not answer."""
        if not await self._answers(url):
            error = AssistantUnavailable("Rasa does not answer")
            self._mark_failed(url, error)
            raise error
        self._servers.mark_recovered(url)

    async def _answers(self, url: str) -> bool:
        """Return whether the server answers at all, within HEALTH_TIMEOUT."""
        try:
            await self._session.get(url, HEALTH, HEALTH_TIMEOUT)
        except (aiohttp.ClientError, TimeoutError):
            return False
        return True

    async def _explain_silence(self, url: str) -> None:
        """Raise the error for a turn without a reply: Rasa answers 200 if an action fails."""
        if not await self.actions_are_ready():
            raise AssistantUnavailable("The action server cannot be reached")
        if not await self._is_healthy(url):
            raise self._without_model(url)
        raise AssistantFailed("Rasa gave no reply: an action or a rule failed")

    async def _is_healthy(self, url: str) -> bool:
        """Return whether it answers 200 to a health check, as Rasa does once its model is loaded."""
        try:
            status, _ = await self._session.get(url, HEALTH, HEALTH_TIMEOUT)
        except (aiohttp.ClientError, TimeoutError):
            return False
        return status == OK

    def _without_model(self, url: str) -> AssistantUnavailable:
        error = AssistantUnavailable("Rasa has no model loaded yet")
        self._mark_failed(url, error)
        return error

    def _mark_failed(self, url: str, error: Exception) -> None:
        self._servers.mark_failed(url)
        log.warning("rasa_server_cooldown", url=url, reason=type(error).__name__)


def _raise_failure(content: Mapping[str, Any]) -> None:
    """Raise the error that an answer describes, if it does: of an action, else of Rasa's understanding."""
    failed = content.get(FAILED_TURN)
    if not failed:
        return
    if failed[-1].get("type") == StoreUnavailable.__name__:
        raise AssistantUnavailable("The action server's database is away").caused_by(failed)
    error = AssistantFailed("A turn failed").caused_by(failed)
    error.is_command = content.get(IS_THOUGHT) is False
    raise error


def _as_text(text: str) -> str:
    return INVISIBLE_PREFIX + text if text.lstrip().startswith("/") else text
