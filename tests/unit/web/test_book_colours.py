"""The colours of the book: what is written can be read on what it is written on, in both modes."""

import itertools
import re

import pytest

from scrapbook.web.book.rendering import STATIC

SHEET = (STATIC / "book.css").read_text(encoding="utf-8")
COLOURS = {name: modes for name, *modes in re.findall(r"--(\w+): light-dark\((#\w{6}), (#\w{6})\)", SHEET)}
LEAST = 4.5
"""WCAG 2.2, success criterion 1.4.3."""


def luminance(colour: str) -> float:
    """The relative luminance: WCAG 2.2."""
    shares = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio: WCAG 2.2."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_sheet_has_the_colours():
    assert set(COLOURS) == {"paper", "card", "ink", "quiet", "line", "accent", "marked"}


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_every_text_can_be_read_on_every_ground(mode: int):
    pairs = [*itertools.product(("ink", "quiet", "accent"), ("paper", "card")), ("ink", "marked")]
    found = {pair: contrast(COLOURS[pair[0]][mode], COLOURS[pair[1]][mode]) for pair in pairs}
    assert {pair: ratio for pair, ratio in found.items() if ratio < LEAST} == {}


def test_no_other_colour_is_used():
    used = set(re.findall(r"#[0-9a-f]{3,8}\b", SHEET.partition("@page")[0]))
    assert used == {colour for modes in COLOURS.values() for colour in modes}
