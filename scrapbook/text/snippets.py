"""Cut out the part of a text that shows why it was found."""

from collections.abc import Collection, Iterator
from functools import lru_cache

from scrapbook.text import segments
from scrapbook.text.character_pairs import emoji, is_unspaced
from scrapbook.text.display import one_line
from scrapbook.text.query import fold, spans

MAX_SEARCHED = 20_000
"""Characters of a text that are searched for a snippet. What comes after them is found, but not shown."""

_DOTS = "..."


def snippet(text: str, words: Collection[str], limit: int) -> str:
    """Return one line of a text around the first passage with the most of the words; else its beginning.

    ``...`` stands where it was cut.

    Args:
        words: folded words, or their beginnings.
        limit: characters of the line at most; at least 20.
    """
    line = one_line(text[:MAX_SEARCHED])
    short = segments.shorten(text, limit)
    found = list(hits(line, words)) if len(line) > limit else []
    if not found:
        return short
    room = limit - 2 * len(_DOTS) - 1
    start, end = _window(found, room)
    if end <= len(short) - len(_DOTS):
        return short
    return _DOTS + segments.shorten(line[_beginning(line, start, room - (end - start)) :], limit - len(_DOTS))


def contains_any(text: str, words: Collection[str]) -> bool:
    """Return whether ``snippet`` would find any of the words in the text."""
    return any(hits(text[:MAX_SEARCHED], words))


def hits(line: str, words: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """Yield the start and the end of each passage that has one of the words, and the word, in order.

    Args:
        words: folded words, or their beginnings.
    """
    inside = [word for word in words if _is_found_inside(word)]
    found = [*_hits_of_words(line, words), *(_hits_inside(line, inside) if inside else ())]
    return iter(sorted(dict.fromkeys(found)))


def _is_found_inside(word: str) -> bool:
    """Return whether a word may stand anywhere in a run of letters, or is no letters."""
    return is_unspaced(word) or bool(emoji(word))


def _hits_inside(line: str, words: Collection[str]) -> Iterator[tuple[int, int, str]]:
    folded, places = "", list[int]()
    for place, sign in enumerate(line):
        same = _folded(sign)
        folded += same
        places += [place] * len(same)
    places.append(len(line))
    for word in words:
        start = folded.find(word)
        while start >= 0:
            yield places[start], places[start + len(word)], word
            start = folded.find(word, start + len(word))


@lru_cache(maxsize=8192)
def _folded(sign: str) -> str:
    return fold(sign)


def _hits_of_words(line: str, words: Collection[str]) -> Iterator[tuple[int, int, str]]:
    begun = tuple(sorted(word for word in words if len(word) > 1))
    for start, end in spans(line):
        found = fold(line[start:end])
        if found.startswith(begun):
            yield start, end, next(word for word in begun if found.startswith(word))
        elif found in words:
            yield start, end, found


def _window(hits: list[tuple[int, int, str]], room: int) -> tuple[int, int]:
    """Return the start and the end of the hits within ``room`` characters with the most different words."""
    windows = [
        [hit for hit in hits if first[0] <= hit[0] and hit[1] <= first[0] + room] for first in hits[:50]
    ]
    best = max(windows, key=lambda window: len({word for _, _, word in window}))
    return (best[0][0], best[-1][1]) if best else hits[0][:2]


def _beginning(line: str, start: int, slack: int) -> int:
    """Return the beginning of a word, about half of ``slack`` characters before ``start``."""
    space = line.find(" ", max(start - max(slack, 0) // 2, 0), start)
    return space + 1 if space >= 0 else start
