import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.text.list_items import (
    WrittenList,
    is_list_name,
    item_key,
    list_items,
    written_lists,
)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("milk and eggs", ["milk", "eggs"]),
        ("milk, eggs", ["milk", "eggs"]),
        ("milk, eggs and rye bread", ["milk", "eggs", "rye bread"]),
        ("milk, eggs, and rye bread", ["milk", "eggs", "rye bread"]),
        ("milk,eggs;tea", ["milk", "eggs", "tea"]),
        ("milk & eggs", ["milk", "eggs"]),
        ("rice and beans", ["rice", "beans"]),
        ("rice + beans", ["rice", "beans"]),
        ("milk and eggs and tea", ["milk", "eggs", "tea"]),
        ("milk plus eggs", ["milk", "eggs"]),
        ("milk\neggs\ntea", ["milk", "eggs", "tea"]),
        ("- milk\n- eggs", ["milk", "eggs"]),
        ("1. milk\n2) eggs", ["milk", "eggs"]),
        ("[ ] milk\n[x] eggs", ["milk", "eggs"]),
        ("• milk\n\n• eggs, tea", ["milk", "eggs", "tea"]),
        ("the milk and the tea", ["the milk", "the tea"]),
        ("milk, mac and cheese", ["milk", "mac and cheese"]),
        ("milk, eggs, and mac and cheese", ["milk", "eggs", "mac and cheese"]),
        ("salt and pepper and rice", ["salt and pepper", "rice"]),
        ("milk, eggs, and pens and pencils", ["milk", "eggs", "pens and pencils"]),
        ("call the vet and buy stamps", ["call the vet", "buy stamps"]),
        ("call the vet at 5, buy stamps", ["call the vet at 5", "buy stamps"]),
        ('"rye bread", tea', ["rye bread", "tea"]),
        ('rye bread", "tea', ['rye bread"', '"tea']),
        ("2 onions, 500 g flour", ["2 onions", "500 g flour"]),
    ],
)
def test_items_are_told_by_lines_commas_and_and(text: str, items: list[str]) -> None:
    assert list_items(text) == items


@pytest.mark.parametrize(
    "text",
    [
        "milk",
        "mac and cheese",
        "fish, and chips",
        "salt & pepper",
        "call mum and dad",
        "buy milk, eggs and bread",
        "eggs, if he has the very brown ones, and milk",
        "went there and it was closed, sad",
        "a very long item that goes on and on",
        ", , ,",
        "",
    ],
)
def test_what_may_be_one_thing_is_one(text: str) -> None:
    assert list_items(text) == [text]


@pytest.mark.parametrize(
    ("one", "other"),
    [("the milk", "Milk"), ("Eggs", "some egg"), ("rye  bread", "Rye bread!"), ("crème", "creme")],
)
def test_items_are_the_same_whatever_their_case_article_and_number(one: str, other: str) -> None:
    assert item_key(one) == item_key(other)


def test_other_items_are_others() -> None:
    assert len({item_key(item) for item in ("milk", "oat milk", "2 milk", "the", "🍕", "🥛", "!")}) == 7


@pytest.mark.parametrize(
    "name", ["shopping", "Groceries", "to-do", "To do", "grocery list", "todo", "gift list"]
)
def test_lists_are_known_by_their_names(name: str) -> None:
    assert is_list_name(name)


@pytest.mark.parametrize("name", ["python", "music", "listening", "health", ""])
def test_other_topics_are_no_lists_by_name(name: str) -> None:
    assert not is_list_name(name)


@pytest.mark.parametrize(
    ("message", "topic", "items"),
    [
        ("Errands:\n- stamps\n- dry cleaning", "Errands", ("stamps", "dry cleaning")),
        ("shopping\nleeks\noat milk", "shopping", ("leeks", "oat milk")),
        ("Shopping list\n\nleeks\noat milk\n", "Shopping", ("leeks", "oat milk")),
        ("my packing list:\nsocks\ncharger, passport", "packing", ("socks", "charger", "passport")),
        ("shopping list: leeks, oat milk", "shopping", ("leeks", "oat milk")),
        ("on groceries: leeks, oat milk", "groceries", ("leeks", "oat milk")),
        ("shopping list: leeks", "shopping", ("leeks",)),
        ("To do:\n1. call the vet\n2. pay the rent", "To do", ("call the vet", "pay the rent")),
        ("groceries: leeks and oat milk", "groceries", ("leeks", "oat milk")),
        ("Cabin ideas:\n* canoe\n* sauna\n* stars", "Cabin ideas", ("canoe", "sauna", "stars")),
    ],
)
def test_a_list_may_be_texted_under_a_title(message: str, topic: str, items: tuple[str, ...]) -> None:
    [found] = written_lists(message)
    assert (found.topic, found.items) == (topic, items)


@pytest.mark.parametrize(
    "message",
    [
        "shopping: leeks",
        "shopping: the shop was closed, so we went home",
        "Pros:\n- cheap\n- light",
        "Warning:\n- hot\n- sharp",
        "shopping\nWe went to the market and it rained all day",
        "leeks\noat milk",
        "- leeks\n- oat milk",
        "She said:\n- no\n- never",
        "dinner\nleeks",
        "Shopping:\n- leeks\nWe went home: it rained all day and all night",
        "",
    ],
)
def test_other_messages_are_no_lists(message: str) -> None:
    assert written_lists(message) == []


def test_a_list_by_commas_under_any_title_is_told_from_one_that_is_called_a_list() -> None:
    [found] = written_lists("python: lists, tuples and sets")
    assert found == WrittenList("python", ("lists", "tuples", "sets"), is_called_one=False, is_bulleted=False)


@pytest.mark.parametrize(
    "message",
    [
        "Groceries:\n- leeks\n- soap\nHardware:\n- nails",
        "groceries: leeks, soap\nhardware: nails",
        "Groceries:\nleeks\nsoap\n\nHardware:\nnails",
    ],
)
def test_several_lists_may_be_texted_at_once(message: str) -> None:
    found = {written.topic.lower(): written.items for written in written_lists(message)}
    assert found == {"groceries": ("leeks", "soap"), "hardware": ("nails",)}


@pytest.mark.parametrize(
    ("message", "topic"),
    [
        ("start a packing list: tent, stove", "packing"),
        ("please make me a new camping list: tent, stove", "camping"),
        ("here's my party list: balloons, string", "party"),
        ("another gift list: a scarf, a kite", "gift"),
        ("new york list: a bagel, a map", "new york"),
        ("my reading list: Emma, Persuasion", "reading"),
    ],
)
def test_what_only_says_that_it_is_a_list_is_no_part_of_its_name(message: str, topic: str) -> None:
    [written] = written_lists(message)
    assert written.topic == topic


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    assert list_items(text)
    written_lists(text)
