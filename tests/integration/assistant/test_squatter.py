"""A program on a port of ours while our process is down: it learns nothing, and nobody believes it."""

import asyncio
from collections.abc import Iterator

import pytest

from scrapbook.assistant.client import Assistant
from scrapbook.errors import AssistantUnavailable, VoiceUnavailable
from scrapbook.net.internal_auth import PROOF, InternalAuth
from scrapbook.ops import processes
from scrapbook.voice.client import VoiceClient
from tests.support.internal import AUTH, SECRET
from tests.support.raw import RawServer, raw_server, said

PRIVATE = "the heron and I"
REPLY = b'[{"text": "Saved 1.", "duration": 1}]'
FORGED = InternalAuth("not the secret").sign("GET", "http://127.0.0.1/health").proof(200)


@pytest.fixture(params=["", "0" * 64, FORGED], ids=["no proof", "zeros", "of another secret"])
def squatter(request: pytest.FixtureRequest) -> Iterator[RawServer]:
    """Answers everything as ours would."""

    def answer(_path: str) -> Iterator[bytes]:
        yield said(200, REPLY, **{PROOF: request.param}, Content_Type="application/json")

    with raw_server(answer) as server:
        yield server


def seen(squatter: RawServer) -> str:
    assert squatter.requests  # somebody came
    return "\n".join(squatter.requests)


def test_it_gets_no_text_and_its_reply_is_not_believed(squatter: RawServer) -> None:
    async def ask() -> None:
        assistant = Assistant([squatter.url], squatter.url, AUTH)
        try:
            assert not await assistant.is_ready()
            assert not await assistant.actions_are_ready()
            with pytest.raises(AssistantUnavailable):
                await assistant.answer(PRIVATE, 1, "SM1")
            with pytest.raises(AssistantUnavailable):
                await assistant.parse(PRIVATE)
        finally:
            await assistant.close()

    asyncio.run(ask())
    assert PRIVATE not in seen(squatter)
    assert SECRET not in seen(squatter)
    assert set(squatter.paths()) == {"/health"}


def test_it_gets_no_recording_and_its_transcript_is_not_believed(squatter: RawServer) -> None:
    with VoiceClient(squatter.url, AUTH) as client:
        assert not client.is_ready()
        for use in (client.probe, client.transcribe, client.compact):
            with pytest.raises(VoiceUnavailable):
                use(PRIVATE.encode())
    assert PRIVATE not in seen(squatter)
    assert SECRET not in seen(squatter)


def test_it_does_not_pass_for_a_process_that_is_up(squatter: RawServer) -> None:
    assert processes.answers(squatter.url, None)
    assert not processes.answers(f"{squatter.url}/health", AUTH)
    assert SECRET not in seen(squatter)
