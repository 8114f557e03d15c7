"""Client of the Rasa servers and of the action server."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import httpx
import structlog

from scrapbook.addresses import Addresses
from scrapbook.errors import AssistantFailed, AssistantUnavailable

log = structlog.get_logger(__name__)

# A turn takes milliseconds; a queue of people in front of it takes seconds.
TURN_TIMEOUT = 30.0
CONNECT_TIMEOUT = 2.0
HEALTH_TIMEOUT = httpx.Timeout(2.0)

NOT_REACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
NO_MODEL = 409
# Rasa takes a text that begins with "/" for the name of an intent, unless something invisible is before it.
PADDING = "\u200b"
FAILED = "failed"
"""Under this name stands, in place of a reply, what failed: see ``sentry.client.described``."""
# Rasa cuts a reply at its blank lines; a turn has one reply.
PARAGRAPH = "\n\n"


class Assistant:
    """Has texts understood and answered.

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
        self._client = httpx.Client(timeout=httpx.Timeout(timeout, connect=CONNECT_TIMEOUT))

    def close(self) -> None:
        self._client.close()

    def answer(self, text: str, person_id: int, message_sid: str) -> str:
        """One turn: the reply to a text. It may be longer than one message.

        Raises:
            AssistantUnavailable: Rasa or the action server is not there; wait and try again.
            AssistantFailed: they are there and yet no reply came of it, in time or at all.
        """
        return self._turn(_as_text(text), person_id, message_sid)

    def act(self, intent: str, slots: Mapping[str, str], person_id: int, message_sid: str) -> str:
        """A turn without a text, for what the house itself has to say. Raises as ``answer`` does."""
        return self._turn(f"/{intent}{json.dumps(slots)}", person_id, message_sid)

    def parse(self, text: str) -> dict[str, Any]:
        """What the running model understands: Rasa's parse result with ``intent`` and ``entities``.

        Raises:
            AssistantUnavailable, AssistantFailed: as in ``answer``.
        """
        _, parsed = self._post("/model/parse", {"text": _as_text(text)}, text)
        return cast("dict[str, Any]", parsed)

    def is_ready(self) -> bool:
        """Whether a Rasa server has a model loaded."""
        return any(self._has_model(url) for url in self._urls)

    def actions_are_ready(self) -> bool:
        try:
            health = self._client.get(f"{self._actions_url}/health", timeout=HEALTH_TIMEOUT)
        except httpx.HTTPError:
            return False
        return health.is_success

    def _turn(self, message: str, person_id: int, message_sid: str) -> str:
        sender = f"person-{person_id}"
        turn = {
            "sender": sender,
            "message": message,
            "metadata": {"message_sid": message_sid},
        }
        url, answer = self._post("/webhooks/rest/webhook", turn, sender)
        for part in answer:
            if failed := part.get("custom", {}).get(FAILED):
                raise AssistantFailed("A turn failed").caused_by(failed)
        parts = [str(part["text"]) for part in answer if part.get("text")]
        if not parts:
            self._explain_silence(url)
        return PARAGRAPH.join(parts)

    def _post(self, path: str, body: Mapping[str, object], key: str) -> tuple[str, Any]:
        """The answer to a question about ``key``, and the URL of the server that gave it.

        Another server is asked when the first was not reached. When it broke off, it has taken the question:
        that counts as a failure, and the next try comes to another server.
        """
        nobody = AssistantUnavailable("There is no Rasa")
        for url in self._addresses.of(key):
            try:
                return url, self._ask(url, path, body)
            except AssistantUnavailable as error:
                nobody = error
        raise nobody

    def _ask(self, url: str, path: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401 - whatever JSON Rasa sends
        try:
            response = self._client.post(url + path, json=body)
        except NOT_REACHED as error:
            self._avoid(url, error)
            raise AssistantUnavailable(f"Rasa cannot be reached: {type(error).__name__}") from error
        except httpx.HTTPError as error:
            self._avoid(url, error)
            raise AssistantFailed(f"Rasa broke off: {type(error).__name__}") from error
        if response.status_code == NO_MODEL:
            raise self._without_model(url)
        if response.is_error:
            raise AssistantFailed(f"Rasa answered {response.status_code}")
        return response.json()

    def _explain_silence(self, url: str) -> None:
        """Rasa answers 200 without a reply when an action failed; tell the two causes apart."""
        if not self.actions_are_ready():
            raise AssistantUnavailable("The action server cannot be reached")
        if not self._has_model(url):
            raise self._without_model(url)
        raise AssistantFailed("Rasa gave no reply: an action or a rule failed")

    def _has_model(self, url: str) -> bool:
        try:
            status = self._client.get(f"{url}/status", timeout=HEALTH_TIMEOUT)
        except httpx.HTTPError:
            return False
        return status.is_success and bool(status.json().get("model_file"))

    def _without_model(self, url: str) -> AssistantUnavailable:
        error = AssistantUnavailable("Rasa has no model loaded yet")
        self._avoid(url, error)
        return error

    def _avoid(self, url: str, error: Exception) -> None:
        self._addresses.failed(url)
        log.warning("rasa_is_avoided", url=url, because=type(error).__name__)


def _as_text(text: str) -> str:
    return PADDING + text if text.lstrip().startswith("/") else text
