"""Free space on the disk."""

import shutil
from pathlib import Path

MIN_FREE_BYTES = 500 * 1024 * 1024
"""Enough for Rasa's model and a year of messages."""


def free(folder: Path) -> int:
    """Return the free bytes on the disk of a folder, which need not exist yet."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def disk_problem(folder: Path) -> str:
    """Return what is wrong with the disk of a folder; empty if more than MIN_FREE_BYTES are free."""
    left = free(folder)
    return "" if left > MIN_FREE_BYTES else f"only {left // 2**20:,} MiB are free"
