"""Topic matching beside the alternatives, on the same misspellings in the same run.

    python bench/matching.py MISSPELLINGS TOPICS

MISSPELLINGS: tab-separated ``typed`` and ``meant`` with a heading; ``-`` where none of the topics is meant.
TOPICS: one a line.
"""

import argparse
import csv
import difflib
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from scrapbook.text.fuzzy_match import Match, Matcher, MatchOutcome

Answer = Callable[[str], Match]
NONE = Match(MatchOutcome.NONE, None, ())
ONSETS = ["b", "br", "d", "f", "g", "gl", "k", "kl", "l", "m", "n", "p", "r", "s", "st", "t", "tr", "v", "z"]
COLUMNS = ("right", "offered", "wrong", "missed", "answered", "torn for none", "p50 us", "p99 us")


def ratio_over_70(topics: list[str]) -> Answer:
    def answer(typed: str) -> Match:
        best = process.extractOne(typed, topics, scorer=fuzz.ratio)
        return _one(best[0]) if best and best[1] > 70 else NONE

    return answer


def difflib_over_80(topics: list[str]) -> Answer:
    def answer(typed: str) -> Match:
        best = difflib.get_close_matches(typed, topics, n=1, cutoff=0.8)
        return _one(best[0]) if best else NONE

    return answer


def one_edit(topics: list[str]) -> Answer:
    def answer(typed: str) -> Match:
        best = process.extractOne(typed, topics, scorer=Levenshtein.distance, score_cutoff=1)
        return _one(best[0]) if best else NONE

    return answer


def ours(topics: list[str]) -> Answer:
    return Matcher(topics).match


def _one(topic: str) -> Match:
    return Match(MatchOutcome.SURE, topic, (topic,))


def what_happened(match: Match, meant: str) -> str:
    if meant.startswith("-"):
        if match.topic in meant.split("|")[1:]:
            return "silent"
        return (
            "answered"
            if match.topic
            else "torn for none"
            if match.outcome is MatchOutcome.AMBIGUOUS
            else "silent"
        )
    if match.topic:
        return "right" if match.topic == meant else "wrong"
    return "offered" if match.outcome is MatchOutcome.AMBIGUOUS and meant in match.candidates else "missed"


def measured(answer: Answer, rows: list[tuple[str, str]]) -> dict[str, float]:
    counts: Counter[str] = Counter()
    times: list[float] = []
    for typed, meant in rows:
        times.append(min(microseconds(answer, typed) for _ in range(3)))
        counts[what_happened(answer(typed), meant)] += 1
    nothing = sum(meant.startswith("-") for _, meant in rows)
    shares = {name: counts[name] / (len(rows) - nothing) for name in ("right", "offered", "wrong", "missed")}
    shares |= {name: counts[name] / max(nothing, 1) for name in ("answered", "torn for none")}
    return shares | {"p50 us": statistics.median(times), "p99 us": statistics.quantiles(times, n=100)[98]}


def microseconds(answer: Answer, typed: str) -> float:
    start = time.perf_counter()
    answer(typed)
    return (time.perf_counter() - start) * 1e6


def invented(count: int) -> list[str]:
    """Pronounceable names that are nobody's, the same ones in each run."""
    dice = random.Random(1)
    return ["".join(syllable(dice) for _ in range(dice.randint(2, 4))) for _ in range(count)]


def syllable(dice: random.Random) -> str:
    return dice.choice(ONSETS) + dice.choice("aeiou")


def read(misspellings: Path, topics: Path) -> tuple[list[tuple[str, str]], list[str]]:
    with misspellings.open(encoding="utf-8", newline="") as file:
        rows = [(row["typed"], row["meant"]) for row in csv.DictReader(file, delimiter="\t")]
    return rows, topics.read_text(encoding="utf-8").split("\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("misspellings", type=Path)
    parser.add_argument("topics", type=Path)
    arguments = parser.parse_args()
    rows, lines = read(arguments.misspellings, arguments.topics)
    topics = [line.strip() for line in lines if line.strip()]
    padded = topics + invented(1000 - len(topics))
    contestants = {
        "scrapbook": ours(topics),
        f"scrapbook, {len(padded):,} topics": ours(padded),
        "fuzz.ratio > 70": ratio_over_70(topics),
        "difflib 0.8": difflib_over_80(topics),
        "Levenshtein <= 1": one_edit(topics),
    }
    print(f"{'':26}" + "".join(f"{name:>15}" for name in COLUMNS))
    for name, answer in contestants.items():
        figures = measured(answer, rows)
        print(f"{name:26}" + "".join(f"{figures[column]:>15.3f}" for column in COLUMNS))


if __name__ == "__main__":
    main()
