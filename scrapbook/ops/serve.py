"""``python -m scrapbook.ops.serve NAME``: run a process without the libraries of the command line.

Those take 7 MB, which each process would hold while it runs.
"""

import sys

from scrapbook.errors import ScrapbookError
from scrapbook.ops import processes
from scrapbook.settings import Settings


def main(name: str) -> None:
    """Run that process. A ScrapbookError is printed as one sentence, with exit code 1."""
    try:
        processes.serve(name, Settings.load())
    except ScrapbookError as error:
        print(f"scrapbook: {error}", file=sys.__stderr__)
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1])
