"""What is said of the items of lists is read off a text; a sentence is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.text.list_changes import added_items, items_for_list, items_moved, things_got


@pytest.mark.parametrize(
    ("message", "items"),
    [
        ("and a torch", ["torch"]),
        ("oh and candles", ["candles"]),
        ("plus two lemons", ["two lemons"]),
        ("& soap", ["soap"]),
        ("rope too", ["rope"]),
        ("string as well!", ["string"]),
        ("add a ladder", ["ladder"]),
        ("can you add nails to it?", ["nails"]),
        ("please add pegs, wire and a saw to that list", ["pegs", "wire", "saw"]),
        ("put the hammer on there too", ["hammer"]),
        ("and salt and rice", ["salt", "rice"]),
        ("also, a kettle", ["kettle"]),
    ],
)
def test_what_is_added_is_read(message: str, items: list[str]) -> None:
    assert added_items(message) == items


@pytest.mark.parametrize(
    "message",
    [
        "and then we drove to the coast",
        "me too",
        "same as well",
        "and I told him so",
        "he came too",
        "did you add the nails?",
        "put the kettle on",
        "gardens: roses too",
        "and it rained all day long in the hills above the town",
        "add salt to the water",
        "torch",
    ],
)
def test_a_sentence_adds_nothing(message: str) -> None:
    assert added_items(message) == []


@pytest.mark.parametrize(
    ("message", "items"),
    [
        ("got the milk and the tea", ["milk", "tea"]),
        ("Got milk, eggs and tea!", ["milk", "eggs", "tea"]),
        ("I bought the rye bread", ["rye bread"]),
        ("we've already got the leeks", ["leeks"]),
        ("ok picked up some stamps ✅", ["stamps"]),
        ("just grabbed milk now", ["milk"]),
        ("done with the laundry", ["laundry"]),
        ("I'm done with the laundry and the dishes", ["laundry", "dishes"]),
        ("laundry and dishes are done!", ["laundry", "dishes"]),
        ("Milk bought", ["Milk"]),
        ("take the stove off", ["stove"]),
        ("tick off the tent and the pegs", ["tent", "pegs"]),
        ("please cross rice off the list", ["rice"]),
        ("picked up the paint from the shop", ["paint"]),
        ("done: call the bank", ["call the bank"]),
        ("remove soap", ["soap"]),
        ("scrap the filler please", ["filler"]),
    ],
)
def test_things_got_are_read_off_a_statement(message: str, items: list[str]) -> None:
    assert things_got(message) == items


@pytest.mark.parametrize(
    "message",
    [
        "got it",
        "I got what you meant",
        "got home",
        "got a letter from the tax office about last year",
        "did you get milk",
        "milk",
        "",
    ],
)
def test_other_statements_name_nothing_that_may_be_on_a_list(message: str) -> None:
    assert things_got(message) in ([], ["home"])


@pytest.mark.parametrize(
    ("message", "items", "topic"),
    [
        ("move the bread to packing", ["bread"], "packing"),
        ("move soap and tea from shopping to the packing list", ["soap", "tea"], "packing"),
        ("take rice off groceries and put it on hardware", ["rice"], "hardware"),
        ("remove rice from groceries and put it on the hardware list", ["rice"], "hardware"),
        ("transfer eggs from groceries to hardware", ["eggs"], "hardware"),
        ("put tape on groceries instead", ["tape"], "groceries"),
        ("nails and glue belong on hardware", ["nails", "glue"], "hardware"),
        ("rice should be on the hardware list", ["rice"], "hardware"),
        ("could you shift the lamp over to my garage list?", [], ""),
        ("move it or lose it", [], ""),
    ],
)
def test_what_is_moved_is_read(message: str, items: list[str], topic: str) -> None:
    assert items_moved(message) == (items, topic)


@pytest.mark.parametrize(
    ("message", "items", "topic"),
    [
        ("leeks and carrots for groceries", ["leeks", "carrots"], "groceries"),
        ("a rope for the packing list", ["rope"], "packing"),
        ("we ran out of milk, add it to groceries", ["milk"], "groceries"),
        ("low on tea so please put it on my shopping list", ["tea"], "shopping"),
        ("milk to shopping", ["milk"], "shopping"),
        ("a kettle onto my packing list", ["kettle"], "packing"),
        ("on groceries put leeks and oats", ["leeks", "oats"], "groceries"),
        ("groceries add pepper", ["pepper"], "groceries"),
        ("groceries + cling film", ["cling film"], "groceries"),
        ("groceries - foil", ["foil"], "groceries"),
        ("put down rope for groceries", ["rope"], "groceries"),
        ("don't forget lemons for groceries", ["lemons"], "groceries"),
        ("rice should be on hardware", [], ""),
        ("drive to packing", [], ""),
        ("move the sofa to packing", [], ""),
        ("I waited for Ada", [], ""),
        ("groceries", [], ""),
    ],
)
def test_what_goes_on_a_list_that_is_named_is_read(message: str, items: list[str], topic: str) -> None:
    assert items_for_list(message) == (items, topic)


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    things_got(text)
    items_moved(text)
    items_for_list(text)
    added_items(text)
