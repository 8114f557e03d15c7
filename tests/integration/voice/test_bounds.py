"""What a hostile or merely long sound may cost: measured on processes of their own."""

import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.integration.voice import bad_sounds
from tests.support.voice_sounds import MODEL, SOUNDS

pytestmark = pytest.mark.soak

# What may come on top of a short memo: the file itself, and a few blocks of samples.
MOST_MEGABYTES = 96

CHILD = """
import json, resource, sys
from pathlib import Path
from scrapbook.errors import AudioUnreadable
from scrapbook.voice.transcriber import Transcriber
transcriber = Transcriber(sys.argv[1])
try:
    outcome = transcriber.transcribe(Path(sys.argv[2]).read_bytes()).text
except AudioUnreadable as refused:
    outcome = str(refused)
transcriber.close()
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([outcome, usage.ru_maxrss / 1024]))
"""


def listened_to(sound: Path) -> tuple[str, float]:
    """What came of a sound, and the most memory that it took, in MB."""
    answer = subprocess.run(
        [sys.executable, "-c", CHILD, MODEL, str(sound)],
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    outcome, megabytes = json.loads(answer.stdout.splitlines()[-1])
    return outcome, megabytes


@pytest.fixture(scope="module")
def usual() -> float:
    text, megabytes = listened_to(SOUNDS / "whatsapp.ogg")
    assert text
    return megabytes


SOUNDS_THAT_COST: dict[str, tuple[Callable[[], bytes], str]] = {
    "half an hour of silence": (partial(bad_sounds.silence, hours=0.5), ""),
    "five hours in one megabyte": (
        partial(bad_sounds.silence, hours=5),
        "The audio is longer than 4 hours.",
    ),
    "16 MB of noise": (bad_sounds.noise, "The file is not audio that can be decoded."),
}


@pytest.mark.parametrize("name", SOUNDS_THAT_COST)
def test_memory_stays_bounded(name: str, usual: float, tmp_path: Path) -> None:
    make, expected = SOUNDS_THAT_COST[name]
    path = tmp_path / "sound"
    path.write_bytes(make())
    outcome, megabytes = listened_to(path)
    assert outcome == expected
    assert megabytes < usual + MOST_MEGABYTES
