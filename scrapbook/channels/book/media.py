"""The files that were written on a page are stored before their message: nothing is fetched or deleted."""

from scrapbook.errors import MediaError
from scrapbook.messaging.ports import FetchedFile


class BookMedia:
    """Implements ``MediaSource``."""

    def fetch(self, url: str, declared: str = "") -> FetchedFile:
        """Raise a permanent MediaError: a file whose record is missing is nowhere else."""
        del url, declared
        raise MediaError("A file that was written on a page is stored with its message, or not at all.")

    def delete(self, url: str) -> None:
        """Do nothing: nobody else has a copy."""
        del url
