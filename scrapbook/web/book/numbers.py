"""Numbers in addresses and forms: ``/book/topics/{topic:number}``, ``/book/entries/{number:entry}``."""

from starlette.convertors import Convertor, register_url_convertor

MAX_DIGITS = 18
"""A number with more is beyond what both databases store."""


class NumberConvertor(Convertor[int]):
    """Takes as many digits as a stored number may have; Starlette's own fails on some thousands of them."""

    regex = rf"[0-9]{{1,{MAX_DIGITS}}}"

    def convert(self, value: str) -> int:
        """Return the number."""
        return int(value)

    def to_string(self, value: int) -> str:
        """Return the digits."""
        return str(value)


class EntryConvertor(NumberConvertor):
    """Takes the number of an entry, which is negative for one that another person shares."""

    regex = rf"-?{NumberConvertor.regex}"


def entry_number_of(written: str) -> int:
    """Return the number of an entry that is written; 0, which none has, if it is none."""
    number = number_of(written.removeprefix("-"))
    return -number if written.startswith("-") else number


def number_of(written: str) -> int:
    """Return the number that is written; 0, which nothing has, if it is none or beyond what is stored."""
    is_number = written.isascii() and written.isdecimal() and len(written) <= MAX_DIGITS
    return int(written) if is_number else 0


def register() -> None:
    """Let addresses have parameters of this type."""
    register_url_convertor("number", NumberConvertor())
    register_url_convertor("entry", EntryConvertor())
