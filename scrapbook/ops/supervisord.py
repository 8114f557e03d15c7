"""supervisord with four changes; ``scrapbook up`` becomes this process, to free its memory.

- It stops when its terminal is closed; supervisord would restart.
- It stops, with exit code 1, if the process that watches the start reports a failure.
- On Linux, its processes get SIGTERM when it is killed, so that none is left behind.
- It leaves the pid file to ``scrapbook up``, which has written and locked it (``pid_file.py``).
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
"""The signals that mean "stop". The process that becomes this one blocks them, so that none is lost."""

_PR_SET_PDEATHSIG = 1
"""From prctl(2)."""


class _Options(ServerOptions):
    """supervisord's options and system calls.

    Attributes:
        watcher: the id of the process that watches the start; 0 when it has ended.
        start_failed: whether that process ended with an error before it was stopped.
    """

    def __init__(self, watcher: int) -> None:
        super().__init__()
        self.watcher = watcher
        self.start_failed = False
        self._libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    @override
    def setsignals(self) -> None:
        super().setsignals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)

    @override
    def setpgrp(self) -> None:
        """Called in a new child: keep Ctrl-C from it, and send it SIGTERM when supervisord dies."""
        super().setpgrp()
        if self._libc:
            self._libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

    @override
    def write_pidfile(self) -> None:
        """Write none."""

    @override
    def waitpid(self) -> tuple[int | None, int | None]:
        pid, status = super().waitpid()
        if pid and pid == self.watcher:
            self.watcher = 0
            # After a stop its exit code does not matter.
            self.start_failed = bool(status) and self.mood == SupervisorStates.RUNNING
        return pid, status


class _Supervisord(Supervisor):
    """Stops when its terminal is closed or the start failed."""

    def __init__(self, options: _Options) -> None:
        super().__init__(options)
        self._own_options = options
        self.stopping_since: float | None = None

    @override
    def reap(self, once: bool = False, recursionguard: int = 0) -> None:
        super().reap(once, recursionguard)
        if self._own_options.start_failed:
            self.options.mood = SupervisorStates.SHUTDOWN

    @override
    def handle_signal(self) -> None:
        super().handle_signal()
        if self.options.mood == SupervisorStates.RESTARTING:
            self.options.mood = SupervisorStates.SHUTDOWN
        if self.options.mood == SupervisorStates.SHUTDOWN and self.stopping_since is None:
            self.stopping_since = time.monotonic()
            self._stop_watcher()

    def _stop_watcher(self) -> None:
        if self._own_options.watcher:
            with suppress(ProcessLookupError):
                os.kill(self._own_options.watcher, signal.SIGTERM)


def main(configuration: str, watcher: int) -> int:
    """Run until a signal or a failed start. Returns the exit code."""
    options = _Options(watcher)
    options.realize(["--configuration", configuration], doc=__doc__)
    options.first, options.test = True, False
    supervisor = _Supervisord(options)
    with suppress(asyncore.ExitNow):
        supervisor.main()
    options.close_httpservers()
    options.close_logger()
    seconds = time.monotonic() - (supervisor.stopping_since or time.monotonic())
    sys.stdout.write(f"✓ Stopping ({seconds:.1f} s)\n")
    if options.start_failed:
        return 1
    sys.stdout.write(f"{STOPPED}\n")
    return 0


def command(configuration: str, watcher: int) -> tuple[str, ...]:
    """Return the command line of this module.

    Args:
        watcher: the id of the process that watches the start, a child of the process that becomes this one.
    """
    return sys.executable, "-m", "scrapbook.ops.supervisord", configuration, str(watcher)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
