"""What was heard in a sound, as plain data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Segment:
    """A phrase: from ``start`` to ``end`` in seconds of the sound.

    Args:
        avg_logprob: mean natural logarithm of the probabilities of its window's tokens, at most 0.
        no_speech_prob: how probable the model held silence to be, 0 to 1.
    """

    start: float
    end: float
    text: str
    avg_logprob: float
    no_speech_prob: float


@dataclass(frozen=True)
class Transcript:
    """The text of a sound; empty, without segments, when no speech was heard.

    Args:
        language: ISO 639-1 code of the language spoken longest, "" when no speech was heard.
        language_probability: 0 to 1.
        duration: of the sound, in seconds.
        speech_duration: of what was taken for speech, in seconds.
        avg_logprob: mean over all tokens; 0.0 when no speech was heard.
        model: name of the model that listened.
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
        """Plain JSON values."""
        return {**asdict(self), "segments": [asdict(segment) for segment in self.segments]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The inverse of ``to_dict``.

        Raises:
            TypeError, KeyError: that is no transcript.
        """
        own: dict[str, Any] = dict(values)
        own["segments"] = tuple(Segment(**segment) for segment in own["segments"])
        return cls(**own)
