"""Measure how well texts and misspelled topics are understood.

    .venv/bin/python bench/understanding.py PATH...

Each path is a file or a folder with some of these files, tab-separated, UTF-8:

- ``commands.tsv``: effect, text, source, with a header line
- ``texts.txt``: texts that are not commands, one per line
- ``misspellings.tsv``: typed, meant ("-" for none of the topics, "-|topic" where that one is right, too),
  with a header line; needs ``topics.txt``

With ``--noise SEED``, commands and texts are parsed a second time with one typing error in each.

With ``--errors N``, up to N misunderstood texts are printed for each effect.
"""

import argparse
import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from understanding_scores import macro_f1, mistyped, of_effects, ratio, rows

from scrapbook.text.fuzzy_match import MatchOutcome, match

BOT = Path(__file__).resolve().parent.parent / "bot"
FORBIDDEN = ("remove", "edit")
NO_TOPIC = "-"


def parsed(texts: list[str]) -> list[dict]:
    """Parse each text with the trained model."""
    lines = "".join(" ".join(text.splitlines()) + "\n" for text in texts)
    command = [str(BOT / ".venv/bin/python"), "-W", "ignore", str(BOT / "parse.py")]
    answer = subprocess.run(command, input=lines, capture_output=True, text=True, check=True, timeout=900)
    return [json.loads(line) for line in answer.stdout.splitlines()]


def report_commands(path: Path, shown: int, noise: int | None) -> None:
    """Print precision, recall and F1 per effect, as typed and, if ``noise`` is a seed, mistyped."""
    table = rows(path)
    meant, texts = [row[0] for row in table], [row[1] for row in table]
    plain = report_effects(f"{path.name}: {len(table)} texts", meant, texts, shown)
    if noise is not None:
        noisy = report_effects("the same, mistyped", meant, mistyped(texts, noise), shown)
        print(f"one typing error in each text costs {plain - noisy:.3f}")


def report_effects(title: str, meant: list[str], texts: list[str], shown: int) -> float:
    """Print the figures of each effect; return the mean F1."""
    understood = [answer["effect"] for answer in parsed(texts)]
    print(f"\n{title}")
    print(f"{'effect':<10}{'texts':>6}{'precision':>11}{'recall':>8}{'F1':>7}")
    for effect, figures in of_effects(meant, understood).items():
        print(f"{effect:<10}{meant.count(effect):>6}{figures[0]:>11.3f}{figures[1]:>8.3f}{figures[2]:>7.3f}")
    macro = macro_f1(meant, understood)
    print(f"{'mean':<10}{len(meant):>6}{macro:>26.3f}")
    right = sum(a == b for a, b in zip(meant, understood, strict=True))
    print(f"right: {right} of {len(meant)} ({ratio(right, len(meant)):.3f})")
    wrong = list(zip(meant, understood, texts, strict=True))
    for effect in sorted(set(meant)):
        for _, got, text in [one for one in wrong if one[0] == effect != one[1]][:shown]:
            print(f"  {effect} taken for {got}: {text}")
    return macro


def report_texts(path: Path, shown: int, noise: int | None) -> bool:
    """Print how many texts have each effect; return False if one would remove or edit something."""
    texts = path.read_text(encoding="utf-8").splitlines()
    harmless = report_kept(f"{path.name}: {len(texts)} texts, none of them a command", texts, shown)
    if noise is None:
        return harmless
    return report_kept("the same, mistyped", mistyped(texts, noise), shown) and harmless


def report_kept(title: str, texts: list[str], shown: int) -> bool:
    """Print how many of the texts have each effect; return False if one would remove or edit something."""
    answers = parsed(texts)
    counted = Counter(answer["effect"] for answer in answers)
    print(f"\n{title}")
    print("  ".join(f"{effect} {count}" for effect, count in counted.most_common()))
    print(f"remove or edit: {sum(counted[effect] for effect in FORBIDDEN)} (must be 0)")
    for effect in counted:
        for answer in [one for one in answers if one["effect"] == effect != "save"][:shown]:
            print(f"  {effect} ({answer['intent']} {answer['confidence']}): {answer['text']}")
    return not any(counted[effect] for effect in FORBIDDEN)


def outcome_of(typed: str, meant: str, topics: list[str]) -> str:
    """Return the outcome of a typed topic in the words of the report."""
    found = match(typed, topics)
    if meant.startswith(NO_TOPIC):
        if found.topic and found.topic not in meant.split("|"):
            return "answered though none meant"
        is_asked = found.outcome is MatchOutcome.AMBIGUOUS
        return "asked though none meant" if is_asked else "left open, none meant"
    if found.topic:
        return "right" if found.topic == meant else "silently wrong"
    return "offered" if meant in found.candidates else "not found"


def report_misspellings(path: Path) -> None:
    """Print how misspelled topics are matched."""
    topics = (path.parent / "topics.txt").read_text(encoding="utf-8").splitlines()
    table = rows(path)
    counted = Counter(outcome_of(typed, meant, topics) for typed, meant, *_ in table)
    none_meant = sum(meant.startswith(NO_TOPIC) for _, meant, *_ in table)
    print(f"\n{path.name}: {len(table)} typed topics, {none_meant} of them none of the {len(topics)}")
    for outcome, count in counted.most_common():
        whole = none_meant if outcome.endswith("none meant") else len(table) - none_meant
        print(f"{outcome:<27}{count:>5}  {ratio(count, whole):.3f}")


def files(paths: list[Path]) -> Iterator[Path]:
    """Yield the files, and the files in the folders."""
    for path in paths:
        yield from sorted(path.iterdir()) if path.is_dir() else [path]


def main() -> int:
    """Return 0, or 1 if a text that is not a command would remove or edit something."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("paths", nargs="+", type=Path)
    options.add_argument("--errors", type=int, default=0, metavar="N")
    options.add_argument("--noise", type=int, metavar="SEED")
    chosen = options.parse_args()
    harmless = True
    for path in files(chosen.paths):
        if path.name == "commands.tsv":
            report_commands(path, chosen.errors, chosen.noise)
        elif path.name == "texts.txt":
            harmless = report_texts(path, chosen.errors, chosen.noise) and harmless
        elif path.name == "misspellings.tsv":
            report_misspellings(path)
    return 0 if harmless else 1


if __name__ == "__main__":
    raise SystemExit(main())
