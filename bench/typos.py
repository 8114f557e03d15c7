"""Random typing errors, reproducible by a seed."""

import random

NEIGHBOURS = {
    "q": "wa", "w": "qes", "e": "wrd", "r": "etf", "t": "ryg", "y": "tuh", "u": "yij", "i": "uok", "o": "ipl",
    "p": "ol", "a": "qsz", "s": "awdx", "d": "sefc", "f": "drgv", "g": "fthb", "h": "gyjn", "j": "hukm",
    "k": "jil", "l": "kop", "z": "asx", "x": "zsdc", "c": "xdfv", "v": "cfgb", "b": "vghn", "n": "bhjm",
    "m": "njk",
}  # fmt: skip
"""The neighbours of each letter on an English keyboard."""


def _swapped(text: str, at: int, _chance: random.Random) -> str:
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _dropped(text: str, at: int, _chance: random.Random) -> str:
    return text[:at] + text[at + 1 :]


def _doubled(text: str, at: int, _chance: random.Random) -> str:
    return text[: at + 1] + text[at:]


def _beside(text: str, at: int, chance: random.Random) -> str:
    neighbours = NEIGHBOURS.get(text[at].lower(), text[at])
    return text[:at] + chance.choice(neighbours) + text[at + 1 :]


ERRORS = (_swapped, _dropped, _doubled, _beside)


def one_typo(text: str, chance: random.Random) -> str:
    """Return the text with one error: a letter swapped, dropped, doubled, or replaced by a neighbour.

    The result differs from the text unless the text has no two letters in a row.
    """
    letters = [at for at, character in enumerate(text[:-1]) if character.isalpha() and text[at + 1].isalpha()]
    tries = [ERRORS[chance.randrange(4)](text, chance.choice(letters), chance) for _ in range(9) if letters]
    return next((typed for typed in tries if typed != text), text)
