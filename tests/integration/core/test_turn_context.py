"""The context of a text: what the conversation knows, in a size that does not grow with the scrapbook."""

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest

from scrapbook.core.book import Book
from scrapbook.core.open_questions import CONFIRMATION, SAVE_INSTEAD, YES, ask
from scrapbook.core.reactions import is_reaction
from scrapbook.core.turn_context import MAX_COMPARED, MAX_OPTIONS, MAX_TOPICS, OpenQuestion, TurnContext
from scrapbook.store import Person, Store
from scrapbook.text.parsed_text import ParsedText
from tests.integration.conftest import NOW


@pytest.fixture
def store_url(url: str) -> str:
    """On both databases."""
    return url


def receive(store: Store, ann: Person, body: str, minute: int = 5, **fields: object) -> str:
    message_id = f"SM{ann.id}-{body[:9]}-{minute}"
    values = {
        "from_": "whatsapp:+15550100",
        "to": "+15550199",
        "received_at": NOW + timedelta(minutes=minute),
    }
    with store.transaction() as tx:
        tx.messages.record(message_id=message_id, person_id=ann.id, body=body, **{**values, **fields})  # type: ignore[arg-type]
    return message_id


def save(store: Store, ann: Person, topic: str | None, text: str) -> int:
    with store.transaction() as tx:
        made = topic and (tx.topics.by_name(ann.id, topic) or tx.topics.add(ann.id, topic))
        return tx.entries.add(ann.id, ParsedText(text), made.id if made else None, None, NOW).number


def context(store: Store, message_id: str) -> TurnContext:
    return store.read(lambda tx: TurnContext.of(tx, message_id))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("delete my lentil recipe", "lentil recipe"),
        ("Please erase the recipe, thanks", "recipe"),
        ("delete my fish recipe", ""),
        ("delete lentils from the recipe", ""),
        ("delete my lentil recipe and the bread one from the fridge door", ""),
    ],
)
def test_what_is_asked_to_be_deleted_is_known_if_an_entry_has_all_of_its_words(
    store: Store, ann: Person, text: str, words: str
) -> None:
    save(store, ann, None, "Recipe for lentil soup: onions, cumin")
    assert context(store, receive(store, ann, text)).to_delete == words


def asked(store: Store, ann: Person, asks: str, options: Sequence[str], action: str = "action_find") -> None:
    message_id = receive(store, ann, f"asks {asks}", minute=1)
    with store.transaction() as tx:
        ask(Book(tx, ann, message_id, NOW + timedelta(minutes=1)), action, {}, asks, options)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("show me Garden plans", ("Garden plans", "Garden")),
        ("what's in the garden?", ("garden",)),
        ("Recipe?", ("Recipe",)),
        ("café", ("café",)),
        ("allotment", ("allotment",)),
        ("show recipies", ("recipies",)),
        ("the hardening of steel", ()),
        ("empty", ()),
        ("a text of more than twelve words that mentions the garden all the same, at its end", ()),
    ],
)
def test_the_topics_that_a_text_names_are_those_with_entries(
    store: Store, ann: Person, ben: Person, text: str, found: tuple[str, ...]
) -> None:
    for topic in ("garden", "garden plans", "recipes", "Cafe", "plot"):
        save(store, ann, topic, "x")
    save(store, ben, "gardening", "Ben's")
    with store.transaction() as tx:
        tx.topics.add(ann.id, "empty")
        plot = tx.topics.by_name(ann.id, "plot")
        assert plot
        tx.topics.rename(plot.id, "field")
        tx.topics.rename(plot.id, "allotment")
    assert context(store, receive(store, ann, text)).topics == found


def test_a_former_name_is_a_name(store: Store, ann: Person) -> None:
    save(store, ann, "plot", "x")
    with store.transaction() as tx:
        plot = tx.topics.by_name(ann.id, "plot")
        assert plot
        tx.topics.rename(plot.id, "allotment")
    assert context(store, receive(store, ann, "plot?")).topics == ("plot",)


def test_a_question_comes_with_the_names_of_its_options(store: Store, ann: Person) -> None:
    asked(store, ann, "query", ["pesto", "pasta"])
    question = context(store, receive(store, ann, "pesto")).question
    assert question == OpenQuestion(("pesto", "pasta"), is_confirmation=False, is_fresh=True)


def test_entries_to_choose_from_come_with_their_words(store: Store, ann: Person) -> None:
    numbers = [save(store, ann, None, text) for text in ("Buy oat milk", "Buy stamps")]
    asked(store, ann, "entry", [str(number) for number in numbers], "action_delete")
    question = context(store, receive(store, ann, "stamps")).question
    assert question
    assert question.options == ("Buy oat milk", "Buy stamps")


def test_a_confirmation_is_said_to_be_one(store: Store, ann: Person) -> None:
    asked(store, ann, "answer", [YES, SAVE_INSTEAD], CONFIRMATION)
    question = context(store, receive(store, ann, "yes please")).question
    assert question == OpenQuestion(("", ""), is_confirmation=True, is_fresh=True)


def test_a_question_is_stale_once_something_else_was_texted_and_gone_after_an_hour(
    store: Store, ann: Person
) -> None:
    asked(store, ann, "query", ["pesto", "pasta"])
    receive(store, ann, "the heron", minute=2)
    question = context(store, receive(store, ann, "yes", minute=3)).question
    assert question
    assert not question.is_fresh
    assert context(store, receive(store, ann, "yes", minute=70)).question is None


def test_it_knows_the_latest_entry_the_channel_and_whether_it_is_forwarded(store: Store, ann: Person) -> None:
    number = save(store, ann, None, "the heron")
    found = context(store, receive(store, ann, "delete 1", is_forwarded=True))
    assert (found.last_entry, found.channel, found.is_forwarded, found.answers_entry) == (
        number,
        "whatsapp",
        True,
        False,
    )


def test_it_is_as_small_with_hundreds_of_topics(store: Store, ann: Person) -> None:
    words = "one two three four five six seven eight nine ten eleven twelve"
    with store.transaction() as tx:
        for number in range(MAX_COMPARED + 10):
            topic = tx.topics.add(ann.id, f"topic {number}")
            tx.entries.add(ann.id, ParsedText("x"), topic.id, None, NOW)
        for word in words.split():
            topic = tx.topics.add(ann.id, word)
            tx.entries.add(ann.id, ParsedText("x"), topic.id, None, NOW)
    asked(store, ann, "query", [f"topic {number} " + "x" * 300 for number in range(200)])
    found = context(store, receive(store, ann, words))
    assert len(found.topics) == MAX_TOPICS
    assert found.question
    assert len(found.question.options) == MAX_OPTIONS
    assert len(json.dumps(found.to_json())) < 4_000


@pytest.mark.parametrize(
    ("text", "reacts"), [("👍", True), ("❤️", True), ("👍🏽", True), ("🍕", False), ("ok", False)]
)
def test_a_sign_after_something_we_said_is_a_reaction(
    store: Store, ann: Person, text: str, reacts: bool
) -> None:
    first = receive(store, ann, "👍", minute=0)
    assert not store.read(lambda tx: is_reaction(tx, first))
    with store.transaction() as tx:
        reply = tx.outbound_messages.record_reply(
            ann.id, first, "+15550199", "+15550100", ["Saved 1."], [1], NOW, 0
        )
        tx.outbound_messages.mark_sent(reply[0].id, "SMours", NOW)
    sent = receive(store, ann, text)
    assert store.read(lambda tx: is_reaction(tx, sent)) is reacts


def test_a_sign_that_answers_a_confirmation_is_no_reaction(store: Store, ann: Person) -> None:
    asked(store, ann, "answer", [YES, SAVE_INSTEAD], CONFIRMATION)
    with store.transaction() as tx:
        first = f"SM{ann.id}-asks answ-1"
        reply = tx.outbound_messages.record_reply(
            ann.id, first, "+15550199", "+15550100", ["Delete 1?"], [1], NOW, 0
        )
        tx.outbound_messages.mark_sent(reply[0].id, "SMours", NOW)
    sent = receive(store, ann, "👍")
    assert not store.read(lambda tx: is_reaction(tx, sent))
