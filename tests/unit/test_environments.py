"""Rasa's environment and the app's share no code: they meet over HTTP only."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from scrapbook.paths import BOT

OUTSIDE = {"scrapbook", "actions", "tests", "bench"}
MODULES = sorted(path for path in BOT.rglob("*.py") if ".venv" not in path.parts)


def imported(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_bot_imports_nothing_of_the_app(module: Path) -> None:
    assert OUTSIDE.isdisjoint(imported(module))
