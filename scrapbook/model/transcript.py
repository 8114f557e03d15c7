"""The transcript of a recording."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it was heard.

    Attributes:
        text: with the white space before it, so that the words of a segment are its text.
        start, end: when it is said, in seconds from the start of the recording.
        probability: that it is right, from 0 to 1, as the model says.
    """

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True)
class Segment:
    """A phrase.

    Attributes:
        start, end: when it is said, in seconds from the start of the recording.
        avg_logprob: the mean natural logarithm of the probabilities of the tokens of its window, at most 0.
        no_speech_prob: the model's probability that nothing is said, from 0 to 1.
        words: empty in a transcript that an earlier release made.
    """

    start: float
    end: float
    text: str
    avg_logprob: float
    no_speech_prob: float
    words: tuple[Word, ...] = ()

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the segment of JSON values. Raises TypeError if they are none."""
        own: dict[str, Any] = dict(values)
        own["words"] = tuple(Word(**word) for word in own.get("words", ()))
        return cls(**own)


@dataclass(frozen=True)
class Transcript:
    """The text of a recording; empty, without segments, if there is no speech in it.

    Attributes:
        language: the ISO 639-1 code of the language spoken longest; "" without speech.
        language_probability: from 0 to 1.
        duration: the length of the recording, in seconds.
        speech_duration: the length of the speech in it, in seconds.
        avg_logprob: the mean natural logarithm of the probabilities of all tokens; 0.0 without speech.
        model: the name of the model that transcribed it.
    """

    text: str
    language: str
    language_probability: float
    duration: float
    speech_duration: float
    avg_logprob: float
    segments: tuple[Segment, ...]
    model: str

    def to_dict(self) -> dict[str, Any]:
        """Return the transcript as JSON values."""
        return {**asdict(self), "segments": [asdict(segment) for segment in self.segments]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the transcript that ``to_dict`` wrote.

        Raises:
            TypeError, KeyError: the values are no transcript.
        """
        own: dict[str, Any] = dict(values)
        own["segments"] = tuple(Segment.from_dict(segment) for segment in own["segments"])
        return cls(**own)
