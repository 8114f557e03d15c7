"""How often a suggested topic is the right one, how often one is suggested, and how long it takes.

    python bench/suggesting.py [--sizes 1000,10000,100000] [--thoughts 1000] [--processor-time]
        [--texts FILE --topics FILE]

The entries are made up, the same in each run. A third of the words of a text about a topic come from its 150
words, the rest from the 20,000 that all share, as frequent as in a language (Zipf's law). A topic's words are
themselves shared ones, not the most frequent, so that other texts hold them too and topics have some in
common. Topics are of very different sizes. Half of the entries are filed; of the others half are about those
same topics (their owner forgot) and half about fifty other subjects. The thoughts to be judged are made in
the same way, and are not among the entries.

- precision: of all suggestions, the share that name the topic which the thought was made for
- coverage: of the thoughts about a topic, the share that get the right suggestion
- false alarms: of the thoughts about other subjects, the share that get any suggestion

``--texts`` are real texts, one a line, that are about none of the ``--topics``, one a line, which get a few
made-up entries each: how many have one suggested? It tells what names do that are words of everyday English.
"""

import argparse
import itertools
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from search import invented_words

from scrapbook.core import Book
from scrapbook.core.topic_suggestions import suggest
from scrapbook.store import Person, Store
from scrapbook.text.parsed_text import ParsedText

SHARED, OWN, TOPICS, OTHER_SUBJECTS = 20_000, 150, 30, 50
WORDS_IN_A_TEXT = (3, 25)
FROM_THE_TOPIC = 0.33
START = datetime(2020, 1, 1, tzinfo=UTC)
CLOCK = time.perf_counter
INSERT = "INSERT INTO entries (person_id, number, text, topic_id, created_at) VALUES (?, ?, ?, ?, ?)"


@dataclass(frozen=True)
class Labelled:
    """``topic`` is what the text was made for, ``filed`` whether its owner says so."""

    text: str
    topic: str | None
    filed: bool


class Author:
    """Writes about topics and other subjects."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._shared = invented_words(SHARED)
        self._weights = list(itertools.accumulate(1 / rank for rank in range(1, SHARED + 1)))
        self._own_weights = list(itertools.accumulate(1 / (rank + 5) for rank in range(OWN)))
        subjects = random.Random(7)
        ordinary = self._shared[100:8000]
        self._subjects = [subjects.sample(ordinary, OWN) for _ in range(TOPICS + OTHER_SUBJECTS)]
        self._sizes = list(itertools.accumulate(1 / (rank + 2) for rank in range(TOPICS)))

    def about_a_topic(self, filed: bool = False) -> Labelled:
        topic = self._dice.choices(range(TOPICS), cum_weights=self._sizes)[0]
        return Labelled(self._text(topic), name_of(topic), filed)

    def about_something_else(self) -> Labelled:
        return Labelled(self._text(self._dice.randrange(TOPICS, TOPICS + OTHER_SUBJECTS)), None, False)

    def entries(self, count: int) -> Iterator[Labelled]:
        for number in range(count):
            if number % 2:
                yield self.about_a_topic(filed=True)
            else:
                yield self.about_a_topic() if number % 4 else self.about_something_else()

    def _text(self, subject: int) -> str:
        words = [self._word(subject) for _ in range(self._dice.randint(*WORDS_IN_A_TEXT))]
        return " ".join(words)

    def _word(self, subject: int) -> str:
        if self._dice.random() < FROM_THE_TOPIC:
            return self._dice.choices(self._subjects[subject], cum_weights=self._own_weights)[0]
        return self._dice.choices(self._shared, cum_weights=self._weights)[0]


def name_of(topic: int) -> str:
    """Said in none of the texts."""
    return f"topic {chr(ord('a') + topic // 26)}{chr(ord('a') + topic % 26)}"


def filled(store: Store, path: Path, entries: list[Labelled]) -> Person:
    """A person with these entries. Goes around the store, whose triggers it keeps."""
    with store.transaction() as tx:
        person = tx.people.add("Ann", ["+15550100"])
        names = sorted({entry.topic for entry in entries if entry.topic and entry.filed})
        topics = {name: tx.topics.add(person.id, name).id for name in names}
    with closing(sqlite3.connect(path)) as database, database:
        for number, entry in enumerate(entries, 1):
            topic = topics[entry.topic] if entry.topic and entry.filed else None
            made = (START + timedelta(minutes=number)).strftime("%Y-%m-%d %H:%M:%S.%f")
            database.execute(INSERT, (person.id, number, entry.text, topic, made))
        database.execute("UPDATE people SET next_number = ?", (len(entries) + 1,))
    with store.transaction() as tx:
        tx.words.index_words(person.id, "\n".join(entry.text for entry in entries))
        tx.entries.forget_deleted()
    return person


def judged(store: Store, person: Person, thoughts: list[Labelled]) -> tuple[list[str | None], list[float]]:
    """What is suggested for each, and how many milliseconds that takes. Each is forgotten again at once."""
    suggested: list[str | None] = []
    times: list[float] = []
    for thought in thoughts:
        with store.transaction() as tx:
            entry = tx.entries.add(
                person.id, ParsedText(thought.text), None, None, START + timedelta(days=4000)
            )
            start = CLOCK()
            suggested.append(suggest(Book(tx, person, "SM1", START), entry))
            times.append((CLOCK() - start) * 1e3)
            for shelf in tx.suggestions.topic_stats(person.id):
                tx.suggestions.taken_up(shelf.topic_id)
            tx.entries.erase(entry.id)
    return suggested, times


def report(size: int, count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scrapbook.db"
        store = Store.open(f"sqlite:///{path}")
        store.migrate()
        person = filled(store, path, list(Author(1).entries(size)))
        author = Author(2)
        about = [author.about_a_topic() for _ in range(count // 2)]
        others = [author.about_something_else() for _ in range(count // 2)]
        suggested, times = judged(store, person, about)
        alarms, more_times = judged(store, person, others)
        store.close()
    right = sum(name == thought.topic for name, thought in zip(suggested, about, strict=True))
    made, false = count_of(suggested), count_of(alarms)
    times += more_times
    p99 = statistics.quantiles(times, n=100, method="inclusive")[98]
    print(f"{size:>9,}{right / max(made + false, 1):>11.3f}{right / len(about):>10.3f}", end="")
    print(f"{false / len(others):>14.3f}{statistics.median(times):>9.2f}{p99:>9.2f}", flush=True)


def count_of(suggested: list[str | None]) -> int:
    return sum(name is not None for name in suggested)


def report_texts(texts: Path, topics: Path) -> None:
    lines = [line for line in texts.read_text(encoding="utf-8").splitlines() if line.strip()]
    names = [name for name in topics.read_text(encoding="utf-8").splitlines() if name.strip()]
    words = invented_words(SHARED)
    dice = random.Random(4)
    entries = [Labelled(" ".join(dice.sample(words, 8)), name, True) for name in names for _ in range(4)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scrapbook.db"
        store = Store.open(f"sqlite:///{path}")
        store.migrate()
        person = filled(store, path, entries)
        suggested, _ = judged(store, person, [Labelled(line, None, False) for line in lines])
        store.close()
    print(f"\nof {len(lines)} real texts, {count_of(suggested)} have one of {len(names)} topics suggested")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,100000", help="comma-separated")
    parser.add_argument("--thoughts", type=int, default=1000)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--topics", type=Path)
    busy = "leave out what other processes take, where the machine has much else to do"
    parser.add_argument("--processor-time", action="store_true", help=busy)
    arguments = parser.parse_args()
    global CLOCK  # noqa: PLW0603 - chosen once, before anything is measured
    CLOCK = time.thread_time if arguments.processor_time else time.perf_counter
    print("  entries  precision  coverage  false alarms   p50 ms   p99 ms")
    for size in map(int, arguments.sizes.split(",")):
        report(size, arguments.thoughts)
    if arguments.texts and arguments.topics:
        report_texts(arguments.texts, arguments.topics)


if __name__ == "__main__":
    main()
