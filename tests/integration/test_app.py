"""The app, composed: what belongs to the installation does not hang on an account of Twilio's."""

import ast
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from scrapbook import app
from scrapbook.media.storage import MediaStore
from scrapbook.net.secret_file import installation_key
from scrapbook.observability import reporting, sentry_client
from scrapbook.settings import Settings
from scrapbook.store import Store
from scrapbook.text.parsed_text import ParsedText
from scrapbook.web.media_links import MediaLinks
from scrapbook.workflows import mirroring


@pytest.fixture
def rotate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "the first token")


def test_a_new_token_of_twilio_breaks_no_media_link(
    rotate: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings.load()
    key = MediaStore(settings.media_url).save(b"GIF89a", "image/gif")
    link = MediaLinks(installation_key(tmp_path), "http://testserver").url(key, "image/gif")
    for token in ("the first token", "the second token"):
        monkeypatch.setenv("TWILIO_AUTH_TOKEN", token)
        assert TestClient(app.create_app()).get(link).content == b"GIF89a"


def test_a_new_token_of_twilio_changes_nobodys_hash_in_reports(
    rotate: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENTRY_DSN", "https://key@sentry.example.org/1")
    monkeypatch.setattr(sentry_client, "start", lambda *_, **__: None)
    monkeypatch.setattr(reporting, "_configure_log", lambda *_: None)
    hashes: set[str] = set()
    for token in ("the first token", "the second token"):
        monkeypatch.setenv("TWILIO_AUTH_TOKEN", token)
        reporting.configure(Settings.load(), "app")
        hashes.add(sentry_client.keyed_hash(reporting._person_key.key, 1))
    assert len(hashes) == 1


def test_the_app_composes_and_decides_nothing() -> None:
    tree = ast.parse(Path(app.__file__).read_text("utf-8"))
    public = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name[0] != "_"]
    assert public == ["create_app"]
    assert not any(isinstance(node, ast.ClassDef) for node in ast.walk(tree))
    decisions = (ast.For, ast.While, ast.Match, ast.Try)
    in_body = [node for node in ast.walk(tree) if isinstance(node, decisions)]
    assert [ast.unparse(node.target) for node in in_body if isinstance(node, ast.For)] == ["task"]
    assert len(in_body) == 1


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline, path
        time.sleep(0.05)


def test_a_mirror_is_kept_while_the_app_runs(
    rotate: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRAPBOOK_MIRROR_DIR", str(tmp_path / "mirror"))
    monkeypatch.setattr(mirroring, "POLL_SECONDS", 0.05)
    with closing(Store.open(Settings.load().database_url)) as store:
        store.migrate()
        ann = store.write(lambda tx: tx.people.add("Ann", ["+15550100"]))

        def save(words: str) -> None:
            text = ParsedText(words)
            store.write(lambda tx: tx.entries.add(ann.id, text, None, None, datetime.now(UTC)))

        save("Oars")
        with TestClient(app.create_app()):
            wait_for(tmp_path / "mirror/Ann/No topic/1 Oars.md")
            save("Ropes")
            wait_for(tmp_path / "mirror/Ann/No topic/2 Ropes.md")
