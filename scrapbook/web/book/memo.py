"""Show the words of a memo in paragraphs with times, for a player beside them."""

from dataclasses import dataclass

from scrapbook.core.spoken_words import SpokenText, SpokenWord
from scrapbook.text.display import displayable


@dataclass(frozen=True, slots=True)
class Word:
    """A word. ``start`` and ``end``: in seconds of the recording; None if it was not heard so."""

    text: str
    start: float | None
    end: float | None
    is_unsure: bool


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words up to a longer pause. ``clock``: when it begins, as ``1:05``; empty if that is not known."""

    clock: str
    start: float | None
    words: tuple[Word, ...]


def paragraphs(spoken: SpokenText) -> list[Paragraph]:
    """Return what was said, in paragraphs."""
    return [
        Paragraph(
            "" if paragraph.start is None else clock(paragraph.start),
            paragraph.start,
            tuple(map(_word, paragraph.words)),
        )
        for paragraph in spoken.paragraphs
    ]


def clock(seconds: float) -> str:
    """Return a time of a recording as ``1:05``."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _word(word: SpokenWord) -> Word:
    return Word(displayable(word.text), word.start, word.end, word.is_unsure)
