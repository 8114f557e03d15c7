"""What is started often, or stays, holds none of the libraries that only others use."""

import os
import subprocess
import sys
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scrapbook.store import Store
from scrapbook.text.parsed_text import ParsedText

PERSON = "+15550100"
STORE = {"sqlalchemy", "alembic", "psycopg", "dbos"}
SOUND = {"av", "ctranslate2", "faster_whisper", "huggingface_hub", "numpy", "onnxruntime", "tokenizers"}
OTHERS = {
    "PIL",
    "dateparser",
    "lxml",
    "pillow_heif",
    "pypdf",
    "rasa_sdk",
    "sanic",
    "sentry_sdk",
    "twilio",
    "vobject",
    "wordfreq",
    "websockets",
}

COMMAND = """
import atexit, sys
atexit.register(lambda: print("imported:", *sys.modules))
from scrapbook.cli.main import main
main()
"""
PROCESS = """
import sys
from scrapbook.ops import processes
from scrapbook.ops import serve
from scrapbook.observability import reporting
from scrapbook.settings import Settings
from scrapbook.net import asgi_server
served = []
asgi_server.serve = lambda app, *_, **__: served.append(app)
serve.main(sys.argv[1])
assert served
print("imported:", *sys.modules, file=sys.__stdout__)
"""


def imported(script: str, *words: str, folder: Path) -> set[str]:
    """The packages that are there at its end, whatever comes of it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SENTRY_")}
    settings = {
        "SCRAPBOOK_DATA_DIR": str(folder),
        "SCRAPBOOK_PORT": "1024",
        "SCRAPBOOK_ALLOWED_NUMBERS": PERSON,
    }
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        env=inherited | settings,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "imported: " in done.stdout, done.stderr
    return {name.partition(".")[0] for name in done.stdout.partition("imported: ")[2].split()}


def assert_none(of: Collection[str], found: set[str]) -> None:
    assert found.isdisjoint(of), found.intersection(of)


@pytest.mark.parametrize("words", [["--help"], ["people", "--help"], ["text", "--help"]], ids=" ".join)
def test_help_takes_none_of_the_app(words: list[str], tmp_path: Path) -> None:
    found = imported(COMMAND, *words, folder=tmp_path)
    assert_none(STORE | SOUND | OTHERS | {"httpx", "pydantic_settings", "phonenumbers", "uvicorn"}, found)


def test_a_text_takes_the_way_to_the_phone_alone(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'scrapbook.db'}")
    store.migrate()
    with store.transaction() as tx:
        person = tx.people.add("Ada", [PERSON])
        tx.entries.add(person.id, ParsedText("a thought"), None, None, datetime.now(UTC))
    store.close()
    found = imported(COMMAND, "text", "a thought", folder=tmp_path)
    assert "httpx" in found
    assert_none(STORE | SOUND | OTHERS | {"starlette", "uvicorn", "structlog", "prometheus_client"}, found)


def test_speech_recognition_has_no_library_of_sound_before_the_first_one(tmp_path: Path) -> None:
    found = imported(PROCESS, "voice", folder=tmp_path)
    assert_none(STORE | SOUND | OTHERS | {"httpx", "supervisor", "typer"}, found)


def test_the_local_phone_has_nothing_of_the_store(tmp_path: Path) -> None:
    found = imported(PROCESS, "phone", folder=tmp_path)
    assert_none(STORE | SOUND | OTHERS - {"twilio"} | {"supervisor", "typer"}, found)


def test_what_up_becomes_has_the_supervisor_alone(tmp_path: Path) -> None:
    script = "import sys, scrapbook.ops.supervisord; print('imported:', *sys.modules)"
    found = imported(script, folder=tmp_path)
    assert_none(STORE | SOUND | OTHERS | {"httpx", "pydantic", "rich", "typer", "structlog"}, found)
