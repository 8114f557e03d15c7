"""Who gets in, and what becomes of a webhook that is not what it seems."""

import sqlite3

from tests.support.installation import Installation, message_form, new_sid, wait_until

UNKNOWN_SENDER = "+15559999"


def everything_stored(installation: Installation) -> bytes:
    """The bytes of every database and log of the app, but for the local Twilio's own."""
    files = [
        path
        for path in installation.folder.rglob("*")
        if path.is_file() and path.suffix in {".db", ".db-wal", ".log"} and not path.name.startswith("phone")
    ]
    assert files
    return b"".join(path.read_bytes() for path in files)


def test_a_unknown_sender_gets_no_answer_and_leaves_no_text_behind(installation: Installation) -> None:
    answer = installation.webhook(message_form(new_sid(), UNKNOWN_SENDER, "let me in, says the zebrafinch"))
    assert answer.status_code == 200
    assert "<Response" in answer.text
    assert installation.sent_to(UNKNOWN_SENDER) == []
    assert b"zebrafinch" not in everything_stored(installation)
    assert UNKNOWN_SENDER.encode() not in everything_stored(installation)


def test_it_refuses_an_unsigned_webhook(installation: Installation, number: str) -> None:
    answer = installation.webhook(message_form(new_sid(), number, "unsigned oystercatcher"), signature="")
    assert answer.status_code == 403
    assert b"oystercatcher" not in everything_stored(installation)


def test_it_refuses_a_wrongly_signed_webhook(installation: Installation, number: str) -> None:
    answer = installation.webhook(
        message_form(new_sid(), number, "forged sandpiper"), signature="bm90IHRoZSBzaWduYXR1cmU="
    )
    assert answer.status_code == 403
    assert b"sandpiper" not in everything_stored(installation)


def test_a_replayed_webhook_changes_nothing(installation: Installation, number: str) -> None:
    sid = installation.text("herons return in march", number)
    installation.replies(number, 1)
    for _ in range(5):
        installation.text("herons return in march", number, sid)
    assert "Saved 2" in installation.say("swallows return in april", number)
    assert len(installation.sent_to(number)) == 2


def test_opt_out_words_are_kept_but_never_answered(installation: Installation, number: str) -> None:
    installation.say("before", number)
    for word in ("STOP", "stop ", "Unsubscribe", "End"):
        installation.text(word, number)
    installation.text("a sandwich while opted out", number)
    wait_until(
        lambda: _states(installation, number) == ["failed"], 20, lambda: str(_states(installation, number))
    )
    assert len(installation.sent_to(number)) == 1
    installation.text("START", number)
    installation.text("HELP", number)
    shown = installation.say("find sandwich", number)
    assert "a sandwich while opted out" in shown
    assert "Saved 3" in installation.say("a walk after that", number)


def test_what_is_more_than_the_word_is_a_thought_and_what_nobody_answers_is_answered(
    installation: Installation, number: str
) -> None:
    for count, thought in enumerate(("(end)", '"stop"', "Cancel...", "#stop"), 1):
        assert f"Saved {count}" in installation.say(thought, number), thought
    assert "stop" in installation.say("stop?", number)  # a question
    assert "nothing to answer" in installation.say("YES", number)
    assert "Hello!" in installation.say("start", number)


def _states(installation: Installation, number: str) -> list[str]:
    """The states of the replies to that number that were not accepted by Twilio."""
    with sqlite3.connect(f"file:{installation.folder}/scrapbook.db?mode=ro", uri=True) as database:
        rows = database.execute(
            "SELECT state FROM outbound_messages WHERE to_address = ? AND state <> 'sent'", (number,)
        ).fetchall()
    return [state for (state,) in rows]


def test_a_text_to_no_route_is_a_plain_404(installation: Installation) -> None:
    assert installation.webhook({}, path="/twilio/nothing").status_code == 404
