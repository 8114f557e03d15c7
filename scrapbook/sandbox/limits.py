"""The limits of a process that works on untrusted bytes. It sets them itself, before it reads any."""

import os
import resource
import signal
import time
from collections.abc import Generator
from contextlib import contextmanager
from math import ceil

MAX_MEMORY = 384 * 1024 * 1024
"""Bytes that the process may allocate: twice what the largest page takes, 2 MB of elements.

macOS does not enforce it: there only the size of a file and the processor time limit what reading it takes.
"""

NICENESS = 5
"""Against other processes that want the processor, it gets a third of what those get."""


def limit_process(max_memory: int = MAX_MEMORY, max_file: int = 0) -> None:
    """Limit the memory and the priority of this process, and what it can write to a file. For good.

    Args:
        max_memory: bytes that it may allocate.
        max_file: bytes of a file that it writes; 0 for none.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the app, which closes standard input
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (max_file, max_file))
    for limited in (resource.RLIMIT_DATA, resource.RLIMIT_AS):
        _, hard = resource.getrlimit(limited)
        most = max_memory if limited == resource.RLIMIT_DATA else 2 * max_memory
        resource.setrlimit(limited, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


@contextmanager
def time_limit(seconds: float, processor_seconds: int) -> Generator[None]:
    """Have the system end this process, whatever code runs then, if the block takes longer.

    Args:
        processor_seconds: the system counts whole seconds, so it may be one more.
    """
    signal.setitimer(signal.ITIMER_REAL, seconds)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (ceil(time.process_time()) + processor_seconds, hard))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
