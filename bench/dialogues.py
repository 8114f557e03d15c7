"""Play dialogues through a running installation, and count those that go right.

    python -m bench.dialogues FILE... [--failures]

A file is YAML or JSON as ``tests/support/dialogues.py`` describes, or a folder with such files. Each
dialogue is texted from a number of its own. With ``--failures``, those that go wrong are printed, with what
was answered; never those under ``aside``, of which only the count is printed. Messages that say what they
are (``kind``) are counted by that, too: how many became entries, and how many were right.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.support.dialogues import Played, is_receipt, play_all, read
from tests.support.installation import Installation

ASIDE = "aside"


def main() -> int:
    """Return 0, or 1 if a dialogue went wrong."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("paths", nargs="+", type=Path)
    options.add_argument("--failures", action="store_true")
    chosen = options.parse_args()
    dialogues = [(path, dialogue) for path in files(chosen.paths) for dialogue in read(path)]
    numbers = tuple(f"+1555{n:06}" for n in range(1000, 1000 + len(dialogues)))
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(Path(folder), numbers)
        try:
            installation.start()
            played = play_all(installation, [dialogue for _, dialogue in dialogues], numbers)
        finally:
            installation.stop()
    report(played)
    report_kinds(played)
    if chosen.failures:
        for (path, _), one in zip(dialogues, played, strict=True):
            if not one.is_right and path.parent.name != ASIDE:
                sys.stdout.write(f"\n{one}\n")
    return 0 if all(one.is_right for one in played) else 1


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files, and the files of the folders."""
    for path in paths:
        if path.is_dir():
            yield from sorted(one for one in path.iterdir() if one.suffix in {".yml", ".json"})
        else:
            yield path


def report(played: list[Played]) -> None:
    """Print how many dialogues of each class went right."""
    for category in sorted({one.dialogue.category for one in played}):
        of_it = [one for one in played if one.dialogue.category == category]
        print_share(category, sum(one.is_right for one in of_it), len(of_it))
    print_share("all", sum(one.is_right for one in played), len(played))


def report_kinds(played: list[Played]) -> None:
    """Print how many messages of each kind became entries, and were answered as expected."""
    pairs = [pair for one in played for pair in one.pairs() if pair[0].kind]
    for kind in sorted({step.kind for step, _ in pairs}):
        of_it = [pair for pair in pairs if pair[0].kind == kind]
        kept = sum(is_receipt(reply) for _, reply in of_it)
        right = sum(step.accepts(reply) for step, reply in of_it)
        sys.stdout.write(f"{kind:<16}{len(of_it):>4} messages, {kept:>3} became entries, {right:>3} right\n")


def print_share(name: str, right: int, whole: int) -> None:
    sys.stdout.write(f"{name:<34}{right:>4} of {whole:<4}{right / whole:.2f}\n")


if __name__ == "__main__":
    raise SystemExit(main())
