"""Measure which questions are answered from a scrapbook, and which are kept.

    .venv/bin/python -m bench.asking [TEXTS...]

``bench/questions/`` has questions with the entry that answers each, questions that nothing answers, and other
entries. The limits of ``scrapbook/core/asking.py`` were chosen on every second line, from the first on; the
other lines were put aside. Each file of TEXTS, one per line, is played against the same scrapbook: none of
them should be answered.

With ``--errors``, the misjudged questions of the first half are printed.
"""

import argparse
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from scrapbook.core import Book, asking
from scrapbook.store import Store
from scrapbook.text.parsed_text import ParsedText
from scrapbook.text.questions import Question

QUESTIONS = Path(__file__).parent / "questions"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def lines_of(name: str) -> list[str]:
    return (QUESTIONS / name).read_text(encoding="utf-8").splitlines()


def numbers_shown(book: Book, text: str) -> list[int]:
    """Return the numbers of the entries that are shown as the answer; none if the text is kept."""
    question = Question.parse(text)
    page = asking.ask(book, question) if question else None
    return [int(line.split(" ", 1)[0]) for line in page.lines] if page else []


def report_half(
    book: Book, name: str, pairs: Sequence[tuple[int, str]], unanswered: Sequence[str], *, errors: bool
) -> None:
    """Print the figures of one half.

    Args:
        pairs: the number of the entry that answers, and the question.
    """
    shown = [(number, text, numbers_shown(book, text)) for number, text in pairs]
    found, first = sum(n in all_ for n, _, all_ in shown), sum(all_[:1] == [n] for n, _, all_ in shown)
    wrong = sum(bool(all_) and n not in all_ for n, _, all_ in shown)
    answered = [text for text in unanswered if numbers_shown(book, text)]
    print(
        f"{name}: {found} of {len(pairs)} questions show their answer, {first} as the first; {wrong} others"
    )
    print(f"{name}: of {len(unanswered)} questions without an answer {len(unanswered) - len(answered)} kept")
    if errors:
        for number, text, all_ in shown:
            if number not in all_:
                print(f"  {'others shown' if all_ else 'kept'}: {text}")
        for text in answered:
            print(f"  answered: {text}")


def report_texts(book: Book, path: Path) -> None:
    texts = path.read_text(encoding="utf-8").splitlines()
    began = perf_counter()
    kept = sum(not numbers_shown(book, text) for text in texts)
    each = (perf_counter() - began) / max(len(texts), 1) * 1000
    print(f"{path.name}: {kept} of {len(texts)} kept ({kept / max(len(texts), 1):.3f}), {each:.2f} ms each")


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("texts", nargs="*", type=Path)
    options.add_argument("--errors", action="store_true")
    chosen = options.parse_args()
    pairs = [line.split("\t") for line in lines_of("answered.tsv")[1:]]
    unanswered, others = lines_of("unanswered.txt"), lines_of("others.txt")
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Store.open(f"sqlite:///{folder}/scrapbook.db")) as store,
    ):
        store.migrate()
        with store.transaction() as tx:
            person = tx.people.add("Ann", ["+15550100"])
            for text in (*(answer for _, answer in pairs), *others):
                tx.entries.add(person.id, ParsedText(text), None, None, NOW)
            book = Book(tx, person, "SM1", NOW)
            numbered = [(number, question) for number, (question, _) in enumerate(pairs, 1)]
            report_half(book, "tuned on", numbered[::2], unanswered[::2], errors=chosen.errors)
            report_half(book, "put aside", numbered[1::2], unanswered[1::2], errors=False)
            for path in chosen.texts:
                report_texts(book, path)


if __name__ == "__main__":
    main()
