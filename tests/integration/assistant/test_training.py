"""Training by several processes at once: installations of one checkout share its model."""

import fcntl
import subprocess
import sys

import pytest

from scrapbook.assistant import training
from scrapbook.paths import MODEL

TRAIN = "from scrapbook.assistant import training; print('began', flush=True); training.train()"


def test_a_process_waits_for_the_one_that_trains_and_takes_its_model() -> None:
    if not training.is_current():
        pytest.fail("run `scrapbook train` first")
    trained_at = MODEL.stat().st_mtime_ns
    with training.LOCK.open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = subprocess.Popen([sys.executable, "-c", TRAIN], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "began\n"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
    assert process.wait(60) == 0
    process.stdout.close()
    assert MODEL.stat().st_mtime_ns == trained_at
