"""What is said again and again is switched on and off by a text; the answer to a prompt is kept."""

from datetime import UTC, datetime, timedelta

import pytest

from scrapbook.core.saying_recurring import Sources
from scrapbook.core.saying_unasked import next_at, say_next
from scrapbook.core.unasked import OwnSender
from scrapbook.paths import PROMPTS
from scrapbook.store import Store
from tests.integration.actions.conversation import Conversation

SHIPPED = [line for line in PROMPTS.read_text("utf-8").splitlines() if line and not line.startswith("#")]
ON = (
    "I will ask you a question every day at 21:00, first on Wednesday 12 March. "
    "What you answer within two hours is kept under journal. To end that, text stop prompts"
)


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def store_url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(request.param)


def switch_on(person: Conversation, body: str) -> str:
    return person.text("action_switch_on", body)


def said(store: Store, person: Conversation, sources: Sources | None = None) -> list[str]:
    """Say what is due at the person's time, and return it."""
    bodies: list[str] = []
    while True:
        with store.transaction() as tx:
            tx.leases.claim(person.person.id, "app")
            now = person.now
            one = say_next(tx, person.person.id, now, OwnSender("+15550199"), sources or Sources())
        bodies += [one.message.body] if one.message else []
        if not one.message and not one.may_be_more:
            return bodies


def set_clock(person: Conversation, local: str) -> None:
    person.now = datetime.fromisoformat(local).replace(tzinfo=UTC)


def test_all_of_it_is_off_at_the_start(ann: Conversation, action_store: Store):
    assert ann.text("action_list_switched_on", "prompts").startswith("Nothing is on.")
    assert ann.text("action_switch_off", "stop prompts").startswith("There are no prompts.")
    with action_store.transaction(read_only=True) as tx:
        assert next_at(tx) is None


def test_each_is_switched_on_and_off_by_one_text_and_undo_takes_that_back(ann: Conversation):
    assert switch_on(ann, "prompt me every evening at 9") == ON
    assert switch_on(ann, "on this day every morning at 8").endswith("To end that, text: stop on this day")
    reply = switch_on(ann, "round-up on sundays")
    assert "every Sunday at 18:00, first on Sunday 16 March" in reply
    assert ann.text("action_list_switched_on", "prompts").splitlines()[1:] == [
        "prompts: every day at 21:00, next on Wednesday 12 March",
        "on this day: every day at 8:00, next on Thursday 13 March",
        "round-ups: every Sunday at 18:00, next on Sunday 16 March",
    ]
    assert ann.text("action_switch_off", "stop round-ups") == "No more round-ups."
    assert ann.text("action_switch_off", "stop on this day") == "No more on this day."
    assert ann.text("action_switch_off", "stop prompts") == "No more prompts."
    assert ann.undo() == "Undone: prompts as before."
    assert "prompts: every day at 21:00" in ann.text("action_list_switched_on", "prompts")
    ann.undo()
    ann.undo()
    assert ann.undo() == "Undone: round-ups as before."
    assert "round-ups" not in ann.text("action_list_switched_on", "prompts")


def test_the_usual_hour_may_be_still_to_come_today(ann: Conversation):
    set_clock(ann, "2025-03-16 12:00")  # a Sunday
    assert "every Sunday at 18:00, first on Sunday 16 March." in switch_on(ann, "round-up on sundays")
    assert "every 2 weeks on Sunday at 18:00" in switch_on(ann, "round-up every other sunday")


def test_what_another_time_replaces_is_said_and_undo_brings_it_back(ann: Conversation):
    switch_on(ann, "prompt me every evening at 9")
    reply = switch_on(ann, "prompt me every weekday at 8am")
    assert "every weekday at 8:00, first on Thursday 13 March, instead of every day at 21:00. " in reply
    assert "instead" not in switch_on(ann, "prompt me every weekday at 8am")
    ann.undo()
    assert ann.undo() == "Undone: prompts as before."
    listed = ann.text("action_list_switched_on", "prompts")
    assert listed.endswith("prompts: every day at 21:00, next on Wednesday 12 March")


@pytest.mark.parametrize(
    ("body", "when"),
    [
        ("ask me a question every weekday at 8", "every weekday at 8:00, first on Thursday 13 March"),
        ("every evening at 9 ask me something", "every day at 21:00, first on Wednesday 12 March"),
        ("pls ask me somthing every night", "every day at 20:00, first on Wednesday 12 March"),
        ("daily question at 9pm", "every day at 21:00, first on Wednesday 12 March"),
        ("turn on prompts", "every day at 21:00, first on Wednesday 12 March"),
        ("I'd like a prompt on mondays at 7", "every Monday at 7:00, first on Monday 17 March"),
        ("weekly round-up please", "every Sunday at 18:00, first on Sunday 16 March"),
        ("send me a summary of my week every friday at 5", "every Friday at 17:00, first on Friday 14 March"),
        ("round up my week every sunday", "every Sunday at 18:00, first on Sunday 16 March"),
        ("every friday send me a round-up", "every Friday at 18:00, first on Friday 14 March"),
    ],
)
def test_the_time_is_read_wherever_it_stands(ann: Conversation, body: str, when: str):
    assert when in switch_on(ann, body)


def test_a_time_alone_is_another_time_of_what_is_on(ann: Conversation):
    switch_on(ann, "prompt me every weekday at 9pm")
    assert "every weekday at 7:00" in switch_on(ann, "prompt me at 7am instead")
    assert "every weekday at 20:30" in switch_on(ann, "change the prompts to 8:30pm")
    assert switch_on(ann, "move the round-up to 5pm").startswith("How often?")


@pytest.mark.parametrize(
    "body", ["prompt me tomorrow at 9", "prompt me at 9", "prompt me every evening at 25"]
)
def test_a_time_that_does_not_come_again_is_asked_about(ann: Conversation, body: str):
    assert switch_on(ann, body).startswith("How often?")


def test_a_question_is_asked_once_and_its_answer_is_kept_with_it(ann: Conversation, action_store: Store):
    switch_on(ann, "prompt me every evening at 9")
    set_clock(ann, "2025-03-12 20:59")
    assert said(action_store, ann) == []
    set_clock(ann, "2025-03-12 21:00")
    [question] = said(action_store, ann)
    assert question in SHIPPED
    assert said(action_store, ann) == []
    assert ann.text("action_save", "The walk along the river") == "Saved 1 under journal, with the question."
    assert ann.entries() == {1: (f"{question}\nThe walk along the river", "journal")}
    ann.save("milk is out")  # one text is the answer
    assert ann.entries()[2] == ("milk is out", None)
    set_clock(ann, "2025-03-13 21:00")
    [another] = said(action_store, ann)
    assert another != question


def test_what_comes_later_or_has_a_topic_of_its_own_is_no_answer(ann: Conversation, action_store: Store):
    switch_on(ann, "prompt me every evening at 9")
    set_clock(ann, "2025-03-12 21:00")
    said(action_store, ann)
    ann.save("python: decorators are just functions")
    assert ann.entries()[1] == ("decorators are just functions", "python")
    set_clock(ann, "2025-03-12 23:01")
    ann.save("too late")
    assert ann.entries()[2] == ("too late", None)


def test_the_questions_come_from_a_file_that_can_be_edited(
    ann: Conversation, action_store: Store, tmp_path_factory: pytest.TempPathFactory
):
    file = tmp_path_factory.mktemp("data") / PROMPTS.name
    switch_on(ann, "prompt me every evening at 9")
    set_clock(ann, "2025-03-12 21:00")
    file.write_text("# ours\n\nWhat did the sea look like?\n", "utf-8")
    assert said(action_store, ann, Sources(file)) == ["What did the sea look like?"]
    file.write_text("# none at all\n", "utf-8")
    set_clock(ann, "2025-03-13 21:00")
    assert said(action_store, ann, Sources(file))[0] in SHIPPED


def test_this_day_in_other_years_is_sent_in_the_morning_if_there_is_anything(
    ann: Conversation, action_store: Store
):
    set_clock(ann, "2024-03-14 12:00")
    ann.save("the first swallow")
    set_clock(ann, "2025-03-12 12:00")
    switch_on(ann, "on this day every morning at 8")
    set_clock(ann, "2025-03-13 08:00")
    assert said(action_store, ann) == []
    set_clock(ann, "2025-03-14 08:00")
    [body] = said(action_store, ann)
    assert body.lower().startswith("on this day in 2024")
    assert "the first swallow" in body


def test_a_round_up_says_what_the_week_held_and_more_goes_on(ann: Conversation, action_store: Store):
    set_clock(ann, "2024-03-13 12:00")
    ann.save("sowed the beans")
    set_clock(ann, "2025-03-12 12:00")
    switch_on(ann, "round-up on sundays")
    for number in range(12):
        ann.save(f"garden: thought number {number} about how the beans are doing in the rain")
    ann.save('"Simplicity is the ultimate sophistication." - Leonardo da Vinci')
    set_clock(ann, "2025-03-16 18:00")
    [body] = said(action_store, ann, Sources(public_url="https://scrapbook.example"))
    lines = body.splitlines()
    assert lines[:2] == ["Your week: 13 saved", "garden:"]
    assert "A year ago: 1 sowed the beans" in lines
    assert "https://scrapbook.example/book/weeks/2025-W11" in lines
    with action_store.transaction(read_only=True) as tx:
        assert all(one.segments <= 2 for one in tx.outbound_messages.undelivered())
    rest = ann.text("action_more", "more")
    listed = [line for line in lines if line[0].isdigit()]
    assert len(listed) + sum(line[0].isdigit() for line in rest.splitlines()) >= len(listed) + 3
    assert not {line.split()[0] for line in listed} & {line.split()[0] for line in rest.splitlines()}
    set_clock(ann, "2025-03-23 18:00")
    assert said(action_store, ann) == []  # an empty week


def test_a_round_up_sets_quotes_apart(ann: Conversation, action_store: Store):
    switch_on(ann, "round-up on sundays")
    ann.save('garden: "Less is more." - Mies van der Rohe')
    ann.save("garden: sowed the beans")
    set_clock(ann, "2025-03-16 18:00")
    [body] = said(action_store, ann)
    lines = [
        "Your week: 2 saved",
        "garden:",
        "2 sowed the beans",
        "quotes:",
        '1 "Less is more." - Mies van der Rohe',
    ]
    assert body.splitlines() == lines


def test_what_was_missed_for_long_is_passed_over(ann: Conversation, action_store: Store):
    switch_on(ann, "prompt me every day at 10")
    set_clock(ann, "2025-03-15 19:00")
    assert said(action_store, ann) == []
    set_clock(ann, "2025-03-16 10:30")
    assert len(said(action_store, ann)) == 1


def test_stop_everything_switches_it_off_and_one_undo_on_again(ann: Conversation):
    switch_on(ann, "prompt me every evening at 9")
    switch_on(ann, "round-up on sundays")
    assert ann.text("action_stop_everything", "stop everything").startswith("Stopped:")
    assert ann.text("action_list_switched_on", "prompts").startswith("Nothing is on.")
    ann.undo()
    assert len(ann.text("action_list_switched_on", "prompts").splitlines()) == 3


def test_it_comes_at_the_same_time_of_day_in_another_time_zone(ann: Conversation, action_store: Store):
    switch_on(ann, "prompt me every evening at 9")
    ann.text("action_set_timezone", "timezone Europe/Berlin", timezone="Europe/Berlin")
    with action_store.transaction(read_only=True) as tx:
        assert next_at(tx) == datetime(2025, 3, 12, 20, 0, tzinfo=UTC)
    set_clock(ann, "2025-03-12 20:00")
    assert len(said(action_store, ann)) == 1
    with action_store.transaction(read_only=True) as tx:
        assert next_at(tx) == datetime(2025, 3, 12, 20, 0, tzinfo=UTC) + timedelta(days=1)
