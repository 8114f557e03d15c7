"""``python -m scrapbook.serve NAME``: as ``scrapbook serve NAME``, but without what only commands need.

What reads the words of a command takes 7 MB, and each process of the house would hold them.
"""

import sys

from scrapbook import processes
from scrapbook.errors import ScrapbookError
from scrapbook.settings import Settings


def main(name: str) -> None:
    """Become that process; a known error is one plain sentence and exit code 1."""
    try:
        processes.serve(name, Settings.load())
    except ScrapbookError as error:
        sys.exit(f"scrapbook: {error}")


if __name__ == "__main__":
    main(sys.argv[1])
