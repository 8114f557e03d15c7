"""What ``scrapbook up`` becomes when its own work is done: supervisord, and nothing else in its memory.

Beside what supervisord does by itself

- it stops when its terminal is closed, where supervisord would start everything anew;
- it stops, with exit code 1, when the process that waits for the start finds that it failed;
- on Linux, its processes are told to end when it is killed, so that none stays behind without it.
"""

import ctypes
import os
import signal
import sys
import time
from contextlib import suppress

from supervisor.medusa import asyncore_25 as asyncore
from supervisor.options import ServerOptions
from supervisor.states import SupervisorStates
from supervisor.supervisord import Supervisor
from typing_extensions import override

STOPPED = "Stopped. Everything that was under way goes on at the next start."
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Those that mean "stop". Whoever starts this has blocked them, so that none is lost in between."""

_PR_SET_PDEATHSIG = 1
"""prctl(2)."""


class _Options(ServerOptions):
    """How it deals with the system.

    Attributes:
        herald: the process that waits for the start; 0 when it has ended.
        start_failed: whether it ended with an error, by itself.
    """

    def __init__(self, herald: int) -> None:
        super().__init__()
        self.herald = herald
        self.start_failed = False
        self._libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    @override
    def setsignals(self) -> None:
        super().setsignals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)

    @override
    def setpgrp(self) -> None:
        """Make the child, in which this is called, one that Ctrl-C does not reach, but our end does."""
        super().setpgrp()
        if self._libc:
            self._libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

    @override
    def waitpid(self) -> tuple[int | None, int | None]:
        pid, status = super().waitpid()
        if pid and pid == self.herald:
            self.herald = 0
            # One that was called off has not failed, however it ended.
            self.start_failed = bool(status) and self.mood == SupervisorStates.RUNNING
        return pid, status


class _House(Supervisor):
    """Stops where supervisord would go on."""

    def __init__(self, options: _Options) -> None:
        super().__init__(options)
        self._ours = options
        self.stopping_since: float | None = None

    @override
    def reap(self, once: bool = False, recursionguard: int = 0) -> None:
        super().reap(once, recursionguard)
        if self._ours.start_failed:
            self.options.mood = SupervisorStates.SHUTDOWN

    @override
    def handle_signal(self) -> None:
        super().handle_signal()
        if self.options.mood == SupervisorStates.RESTARTING:
            self.options.mood = SupervisorStates.SHUTDOWN
        if self.options.mood == SupervisorStates.SHUTDOWN and self.stopping_since is None:
            self.stopping_since = time.monotonic()
            self._call_off()

    def _call_off(self) -> None:
        if self._ours.herald:
            with suppress(ProcessLookupError):
                os.kill(self._ours.herald, signal.SIGTERM)


def main(configuration: str, herald: int) -> int:
    """Supervise until it is told to stop; return the exit code."""
    options = _Options(herald)
    options.realize(["--configuration", configuration], doc=__doc__)
    options.first, options.test = True, False
    house = _House(options)
    with suppress(asyncore.ExitNow):
        house.main()
    options.close_httpservers()
    options.close_logger()
    took = time.monotonic() - (house.stopping_since or time.monotonic())
    sys.stdout.write(f"✓ Stopping ({took:.1f} s)\n")
    if options.start_failed:
        return 1
    sys.stdout.write(f"{STOPPED}\n")
    return 0


def command(configuration: str, herald: int) -> tuple[str, ...]:
    """Return what to execute to become it.

    Args:
        herald: the process that waits for the start, a child of whoever executes this.
    """
    return sys.executable, "-m", "scrapbook.supervisord", configuration, str(herald)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
