"""A channel without webhooks is polled, whatever fails."""

import asyncio
from typing import cast

import pytest

from scrapbook.channels.twilio.channel import AUDIO
from scrapbook.messaging.channel import Channel
from scrapbook.messaging.ports import MediaSource, MessageReceiver
from scrapbook.workflows import polling
from tests.support.standins import Postbox


def test_a_poll_that_fails_is_reported_and_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[BaseException] = []
    attempts: list[int] = []

    async def poll(_receiver: MessageReceiver) -> None:
        attempts.append(len(attempts))
        if len(attempts) < 3:
            raise OSError

    monkeypatch.setattr(polling, "RESTART_SECONDS", 0)
    monkeypatch.setattr(polling, "report_error", lambda error, **_: reported.append(error))
    channel = Channel("file", frozenset({"file"}), Postbox(), cast(MediaSource, None), AUDIO, poll=poll)
    asyncio.run(polling.poll_forever(channel, cast(MessageReceiver, None)))
    assert (len(attempts), len(reported)) == (3, 2)
