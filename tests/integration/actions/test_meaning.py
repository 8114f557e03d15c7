"""With a model in the settings, a search goes by meaning where the words find nothing, and says so."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from actions import meaning
from scrapbook.core.meaning import EntryEncoder
from tests.integration.actions.conversation import Conversation
from tests.support.installation import wait_until
from tests.support.tiny_models import static_model


@pytest.fixture(autouse=True)
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SCRAPBOOK_SEMANTIC_MODEL", str(static_model(tmp_path / "model")))
    meaning.meaning.cache_clear()
    yield
    meaning.meaning.cache_clear()


def encode(who: Conversation) -> None:
    searching = meaning.meaning()
    assert searching
    EntryEncoder(who.store, searching.encoder).encode_some()


def encoded(who: Conversation) -> int:
    return who.store.read(lambda tx: tx.vectors.state()[1])


def test_the_reply_says_that_it_went_by_meaning(ann: Conversation) -> None:
    ann.save("the automobile is in for a new wheel")
    ann.save("tea with Ben")
    encode(ann)
    said = ann.text("action_find", "find a vehicle", query="a vehicle")
    assert said == (
        "Nothing has all of these words. Nearest in meaning:\n"
        "1 the automobile is in for a new wheel\n"
        "To keep your question, text save"
    )
    assert ann.text("action_keep_question", "save").startswith("Saved 3")


def test_many_that_mean_the_like_are_read_page_by_page(ann: Conversation) -> None:
    for number in range(15):
        ann.save(
            f"automobile {number}: a motor, a wheel, an engine and the rest of what was in the garage then"
        )
    encode(ann)
    said = ann.text("action_find", "find a vehicle", query="a vehicle")
    assert said.startswith("Nothing has all of these words. Nearest in meaning:\n")
    assert said.endswith("left: text more. To keep your question, text save")
    assert ann.text("action_more", "more").startswith("a vehicle:\n")


def test_the_action_server_encodes_in_the_background(ann: Conversation) -> None:
    ann.save("the automobile is in for a new wheel")
    encoding = meaning.start_encoding(ann.store)
    assert encoding
    try:
        wait_until(lambda: encoded(ann) == 1, 30, lambda: "nothing was encoded")
    finally:
        encoding.stop()
    assert "1 the automobile" in ann.text("action_find", "find a vehicle", query="a vehicle")


def test_what_means_something_else_is_not_found(ann: Conversation) -> None:
    ann.save("the automobile is in for a new wheel")
    encode(ann)
    assert ann.text("action_find", "find a nurse", query="a nurse").startswith("Nothing about")
