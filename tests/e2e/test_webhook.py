"""Who gets in, and what becomes of a webhook that is not what it seems."""

import sqlite3

from tests.e2e.house import House, message_form, new_sid, wait_until

STRANGER = "+15559999"


def everything_stored(house: House) -> bytes:
    """The bytes of every database and log of the house, but for the local Twilio's own."""
    files = [
        path
        for path in house.folder.rglob("*")
        if path.is_file() and path.suffix in {".db", ".db-wal", ".log"} and not path.name.startswith("phone")
    ]
    assert files
    return b"".join(path.read_bytes() for path in files)


def test_a_stranger_gets_no_answer_and_leaves_no_text_behind(house: House) -> None:
    answer = house.webhook(message_form(new_sid(), STRANGER, "let me in, says the zebrafinch"))
    assert answer.status_code == 200
    assert "<Response" in answer.text
    assert house.sent_to(STRANGER) == []
    assert b"zebrafinch" not in everything_stored(house)
    assert STRANGER.encode() not in everything_stored(house)


def test_it_refuses_an_unsigned_webhook(house: House, number: str) -> None:
    answer = house.webhook(message_form(new_sid(), number, "unsigned oystercatcher"), signature="")
    assert answer.status_code == 403
    assert b"oystercatcher" not in everything_stored(house)


def test_it_refuses_a_wrongly_signed_webhook(house: House, number: str) -> None:
    answer = house.webhook(
        message_form(new_sid(), number, "forged sandpiper"), signature="bm90IHRoZSBzaWduYXR1cmU="
    )
    assert answer.status_code == 403
    assert b"sandpiper" not in everything_stored(house)


def test_a_replayed_webhook_changes_nothing(house: House, number: str) -> None:
    sid = house.text("herons return in march", number)
    house.replies(number, 1)
    for _ in range(5):
        house.text("herons return in march", number, sid)
    assert "Saved 2" in house.say("swallows return in april", number)
    assert len(house.sent_to(number)) == 2


def test_opt_out_words_are_kept_but_never_answered(house: House, number: str) -> None:
    house.say("before", number)
    for word in ("STOP", "stop ", "Unsubscribe"):
        house.text(word, number)
    house.text("a sandwich while opted out", number)
    wait_until(lambda: _states(house, number) == ["failed"], 20, lambda: str(_states(house, number)))
    assert len(house.sent_to(number)) == 1
    house.text("START", number)
    house.text("HELP", number)
    shown = house.say("find sandwich", number)
    assert "a sandwich while opted out" in shown
    assert "Saved 3" in house.say("a walk after that", number)


def _states(house: House, number: str) -> list[str]:
    """The states of the replies to that number that were not accepted by Twilio."""
    with sqlite3.connect(f"file:{house.folder}/scrapbook.db?mode=ro", uri=True) as database:
        rows = database.execute(
            "SELECT state FROM replies WHERE to_address = ? AND state <> 'sent'", (number,)
        ).fetchall()
    return [state for (state,) in rows]


def test_a_text_to_no_route_is_a_plain_404(house: House) -> None:
    assert house.webhook({}, path="/twilio/nothing").status_code == 404
