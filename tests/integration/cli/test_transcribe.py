"""``scrapbook transcribe`` as a process: JSON on standard output, a bar on a terminal only."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

from tests.support.voice_sounds import MODEL, SOUNDS, said

MEMO = SOUNDS / "whatsapp.ogg"


def command(path: Path) -> list[str]:
    return [sys.executable, "-m", "scrapbook", "transcribe", str(path)]


def environment() -> dict[str, str]:
    return os.environ | {"WHISPER_MODEL": MODEL, "TERM": "xterm"}


def run(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(path), env=environment(), capture_output=True, text=True, timeout=120, check=False
    )


def test_it_prints_json_and_nothing_else() -> None:
    answer = run(MEMO)
    assert answer.returncode == 0
    assert answer.stderr == ""
    assert json.loads(answer.stdout)["text"] == said("whatsapp.ogg")


def test_it_draws_a_bar_on_a_terminal() -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command(MEMO), env=environment(), stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    drawn = b""
    try:
        while part := os.read(ours, 4096):
            drawn += part
    except OSError:  # raised when the other side of the terminal is closed
        pass
    finally:
        os.close(ours)
    assert process.stdout is not None
    with process.stdout as printed:
        assert json.loads(printed.read())["text"] == said("whatsapp.ogg")
    assert process.wait(60) == 0
    assert b"Listening" in drawn


def test_a_file_without_audio_is_one_plain_sentence(tmp_path: Path) -> None:
    path = tmp_path / "picture.ogg"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    answer = run(path)
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert answer.stderr == "scrapbook: The file is not audio that can be decoded.\n"


def test_a_missing_file_is_one_plain_sentence(tmp_path: Path) -> None:
    answer = run(tmp_path / "none.ogg")
    assert answer.returncode != 0
    assert "Traceback" not in answer.stderr
