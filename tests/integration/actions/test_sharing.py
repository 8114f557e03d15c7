"""What is answered to ``share``, ``unshare`` and ``shared``."""

import re

import pytest

from scrapbook.store import Store
from tests.integration.actions.conversation import Conversation

ADDRESS = re.compile(r"https://scrapbook\.example\.org/shared/([0-9a-f]{32})$")


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def store_url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SCRAPBOOK_PUBLIC_URL", "https://scrapbook.example.org")
    return request.getfixturevalue(request.param)


def share(person: Conversation, topic: str) -> str:
    return person.text("action_share_topic", f"share {topic}", topic=topic)


def token_in(reply: str) -> str:
    """The token of the address, which is a line of its own at the end, so that phones make it a link."""
    found = ADDRESS.fullmatch(reply.splitlines()[-1])
    assert found, reply
    return found[1]


def shares(store: Store, person: Conversation) -> list[str]:
    with store.transaction(read_only=True) as tx:
        return [share.topic for share in tx.shares.of_person(person.person.id)]


def test_share_answers_with_an_address_which_is_the_same_when_asked_again(
    ann: Conversation, action_store: Store
):
    ann.save("python: a decorator wraps")
    reply = share(ann, "python")
    assert reply.startswith("Anybody with this address can read python, and what you add to it.")
    assert token_in(share(ann, "Python")) == token_in(reply)
    assert shares(action_store, ann) == ["python"]


def test_a_name_that_is_not_quite_the_topics_is_asked_about(ann: Conversation, action_store: Store):
    ann.save("python: a decorator wraps")
    assert share(ann, "pyhton") == "Which one: 1 python? Text its number."
    assert shares(action_store, ann) == []
    assert token_in(ann.text("action_choose", "1", choice="1"))
    assert shares(action_store, ann) == ["python"]


def test_what_only_begins_like_it_is_a_thought(ann: Conversation, action_store: Store):
    ann.save("python: a decorator wraps")
    assert ann.text("action_share_topic", "share prices fell", topic="prices fell").startswith("Saved 2")
    assert shares(action_store, ann) == []


def test_a_topic_that_is_not_there_is_not_shared(ann: Conversation):
    assert share(ann, "rust").startswith("There is no topic rust.")
    assert ann.text("action_share_topic", "share") == "Share which topic? For example: share python"


def test_a_paraphrase_is_confirmed_before_anything_is_public(ann: Conversation, action_store: Store):
    ann.save("python: a decorator wraps")
    tracker = ann.tracker(ann.receive("let everybody see python"), (), {"topic": "python"})
    tracker.latest_message["is_paraphrase"] = True
    assert ann.answered("action_share_topic", tracker).startswith("Make a public page of python?")
    assert shares(action_store, ann) == []
    assert token_in(ann.text("action_choose", "1", choice="1"))
    assert shares(action_store, ann) == ["python"]


def test_unshare_ends_it_by_a_name_that_is_nearly_right_and_undo_brings_it_back(
    ann: Conversation, action_store: Store
):
    ann.save("python: a decorator wraps")
    token = token_in(share(ann, "python"))
    reply = ann.text("action_unshare_topic", "unshare pyhton", topic="pyhton")
    assert reply == "python is not shared any more. Its page is gone."
    assert shares(action_store, ann) == []
    reply = ann.text("action_unshare_topic", "unshare python", topic="python")
    assert reply == "python is not shared. To see what is, text shared"
    reply = ann.text("action_undo", "undo")
    assert reply == "Undone: python is shared again, at the address that it had."
    assert token_in(share(ann, "python")) == token
    assert ann.text("action_undo", "undo") == "Undone: python is not shared any more."


def test_shared_lists_ones_own_with_their_addresses(ann: Conversation, ben: Conversation):
    ann.save("python: a decorator wraps")
    ann.save("birds: a wren")
    ben.save("rust: a borrow ends")
    assert ann.text("action_list_shared", "shared").startswith("Nothing is shared.")
    python, birds, rust = token_in(share(ann, "python")), token_in(share(ann, "birds")), share(ben, "rust")
    lines = ann.text("action_list_shared", "shared").splitlines()
    assert lines == [
        "Anybody with the address can read:",
        f"birds: https://scrapbook.example.org/shared/{birds}",
        f"python: https://scrapbook.example.org/shared/{python}",
    ]
    assert token_in(rust) not in " ".join(lines)


def test_nobody_ends_what_another_person_shares(ann: Conversation, ben: Conversation, action_store: Store):
    ben.save("rust: a borrow ends")
    share(ben, "rust")
    reply = ann.text("action_unshare_topic", "unshare rust", topic="rust")
    assert reply == "rust is not shared. To see what is, text shared"
    assert shares(action_store, ben) == ["rust"]
