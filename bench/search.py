"""Finding entries beside ``LIKE '%word%'``, over the same entries of one person in the same run.

    python bench/search.py [--sizes 1000,10000,100000,1000000] [--queries 1000] [--database URL]
        [--model FOLDER]

The texts are made up, with words as frequent as in a language (Zipf's law), the same in each run. They are
put into the tables of a new database, whose triggers build the index. A URL, such as
``postgresql+psycopg://user@host/postgres``, names a server on which a database is made for it, and removed.
"""

import argparse
import itertools
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg.sql import SQL, Identifier

from scrapbook.core import Book
from scrapbook.core.search import Meaning, find
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
AT_ONCE = 5_000
"""Entries of one transaction while the table is filled."""

ENCODED = 500
"""Texts that are encoded for the search by meaning."""

TRIES = 3
"""Of each query; the shortest counts: what else the machine does is not what is measured."""


class Database(Protocol):
    """What the bench does behind the back of the store."""

    url: str

    def insert(self, entries: Iterable[Sequence[object]]) -> None:
        """In one transaction, at once with their part of the index."""
        ...

    def settle(self) -> None:
        """What the database does for itself in time."""
        ...

    def like(self, person_id: int, part: str) -> list[Any]: ...

    def megabytes(self) -> tuple[float, float, float]:
        """Of the entries with their ordinary indexes, the full-text index, and the spelling index."""
        ...


INSERT = """
    INSERT INTO entries (person_id, number, text, topic_id, created_at) VALUES (?, ?, ?, ?, ?)
"""
LIKE = """
    SELECT id FROM entries WHERE person_id = ? AND deleted_at IS NULL AND text LIKE ?
    ORDER BY created_at DESC, number DESC LIMIT 500
"""


class Sqlite:
    def __init__(self, path: Path) -> None:
        self.url = f"sqlite:///{path}"
        self._connection = sqlite3.connect(path, check_same_thread=False)

    def insert(self, entries: Iterable[Sequence[object]]) -> None:
        stored = ((*values, f"{at:%Y-%m-%d %H:%M:%S.%f}") for *values, at in entries)
        with self._connection as connection:
            connection.executemany(INSERT, stored)

    def settle(self) -> None:
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def like(self, person_id: int, part: str) -> list[Any]:
        return self._connection.execute(LIKE, (person_id, f"%{part}%")).fetchall()

    def megabytes(self) -> tuple[float, float, float]:
        return (
            self._size("entries", "ix_entries%", "sqlite_autoindex_entries_%"),
            self._size("entries_fts%"),
            self._size("words", "ix_words%"),
        )

    def _size(self, *names: str) -> float:
        size = "SELECT coalesce(sum(pgsize), 0) / 1e6 FROM dbstat WHERE name LIKE ?"
        return sum(self._connection.execute(size, (name,)).fetchone()[0] for name in names)

    def close(self) -> None:
        self._connection.close()


class Postgresql:
    def __init__(self, url: str) -> None:
        self.url = url
        self._connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
        self._like = SQL(LIKE.replace("LIKE", "ILIKE").replace("?", "%s"))

    def insert(self, entries: Iterable[Sequence[object]]) -> None:
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.executemany(SQL(INSERT.replace("?", "%s")), entries)

    def settle(self) -> None:
        self._connection.execute("VACUUM ANALYZE")

    def like(self, person_id: int, part: str) -> list[Any]:
        return self._connection.execute(self._like, (person_id, f"%{part}%")).fetchall()

    def megabytes(self) -> tuple[float, float, float]:
        return self._size("entries"), self._size("entry_words"), self._size("words")

    def _size(self, table: str) -> float:
        [size] = self._connection.execute("SELECT pg_total_relation_size(%s) / 1e6", (table,)).fetchone() or [
            0
        ]
        return float(size)

    def close(self) -> None:
        self._connection.close()


@contextmanager
def new_sqlite() -> Generator[Sqlite]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scrapbook.db"
        migrate(f"sqlite:///{path}")
        with closing(Sqlite(path)) as database:
            yield database


@contextmanager
def new_postgresql(server: str) -> Generator[Postgresql]:
    name = f"scrapbook_bench_{os.getpid()}"
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            url = with_database(server, name)
            migrate(url)
            with closing(Postgresql(url)) as database:
                yield database
        finally:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def with_database(server: str, name: str) -> str:
    parts = urlsplit(server)
    return urlunsplit(parts._replace(path=f"/{name}"))


def migrate(url: str) -> None:
    store = Store.open(url)
    store.migrate()
    store.close()


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


def filled(
    store: Store, database: Database, texts: list[str], every: timedelta = timedelta(minutes=1)
) -> Person:
    """A person with these entries, some of them in topics. Goes around the store, whose triggers it keeps."""
    with store.transaction() as tx:
        person = tx.people.add("Ann", ["+15550100"])
        topics = [tx.topics.add(person.id, f"topic {number}").id for number in range(TOPICS)]
    entries, start = rows(person, texts, topics, every), time.monotonic()
    for done in range(0, len(texts), AT_ONCE):
        database.insert(itertools.islice(entries, AT_ONCE))
        progress(
            f"{min(done + AT_ONCE, len(texts)):,} of {len(texts):,} entries, {time.monotonic() - start:.0f} s"
        )
    progress("learning their words")
    with store.transaction() as tx:
        tx.words.index_words(person.id, "\n".join(texts))
    database.settle()
    return person


def rows(
    person: Person, texts: list[str], topics: list[int], every: timedelta
) -> Iterator[tuple[object, ...]]:
    for number, text in enumerate(texts, 1):
        topic = topics[number % TOPICS] if number % 3 == 0 else None
        yield person.id, number, text, topic, START + number * every


def progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text:60}", end="", file=sys.stderr, flush=True)


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


def any_word(dice: random.Random, texts: list[str]) -> str:
    """Words of three entries, all of which no entry has: the nearest are looked for."""
    return " ".join(dice.choice(words_of(dice, texts, 1)) for _ in range(6))


QUERIES = (one_word, two_words, beginning, plural, misspelled, any_word)


@dataclass(frozen=True)
class Times:
    """Milliseconds of each query: by the clock, and of this process's own work."""

    wall: list[float]
    work: list[float]

    @classmethod
    def of(cls, act: Callable[[str], object], queries: Sequence[str]) -> "Times":
        taken = [shortest(act, query, number, len(queries)) for number, query in enumerate(queries)]
        return cls([wall for wall, _ in taken], [work for _, work in taken])

    def __add__(self, other: "Times") -> "Times":
        return Times(self.wall + other.wall, self.work + other.work)

    def figures(self) -> list[float]:
        return [*p50_and_p99(self.wall), *p50_and_p99(self.work)]


def shortest(act: Callable[[str], object], query: str, number: int, count: int) -> tuple[float, float]:
    progress(f"query {number} of {count}")
    tries = [once(act, query) for _ in range(TRIES)]
    return min(wall for wall, _ in tries), min(work for _, work in tries)


def once(act: Callable[[str], object], query: str) -> tuple[float, float]:
    wall, work = time.perf_counter(), time.thread_time()
    act(query)
    return (time.perf_counter() - wall) * 1e3, (time.thread_time() - work) * 1e3


def p50_and_p99(times: list[float]) -> tuple[float, float]:
    return statistics.median(times), statistics.quantiles(times, n=100, method="inclusive")[98]


def meaning_of(store: Store, folder: str, texts: list[str]) -> Meaning:
    """The search by meaning, with a vector for each entry: that of one of a few texts, with some noise.

    To encode all would take an hour. So each query has hundreds of entries that are like it and each other.
    """
    import numpy as np  # noqa: PLC0415 - needs the extra "semantic"

    from scrapbook.core import meaning  # noqa: PLC0415
    from scrapbook.embeddings.encoder import Encoder  # noqa: PLC0415
    from scrapbook.embeddings.similarity import packed  # noqa: PLC0415

    encoder = Encoder(folder)
    vectors = encoder.of_entries(texts[:ENCODED])
    dice = np.random.default_rng(4)
    while rows := store.read(lambda tx: tx.vectors.without(encoder.name, AT_ONCE)):
        with store.transaction() as tx:
            for entry_id, text in rows:
                noise = dice.normal(scale=vectors.shape[1] ** -0.5, size=vectors.shape[1])
                vector = (vectors[entry_id % len(vectors)] + noise).astype(np.float32)
                tx.vectors.record(encoder.name, entry_id, text, packed(vector))
        progress(f"{rows[-1][0]:,} entries without a vector")
    return meaning.Meaning(encoder)


def measured(
    store: Store, database: Database, texts: list[str], count: int, model: str | None
) -> dict[str, Times]:
    dice = random.Random(3)
    queries = {kind: [kind(dice, texts) for _ in range(count // len(QUERIES))] for kind in QUERIES}
    person = filled(store, database, texts)
    meaning = meaning_of(store, model, texts) if model else None
    with store.transaction() as tx:
        book = Book(tx, person, "SM1", START + timedelta(days=4000))
        found = {
            kind.__name__.replace("_", " "): Times.of(lambda query: find(book, query), of_kind)
            for kind, of_kind in queries.items()
        }
        total = sum(found.values(), Times([], []))
        if meaning:
            found["by meaning"] = Times.of(
                lambda query: find(book, query, meaning=meaning), queries[any_word]
            )
    # Fewer where a single one takes long.
    scanned = queries[one_word][: max(20, 5_000_000 // len(texts))]
    like = Times.of(lambda word: database.like(person.id, word), scanned)
    return {"find": total, **found, "LIKE '%word%'": like}


def report(database: Database, texts: list[str], count: int, model: str | None) -> None:
    with closing(Store.open(database.url)) as store:
        times = measured(store, database, texts, count, model)
    entries, words, spelling = database.megabytes()
    progress("")
    print(f"\n{len(texts):,} entries: {entries:.1f} MB,", end=" ")
    print(f"full-text index {words:.1f} MB, spelling index {spelling:.1f} MB")
    print(f"{'milliseconds':20}{'p50':>9}{'p99':>9}{'p50 CPU':>9}{'p99 CPU':>9}")
    for name, of_name in times.items():
        print(f"{name:20}" + "".join(f"{figure:>9.2f}" for figure in of_name.figures()), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,100000,1000000", help="comma-separated")
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--database", metavar="URL", help="of a PostgreSQL server, in place of SQLite")
    parser.add_argument("--model", metavar="FOLDER", help="by which entries are found by meaning, too")
    arguments = parser.parse_args()
    for size in map(int, arguments.sizes.split(",")):
        new = new_postgresql(arguments.database) if arguments.database else new_sqlite()
        with new as database:
            report(database, list(Author().texts(size)), arguments.queries, arguments.model)
    print("\nLoad of the machine at the end:", *(f"{load:.1f}" for load in os.getloadavg()))


if __name__ == "__main__":
    main()
