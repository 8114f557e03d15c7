"""A transcript travels as JSON and comes back as it was."""

import json

import pytest

from scrapbook.model.transcript import Segment, Transcript, Word

WORDS = (Word(" find", 0.5, 1.1, 0.98), Word(" python", 1.1, 2.0, 0.7))
SPOKEN = Transcript(
    text="find python",
    language="en",
    language_probability=0.98,
    duration=2.5,
    speech_duration=1.5,
    avg_logprob=-0.2,
    segments=(Segment(0.5, 2.0, "find python", -0.2, 0.01, WORDS),),
    model="small",
)
SILENT = Transcript("", "", 0.0, 5.0, 0.0, 0.0, (), "small")


@pytest.mark.parametrize("transcript", [SPOKEN, SILENT])
def test_it_survives_json(transcript: Transcript) -> None:
    assert Transcript.from_dict(json.loads(json.dumps(transcript.to_dict()))) == transcript


def test_one_of_an_earlier_release_has_no_words() -> None:
    values = SPOKEN.to_dict()
    for segment in values["segments"]:
        del segment["words"]
    assert Transcript.from_dict(values).segments == (Segment(0.5, 2.0, "find python", -0.2, 0.01),)


def test_it_refuses_what_is_no_transcript() -> None:
    with pytest.raises((KeyError, TypeError)):
        Transcript.from_dict({"text": "find python"})
