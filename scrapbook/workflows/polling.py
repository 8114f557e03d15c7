"""Polls the channels that have no webhooks."""

import asyncio

from scrapbook.messaging.channel import Channel
from scrapbook.messaging.ports import MessageReceiver
from scrapbook.observability.reporting import report_error

RESTART_SECONDS = 10.0
"""Seconds until a poll that failed begins again."""


async def poll_forever(channel: Channel, receiver: MessageReceiver) -> None:
    """Run the poll of a channel until cancelled; one that fails is reported, and begins again.

    Returns at once for a channel that has nothing to poll.
    """
    while True:
        try:
            await channel.poll(receiver)
        except Exception as error:  # noqa: BLE001 - one failed poll must not end the channel
            report_error(error, step=f"poll_{channel.name}")
            await asyncio.sleep(RESTART_SECONDS)
        else:
            return
