"""What was said in a memo, word by word with its times, so that a page can show the word that is heard.

The words are those of the entry, which may have been corrected. A word that was heard as it stands there
keeps its times; another has none.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import LCSseq

from scrapbook.model.transcript import Segment, Transcript
from scrapbook.store import Entry, Transaction

PAUSE = 2.0
"""Seconds without a word that begin a new paragraph anywhere."""

PAUSE_BETWEEN_SENTENCES = 0.8
"""Seconds that begin one behind the end of a sentence; a breath between two sentences takes less."""

UNSURE = 0.5
"""A word below this probability is as likely wrong as right."""

MAX_COMPARISONS = 200_000_000
"""Of words heard with words of the text: 50 ms and 25 MB. A memo of an hour has 9,000 words. Beyond that, the
words of a text that was changed have no times."""

_WORD = re.compile(r"\s*\S+")
_ENDS_SENTENCE = re.compile(r"[.!?…。！？][\"'”’)\]]*\Z")
_NOT_SPOKEN = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word of a memo.

    Attributes:
        text: with the white space before it; plain text, which a page has to escape.
        start, end: when it is said, in seconds from the start of the recording; None if it was not heard so.
        probability: that it is right, from 0 to 1; None if it was not heard so.
    """

    text: str
    start: float | None = None
    end: float | None = None
    probability: float | None = None

    @property
    def is_unsure(self) -> bool:
        """Whether it is as likely wrong as right."""
        return self.probability is not None and self.probability < UNSURE


@dataclass(frozen=True, slots=True)
class SpokenParagraph:
    """What was said between two pauses. The first word has no white space before it."""

    words: tuple[SpokenWord, ...]

    @property
    def start(self) -> float | None:
        """When its first word that has a time is said; None if none has."""
        return next((word.start for word in self.words if word.start is not None), None)


@dataclass(frozen=True, slots=True)
class SpokenText:
    """The words of a memo's entry.

    Attributes:
        index: of the recording in ``entry.media``.
        duration: the length of the recording, in seconds.
        is_corrected: whether the words are others than those that were heard.
    """

    index: int
    duration: float
    is_corrected: bool
    paragraphs: tuple[SpokenParagraph, ...]


def spoken_texts(tx: Transaction, entries: Iterable[Entry]) -> dict[int, SpokenText]:
    """Return the words of memos by the ids of their entries. Entries without a transcript are left out.

    Of an entry with several recordings, the first that has a transcript counts.
    """
    listed = list(entries)
    urls = {part.url for entry in listed for part in entry.media if part.is_audio}
    transcripts = tx.transcripts.of_all(urls) if urls else {}
    return {
        entry.id: _spoken(entry.text, index, transcript)
        for entry in listed
        for index, transcript in _first(entry, transcripts)
    }


def _first(entry: Entry, transcripts: dict[str, Transcript]) -> list[tuple[int, Transcript]]:
    found = [
        (index, transcripts[part.url])
        for index, part in enumerate(entry.media)
        if part.is_audio and part.url in transcripts
    ]
    return found[:1]


def _spoken(text: str, index: int, transcript: Transcript) -> SpokenText:
    heard = [word for segment in transcript.segments for word in _words_heard(segment)]
    is_corrected = text.strip() != _joined(heard)
    words = list(_with_times(text, heard)) if is_corrected else heard
    return SpokenText(index, transcript.duration, is_corrected, tuple(_paragraphs(words)))


def paragraphs_of(text: str, transcript: Transcript) -> tuple[SpokenParagraph, ...]:
    """Return the paragraphs of a text with the times of its transcript."""
    return _spoken(text, 0, transcript).paragraphs


def _words_heard(segment: Segment) -> Iterator[SpokenWord]:
    """Yield the words of a segment, the first with a space before it.

    The words of an older transcript have the times of their segment.
    """
    if segment.words:
        words = [SpokenWord(each.text, each.start, each.end, each.probability) for each in segment.words]
    else:
        times = (segment.start, segment.end, math.exp(min(segment.avg_logprob, 0.0)))
        words = [SpokenWord(found[0], *times) for found in _WORD.finditer(segment.text)]
    for position, word in enumerate(words):
        yield word if position else replace(word, text=f" {word.text.lstrip()}")


def _joined(words: Iterable[SpokenWord]) -> str:
    return "".join(word.text for word in words).strip()


def _with_times(text: str, heard: Sequence[SpokenWord]) -> Iterator[SpokenWord]:
    """Yield the words of a text, with the times of those that were heard in that order."""
    written = [SpokenWord(found[0]) for found in _WORD.finditer(text)]
    same = _aligned([_key(word) for word in written], [_key(word) for word in heard])
    for position, word in enumerate(written):
        yield replace(heard[same[position]], text=word.text) if position in same else word


def _aligned(written: Sequence[str], heard: Sequence[str]) -> dict[int, int]:
    """Return the positions of the words heard by those of the same words of the text."""
    if len(written) * len(heard) > MAX_COMPARISONS:
        return {}
    found = dict[int, int]()
    for block in LCSseq.opcodes(written, heard):
        if block.tag == "equal":
            found.update(
                zip(
                    range(block.src_start, block.src_end),
                    range(block.dest_start, block.dest_end),
                    strict=True,
                )
            )
    return found


def _key(word: SpokenWord) -> str:
    """Return a word as it is spoken: without its marks, in lower case."""
    return _NOT_SPOKEN.sub("", word.text).casefold() or word.text.strip()


def _paragraphs(words: Iterable[SpokenWord]) -> Iterator[SpokenParagraph]:
    paragraph = list[SpokenWord]()
    last = math.inf
    for word in words:
        if paragraph and _begins_paragraph(word, paragraph[-1], last):
            yield SpokenParagraph(tuple(paragraph))
            paragraph = []
        paragraph.append(word if paragraph else replace(word, text=word.text.lstrip()))
        last = word.end if word.end is not None else last
    if paragraph:
        yield SpokenParagraph(tuple(paragraph))


def _begins_paragraph(word: SpokenWord, before: SpokenWord, last: float) -> bool:
    """Return whether a word begins a paragraph. ``last`` is the end of the word before that has a time."""
    if "\n" in word.text[: len(word.text) - len(word.text.lstrip())]:
        return True
    pause = word.start - last if word.start is not None else 0.0
    return pause >= (PAUSE_BETWEEN_SENTENCES if _ENDS_SENTENCE.search(before.text) else PAUSE)
