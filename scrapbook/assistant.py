"""Client of the Rasa servers and of the action server."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import aiohttp
import structlog

from scrapbook.addresses import Addresses
from scrapbook.errors import AssistantFailed, AssistantUnavailable, StoreUnavailable
from scrapbook.kept_session import KeptSession

log = structlog.get_logger(__name__)

# A turn takes milliseconds; a queue of people in front of it takes seconds.
TURN_TIMEOUT = 30.0
CONNECT_TIMEOUT = 2.0
HEALTH_TIMEOUT = aiohttp.ClientTimeout(total=2.0)

NOT_REACHED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
NO_MODEL = 409
FIRST_ERROR = 400
# Rasa takes a text that begins with "/" for the name of an intent, unless something invisible is before it.
PADDING = "\u200b"
FAILED = "failed"
"""Under this name stands, in place of a reply, what failed: see ``sentry.client.described``."""
# Rasa cuts a reply at its blank lines; a turn has one reply.
PARAGRAPH = "\n\n"


class Assistant:
    """Has texts understood and answered. For one event loop.

    Args:
        urls: of the Rasa servers, without a trailing slash. A conversation has one of them, and goes on with
            another while that one does not answer: they keep nothing between turns.
        actions_url: of the action server; asked for its health when Rasa gives no reply.
        timeout: of a turn, in seconds.
    """

    def __init__(self, urls: Sequence[str], actions_url: str, timeout: float = TURN_TIMEOUT) -> None:
        self._urls = tuple(urls)
        self._addresses = Addresses(urls)
        self._actions_url = actions_url
        self._session = KeptSession(
            aiohttp.ClientTimeout(total=timeout, sock_connect=min(timeout, CONNECT_TIMEOUT))
        )

    async def close(self) -> None:
        await self._session.close()

    async def answer(self, text: str, person_id: int, message_sid: str) -> str:
        """One turn: the reply to a text. It may be longer than one message.

        Raises:
            AssistantUnavailable: Rasa or the action server is not there; wait and try again.
            AssistantFailed: they are there and yet no reply came of it, in time or at all.
        """
        return await self._turn(_as_text(text), person_id, message_sid)

    async def act(self, intent: str, slots: Mapping[str, str], person_id: int, message_sid: str) -> str:
        """A turn without a text, for what the house itself has to say. Raises as ``answer`` does."""
        return await self._turn(f"/{intent}{json.dumps(slots)}", person_id, message_sid)

    async def parse(self, text: str) -> dict[str, Any]:
        """What the running model understands: Rasa's parse result with ``intent`` and ``entities``.

        Raises:
            AssistantUnavailable, AssistantFailed: as in ``answer``.
        """
        _, parsed = await self._post("/model/parse", {"text": _as_text(text)}, text)
        return cast("dict[str, Any]", parsed)

    async def is_ready(self) -> bool:
        """Whether a Rasa server has a model loaded."""
        for url in self._urls:
            if await self._has_model(url):
                return True
        return False

    async def actions_are_ready(self) -> bool:
        try:
            async with self._session().get(f"{self._actions_url}/health", timeout=HEALTH_TIMEOUT) as health:
                return health.ok
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def _turn(self, message: str, person_id: int, message_sid: str) -> str:
        sender = f"person-{person_id}"
        turn = {
            "sender": sender,
            "message": message,
            "metadata": {"message_sid": message_sid},
        }
        url, answer = await self._post("/webhooks/rest/webhook", turn, sender)
        for part in answer:
            if failed := part.get("custom", {}).get(FAILED):
                if failed[-1].get("type") == StoreUnavailable.__name__:
                    raise AssistantUnavailable("The action server's database is away").caused_by(failed)
                raise AssistantFailed("A turn failed").caused_by(failed)
        parts = [str(part["text"]) for part in answer if part.get("text")]
        if not parts:
            await self._explain_silence(url)
        return PARAGRAPH.join(parts)

    async def _post(self, path: str, body: Mapping[str, object], key: str) -> tuple[str, Any]:
        """The answer to a question about ``key``, and the URL of the server that gave it.

        Another server is asked when the first was not reached. When it broke off, it has taken the question:
        that counts as a failure, and the next try comes to another server.
        """
        nobody = AssistantUnavailable("There is no Rasa")
        for url in self._addresses.of(key):
            try:
                return url, await self._ask(url, path, body)
            except AssistantUnavailable as error:
                nobody = error
        raise nobody

    async def _ask(self, url: str, path: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401 - whatever JSON Rasa sends
        try:
            async with self._session().post(url + path, json=body) as response:
                status, content = response.status, await response.read()
        except NOT_REACHED as error:
            self._avoid(url, error)
            raise AssistantUnavailable(f"Rasa cannot be reached: {type(error).__name__}") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            self._avoid(url, error)
            raise AssistantFailed(f"Rasa broke off: {type(error).__name__}") from error
        if status == NO_MODEL:
            raise self._without_model(url)
        if status >= FIRST_ERROR:
            raise AssistantFailed(f"Rasa answered {status}")
        try:
            return json.loads(content)
        except ValueError as error:
            raise AssistantFailed("Rasa's answer made no sense") from error

    async def _explain_silence(self, url: str) -> None:
        """Rasa answers 200 without a reply when an action failed; tell the two causes apart."""
        if not await self.actions_are_ready():
            raise AssistantUnavailable("The action server cannot be reached")
        if not await self._has_model(url):
            raise self._without_model(url)
        raise AssistantFailed("Rasa gave no reply: an action or a rule failed")

    async def _has_model(self, url: str) -> bool:
        try:
            async with self._session().get(f"{url}/status", timeout=HEALTH_TIMEOUT) as status:
                return status.ok and bool(json.loads(await status.read()).get("model_file"))
        except (aiohttp.ClientError, TimeoutError):
            return False

    def _without_model(self, url: str) -> AssistantUnavailable:
        error = AssistantUnavailable("Rasa has no model loaded yet")
        self._avoid(url, error)
        return error

    def _avoid(self, url: str, error: Exception) -> None:
        self._addresses.failed(url)
        log.warning("rasa_is_avoided", url=url, because=type(error).__name__)


def _as_text(text: str) -> str:
    return PADDING + text if text.lstrip().startswith("/") else text
