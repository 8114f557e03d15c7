"""Room on the disk."""

import shutil
from pathlib import Path

ENOUGH = 500 * 1024 * 1024
"""Bytes; Rasa's model and a year of texts."""


def free(folder: Path) -> int:
    """Bytes where the folder is, or will be made."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def disk_problem(folder: Path) -> str:
    """What is wrong with the disk; empty when there is room."""
    left = free(folder)
    return "" if left > ENOUGH else f"only {left // 2**20:,} MiB are free"
