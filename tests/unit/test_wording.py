"""Every response that is used exists, and every one that exists is used and fit to be sent."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from actions.dry_run import QUESTIONS
from scrapbook.core.paging import (
    ANSWERS_AND_MORE_WORDING,
    ANSWERS_WORDING,
    CUT_PAGE_WORDING,
    LAST_PAGE_WORDING,
    MEANING_AND_MORE_WORDING,
    MEANING_WORDING,
    NEAREST_AND_MORE_WORDING,
    NEAREST_WORDING,
    PAGE_WORDING,
    YOUR_TOPICS,
)
from scrapbook.core.undo import UNDONE
from scrapbook.store.imports import KIND as KIND_OF_IMPORTS
from scrapbook.text.segments import fits, is_gsm7

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"\butter_[a-z_]+\b")
# Filled in by the assistant's own code: utter_message() of Rasa's SDK means something else by these.
TAKEN = {
    "text",
    "image",
    "template",
    "response",
    "attachment",
    "buttons",
    "elements",
    "json_message",
    "custom",
}


def responses() -> dict[str, str]:
    files = sorted((ROOT / "bot" / "domain" / "wording").glob("*.yml"))
    loaded = [yaml.safe_load(path.read_text(encoding="utf-8"))["responses"] for path in files]
    return {name: variants[0]["text"] for file in loaded for name, variants in file.items()}


def trees() -> Iterator[ast.Module]:
    for folder in ("actions", "scrapbook"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield ast.parse(path.read_text(encoding="utf-8"))


def used() -> set[str]:
    """Every response that is named whole, by an action, by the app or by a rule."""
    nodes = (node for tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Constant))
    in_code = {node.value for node in nodes if isinstance(node.value, str) and NAME.fullmatch(node.value)}
    rules = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "data" / "rules").glob("*.yml"))
    return in_code | set(NAME.findall(rules))


def names_built() -> list[str]:
    """Expressions that build the name of a response: from a part of one, or as the argument of a reply."""
    nodes = [node for tree in trees() for node in ast.walk(tree)]
    composed = [node for node in nodes if isinstance(node, ast.JoinedStr | ast.BinOp)]
    with_part = [node for node in composed if any("utter_" in part for part in strings_in(node))]
    replies = [
        node.args[0]
        for node in nodes
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func) in {"reply", "TurnResult"}
    ]
    return [ast.unparse(node) for node in [*with_part, *(node for node in replies if node in composed)]]


def strings_in(expression: ast.AST) -> list[str]:
    nodes = ast.walk(expression)
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


RESPONSES = responses()


def test_every_response_that_is_used_exists_and_the_other_way_round() -> None:
    assert used() == set(RESPONSES)


def test_a_search_for_a_response_finds_where_it_is_used() -> None:
    assert names_built() == []


def test_every_kind_of_change_has_words_for_its_undoing() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "scrapbook" / "core").glob("*.py"))
    recorded = set(re.findall(r'recording\("(\w+)"', code)) | set(re.findall(r'_trash\(.*"(\w+)"', code))
    assert recorded | {KIND_OF_IMPORTS} == set(UNDONE)
    assert set(QUESTIONS) <= recorded


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_a_response_stays_in_the_seven_bit_alphabet_and_in_two_segments(name: str) -> None:
    fields = {field for _, field, _, _ in string.Formatter().parse(RESPONSES[name]) if field}
    plain = RESPONSES[name].format_map(dict.fromkeys(fields, "x" * 12))
    assert is_gsm7(plain)
    assert fits(plain)
    assert not fields & TAKEN


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_a_response_is_worded_as_the_others_are(name: str) -> None:
    text = RESPONSES[name]
    assert ("!" in text) == (name == "utter_greet")
    assert not re.search(r"I (?:can|could|have|do|did|will) ?not\b", text)
    assert text == text.strip()
    assert "  " not in text


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_whatever_is_asked_by_number_is_asked_alike(name: str) -> None:
    text = RESPONSES[name]
    assert ("{options}" in text) == ("Text its number." in text)
    asks = any(
        text.endswith(f" Text 1 for yes, 2 {other}.")
        for other in ("to keep your message as a thought", "for no")
    )
    assert ("Text 1" in text) == asks


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_undo_is_offered_alike(name: str) -> None:
    offers = "undo" in RESPONSES[name] and name not in {"utter_commands", "utter_nothing_to_undo"}
    assert offers == RESPONSES[name].endswith(" Text undo to take that back.")


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_an_example_stands_at_the_end_and_can_be_copied(name: str) -> None:
    _, _, shown = RESPONSES[name].lower().partition("for example")
    assert not shown or (shown.startswith(": ") and shown[-1] not in ".!?")


@pytest.mark.parametrize(
    ("name", "room"),
    [
        ("utter_page", LAST_PAGE_WORDING),
        ("utter_page_and_more", PAGE_WORDING),
        ("utter_last_page_of_search", CUT_PAGE_WORDING),
        ("utter_nearest", NEAREST_WORDING),
        ("utter_nearest_and_more", NEAREST_AND_MORE_WORDING),
        ("utter_answers", ANSWERS_WORDING),
        ("utter_answers_and_more", ANSWERS_AND_MORE_WORDING),
        ("utter_nearest_in_meaning", MEANING_WORDING),
        ("utter_nearest_in_meaning_and_more", MEANING_AND_MORE_WORDING),
        ("utter_topics", len(YOUR_TOPICS) + LAST_PAGE_WORDING),
        ("utter_topics_and_more", len(YOUR_TOPICS) + PAGE_WORDING),
    ],
)
def test_the_room_that_is_kept_for_the_words_around_a_list_is_what_they_take(name: str, room: int) -> None:
    assert len(RESPONSES[name].format(title="", lines="", topics="", left="500")) == room
