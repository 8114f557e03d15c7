"""``why?`` says how the message before was read, in two lines, and knows only the person's own."""

import json
from datetime import timedelta
from typing import Any

import pytest
import yaml

from actions.explaining import READ_AS
from scrapbook.core.unparsed_saving import save_unparsed
from scrapbook.model.evidence import MAX_RANKED, Evidence
from scrapbook.paths import BOT
from scrapbook.workflows.retention import forget_texts, forget_turn_results
from tests.integration.actions.conversation import Conversation


def evidence(
    intent: str, chance: float = 0.9, by: str = "wording", *ranking: tuple[str, float]
) -> dict[str, Any]:
    """Return what Rasa sends; every guess of ``ranking`` is believed from 0.4 on."""
    ranked = ranking or ((intent, chance),)
    return {
        "intent": intent,
        "chance": chance,
        "by": by,
        "ranking": [[name, likely, 0.4] for name, likely in ranked],
    }


def say(who: Conversation, action: str, body: str, sent: object, **slots: Any) -> str:
    """As ``text``, with the evidence of Rasa."""
    tracker = who.tracker(who.receive(body), (), slots)
    tracker.latest_message["evidence"] = sent
    return who.answered(action, tracker)


def why(who: Conversation) -> str:
    return say(who, "action_why", "why?", evidence("why", 1.0, "command"))


def stored(who: Conversation, sid: str) -> Evidence | None:
    with who.store.transaction(read_only=True) as tx:
        return tx.turn_results.evidence(sid)


def test_a_command_is_explained_in_two_lines(ann: Conversation) -> None:
    say(ann, "action_browse", "last 5", evidence("browse", 1.0, "command", ("browse", 0.9), ("find", 0.08)))
    assert why(ann) == (
        'I read "last 5" as a request for a list of entries: it has the words of a command.\n'
        "Else it was nearly a search: 8 in 100, and I believe that from 40 on."
    )


def test_what_was_understood_by_its_wording_is_explained_by_how_sure_that_was(ann: Conversation) -> None:
    say(
        ann,
        "action_find",
        "anything on otters",
        evidence("find", 0.93, "wording", ("find", 0.93)),
        query="otters",
    )
    assert why(ann) == (
        'I read "anything on otters" as a search: 93 in 100 by its wording.\nNothing else came near.'
    )


def test_what_was_kept_in_doubt_is_explained_by_what_it_nearly_was(ann: Conversation) -> None:
    sent = evidence("save_thought", 0.7, "doubt", ("delete_entry", 0.3), ("save_thought", 0.28))
    say(ann, "action_save", "away with note 4", sent)
    assert why(ann) == (
        'I read "away with note 4" as a thought to keep: I keep what I am not sure of.\n'
        "Else it was nearly a request to remove something: 30 in 100, and I believe that from 40 on."
    )


def test_what_the_wording_alone_would_have_been_is_said(ann: Conversation) -> None:
    say(
        ann, "action_browse", "last 1", evidence("browse", 1.0, "command", ("choose", 0.99), ("browse", 0.01))
    )
    assert why(ann).endswith("\nBy its wording alone it might have been an answer to my question.")


def test_asking_twice_explains_the_same_message(ann: Conversation) -> None:
    say(ann, "action_save", "the heron came back", evidence("save_thought"))
    assert why(ann) == why(ann)


def test_a_reply_to_an_earlier_message_asks_about_that_one(ann: Conversation) -> None:
    say(ann, "action_save", "the heron came back", evidence("save_thought"))
    say(ann, "action_browse", "last 5", evidence("browse"))
    tracker = ann.tracker(ann.receive("why?", replied_to=f"SM{ann.person.id}-1"), (), {})
    assert "the heron came back" in ann.answered("action_why", tracker)


def test_nobody_learns_of_anothers_messages(ann: Conversation, ben: Conversation) -> None:
    say(ann, "action_save", "the heron came back", evidence("save_thought"))
    assert why(ben) == "There is no earlier message of yours."
    tracker = ben.tracker(ben.receive("why?", replied_to=f"SM{ann.person.id}-1"), (), {})
    assert "heron" not in ben.answered("action_why", tracker)


def test_a_message_that_is_not_answered_yet_is_said_to_be_worked_on(ann: Conversation) -> None:
    ann.receive("the heron came back")
    assert why(ann) == 'I am still working on "the heron came back", so I can\'t say yet.'


def test_a_message_that_was_saved_without_the_assistant_is_said_to_be(ann: Conversation) -> None:
    sid = ann.receive("the heron came back")
    with ann.store.transaction() as tx:
        save_unparsed(tx, sid)
    assert why(ann).startswith('I kept "the heron came back" just as it came')


def test_a_memo_is_explained_by_its_transcript(ann: Conversation) -> None:
    sid = ann.receive("the heron is back")
    with ann.store.transaction() as tx:
        tx.entries.list(ann.person.id)
        tx.messages.record(
            message_id=f"{sid}-0",
            person_id=ann.person.id,
            from_="+15550100",
            to="+15550199",
            body="how many notes do i have",
            received_at=ann.now,
            is_memo=True,
        )
        tx.turn_results.record(
            f"{sid}-0", ann.outcome, Evidence.of_turn(evidence("count"), "action_count", ())
        )
    assert '"how many notes do i have" as a question about how many or when' in why(ann)


@pytest.mark.parametrize("forget", [forget_turn_results, forget_texts])
def test_how_it_was_read_is_forgotten_with_the_message(ann: Conversation, forget: Any) -> None:
    say(ann, "action_save", "the heron came back", evidence("save_thought"))
    sid = f"SM{ann.person.id}-1"
    with ann.store.transaction() as tx:
        tx.messages.set_state(sid, "answered")
    assert stored(ann, sid) is not None
    forget(ann.store, ann.now + timedelta(days=8))
    assert why(ann) == "I no longer know how I read that."


def test_it_goes_with_the_turns_result(ann: Conversation) -> None:
    say(ann, "action_commands", "commands", evidence("commands"))
    sid = f"SM{ann.person.id}-1"
    with ann.store.transaction() as tx:
        tx.messages.set_state(sid, "answered")
    assert forget_turn_results(ann.store, ann.now + timedelta(days=8)) == 1
    assert stored(ann, sid) is None


def test_what_is_stored_has_names_and_numbers_only_and_is_small(ann: Conversation) -> None:
    sent = evidence("save_thought", 0.9, "wording", *[("find", 0.1)] * 50) | {"text": "secret otters"}
    say(ann, "action_save", "secret otters", sent)
    found = stored(ann, f"SM{ann.person.id}-1")
    assert found is not None
    written = json.dumps(found.to_json())
    assert "otters" not in written
    assert len(written) < 300
    assert len(found.ranking) == MAX_RANKED
    assert found.action == "action_save"


@pytest.mark.parametrize(
    "sent", [None, "x", [], {}, {"intent": 1}, evidence("save_thought") | {"ranking": [["find"]]}]
)
def test_a_turn_whose_evidence_cannot_be_read_is_answered_without_it(ann: Conversation, sent: object) -> None:
    assert say(ann, "action_save", "the heron came back", sent) == "Saved 1."
    assert why(ann) == "I no longer know how I read that."


def test_every_intent_has_a_name() -> None:
    effects = yaml.safe_load((BOT / "effects.yml").read_text(encoding="utf-8"))
    assert set(READ_AS) == set(effects)
