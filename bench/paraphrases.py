"""Recall of entries that a question asks for in other words, among 10,000 entries.

    python -m bench.paraphrases [--entries 10000] [--model FOLDER] [--pairs FILE] [--misses]

A line of the file of pairs is a question, a tab, and the entry that it asks for. Every second pair is put
aside: the limits were set on the others. ``few`` are the pairs with fewer than a quarter of the words in
common, but one that tells something; ``none`` those without one.

Then it asks for the other notes in other words. Several of them answer a question, and are much alike: of
the first five, how many are answers, and whether one is.
"""

import argparse
import tempfile
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.diary import notes, questions
from scrapbook.core import Book
from scrapbook.core.search import MAX_NEAREST, nearest
from scrapbook.store import Store
from scrapbook.text.parsed_text import ParsedText
from scrapbook.text.query import Query
from scrapbook.text.relevance import FUNCTION_WORDS, best_of
from scrapbook.text.stemming import stem

START = datetime(2020, 1, 1, tzinfo=UTC)
PAIRS = Path(__file__).parent / "paraphrases.tsv"
RECALL_AT = 5

ASKED = 200
"""Questions about the other notes."""

Search = Callable[[Book, str], Sequence[int]]
Pair = tuple[str, str]


def pairs_of(path: Path) -> list[Pair]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [(question, entry) for question, entry in (line.split("\t") for line in lines)]


def words_of(text: str) -> set[str]:
    return {stem(word.text) for word in Query.parse(text).words}


def telling(words: Iterable[str]) -> set[str]:
    return set(words) - {stem(word) for word in FUNCTION_WORDS}


def kind(pair: Pair) -> str:
    question, entry = map(words_of, pair)
    if not telling(question & entry):
        return "none"
    return "few" if len(question & entry) / len(question | entry) < 0.25 else "many"


def fill(store: Store, pairs: Sequence[Pair], count: int) -> Book:
    """Save the notes, with the entries of the pairs evenly among them."""
    every = (count - len(pairs)) // len(pairs)
    with store.transaction() as tx:
        person = tx.people.add("Ann", ["+15550100"])
        for number, note in enumerate(notes(count - len(pairs))):
            place, is_here = divmod(number, every)
            texts = [pairs[place][1], note] if not is_here and place < len(pairs) else [note]
            for text in texts:
                tx.entries.add(person.id, ParsedText(text), None, None, START + timedelta(minutes=number))
    return Book(tx, person, "SM1", START + timedelta(days=400))


def all_words(book: Book, question: str) -> Sequence[int]:
    return book.tx.entries.find(book.person.id, Query.parse(question), 1000).found


def any_word(book: Book, question: str) -> Sequence[int]:
    found = book.tx.entries.nearest(book.person.id, Query.parse(question))
    return [hit.id for hit in best_of(found.hits, MAX_NEAREST)]


def by_meaning(folder: str, store: Store) -> Search:
    """Return the product's search by meaning, once all entries are encoded."""
    from scrapbook.core.meaning import EntryEncoder, Meaning  # noqa: PLC0415 - needs the extra "semantic"
    from scrapbook.embeddings.encoder import Encoder  # noqa: PLC0415

    encoder = Encoder(folder)
    worker = EntryEncoder(store, encoder)
    while worker.encode_some():
        pass
    meaning = Meaning(encoder)
    return lambda book, question: nearest(book, question, meaning=meaning)[0]


def rank(book: Book, pair: Pair, search: Search) -> int | None:
    """Return the place of the entry among what is found; None if it is not there."""
    entries = book.tx.entries.by_ids(book.person.id, search(book, pair[0])[:100])
    texts = [entry.text for entry in entries]
    return texts.index(pair[1]) if pair[1] in texts else None


def report(book: Book, pairs: Sequence[Pair], searches: dict[str, Search], misses: bool) -> None:
    groups = {
        f"{name}, {part}": [pair for pair in half if kind(pair) == name or name == "all"]
        for part, half in (("tuned on", pairs[::2]), ("put aside", pairs[1::2]))
        for name in ("all", "many", "few", "none")
    }
    print(f"{f'recall@{RECALL_AT}':22}{'pairs':>6}" + "".join(f"{name:>14}" for name in searches))
    ranks = {name: {pair: rank(book, pair, search) for pair in pairs} for name, search in searches.items()}
    for group, members in groups.items():
        shares = [
            sum((place := found[pair]) is not None and place < RECALL_AT for pair in members) / len(members)
            for found in ranks.values()
            if members
        ]
        print(f"{group:22}{len(members):>6}" + "".join(f"{share:>14.3f}" for share in shares))
    for pair in pairs[::2] if misses else ():
        print(*(found[pair] for found in ranks.values()), kind(pair), *pair, sep="\t")


def report_alike(book: Book, texts: Collection[str], searches: dict[str, Search]) -> None:
    asked = list(questions(texts, ASKED))
    print(f"{'answered by several':28}" + "".join(f"{name:>14}" for name in searches))
    right: dict[str, list[float]] = {name: [] for name in searches}
    for question, answers in asked:
        for name, search in searches.items():
            entries = book.tx.entries.by_ids(book.person.id, search(book, question)[:RECALL_AT])
            found = {entry.text for entry in entries} & answers
            right[name].append(len(found) / min(RECALL_AT, len(answers)))
    print(f"{'share of the answers':28}" + "".join(f"{sum(all_) / ASKED:>14.3f}" for all_ in right.values()))
    print(
        f"{'one of them':28}" + "".join(f"{sum(map(bool, all_)) / ASKED:>14.3f}" for all_ in right.values())
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--pairs", type=Path, default=PAIRS)
    parser.add_argument("--model", help="its folder; without it, the search has the words only")
    parser.add_argument("--misses", action="store_true", help="show each pair that was tuned on")
    arguments = parser.parse_args()
    pairs = pairs_of(arguments.pairs)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/scrapbook.db"
        with closing(Store.open(url)) as store:
            store.migrate()
            book = fill(store, pairs, arguments.entries)
            searches: dict[str, Search] = {"all words": all_words, "any word": any_word}
            if arguments.model:
                searches["by meaning"] = by_meaning(arguments.model, store)
            with store.transaction() as tx:
                book = Book(tx, book.person, "SM1", book.now)
                report(book, pairs, searches, arguments.misses)
                report_alike(book, set(notes(arguments.entries - len(pairs))), searches)


if __name__ == "__main__":
    main()
