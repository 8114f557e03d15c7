"""What a file says in words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileText:
    """The words of a file.

    Attributes:
        shown: those that become words of its entry: of a contact card or a text file.
        searched: by which its entry is found besides: those of a PDF, further spellings of phone numbers.
    """

    shown: str = ""
    searched: str = ""
