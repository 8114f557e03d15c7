"""Typing errors, made at random but the same each time."""

import random

NEIGHBOURS = {
    "q": "wa", "w": "qes", "e": "wrd", "r": "etf", "t": "ryg", "y": "tuh", "u": "yij", "i": "uok", "o": "ipl",
    "p": "ol", "a": "qsz", "s": "awdx", "d": "sefc", "f": "drgv", "g": "fthb", "h": "gyjn", "j": "hukm",
    "k": "jil", "l": "kop", "z": "asx", "x": "zsdc", "c": "xdfv", "v": "cfgb", "b": "vghn", "n": "bhjm",
    "m": "njk",
}  # fmt: skip
"""Letters next to one another on an English keyboard."""


def _swapped(text: str, at: int, _chance: random.Random) -> str:
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _dropped(text: str, at: int, _chance: random.Random) -> str:
    return text[:at] + text[at + 1 :]


def _doubled(text: str, at: int, _chance: random.Random) -> str:
    return text[: at + 1] + text[at:]


def _beside(text: str, at: int, chance: random.Random) -> str:
    neighbours = NEIGHBOURS.get(text[at].lower(), text[at])
    return text[:at] + chance.choice(neighbours) + text[at + 1 :]


KINDS = (_swapped, _dropped, _doubled, _beside)


def one_typo(text: str, chance: random.Random) -> str:
    """The text with one error in it: a letter swapped with the next one, dropped, doubled, or the one
    beside it on the keyboard. Always another text, unless there is nothing to mistype.
    """
    at_letter = [
        at for at, character in enumerate(text[:-1]) if character.isalpha() and text[at + 1].isalpha()
    ]
    tries = [
        KINDS[chance.randrange(4)](text, chance.choice(at_letter), chance) for _ in range(9) if at_letter
    ]
    return next((typed for typed in tries if typed != text), text)
