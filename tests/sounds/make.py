"""Makes the sound files beside it: synthetic speech that the model in models/test-whisper can hear.

    python -m tests.sounds.make        (in the environment of models/make_test_whisper.py, with libespeak-ng)

`sounds.json` says for each file what it holds: file, text (empty: nothing is said), content_type, seconds.
`held_out/` is a corpus for the word error rate: sentences that the model was not trained on, and their list.
"""

import json
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.make_test_whisper.codecs import FORMATS, Format, encode
from models.make_test_whisper.espeak import RATE, Voice, speak
from models.make_test_whisper.grammar import sentences
from models.make_test_whisper.noise import background
from models.make_test_whisper.windows import TRAINED_VOICES

FOLDER = Path(__file__).parent
HELD_OUT = 40
# WhatsApp sends voice notes as mono Ogg Opus of about 16 kbit/s.
VOICE_NOTE = FORMATS["ogg-opus"]
LOW_RATE = Format("ogg", "libopus", 16000, 10000, ".ogg", "audio/ogg")
WOMAN, MAN, BRITON = Voice("gmw/en-US+f2", 165), Voice("gmw/en-US+m3", 155, 40), Voice("gmw/en", 170)


@dataclass(frozen=True)
class Sound:
    """A file: sentences with `pause` seconds between them."""

    name: str
    form: Format
    voice: Voice
    text: tuple[str, ...]
    pause: float = 0.8


SOUNDS = [
    Sound("whatsapp", VOICE_NOTE, WOMAN, ("remember the milk is in the white box",)),
    Sound("find_python", VOICE_NOTE, MAN, ("find my notes about python",)),
    Sound("gpu_topic", VOICE_NOTE, BRITON, ("for the gpu topic use fewer larger kernels",)),
    Sound("quote", VOICE_NOTE, WOMAN, ("mary said keep the good idea in memory",)),
    Sound("delete_that", VOICE_NOTE, MAN, ("delete that",)),
    Sound(
        "amr_with_silence",
        FORMATS["amr-dtx"],
        WOMAN,
        ("remember the bike is in the green drawer", "remind me to call tom at nine"),
        pause=2.0,
    ),
    Sound("amr", FORMATS["amr"], MAN, ("add milk and butter to my shopping list",)),
    Sound("amr_in_3gpp", FORMATS["3gp-amr"], BRITON, ("remind me to water the tomatoes on tuesday",)),
    Sound("aac_in_3gpp", FORMATS["3gp-aac"], WOMAN, ("call my mother tomorrow at seven",)),
    Sound("aac", FORMATS["mp4-aac"], MAN, ("we need eggs and bread for thursday",)),
    Sound("wav_8_khz", FORMATS["wav-8k"], BRITON, ("the black bike is for ben",)),
    Sound("wav_16_khz", FORMATS["wav-16k"], WOMAN, ("remember that anna likes milk",)),
    Sound("mp3", FORMATS["mp3"], MAN, ("what did mary say about python",)),
    Sound(
        "long_memo",
        LOW_RATE,
        BRITON,
        (
            "remember the letter is in the white car",
            "idea a good kernel is a fast garden",
            "for the python topic keep the small friend in memory",
            "the flowers need more time",
            "remind me on saturday to water the tomatoes",
            "call the doctor today at three",
            "my mother said keep the fast book in memory",
            "note for garden decorators are just fast functions",
            "remember to take the letter to my mother on tuesday",
            "new functions are better than fast kernels",
            "we need tea and apples for wednesday",
            "the blue letter is for tom",
        ),
        pause=1.2,
    ),
]


def main() -> None:
    """Writes all files and both lists."""
    listed = [
        _write(FOLDER / f"{sound.name}{sound.form.suffix}", sound.form, _spoken(sound), " ".join(sound.text))
        for sound in SOUNDS
    ]
    nothing = np.zeros(5 * RATE, np.int16)
    listed.append(_write(FOLDER / "silence.ogg", VOICE_NOTE, nothing, ""))
    hiss = (background(5 * RATE, np.random.default_rng(1)) * 1500).astype(np.int16)
    listed.append(_write(FOLDER / "noise.ogg", VOICE_NOTE, hiss, ""))
    _list(FOLDER / "sounds.json", listed)
    _list(FOLDER / "held_out" / "sentences.json", _held_out(random.Random(7)))


def _spoken(sound: Sound) -> np.ndarray:
    """int16 [n] at 16 kHz; a third of a second of silence comes first and last."""
    edge, pause = np.zeros(RATE // 3, np.int16), np.zeros(int(sound.pause * RATE), np.int16)
    parts = [part for text in sound.text for part in (pause, speak(text, sound.voice).samples)]
    return np.concatenate([edge, *parts[1:], edge])


def _held_out(rng: random.Random) -> list[dict[str, object]]:
    folder = FOLDER / "held_out"
    folder.mkdir(exist_ok=True)
    listed: list[dict[str, object]] = []
    for number, text in enumerate(sentences(rng, HELD_OUT, held_out=True), start=1):
        voice = Voice(rng.choice(TRAINED_VOICES), rng.randint(130, 200), rng.randint(30, 70))
        sound = _spoken(Sound("", LOW_RATE, voice, (text,)))
        listed.append(_write(folder / f"{number:02}.ogg", LOW_RATE, sound, text))
    return listed


def _write(path: Path, form: Format, samples: np.ndarray, text: str) -> dict[str, object]:
    path.write_bytes(encode(samples, form))
    seconds = round(len(samples) / RATE, 2)
    return {"file": path.name, "text": text, "content_type": form.content_type, "seconds": seconds}


def _list(path: Path, sounds: list[dict[str, object]]) -> None:
    path.write_text(json.dumps(sounds, indent=1) + "\n")


if __name__ == "__main__":
    main()
