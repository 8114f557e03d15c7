"""What only sounds like a command is asked about before anything is changed."""

from tests.integration.actions.conversation import Conversation


def understood(who: Conversation, action: str, body: str, **slots: object) -> str:
    """The answer to a message that does not begin with the command."""
    tracker = who.tracker(who.receive(body), (), slots)
    tracker.latest_message["only_understood"] = True
    return who.answered(action, tracker)


def test_it_asks_before_it_deletes_and_does_so_on_1(ann: Conversation) -> None:
    ann.save("one")
    said = understood(ann, "action_delete", "I don't need note 1 any more", entry=["1"])
    assert said.startswith('"I don\'t need note 1 any more": shall I do that?')
    assert ann.entries() == {1: ("one", None)}
    assert "Deleted 1." in ann.text("action_choose", "1", choice="1")
    assert ann.entries() == {}


def test_2_keeps_the_message_as_a_thought(ann: Conversation) -> None:
    ann.save("one")
    understood(ann, "action_delete", "I don't need note 1 any more", entry=["1"])
    assert "Saved 2" in ann.text("action_choose", "2", choice="2")
    assert ann.entries() == {1: ("one", None), 2: ("I don't need note 1 any more", None)}


def test_the_words_of_an_edit_are_those_of_the_message_that_was_asked_about(ann: Conversation) -> None:
    ann.save("one")
    understood(ann, "action_edit", "Change note 1 two", entry=["1"])
    ann.text("action_choose", "1", choice="1")
    assert ann.entries() == {1: ("two", None)}


def test_what_was_confirmed_is_undone_by_undo(ann: Conversation) -> None:
    ann.save("one")
    understood(ann, "action_move", "Note 1 belongs under books", entry=["1"], topic="books")
    ann.text("action_choose", "1", choice="1")
    assert ann.entries() == {1: ("one", "books")}
    ann.undo()
    assert ann.entries() == {1: ("one", None)}


def test_a_look_is_never_asked_about(ann: Conversation) -> None:
    ann.save("one")
    assert "shall I" not in understood(ann, "action_find", "where is that note about one", query="one")
