"""What Rasa's process tells of its errors, and to whom."""

import asyncio
import importlib.util
import json
import socket
from pathlib import Path

import pytest
from aiohttp import ClientSession
from components import sentry
from components.rest_channel import FAILED, FailureTellingRestInput
from sanic import Sanic

PRIVATE = "the heron and I"
SID = "SM" + "0" * 32
TRACES = Path(__file__).parents[2] / "scrapbook" / "sentry" / "traces.py"


def of_the_house():
    spec = importlib.util.spec_from_file_location("traces", TRACES)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("sample_rate", [0.0, 0.3, 1.0])
def test_a_message_has_the_trace_that_the_house_gives_it(sample_rate):
    house = of_the_house()
    for number in range(50):
        sid = f"SM{number:032x}"
        assert sentry.trace_header(sid, sample_rate) == house.trace_header(sid, sample_rate)


def fail():
    text = PRIVATE
    raise ValueError(text)


def test_an_error_is_described_by_its_place_alone():
    with pytest.raises(ValueError, match=PRIVATE) as raised:
        fail()
    [described] = sentry.described(raised.value)
    assert described["type"] == "ValueError"
    assert described["stacktrace"]["frames"][-1]["function"] == "fail"
    assert PRIVATE not in json.dumps(described)


def test_nothing_is_kept_that_is_not_named():
    event = {"event_id": "1", "request": PRIVATE, "extra": PRIVATE, "tags": {"text": PRIVATE}, "new": PRIVATE}
    assert PRIVATE not in json.dumps(sentry.scrubbed(event))


async def on_new_message(message):
    if message.text == PRIVATE:
        fail()
    await message.output_channel.send_text_message(message.sender_id, "Saved 1.")


async def _answers(*texts):
    app = Sanic("channel")
    app.blueprint(FailureTellingRestInput().blueprint(on_new_message), url_prefix="/rest")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = await app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
        await server.startup()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/rest/webhook"
        try:
            return [await _post(url, text) for text in texts]
        finally:
            server.close()


async def _post(url, text):
    turn = {"sender": "person-1", "message": text, "metadata": {"message_sid": SID}}
    async with ClientSession() as client, client.post(url, json=turn) as response:
        return await response.json()


def test_a_turn_that_fails_is_told_in_the_answer_and_others_are_answered_as_ever(caplog):
    [failed], works = asyncio.run(_answers(PRIVATE, "milk"))
    assert failed["custom"][FAILED][-1]["type"] == "ValueError"
    assert PRIVATE not in json.dumps(failed) + caplog.text
    assert "A turn failed" in caplog.text
    assert works == [{"recipient_id": "person-1", "text": "Saved 1."}]
