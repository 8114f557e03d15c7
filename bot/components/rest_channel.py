"""The addresses at which Rasa serves the app; there are no others (``http_server.py``).

POST /turn     {"sender": ..., "message": ..., "metadata": {"message_id": ...}}; answers with the replies as
               Rasa's own REST channel does, or 409 while no model is loaded
POST /parse    {"text": ...}; answers with Rasa's parse data, or 409
GET  /health   200 if a model is loaded, else 503

Requests are signed (``internal_auth.py``). Health alone may be read without a signature.

Rasa's own channel answers 200 without a reply if a turn fails, and logs the error with the text. This one
answers with a description of the error; ``log_redaction.py`` leaves only its type and places in the log.
"""

import logging
from typing import Any, Awaitable, Callable, Dict, Text

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from components import action_client, http_server, internal_guard, sentry

FAILED = "failed"
NO_MODEL = 409

logger = logging.getLogger(__name__)

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]


class ErrorReportingRestInput(RestInput):
    """Serves turns, parses and health, and makes Rasa's server the one of this scrapbook."""

    def __init__(self) -> None:
        """Replace Rasa's server and its client of the action server. Raises SystemExit without a secret."""
        self._auth = internal_guard.auth_of_environment()
        http_server.install()
        action_client.install(self._auth)

    def url_prefix(self) -> Text:
        """Return the prefix of all addresses: none, in place of ``/webhooks/rest``."""
        return "/"

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Return the addresses.

        A failed turn is answered with a custom JSON object whose ``FAILED`` holds the errors as
        ``sentry.describe_error`` returns them.
        """
        sentry.install()
        blueprint = Blueprint("scrapbook")
        signed = internal_guard.signed(self._auth)

        @blueprint.post("/turn")
        @signed
        async def turn(request: Request) -> HTTPResponse:
            asked = _object(request)
            if not (isinstance(asked.get("sender"), str) and isinstance(asked.get("message"), str)):
                return _bad_request()
            return await self._turn(request, asked, on_new_message)

        @blueprint.post("/parse")
        @signed
        async def parse(request: Request) -> HTTPResponse:
            text = _object(request).get("text")
            if not isinstance(text, str):
                return _bad_request()
            if not _is_ready(request):
                return response.empty(status=NO_MODEL)
            return response.json(await request.app.ctx.agent.parse_message(text))

        @blueprint.get("/health")
        @internal_guard.signed(self._auth, is_open=True)
        async def health(request: Request) -> HTTPResponse:
            is_ready = _is_ready(request)
            return response.json({"status": "ok" if is_ready else "waiting"}, 200 if is_ready else 503)

        return blueprint

    async def _turn(
        self, request: Request, asked: Dict[Text, Any], on_new_message: OnNewMessage
    ) -> HTTPResponse:
        if not _is_ready(request):
            return response.empty(status=NO_MODEL)
        metadata = asked.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        replies = CollectingOutputChannel()
        message = UserMessage(
            asked["message"], replies, asked["sender"], input_channel=self.name(), metadata=metadata
        )
        try:
            with sentry.bind_context(str(metadata.get("message_id", ""))):
                await on_new_message(message)
        except Exception as error:
            logger.error("A turn failed", exc_info=error)
            await replies.send_custom_json(message.sender_id, {FAILED: sentry.describe_error(error)})
        return response.json(replies.messages)


def _object(request: Request) -> Dict[Text, Any]:
    """Return the JSON object of the body, or an empty one. Sanic raises InvalidUsage for what is no JSON."""
    content = request.json
    return content if isinstance(content, dict) else {}


def _bad_request() -> HTTPResponse:
    return response.text("The body is not a request for this address.", status=400)


def _is_ready(request: Request) -> bool:
    agent = getattr(request.app.ctx, "agent", None)
    return agent is not None and agent.is_ready()
