"""Finding entries beside ``LIKE '%word%'``, over the same entries of one person in the same run.

    python bench/search.py [--sizes 1000,10000,100000,1000000] [--queries 1000] [--processor-time]

The texts are made up, with words as frequent as in a language (Zipf's law), the same in each run.
"""

import argparse
import itertools
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scrapbook.book import Book
from scrapbook.book.finding import find
from scrapbook.store import Person, Store

VOCABULARY = 60_000
WORDS_IN_AN_ENTRY = (3, 25)
TOPICS = 40
START = datetime(2020, 1, 1, tzinfo=UTC)
ONSETS = [
    "b",
    "br",
    "c",
    "ch",
    "d",
    "f",
    "g",
    "gl",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "st",
    "t",
    "tr",
    "v",
]
ENDINGS = ["", "", "n", "r", "l", "m", "st", "ck"]
LIKE = """
    SELECT id FROM entries WHERE person_id = ? AND deleted_at IS NULL AND text LIKE ?
    ORDER BY created_at DESC, number DESC LIMIT 500
"""
INSERT = """
    INSERT INTO entries (person_id, number, text, topic_id, created_at) VALUES (?, ?, ?, ?, ?)
"""
CLOCK = time.perf_counter
SIZE = "SELECT sum(pgsize) FROM dbstat WHERE name LIKE ?"


def invented_words(count: int) -> list[str]:
    """Pronounceable, the most frequent first."""
    dice = random.Random(1)
    words: dict[str, None] = {}
    while len(words) < count:
        words[invented_word(dice)] = None
    return list(words)


def invented_word(dice: random.Random) -> str:
    syllables = dice.choice((1, 2, 2, 3, 3, 4))
    start = "".join(dice.choice(ONSETS) + dice.choice("aeiou") for _ in range(syllables))
    return start + dice.choice(ENDINGS)


class Author:
    """Writes texts whose nth most frequent word is n times as rare as the most frequent one."""

    def __init__(self) -> None:
        self._dice = random.Random(2)
        self._words = invented_words(VOCABULARY)
        self._weights = list(itertools.accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))

    def texts(self, count: int) -> Iterator[str]:
        for _ in range(count):
            length = self._dice.randint(*WORDS_IN_AN_ENTRY)
            yield " ".join(self._dice.choices(self._words, cum_weights=self._weights, k=length))


def filled(store: Store, path: Path, texts: list[str]) -> Person:
    """A person with these entries, some of them in topics. Goes around the store, whose triggers it keeps."""
    with store.transaction() as tx:
        person = tx.people.add("Ann", ["+15550100"])
        topics = [tx.topics.add(person.id, f"topic {number}").id for number in range(TOPICS)]
    with closing(sqlite3.connect(path)) as database, database:
        database.executemany(INSERT, rows(person, texts, topics))
        database.execute("UPDATE people SET next_number = ?", (len(texts) + 1,))
    with store.transaction() as tx:
        tx.words.learn(person.id, "\n".join(texts))
        tx.entries.forget_deleted()
    return person


def rows(person: Person, texts: list[str], topics: list[int]) -> Iterator[tuple[object, ...]]:
    for number, text in enumerate(texts, 1):
        topic = topics[number % TOPICS] if number % 3 == 0 else None
        made = START + timedelta(minutes=number)
        yield person.id, number, text, topic, made.strftime("%Y-%m-%d %H:%M:%S.%f")


def words_of(dice: random.Random, texts: list[str], least: int) -> list[str]:
    while True:
        if words := [word for word in dice.choice(texts).split() if len(word) >= least]:
            return words


def one_word(dice: random.Random, texts: list[str]) -> str:
    return dice.choice(words_of(dice, texts, 1))


def two_words(dice: random.Random, texts: list[str]) -> str:
    words = words_of(dice, texts, 1)
    return f"{dice.choice(words)} {dice.choice(words)}"


def beginning(dice: random.Random, texts: list[str]) -> str:
    word = dice.choice(words_of(dice, texts, 5))
    return word[: dice.randint(3, len(word) - 1)]


def plural(dice: random.Random, texts: list[str]) -> str:
    return dice.choice(words_of(dice, texts, 4)) + "s"


def misspelled(dice: random.Random, texts: list[str]) -> str:
    word = dice.choice(words_of(dice, texts, 5))
    place = dice.randint(1, len(word) - 2)
    slips = (
        word[:place] + word[place + 1 :],
        word[:place] + word[place] + word[place:],
        word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        word[:place] + dice.choice("aeioutrns") + word[place + 1 :],
    )
    return dice.choice(slips)


QUERIES = (one_word, two_words, beginning, plural, misspelled)


def milliseconds(act: Callable[[], object]) -> float:
    """The shortest of three times: what else the machine does is not what is measured."""
    return min(once(act) for _ in range(3))


def once(act: Callable[[], object]) -> float:
    start = CLOCK()
    act()
    return (CLOCK() - start) * 1e3


def times_of_find(store: Store, person: Person, queries: list[str]) -> list[float]:
    now = START + timedelta(days=4000)
    with store.transaction() as tx:
        book = Book(tx, person, "SM1", now)
        return [milliseconds(lambda query=query: find(book, query)) for query in queries]


def times_of_like(path: Path, person: Person, queries: list[str]) -> list[float]:
    with closing(sqlite3.connect(path)) as database:
        return [
            milliseconds(lambda query=query: database.execute(LIKE, (person.id, f"%{query}%")).fetchall())
            for query in queries
        ]


def megabytes(path: Path) -> tuple[float, float, float]:
    """Of the entries with their ordinary indexes, the full-text index, and the spelling index."""
    with closing(sqlite3.connect(path)) as database:
        sizes = [
            sum(database.execute(SIZE, (name,)).fetchone()[0] or 0 for name in names)
            for names in (("entries", "ix_entries%"), ("entries_fts%",), ("words", "ix_words%"))
        ]
    return sizes[0] / 1e6, sizes[1] / 1e6, sizes[2] / 1e6


def p50_and_p99(times: list[float]) -> tuple[float, float]:
    return statistics.median(times), statistics.quantiles(times, n=100, method="inclusive")[98]


def report(texts: list[str], count: int) -> None:
    dice = random.Random(3)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scrapbook.db"
        store = Store.open(f"sqlite:///{path}")
        store.migrate()
        person = filled(store, path, texts)
        each = range(count // len(QUERIES))
        queries = {kind.__name__: [kind(dice, texts) for _ in each] for kind in QUERIES}
        times = {kind: times_of_find(store, person, of_kind) for kind, of_kind in queries.items()}
        # Fewer where a single one takes long.
        like = times_of_like(path, person, queries["one_word"][: max(50, 5_000_000 // len(texts))])
        show(len(texts), times, like, megabytes(path))
        store.close()


def show(
    size: int, times: dict[str, list[float]], like: list[float], sizes: tuple[float, float, float]
) -> None:
    every = [time_ for kind in times.values() for time_ in kind]
    (p50, p99), (like_p50, like_p99) = p50_and_p99(every), p50_and_p99(like)
    print(f"\n{size:,} entries: {sizes[0]:.1f} MB", end=", ")
    print(f"full-text index {sizes[1]:.1f} MB, spelling index {sizes[2]:.1f} MB")
    print(f"{'':22}{'p50 ms':>9}{'p99 ms':>9}")
    for kind, of_kind in {"find": every, **times, "LIKE '%word%'": like}.items():
        print(f"{kind:22}" + "".join(f"{figure:>9.2f}" for figure in p50_and_p99(of_kind)))
    print(f"{'LIKE / find':22}{like_p50 / p50:>9.1f}{like_p99 / p99:>9.1f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,100000,1000000", help="comma-separated")
    parser.add_argument("--queries", type=int, default=1000)
    busy = "leave out what other processes take, where the machine has much else to do"
    parser.add_argument("--processor-time", action="store_true", help=busy)
    arguments = parser.parse_args()
    global CLOCK  # noqa: PLW0603 - chosen once, before anything is measured
    CLOCK = time.thread_time if arguments.processor_time else time.perf_counter
    for size in map(int, arguments.sizes.split(",")):
        report(list(Author().texts(size)), arguments.queries)


if __name__ == "__main__":
    main()
