"""What people text about reminders: list, put off, finish, move, pause; quiet hours; undo of each."""

from datetime import UTC, datetime, timedelta

import pytest

from scrapbook.core.saying_reminders import say_due
from scrapbook.core.unasked import OwnSender
from tests.integration.actions.conversation import Conversation

# Wednesday, in UTC, where the time zone of the person is.
MORNING = datetime(2025, 3, 12, 8, 0, tzinfo=UTC)


@pytest.fixture
def reminded(ann: Conversation) -> Conversation:
    with ann.store.transaction() as tx:
        tx.people.set_timezone(ann.person.id, "UTC")
        ann.person = tx.people.get(ann.person.id)
    ann.now = MORNING
    for text in (
        "remind me to pay the rent tomorrow at 9am",
        "remind me to go to the dentist on friday at 11am",
        "remind me to stretch in 2 hours",
        "remind me to learn to fly",
    ):
        ann.text("action_remind", text)
    return ann


def say(ann: Conversation, at: datetime) -> str:
    """Say what is due at that time, and return the message; the next text comes a minute later."""
    ann.now = at
    with ann.store.transaction() as tx:
        tx.leases.claim(ann.person.id, "app")
        said = say_due(tx, ann.person.id, at, OwnSender("+15550199"))
    return said.message.body if said.message else ""


def due(ann: Conversation, number: int) -> str:
    with ann.store.transaction() as tx:
        entry = tx.entries.by_number(ann.person.id, number)
        assert entry
        known = tx.reminders.of_entry(entry.id)
        return f"{known.due_at:%a %H:%M} {known.state}" if known else ""


def test_they_are_listed_by_when_they_are_due(reminded: Conversation) -> None:
    assert reminded.text("action_list_reminders", "reminders").splitlines() == [
        "reminders:",
        "3 stretch (Wednesday 12 March at 10:03)",
        "1 pay the rent (Thursday 13 March at 9:00)",
        "2 go to the dentist (Friday 14 March at 11:00)",
        "4 learn to fly",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("reminders for today", "reminders today:\n3 "),
        ("reminders tomorrow", "reminders tomorrow:\n1 "),
        ("reminders this week", "reminders this week:\n3 "),
        ("reminders on friday", "reminders friday:\n2 "),
        ("reminders next week", "No reminders next week."),
    ],
)
def test_those_of_a_period_are_listed(reminded: Conversation, text: str, said: str) -> None:
    assert reminded.text("action_list_reminders", text).startswith(said)


@pytest.mark.parametrize(
    ("text", "then"),
    [
        ("snooze", "Wed 11:05"),
        ("snooze 1h", "Wed 11:05"),
        ("snooze 20 min", "Wed 10:25"),
        ("snooze for an hour", "Wed 11:05"),
        ("in half an hour", "Wed 10:35"),
        ("later", "Wed 11:05"),
        ("tomorrow", "Thu 10:03"),
        ("tomorrow at 5pm", "Thu 17:00"),
        ("snooze till monday", "Mon 10:03"),
        ("remind me again on friday at 8am", "Fri 08:00"),
        ("push it to friday 3pm", "Fri 15:00"),
        ("not now, tomorrow please", "Thu 10:03"),
    ],
)
def test_what_was_said_is_put_off(reminded: Conversation, text: str, then: str) -> None:
    assert say(reminded, datetime(2025, 3, 12, 10, 4, tzinfo=UTC)).startswith("Reminder 3 stretch.")
    said = reminded.text("action_reschedule_reminder", text)
    assert said.startswith("I will remind you of 3 stretch: ")
    assert due(reminded, 3) == f"{then} waiting"
    assert reminded.undo() == "Undone: 3 due as before."
    assert due(reminded, 3) == "Wed 10:03 said"


def test_a_time_that_is_not_understood_moves_nothing(reminded: Conversation) -> None:
    say(reminded, datetime(2025, 3, 12, 10, 4, tzinfo=UTC))
    said = reminded.text("action_reschedule_reminder", "snooze until the cows come home")
    assert said.startswith("I can't tell when you mean.")
    assert due(reminded, 3) == "Wed 10:03 said"


def test_without_a_reminder_that_went_out_there_is_nothing_to_put_off(ann: Conversation) -> None:
    ann.save("a thought")
    assert ann.text("action_reschedule_reminder", "snooze 1h").startswith("No reminder went out")


def test_done_finishes_what_was_said_and_undo_takes_that_back(reminded: Conversation) -> None:
    say(reminded, datetime(2025, 3, 12, 10, 4, tzinfo=UTC))
    assert reminded.text("action_finish_reminder", "done") == "Done: 3 stretch."
    assert due(reminded, 3) == "Wed 10:03 done"
    assert reminded.undo() == "Undone: 3 not done."
    assert due(reminded, 3) == "Wed 10:03 said"


def test_done_with_a_number_finishes_one_that_was_said_before_others(reminded: Conversation) -> None:
    say(reminded, datetime(2025, 3, 12, 10, 4, tzinfo=UTC))
    assert say(reminded, datetime(2025, 3, 13, 9, 0, tzinfo=UTC)).startswith("Reminder 1 pay the rent.")
    for _ in range(2):
        assert reminded.text("action_finish_reminder", "done 3", entry=["3"]) == "Done: 3 stretch."
    assert (due(reminded, 3), due(reminded, 1)) == ("Wed 10:03 done", "Thu 09:00 said")


def test_done_before_the_time_passes_over_that_time_and_the_series_goes_on(ann: Conversation) -> None:
    ann.now = MORNING  # a Wednesday
    ann.text("action_remind", "remind me every friday at 7:30 to put the bins out")
    said = ann.text("action_finish_reminder", "done 1", entry=["1"])
    assert (
        said
        == "Done: 1 put the bins out. I say it next Friday 21 March at 7:30. Text undo to take that back."
    )
    assert due(ann, 1) == "Fri 07:30 waiting"
    assert say(ann, datetime(2025, 3, 14, 7, 31, tzinfo=UTC)) == ""
    assert ann.undo() == "Undone: 1 not done."
    assert say(ann, datetime(2025, 3, 14, 7, 31, tzinfo=UTC)).startswith("Reminder 1 put the bins out")
    for _ in range(2):  # what was said is meant, and not the next time
        said = ann.text("action_finish_reminder", "done 1", entry=["1"])
        assert said == "Done: 1 put the bins out. The next is Friday 21 March at 7:30."


def test_done_ends_what_was_put_off_and_not_the_time_after_it(ann: Conversation) -> None:
    ann.now = MORNING
    ann.text("action_remind", "remind me every day at 10:30 to stretch")
    say(ann, datetime(2025, 3, 12, 10, 31, tzinfo=UTC))
    ann.text("action_reschedule_reminder", "snooze 1h")
    assert "Thursday 13 March at 10:30" in ann.text("action_finish_reminder", "done")
    assert say(ann, datetime(2025, 3, 12, 12, 0, tzinfo=UTC)) == ""
    assert due(ann, 1) == "Thu 10:30 waiting"


def test_done_before_the_last_time_ends_it(ann: Conversation) -> None:
    ann.now = MORNING
    ann.text("action_remind", "remind me every day at 12:30 for 2 days to stretch")
    assert ann.text("action_finish_reminder", "done 1", entry=["1"]).startswith(
        "Done: 1 stretch. I say it next "
    )
    assert ann.text("action_finish_reminder", "done 1", entry=["1"]) == "Done: 1 stretch."
    assert due(ann, 1) == "Thu 12:30 done"


def test_done_with_a_number_that_no_reminder_has_says_so(ann: Conversation) -> None:
    ann.save("a thought")
    said = ann.text("action_finish_reminder", "done 1", entry=["1"])
    assert said.startswith('No reminder about "1".')


@pytest.mark.parametrize("text", ["1 done", "did 1"])
def test_a_number_that_no_reminder_has_may_count_something(ann: Conversation, text: str) -> None:
    ann.save("a thought")
    assert ann.text("action_finish_reminder", text, entry=["1"]) == "Saved 2."


def test_several_are_finished_by_their_numbers(reminded: Conversation) -> None:
    said = reminded.text("action_finish_reminder", "1 and 3 done", entry=["1", "3"])
    assert said == "Done: 1 pay the rent, 3 stretch."


def test_done_without_a_reminder_is_a_thought(ann: Conversation) -> None:
    assert ann.text("action_finish_reminder", "done") == "Saved 1."


def test_an_answer_in_whatsapp_means_the_reminder_that_it_answers(reminded: Conversation) -> None:
    say(reminded, datetime(2025, 3, 12, 10, 4, tzinfo=UTC))
    with reminded.store.transaction() as tx:
        [stretch] = tx.outbound_messages.undelivered()
        tx.outbound_messages.mark_sent(stretch.id, "SM-stretch", reminded.now)
    assert say(reminded, datetime(2025, 3, 13, 9, 0, tzinfo=UTC)).startswith("Reminder 1 pay the rent.")
    reminded.answer("SM-stretch", "action_finish_reminder", "done")
    assert (due(reminded, 3), due(reminded, 1)) == ("Wed 10:03 done", "Thu 09:00 said")
    assert "stretch" in reminded.answer("SM-stretch", "action_show", "show")


@pytest.mark.parametrize("note", ["dentist", "dentist reminder"])
def test_a_reminder_is_moved_by_its_words(reminded: Conversation, note: str) -> None:
    said = reminded.text("action_reschedule_reminder", f"move the {note} to monday 3pm", notes=[note])
    assert said.endswith(": Monday 17 March at 15:00. Text undo to take that back.")
    assert due(reminded, 2) == "Mon 15:00 waiting"
    assert "Monday 17 March" in reminded.text("action_show", "show 2", entry=["2"])
    reminded.undo()
    assert due(reminded, 2) == "Fri 11:00 waiting"
    assert "Friday 14 March" in reminded.text("action_show", "show 2", entry=["2"])


def test_a_reminder_without_a_time_gets_one_by_its_number(reminded: Conversation) -> None:
    reminded.text("action_reschedule_reminder", "move 4 to friday 3pm", entry=["4"])
    assert due(reminded, 4) == "Fri 15:00 waiting"
    reminded.undo()
    assert due(reminded, 4) == ""


@pytest.mark.parametrize(
    ("text", "slots", "when"),
    [
        ("snooze 3 20 min", {"entry": ["3"]}, "Wed 08:25"),
        ("snooze #3 for 20 minutes", {"entry": ["3"]}, "Wed 08:25"),
        ("snooze 3 till 5", {"entry": ["3"]}, "Wed 17:00"),
        ("snooze 3", {"entry": ["3"]}, "Wed 09:05"),
        ("push 3 back an hour", {"entry": ["3"]}, "Wed 09:05"),
        ("move the stretch one to friday 5pm", {"notes": ["stretch one"]}, "Fri 17:00"),
        ("move the stretch reminder to friday at 5", {"notes": ["stretch reminder"]}, "Fri 17:00"),
        ("make the stretch reminder friday at 5", {"notes": ["stretch"]}, "Fri 17:00"),
        ("the stretch reminder should be on friday at 5", {"notes": ["stretch"]}, "Fri 17:00"),
        ("push the stretch thing to friday same time", {"notes": ["stretch thing"]}, "Fri 10:03"),
        ("change 3 to friday at 5", {"entry": ["3"]}, "Fri 17:00"),
    ],
)
def test_the_time_is_what_stands_behind_the_name(
    reminded: Conversation, text: str, slots: dict[str, list[str]], when: str
) -> None:
    reminded.text("action_reschedule_reminder", text, **slots)
    assert due(reminded, 3) == f"{when} waiting"


def test_what_is_made_or_changed_and_no_reminder_is_a_thought(reminded: Conversation) -> None:
    said = reminded.text("action_reschedule_reminder", "make the red one tomorrow", notes=["red"])
    assert said == "Saved 5."


def test_it_says_when_a_reminder_is_due_that_is_named(reminded: Conversation) -> None:
    said = reminded.text("action_list_reminders", "when's my dentist reminder", notes=["dentist"])
    assert said == "reminders about dentist:\n2 go to the dentist (Friday 14 March at 11:00)"
    said = reminded.text("action_list_reminders", "when is the tax reminder", notes=["tax"])
    assert said.startswith('No reminder about "tax".')


@pytest.mark.parametrize(
    ("text", "when"), [("another hour", "Wed 11:06"), ("give me 10 more minutes", "Wed 10:16")]
)
def test_more_time_is_from_now_on(reminded: Conversation, text: str, when: str) -> None:
    say(reminded, datetime(2025, 3, 12, 10, 5, tzinfo=UTC))
    reminded.text("action_reschedule_reminder", text)
    assert due(reminded, 3) == f"{when} waiting"


def test_of_several_one_is_asked_for_and_gets_the_time(reminded: Conversation) -> None:
    reminded.text("action_remind", "remind me to take the cat to the dentist on friday at 2pm")
    said = reminded.text("action_reschedule_reminder", "move the dentist to monday 3pm", notes=["dentist"])
    assert said.startswith("Which one: 1 ")
    chosen = reminded.text("action_choose", "2", choice="2")
    assert "Monday 17 March at 15:00" in chosen


def test_they_are_paused_and_go_on(reminded: Conversation) -> None:
    assert reminded.text("action_pause_reminders", "pause reminders").startswith("Paused: 3.")
    assert say(reminded, datetime(2025, 3, 12, 10, 4, tzinfo=UTC)) == ""
    assert reminded.undo() == "Undone: the reminders are not paused any more."
    reminded.text("action_pause_reminders", "stop reminders")
    listed = reminded.text("action_list_reminders", "reminders")
    assert listed.splitlines() == [
        "reminders:",
        "4 learn to fly",
        "Paused: 3. To go on with these, text resume reminders",
    ]
    reminded.text("action_delete", "delete 4", entry=["4"])
    listed = reminded.text("action_list_reminders", "reminders")
    assert listed == "Paused: 3. To go on with these reminders, text resume reminders"
    assert reminded.text("action_resume_reminders", "resume reminders") == "Resumed: 3."
    assert say(reminded, datetime(2025, 3, 12, 10, 10, tzinfo=UTC)).startswith(
        "Reminder 3 stretch (due 10:03)."
    )
    assert reminded.text("action_resume_reminders", "resume reminders") == "No reminders are paused."


def test_a_pause_with_an_end_says_that_it_does_not_end_by_itself(reminded: Conversation) -> None:
    said = reminded.text("action_pause_reminders", "no reminders for a week")
    assert said.startswith("Paused: 3. I can't start again by myself")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("remind me yesterday to call mum", "the one you named is past"),
        ("remind me at 25 to call mum", "I can't tell when you mean"),
        ("remind me to look back on 3 march 2020", "the one you named is past"),
        ("remind me to call mum", "To be reminded"),
    ],
)
def test_a_reminder_that_no_time_is_known_of_is_kept_and_says_what_to_do(
    ann: Conversation, text: str, why: str
) -> None:
    said = ann.text("action_remind", text)
    assert said.startswith("Saved 1 under reminders, without a time")
    assert why in said
    assert "move 1 to friday 3pm" in said


def test_the_words_of_a_reminder_say_when_it_is_due(reminded: Conversation) -> None:
    number = {"entry": ["1"]}
    reminded.text("action_edit", "edit 1 remind me to pay the rent on friday at 4pm", **number)
    assert due(reminded, 1) == "Fri 16:00 waiting"
    reminded.text("action_edit", "edit 1 pay the rent", **number)
    assert due(reminded, 1) == ""
    reminded.undo()
    assert due(reminded, 1) == "Fri 16:00 waiting"


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("quiet 23 to 8", "23:00", "8:00"),
        ("quiet hours from 10:30pm to 6am", "22:30", "6:00"),
        ("quiet 0-24", "0:00", "0:00"),
        ("quiet on", "22:00", "7:00"),
        ("quiet hours", "22:00", "7:00"),
    ],
)
def test_quiet_hours_are_set_and_shown(ann: Conversation, text: str, begins: str, ends: str) -> None:
    said = ann.text("action_set_quiet_hours", text)
    if begins == ends:
        assert said.startswith("There are no quiet hours.")
    else:
        assert said.startswith(f"Quiet hours are from {begins} to {ends}.")


def test_quiet_hours_are_switched_off_and_undo_brings_them_back(ann: Conversation) -> None:
    ann.text("action_set_quiet_hours", "quiet 23 to 8")
    assert ann.text("action_set_quiet_hours", "quiet off").startswith("There are no quiet hours.")
    assert ann.undo() == "Undone: the quiet hours are as before."
    assert "23:00 to 8:00" in ann.text("action_set_quiet_hours", "quiet hours")
    assert ann.text("action_set_quiet_hours", "quiet 29 to 8").startswith("Text the hours")


def test_delete_that_means_the_reminder_that_went_out(reminded: Conversation) -> None:
    reminded.now = datetime(2025, 3, 12, 9, 0, tzinfo=UTC)
    reminded.save("a thought that came later")
    say(reminded, datetime(2025, 3, 12, 10, 4, tzinfo=UTC))
    reminded.text("action_delete", "delete that")
    assert 3 not in reminded.entries()


def test_a_day_after_done_means_nothing_any_more(reminded: Conversation) -> None:
    say(reminded, datetime(2025, 3, 12, 10, 4, tzinfo=UTC))
    reminded.now += timedelta(days=2)
    assert reminded.text("action_finish_reminder", "done").startswith("Saved")
