"""Items on lists: several at once, on several lists, as lines, and what is there already."""

from datetime import timedelta

import pytest

from tests.integration.actions.conversation import Conversation


def add(who: Conversation, body: str, *groups: tuple[str, str]) -> str:
    """Text ``body``, in which Rasa finds these notes and topics, in order."""
    entities = [
        (name, value) for group in groups for name, value in zip(("note", "topic"), group, strict=True)
    ]
    return who.text_with("action_add_to_topic", body, entities)


def take(who: Conversation, body: str, *groups: tuple[str, str]) -> str:
    entities = [
        (name, value) for group in groups for name, value in zip(("note", "topic"), group, strict=True)
    ]
    return who.text_with("action_take_off_topic", body, entities)


def listed(who: Conversation, topic: str) -> list[str]:
    return [text for text, filed in reversed(who.entries().values()) if filed == topic]


@pytest.mark.parametrize(
    ("note", "items"),
    [
        ("leeks and oat milk", ["leeks", "oat milk"]),
        ("leeks, oat milk", ["leeks", "oat milk"]),
        ("leeks, oat milk and the big soap", ["leeks", "oat milk", "the big soap"]),
        ("- leeks\n- oat milk", ["leeks", "oat milk"]),
        ('"rye bread", "tea"', ["rye bread", "tea"]),
        ("mac and cheese", ["mac and cheese"]),
    ],
)
def test_several_items_are_as_many_entries(ann: Conversation, note: str, items: list[str]) -> None:
    add(ann, f"add {note} to shopping", (note, "shopping"))
    assert listed(ann, "shopping") == items
    ann.undo()
    assert ann.entries() == {}


def test_what_is_put_on_something_else_than_a_list_is_a_thought(ann: Conversation) -> None:
    assert add(ann, "put butter and jam on toast", ("butter and jam", "toast")) == "Saved 1."
    assert ann.entries() == {1: ("put butter and jam on toast", None)}
    assert (
        add(ann, "put butter and jam on shopping", ("butter and jam", "shopping"))
        == "Saved 2 and 3 under shopping."
    )


def test_several_items_begin_a_list_that_is_called_one(ann: Conversation) -> None:
    assert (
        ann.text("action_save", "leeks, oat milk and soap to shopping") == "Saved 1, 2 and 3 under shopping."
    )
    assert listed(ann, "shopping") == ["leeks", "oat milk", "soap"]
    ann.undo()
    assert ann.entries() == {}


@pytest.mark.parametrize(
    "thought", ["back to shopping", "flights, hotel and car to Lisbon", "he, she and I went to shopping"]
)
def test_what_names_no_list_or_no_items_begins_none(ann: Conversation, thought: str) -> None:
    ann.save(thought)
    assert ann.entries() == {1: (thought, None)}


def test_items_go_on_two_lists_in_one_text(ann: Conversation) -> None:
    ann.save("hardware: nails")
    ann.save("hardware: glue")
    body = "add leeks and soap to shopping and hinges to hardware"
    said = add(ann, body, ("leeks and soap", "shopping"), ("hinges", "hardware"))
    assert said == "Saved 3, 4 and 5 under shopping and hardware."
    assert (listed(ann, "shopping"), listed(ann, "hardware")) == (
        ["leeks", "soap"],
        ["nails", "glue", "hinges"],
    )
    ann.undo()
    assert set(ann.entries()) == {1, 2}


def test_what_reads_like_two_lists_is_one_note_where_they_are_none(ann: Conversation) -> None:
    body = "add tickets to rome and flights to travel"
    add(ann, body, ("tickets", "rome"), ("flights", "travel"))
    assert ann.entries() == {1: (body, None)}


def test_an_item_that_is_there_already_is_said_and_not_repeated(ann: Conversation) -> None:
    add(ann, "add milk and eggs to shopping", ("milk and eggs", "shopping"))
    said = add(ann, "add the Milk, tea to shopping", ("the Milk, tea", "shopping"))
    assert said == "Saved 3 under shopping. There already: 1 milk."
    said = add(ann, "add egg to shopping", ("egg", "shopping"))
    assert said == "Under shopping already: 2 eggs. To keep your message as a thought, text save"
    assert listed(ann, "shopping") == ["milk", "eggs", "tea"]
    assert ann.text("action_keep_question", "save") == 'Saved 4: "add egg to shopping"'


def test_my_list_is_the_only_one(ann: Conversation) -> None:
    ann.save("python: decorators are just functions that take functions")
    add(ann, "add milk to shopping", ("milk", "shopping"))
    assert ann.text("action_add_to_topic", "add tea to my list", notes=["tea"]) == "Saved 3 under shopping."
    said = ann.text("action_take_off_topic", "take milk off my list", notes=["milk"])
    assert said == "Took 2 milk off shopping. Text undo to take that back."
    assert "tea" in ann.text("action_find", "what's on my list", query="list")


def test_a_first_list_without_a_name_is_called_list(ann: Conversation) -> None:
    said = ann.text("action_add_to_topic", "add milk and tea to my list", notes=["milk and tea"])
    assert said == "Saved 1 and 2 under list."
    assert "tea" in ann.text("action_find", "what's on my list", query="list")


def test_of_several_lists_my_list_is_asked_about(ann: Conversation) -> None:
    add(ann, "add milk to shopping", ("milk", "shopping"))
    add(ann, "add stamps to errands", ("stamps", "errands"))
    said = ann.text("action_add_to_topic", "add tea and soap to my list", notes=["tea and soap"])
    assert said == "Which one: 1 errands, 2 shopping? Text its number."
    assert ann.text("action_choose", "2", choice="2") == "Saved 3 and 4 under shopping."
    assert listed(ann, "shopping") == ["milk", "tea", "soap"]
    assert "1 shopping, 2 errands" in ann.text("action_find", "what's on my list", query="list")
    assert "stamps" in ann.text("action_choose", "2", choice="2")


def test_a_list_as_lines_is_items(ann: Conversation) -> None:
    assert ann.save("Shopping:\n- eggs\n- rye bread") == "Saved 1 and 2 under Shopping."
    assert ann.save("shopping list\neggs\noat milk") == "Saved 3 under Shopping. There already: 1 eggs."
    assert ann.save("Cabin ideas:\n- canoe\n- sauna by the lake") == "Saved 4 and 5 under Cabin ideas."
    assert ann.save("groceries: leeks, soap") == "Saved 6 and 7 under groceries."
    assert ann.save("python: lists, tuples and sets") == "Saved 8 under python."


def test_several_lists_may_be_texted_at_once(ann: Conversation) -> None:
    ann.save("hardware: nails")
    ann.save("hardware: wood glue")
    said = ann.save("Groceries:\n- leeks\n- soap\nHardware: hinges, nails")
    assert said == "Saved 3, 4 and 5 under Groceries and hardware. There already: 1 nails."
    ann.undo()
    assert set(ann.entries()) == {1, 2}


def test_a_recipe_is_no_list_of_lists(ann: Conversation) -> None:
    recipe = "Flour: 500 g\nWater: 390 g\nSalt: 10 g"
    assert ann.save(recipe) == "Saved 1."
    assert ann.entries() == {1: (recipe, None)}


def test_a_single_item_by_colon_is_not_repeated_either(ann: Conversation) -> None:
    ann.save("shopping: milk")
    assert "Under shopping already: 1 milk." in ann.save("Shopping: Milk")
    ann.save("python: decorators")
    assert ann.save("python: decorators") == "Saved 3 under python."


def test_items_go_on_both_lists_that_are_named(ann: Conversation) -> None:
    add(ann, "add soap to shopping", ("soap", "shopping"))
    add(ann, "add glue to errands", ("glue", "errands"))
    said = add(ann, "add batteries to shopping and errands", ("batteries", "shopping and errands"))
    assert said == "Saved 3 and 4 under shopping and errands."
    add(ann, "add salt to research and development", ("salt", "research and development"))
    assert ann.entries()[5] == ("salt", "research and development")


def test_items_are_ticked_off_without_naming_their_list(ann: Conversation) -> None:
    add(ann, "add milk, eggs and tea to shopping", ("milk, eggs and tea", "shopping"))
    ann.text("action_take_off_topic", "tick milk and tea off", notes=["milk and tea"])
    assert listed(ann, "shopping") == ["eggs"]


def test_a_topic_with_short_entries_is_a_list_whatever_its_name(ann: Conversation) -> None:
    ann.save("hardware: nails")
    ann.save("hardware: wood glue")
    assert ann.save("hardware: hinges, screws") == "Saved 3 and 4 under hardware."


def test_several_are_taken_off_at_once(ann: Conversation) -> None:
    add(ann, "add milk, eggs and tea to shopping", ("milk, eggs and tea", "shopping"))
    said = take(ann, "take the milk and eggs off shopping", ("the milk and eggs", "shopping"))
    assert said == "Took 1 milk, 2 eggs off shopping. Text undo to take that back."
    assert listed(ann, "shopping") == ["tea"]
    ann.undo()
    assert listed(ann, "shopping") == ["milk", "eggs", "tea"]


def test_several_are_taken_off_two_lists(ann: Conversation) -> None:
    add(ann, "add milk to shopping", ("milk", "shopping"))
    add(ann, "add stamps to errands", ("stamps", "errands"))
    said = take(
        ann, "take milk off shopping and stamps off errands", ("milk", "shopping"), ("stamps", "errands")
    )
    assert said == "Took 1 milk, 2 stamps off shopping and errands. Text undo to take that back."


def test_an_item_of_two_things_is_taken_off_as_one(ann: Conversation) -> None:
    ann.save("shopping: pens and pencils")
    take(ann, "take pens and pencils off shopping", ("pens and pencils", "shopping"))
    assert ann.entries() == {}


def test_what_may_be_several_is_asked_about_and_the_rest_is_done(ann: Conversation) -> None:
    add(ann, "add oat milk, soy milk and tea to shopping", ("oat milk, soy milk and tea", "shopping"))
    said = take(ann, "take tea, milk and rope off shopping", ("tea, milk and rope", "shopping"))
    assert said == (
        "Took off 3 tea, but couldn't find rope. Which of these too: 1 soy milk, 2 oat milk? Text its number."
    )
    ann.text("action_choose", "2", choice="2")
    assert listed(ann, "shopping") == ["soy milk"]


@pytest.mark.parametrize(
    "body", ["got the milk and the tea", "Bought milk, tea!", "we've got tea and milk now"]
)
def test_what_was_got_is_taken_off(ann: Conversation, body: str) -> None:
    add(ann, "add milk, eggs and tea to shopping", ("milk, eggs and tea", "shopping"))
    assert "off shopping. Text undo" in ann.save(body)
    assert listed(ann, "shopping") == ["eggs"]
    assert ann.text("action_keep_question", "save") == f'Saved 4: "{body}"'


def test_the_last_items_of_a_list_are_still_on_one(ann: Conversation) -> None:
    ann.save("hardware: wood glue")
    ann.save("hardware: nails")
    ann.save("got the nails")
    assert "wood glue" in ann.text("action_find", "what's on my list", query="list")
    assert ann.save("got the wood glue").startswith("Took 1 wood glue off hardware.")


@pytest.mark.parametrize("body", ["got the milk and a headache", "got the heron on film", "got it"])
def test_what_is_on_no_list_was_got_in_a_thought(ann: Conversation, body: str) -> None:
    add(ann, "add milk, eggs and tea to shopping", ("milk, eggs and tea", "shopping"))
    ann.save("heron")
    assert ann.save(body) == "Saved 5."
    assert listed(ann, "shopping") == ["milk", "eggs", "tea"]


def test_words_of_a_note_that_is_on_no_list_are_not_taken_apart(ann: Conversation) -> None:
    for body in ("milk prices are up", "eggs are up too", "milk and eggs for the cake"):
        ann.save(body)
    ann.text("action_delete", "delete the note about milk and eggs", notes=["milk and eggs"])
    assert set(ann.entries()) == {1, 2}


def test_lists_of_others_are_theirs(ann: Conversation, ben: Conversation) -> None:
    add(ann, "add milk to shopping", ("milk", "shopping"))
    assert ben.save("got the milk") == "Saved 1."
    assert listed(ann, "shopping") == ["milk"]


def test_what_is_on_a_list_is_asked_for_by_what_is_done_with_it(ann: Conversation) -> None:
    add(ann, "add leeks to groceries", ("leeks", "groceries"))
    for body in ("what do i still need to buy", "what do we have to get?", "what do I need to buy today?"):
        assert ann.text("action_find", body) == "groceries:\n1 leeks"
    assert "groceries" not in ann.text("action_find", "what do i still need to pack")


def test_what_was_got_leaves_its_list_though_it_reads_like_a_search(ann: Conversation) -> None:
    add(ann, "add leeks and oats to groceries", ("leeks and oats", "groceries"))
    assert ann.text("action_find", "got leeks").startswith("Took 1 leeks")
    assert set(ann.entries()) == {2}


@pytest.mark.parametrize("more", ["and a torch", "torch too", "can you add a torch to it", "oh and a torch!"])
def test_what_goes_on_with_the_list_that_is_being_written_is_put_on_it(ann: Conversation, more: str) -> None:
    ann.save("packing list: socks, a map")
    assert ann.text("action_save", more) == "Saved 3 under packing."
    assert listed(ann, "packing")[-1] == "torch"


def test_it_goes_on_with_a_list_that_was_shown_or_ticked_off(ann: Conversation) -> None:
    ann.save("packing list: socks, a map, soap")
    ann.save("the ferry leaves from the old harbour on Sundays")
    assert ann.text("action_save", "and a torch") == "Saved 5."
    ann.text("action_find", "packing", query="packing")
    assert ann.text("action_add_to_topic", "add a torch") == "Saved 6 under packing."
    assert ann.text("action_save", "take the soap off").startswith("Took 3 soap off packing.")
    assert ann.text("action_save", "and a kettle") == "Saved 7 under packing."


def test_no_list_is_being_written_after_a_while_or_where_thoughts_are(ann: Conversation) -> None:
    ann.save("birds: the heron came back to the pond this morning")
    assert ann.text("action_save", "and a kingfisher") == "Saved 2."
    ann.save("packing list: socks, a map")
    ann.now += timedelta(minutes=11)
    assert ann.text("action_save", "and a torch") == "Saved 5."


def test_an_item_is_moved_to_another_list_by_its_name(ann: Conversation) -> None:
    ann.save("packing list: socks, a map")
    ann.save("shopping list: soap, tea")
    assert ann.text("action_save", "move the soap to packing") == "Filed 3 under packing."
    assert ann.text("action_save", "move the sofa to packing") == "Saved 5."
    assert ann.text("action_save", "move the tea to the attic") == "Saved 6."


@pytest.mark.parametrize(
    "asked", ["what's left to pack?", "what do I still have to pack", "what else do I need to pack?"]
)
def test_a_question_for_what_is_to_be_done_shows_the_list_of_it(ann: Conversation, asked: str) -> None:
    ann.save("packing list: socks, a map")
    assert ann.text("action_save", asked) == "packing:\n2 a map\n1 socks"
