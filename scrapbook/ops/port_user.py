"""Find out which process listens on a port."""

from collections.abc import Iterator
from contextlib import suppress

import psutil


def port_user(port: int) -> str:
    """Say which process listens on the port and how to end it, as the end of a sentence."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if port in _listening(process):
                return f"process {process.pid} ({process.name()}). End it with `kill {process.pid}`"
    return f"a process of another user. Find it with `sudo lsof -i :{port}` and end it"


def _listening(process: psutil.Process) -> Iterator[int]:
    """Yield the ports on which the process listens."""
    for connection in process.net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN:
            yield connection.laddr.port
