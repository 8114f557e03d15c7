"""Write files through to the disk, so that a power cut does not undo what was reported as done."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Fsync a file or a folder. Of a folder that is its list of names, not the files in it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_all(folder: Path) -> None:
    """Fsync a folder and everything in it."""
    for path in folder.rglob("*"):
        sync(path)
    sync(folder)
