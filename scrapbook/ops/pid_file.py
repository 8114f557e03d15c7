"""The pid file of a process: it names the process, and is locked as long as the process lives.

The system releases the lock when the process ends, however it ends. So a file that was left behind names
nobody, nor does one in a copy of the data directory. The start time in the file, beside the id, tells the
process from another one that has the same id later.
"""

import fcntl
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from scrapbook.errors import ScrapbookError, SettingsError

SETTLING_SECONDS = 2.0
"""How long a lock may be held before the file names its holder."""


class AlreadyRunning(ScrapbookError):
    """The process runs already, or something else uses what it needs."""


@dataclass(frozen=True, slots=True)
class RunningProcess:
    """A process that holds a pid file.

    Attributes:
        name: of the file, such as ``app``.
    """

    name: str
    pid: int


def start_time(pid: int) -> str | None:
    """Return when a process was started, in a unit of the system; None if there is no such process.

    On Linux it is counted from the start of the machine, so that setting the clock does not change it.
    """
    if sys.platform == "linux":
        try:
            # The second field, the name of the program, may contain spaces and parentheses.
            return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
        except OSError:
            return None
    import psutil  # noqa: PLC0415 - not needed on Linux

    try:
        return repr(psutil.Process(pid).create_time())
    except (psutil.Error, ValueError, OverflowError):
        return None


class PidFile:
    """The pid file of one of an installation's processes, ``run/NAME.pid`` in its data directory."""

    def __init__(self, data_dir: Path, name: str) -> None:
        self.name = name
        self.path = data_dir / "run" / f"{name}.pid"

    def claim(self, *, for_exec: bool = False) -> None:
        """Lock the file for the rest of this process's life, and write this process into it.

        Args:
            for_exec: whether the program that this process becomes with ``exec`` keeps the lock.

        Raises:
            AlreadyRunning: another process holds the file; the message names it.
            SettingsError: the file cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = self._locked()
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n{start_time(os.getpid())}\n".encode(), 0)
        except OSError as error:
            raise _unusable(self.path, error) from error
        os.set_inheritable(descriptor, for_exec)
        _close_after_fork(descriptor)

    def holder(self) -> RunningProcess | None:
        """Return the process that holds the file; None if there is none, whatever the file says.

        Raises:
            SettingsError: the file cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return self._named(file.read(64))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(self.path, error) from error
        return None

    def _locked(self) -> int:
        """Return the descriptor of the locked file."""
        deadline = time.monotonic() + SETTLING_SECONDS
        while True:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = self._named(os.pread(descriptor, 64, 0))
                os.close(descriptor)
                if holder:
                    raise AlreadyRunning(
                        f"{self.name} runs already, as process {holder.pid}. To stop it: kill {holder.pid}. "
                        "Or give this one a data directory of its own (SCRAPBOOK_DATA_DIR)."
                    ) from None
                if time.monotonic() > deadline:
                    # Held by a child of a process that has ended, or edited by hand.
                    self.path.unlink(missing_ok=True)
                    deadline = time.monotonic() + SETTLING_SECONDS
                time.sleep(0.02)
            else:
                if _is_at(descriptor, self.path):
                    return descriptor
                os.close(descriptor)

    def _named(self, content: bytes) -> RunningProcess | None:
        """Return the process that the content of the file names, if it lives."""
        pid, _, started = content.decode("ascii", "replace").strip().partition("\n")
        if not pid.isascii() or not pid.isdigit() or not started or start_time(int(pid)) != started:
            return None
        return RunningProcess(self.name, int(pid))


def _close_after_fork(descriptor: int) -> None:
    """Have a forked child close the descriptor: a child that outlives this process would keep the lock."""
    owner = os.getpid()
    os.register_at_fork(after_in_child=lambda: os.close(descriptor) if os.getppid() == owner else None)


def _is_at(descriptor: int, path: Path) -> bool:
    """Return whether the open file still has that path."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _unusable(path: Path, error: OSError) -> SettingsError:
    return SettingsError(f"{path}: {error.strerror}. Delete it, or see SCRAPBOOK_DATA_DIR.")
