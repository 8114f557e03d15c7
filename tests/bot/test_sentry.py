"""Error reports and traces of the Rasa process."""

import asyncio
import importlib.util
import json
import os
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiohttp import ClientSession
from components import log_redaction, sentry
from components.internal_auth import PROOF, InternalAuth
from components.internal_guard import SECRET
from components.rest_channel import FAILED, ErrorReportingRestInput
from sanic import Sanic

PRIVATE = "the heron and I"
SID = "SM" + "0" * 32
TRACES = Path(__file__).parents[2] / "scrapbook" / "observability" / "sentry_traces.py"


def app_traces():
    spec = importlib.util.spec_from_file_location("traces", TRACES)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("sample_rate", [0.0, 0.3, 1.0])
def test_a_message_has_the_same_trace_as_in_the_app(sample_rate):
    app = app_traces()
    for number in range(50):
        sid = f"SM{number:032x}"
        assert sentry.trace_header(sid, sample_rate) == app.trace_header(sid, sample_rate)


def fail():
    text = PRIVATE
    raise ValueError(text)


def test_an_error_is_described_by_its_traceback_only():
    with pytest.raises(ValueError, match=PRIVATE) as raised:
        fail()
    [description] = sentry.describe_error(raised.value)
    assert description["type"] == "ValueError"
    assert description["stacktrace"]["frames"][-1]["function"] == "fail"
    assert PRIVATE not in json.dumps(description)


def test_only_listed_fields_are_sent():
    event = {"event_id": "1", "request": PRIVATE, "extra": PRIVATE, "tags": {"text": PRIVATE}, "new": PRIVATE}
    assert PRIVATE not in json.dumps(sentry.scrub(event))


async def on_new_message(message):
    if message.text == PRIVATE:
        fail()
    await message.output_channel.send_text_message(message.sender_id, "Saved 1.")


async def _answers(*texts):
    app = Sanic("channel")
    app.ctx.agent = SimpleNamespace(is_ready=lambda: True)
    app.blueprint(ErrorReportingRestInput().blueprint(on_new_message))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = await app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
        await server.startup()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/turn"
        try:
            return [await _post(url, text) for text in texts]
        finally:
            server.close()


async def _post(url, text):
    turn = {"sender": "person-1", "message": text, "metadata": {"message_id": SID}}
    body = json.dumps(turn).encode()
    call = InternalAuth(os.environ[SECRET]).sign("POST", url, body)
    async with ClientSession() as client, client.post(url, data=body, headers=call.headers) as response:
        assert call.is_proven(200, response.headers[PROOF])
        return await response.json()


def test_a_failed_turn_is_described_in_the_answer(caplog, monkeypatch):
    monkeypatch.setenv(SECRET, "what the processes of a test share")
    log_redaction.install()
    [failed], works = asyncio.run(_answers(PRIVATE, "milk"))
    assert failed["custom"][FAILED][-1]["type"] == "ValueError"
    assert PRIVATE not in json.dumps(failed) + caplog.text
    assert "A turn failed" in caplog.text
    assert works == [{"recipient_id": "person-1", "text": "Saved 1."}]
