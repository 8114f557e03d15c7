"""What every command prints with."""

from collections.abc import Callable

import pytest
from rich.console import Console
from rich.table import Table

from scrapbook.cli.common import console, error_console


@pytest.mark.parametrize("printing", [console, error_console])
def test_a_command_prints_nothing_that_is_not_seen(printing: Callable[[], Console]) -> None:
    name = "A\u202eda\x1b]0;title\x07 \U000e0041Lovelace\x9b2J"
    table = Table("name")
    table.add_row(name)
    out = printing()
    with out.capture() as printed:
        out.print(f"{name} may text.")
        out.print(name, markup=False)
        out.print(table)
    shown = "Ada]0;title Lovelace2J"
    lines = [line.strip(" │") for line in printed.get().splitlines()]
    assert lines[:2] == [f"{shown} may text.", shown]
    assert shown in lines[2:]
