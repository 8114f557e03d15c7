"""The part of a text that shows why it was found."""

from collections.abc import Collection, Iterator

from scrapbook import segments
from scrapbook.search import fold, spans

LOOKED_THROUGH = 20_000
"""Characters. What stands further back is found, but not shown."""

_DOTS = "..."


def excerpt(text: str, words: Collection[str], limit: int) -> str:
    """One line of at most ``limit`` characters (at least 20) around the first place with the most of
    ``words`` (folded, or their beginnings), ``...`` where it was cut; the beginning where there is none."""
    line = " ".join(text[:LOOKED_THROUGH].split())
    short = segments.shorten(text, limit)
    hits = list(_hits(line, words)) if len(line) > limit else []
    if not hits:
        return short
    room = limit - 2 * len(_DOTS) - 1
    start, end = _window(hits, room)
    if end <= len(short) - len(_DOTS):
        return short
    return _DOTS + segments.shorten(line[_beginning(line, start, room - (end - start)) :], limit - len(_DOTS))


def holds(text: str, words: Collection[str]) -> bool:
    """Whether ``excerpt`` would find any of the words in it."""
    return any(_hits(text[:LOOKED_THROUGH], words))


def _hits(line: str, words: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """Start, end, and the word that is found there."""
    begun = tuple(sorted(word for word in words if len(word) > 1))
    for start, end in spans(line):
        found = fold(line[start:end])
        if found.startswith(begun):
            yield start, end, next(word for word in begun if found.startswith(word))
        elif found in words:
            yield start, end, found


def _window(hits: list[tuple[int, int, str]], room: int) -> tuple[int, int]:
    """From the first to the last hit that lie within ``room`` characters, where most words do."""
    windows = [
        [hit for hit in hits if first[0] <= hit[0] and hit[1] <= first[0] + room] for first in hits[:50]
    ]
    best = max(windows, key=lambda window: len({word for _, _, word in window}))
    return (best[0][0], best[-1][1]) if best else hits[0][:2]


def _beginning(line: str, start: int, slack: int) -> int:
    """Of a word, about half of ``slack`` characters before ``start``."""
    space = line.find(" ", max(start - max(slack, 0) // 2, 0), start)
    return space + 1 if space >= 0 else start
