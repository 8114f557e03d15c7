"""Turns the clock of a process; only on the PYTHONPATH of a test's app.

The file ``clock`` of the data directory says by how many seconds it is ahead; ``clock.told`` repeats it when
that is done.
"""

import os
import threading
import time
from pathlib import Path

import time_machine

DATA = Path(os.environ["SCRAPBOOK_DATA_DIR"])
START = time.time() - time.monotonic()
FOREVER = threading.Event()


def turn(clock, seen):
    ahead = (DATA / "clock").read_text()
    if ahead != seen:
        clock.move_to(START + time.monotonic() + float(ahead))
        (DATA / "clock.told").write_text(ahead)
    return ahead


def watch(clock, seen):
    while True:
        seen = turn(clock, seen)
        FOREVER.wait(0.02)


clock = time_machine.travel(START + time.monotonic(), tick=True).start()
threading.Thread(target=watch, args=(clock, turn(clock, "")), daemon=True).start()
