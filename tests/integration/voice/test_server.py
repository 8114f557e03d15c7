"""The voice process and its client, over real HTTP; the process is killed as well."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from scrapbook.errors import AudioUnreadable, ModelUnavailable, VoiceFailed, VoiceUnavailable
from scrapbook.voice import limits
from scrapbook.voice.client import VoiceClient
from scrapbook.voice.server import MAX_CONCURRENT_MEMOS
from tests.integration.voice import bad_sounds
from tests.support.internal import AUTH, Signed
from tests.support.voice_sounds import MODEL, SOUNDS, said

MEMO = (SOUNDS / "whatsapp.ogg").read_bytes()

SERVER = """
import sys, uvicorn
from scrapbook.voice.server import create_app
from tests.support.internal import AUTH
app = create_app(sys.argv[1], "auto", AUTH)
uvicorn.run(app, port=int(sys.argv[2]), log_level="warning", timeout_graceful_shutdown=1)
"""


@dataclass
class Voice:
    """A voice process."""

    process: subprocess.Popen[bytes]
    url: str

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)

    def seconds_worked(self) -> float:
        """Processor time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def started(model: str = MODEL) -> Voice:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", SERVER, model, str(port)])
    voice = Voice(process, f"http://127.0.0.1:{port}")
    with VoiceClient(voice.url, AUTH) as client:
        eventually(client.is_ready)
    return voice


def eventually(happens: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def voice() -> Iterator[Voice]:
    voice = started()
    yield voice
    voice.process.terminate()
    assert voice.process.wait(30) in {0, -signal.SIGTERM}


@pytest.fixture
def own_voice() -> Iterator[Voice]:
    """One that may be killed."""
    voice = started()
    yield voice
    voice.kill()


@pytest.fixture
def client(voice: Voice) -> Iterator[VoiceClient]:
    with VoiceClient(voice.url, AUTH) as client:
        yield client


def hours_of_speech() -> bytes:
    """Long enough to be interrupted: the long memo again and again."""
    from scrapbook.voice.decoding import SAMPLE_RATE
    from tests.support.voice_sounds import samples

    speech = (samples("long_memo.ogg") * 32767).astype("<i2").tobytes() * 45
    header = bad_sounds.wav(rate=SAMPLE_RATE, seconds=0)[:-4]
    return header + len(speech).to_bytes(4, "little") + speech


def test_a_memo_comes_back_as_text(client: VoiceClient) -> None:
    transcript = client.transcribe(MEMO)
    assert transcript.text == said("whatsapp.ogg")
    assert transcript.segments
    assert transcript.language == "en"


def test_prometheus_is_told_how_many_memos_are_here_and_what_they_take(own_voice: Voice) -> None:
    def told(name: str) -> float:
        lines = httpx.get(f"{own_voice.url}/metrics").text.splitlines()
        return float(next(line for line in lines if line.startswith(f"{name} ")).rsplit(" ", 1)[1])

    working, waiting = (f'scrapbook_voice_memos{{state="{state}"}}' for state in ("working", "waiting"))
    assert (told(working), told(waiting)) == (0, 0)
    assert told("process_resident_memory_bytes") > 0
    sound = hours_of_speech()

    def give() -> None:
        with VoiceClient(own_voice.url, AUTH) as client, pytest.raises(VoiceFailed):
            client.transcribe(sound)

    threads = [threading.Thread(target=give) for _ in range(MAX_CONCURRENT_MEMOS + 1)]
    for thread in threads:
        thread.start()
    eventually(lambda: (told(working), told(waiting)) == (MAX_CONCURRENT_MEMOS, 1))
    own_voice.kill()
    for thread in threads:
        thread.join()


def test_silence_comes_back_without_text(client: VoiceClient) -> None:
    transcript = client.transcribe((SOUNDS / "silence.ogg").read_bytes())
    assert (transcript.text, transcript.segments) == ("", ())


def test_it_says_how_long_a_sound_plays(client: VoiceClient) -> None:
    assert client.probe(MEMO) == pytest.approx(2.77, abs=0.1)


def test_progress_is_told_before_the_transcript(client: VoiceClient) -> None:
    told: list[float] = []
    client.transcribe((SOUNDS / "long_memo.ogg").read_bytes(), told.append)
    assert told
    assert all(0 <= share <= 1 for share in told)


@pytest.mark.parametrize(
    ("sound", "sentence"),
    [
        (b"", "The audio is empty."),
        (bad_sounds.picture(), "The file is not audio that can be decoded."),
        (bad_sounds.wav(kind=0x7ABC), "The audio is in an unknown format."),
    ],
)
def test_what_is_no_sound_comes_back_as_a_plain_sentence(
    client: VoiceClient, sound: bytes, sentence: str
) -> None:
    for ask in (client.transcribe, client.probe):
        with pytest.raises(AudioUnreadable) as refused:
            ask(sound)
        assert str(refused.value) == sentence


def test_a_sound_that_is_too_large_is_refused_at_both_ends(client: VoiceClient, voice: Voice) -> None:
    sound = bytes(limits.MAX_BYTES + 1)
    with pytest.raises(AudioUnreadable, match="larger than 64 MB"):
        client.transcribe(sound)
    answer = httpx.post(f"{voice.url}/probe", content=sound, timeout=30, auth=Signed())
    assert answer.json() == {"reason": limits.TOO_LARGE}


def test_without_a_model_the_client_is_told_what_to_do() -> None:
    voice = started("no such model")
    try:
        with (
            VoiceClient(voice.url, AUTH) as client,
            pytest.raises(ModelUnavailable, match="WHISPER_MODEL") as failed,
        ):
            client.transcribe(MEMO)
        assert not failed.value.permanent
    finally:
        voice.kill()


def test_a_process_that_is_not_there_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with VoiceClient(url, AUTH) as client:
        assert not client.is_ready()
        for ask in (client.transcribe, client.probe):
            with pytest.raises(VoiceUnavailable) as failed:
                ask(MEMO)
            assert not failed.value.permanent


def test_a_process_that_is_killed_has_failed_and_can_be_tried_again(own_voice: Voice) -> None:
    def kill(_share: float) -> None:
        own_voice.kill()

    with VoiceClient(own_voice.url, AUTH) as client:
        with pytest.raises(VoiceFailed) as failed:
            client.transcribe(hours_of_speech(), kill)
        assert not failed.value.permanent
        with pytest.raises(VoiceUnavailable):
            client.transcribe(MEMO)


class Enough(Exception):
    """Whoever asked has gone."""


def test_work_that_nobody_waits_for_is_stopped(own_voice: Voice) -> None:
    def leave(share: float) -> None:
        if share > 0:
            raise Enough

    with VoiceClient(own_voice.url, AUTH) as client, pytest.raises(Enough):
        client.transcribe(hours_of_speech(), leave)

    def rests() -> bool:
        before = own_voice.seconds_worked()
        time.sleep(1)
        return own_voice.seconds_worked() - before < 0.2

    eventually(rests)


def test_memos_are_written_down_side_by_side(client: VoiceClient) -> None:
    names = ["whatsapp.ogg", "find_python.ogg", "amr.amr"]
    alone = [client.transcribe((SOUNDS / name).read_bytes()).text for name in names]
    together: dict[str, str] = {}

    def write_down(name: str) -> None:
        together[name] = client.transcribe((SOUNDS / name).read_bytes()).text

    threads = [threading.Thread(target=write_down, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[name] for name in names] == alone


def test_it_ends_when_it_is_told_to_in_the_middle_of_a_memo(own_voice: Voice) -> None:
    def stop(share: float) -> None:
        if share > 0:
            own_voice.process.terminate()

    with VoiceClient(own_voice.url, AUTH) as client, pytest.raises(VoiceFailed):
        client.transcribe(hours_of_speech(), stop)
    own_voice.process.wait(30)
