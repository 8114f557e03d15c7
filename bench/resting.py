"""What an installation takes while nothing happens: ``python -m bench.resting [SECONDS]``; 60 without.

It is started in a folder of its own, nobody texts it, and each process's memory and processor are read from
``/proc``: memory as the proportional set size, where what processes share is divided among them.
"""

import sys
import tempfile
import time
from pathlib import Path

from bench.turns.machine import cpu_seconds, megabytes
from tests.support.installation import Installation

SETTLED_AFTER = 10.0
"""Seconds; what is done once after a start is not measured."""
NAMES = ("supervisord", "app", "actions", "rasa", "voice", "phone")


def main(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(Path(folder), ("+15550100",))
        try:
            installation.start()
            time.sleep(SETTLED_AFTER)
            measure({name: installation.pid(name) for name in NAMES}, seconds)
        finally:
            installation.stop()


def measure(pids: dict[str, int], seconds: float) -> None:
    """Print a line for each process, and one for all together."""
    before = {name: cpu_seconds([pid]) for name, pid in pids.items()}
    time.sleep(seconds)
    shares = {name: 100 * (cpu_seconds([pid]) - before[name]) / seconds for name, pid in pids.items()}
    sizes = {name: megabytes(pid) for name, pid in pids.items()}
    print(f"{'':12} {'MB':>7} {'% of a core':>12}")
    for name in pids:
        print(f"{name:12} {sizes[name]:7.1f} {shares[name]:12.2f}")
    print(f"{'in all':12} {sum(sizes.values()):7.1f} {sum(shares.values()):12.2f}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)
