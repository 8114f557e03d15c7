"""Read tables of comma-separated values, row by row."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from scrapbook.exchange.sources import READ_ERRORS, ExportUnreadable, Member
from scrapbook.exchange.text_files import open_text

_LONGEST_CELL = 16 * 2**20
"""Characters of a cell at most."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row. ``line`` is the line of the file in which it ends; ``cells`` are by columns in lower case."""

    line: int
    cells: dict[str, str]

    def get(self, *names: str) -> str:
        """Return the cell of the first of these columns that is not empty."""
        return next((found for name in names if (found := self.cells.get(name, "").strip())), "")


class Table:
    """A file with a line of column names and a row for each thing."""

    def __init__(self, member: Member) -> None:
        self._member = member

    @staticmethod
    def columns_of(head: str) -> frozenset[str]:
        """Return the columns that the first line of a text names, in lower case."""
        first = next(iter(head.lstrip("\n").splitlines()), "")
        try:
            names: list[str] = next(csv.reader([first], delimiter=_delimiter(first)), list[str]())
        except csv.Error:
            return frozenset()
        return frozenset(name.strip().strip("\ufeff").lower() for name in names)

    def rows(self) -> Iterator[Row]:
        """Yield the rows. Raises ExportUnreadable at the first that cannot be read."""
        csv.field_size_limit(_LONGEST_CELL)
        with open_text(self._member, newline="") as text:
            try:
                first = text.readline().replace("\ufeff", "")
                delimiter = _delimiter(first)
                header: list[str] = next(csv.reader([first], delimiter=delimiter), list[str]())
                names = [name.strip().lower() for name in header]
                reader = csv.reader(
                    (line.replace("\ufeff", "").replace("\0", "") for line in text), delimiter=delimiter
                )
                for cells in reader:
                    if any(cell.strip() for cell in cells):
                        yield Row(
                            reader.line_num + 1,
                            {name: _plain(cell) for name, cell in zip(names, cells, strict=False)},
                        )
            except csv.Error as error:
                raise ExportUnreadable(f"{self._member.path} is no table any more: {error}.") from error
            except READ_ERRORS as error:
                raise ExportUnreadable(f"{self._member.path} is damaged.") from error


def _delimiter(first: str) -> str:
    return max(",;\t", key=first.count)


def _plain(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace("\r", "\n")
