"""What a command of the table is: the words that start it, and the words that may follow."""

from dataclasses import dataclass
from typing import Tuple


@dataclass(frozen=True)
class Command:
    """A command.

    Attributes:
        intent: its name.
        keywords: the words that start it, correctly spelled or not.
        followed_by: templates for the rest of the text, in the language of ``grammar.py``.
        whole: the argument that the keyword and the rest form together ("last week"), if there is one.
        asked: whether the command may end with a question mark without courtesy before it: "find gpu?" may,
            "today?" is a question to somebody.
        marks: characters of which one must follow the keyword. If empty, a colon or comma may follow.
    """

    intent: str
    keywords: Tuple[str, ...]
    followed_by: Tuple[str, ...] = ("",)
    whole: str = ""
    asked: bool = False
    marks: str = ""
