"""Rasa's REST channel, which also tells what failed.

Rasa's own answers 200 without a reply when a turn fails, and logs the error with the text. Here the answer
holds, in place of a reply, where it failed.
"""

import logging
from typing import Any, Awaitable, Callable

from rasa.core.channels.channel import UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint

from components import private_logs, sentry

FAILED = "failed"

logger = logging.getLogger(__name__)


class FailureTellingRestInput(RestInput):
    """At the address of Rasa's own."""

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The endpoints of Rasa's own channel."""
        sentry.install()

        async def answer(message: UserMessage) -> None:
            try:
                with sentry.about(str((message.metadata or {}).get("message_sid", ""))):
                    await on_new_message(message)
            except Exception as error:  # noqa: BLE001 - whatever it was, whoever asked hears of it
                logger.error("A turn failed:\n%s", private_logs.places(error))
                failed = {FAILED: sentry.described(error)}
                await message.output_channel.send_custom_json(message.sender_id, failed)

        return super().blueprint(answer)
