"""Measure how long an export takes, how long it takes to come back, and what memory that needs.

``python -m bench.export [ENTRIES]`` makes a scrapbook of so many entries (100,000 without a number) in a
temporary folder, writes the ZIP, imports it for somebody else, and imports it once more. The memory is the
most that each step takes above what the process had before it.
"""

import random
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from scrapbook.exchange.exporting import Exporter
from scrapbook.exchange.importing import Importer
from scrapbook.media.storage import MediaStore
from scrapbook.store import Person, Store
from scrapbook.store.imports import NewEntry
from scrapbook.text.parsed_text import ParsedText

BATCH = 1000
WORDS, TOPICS = 5000, 50
BEGIN = datetime(2006, 1, 1, tzinfo=UTC)
POLL_SECONDS = 0.02


@dataclass
class Measured:
    """How long a step took, and how many bytes it needed above what there was before."""

    seconds: float = 0.0
    processor: float = 0.0
    peak: int = 0
    ended: threading.Event = field(default_factory=threading.Event)


def main() -> None:
    """Print a row for each step."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    table = Table("step", "seconds", "processor seconds", "MB above idle")
    with tempfile.TemporaryDirectory() as folder, closing(_store(Path(folder))) as store:
        files = MediaStore(f"{folder}/media")
        ann, ben = store.write(
            lambda tx: (tx.people.add("Ann", ["+15550100"]), tx.people.add("Ben", ["+15550101"]))
        )
        _fill(store, ann, count)
        path = Path(folder) / "export.zip"

        def exported() -> None:
            Exporter(store, files, ann.id).write_file(path, lambda _: None)

        def imported() -> None:
            Importer(store, files, ben.id).run(path, None, lambda _: None)

        for name, step in (("export", exported), ("import", imported), ("import again", imported)):
            found = _measured(step)
            table.add_row(name, f"{found.seconds:.1f}", f"{found.processor:.1f}", f"{found.peak / 2**20:.0f}")
        table.caption = f"{count:,} entries, {path.stat().st_size / 2**20:,.0f} MB"
    Console().print(table)


def _measured(step: Callable[[], None]) -> Measured:
    with _watched() as found:
        begun, processor = time.monotonic(), time.process_time()
        step()
        found.seconds, found.processor = time.monotonic() - begun, time.process_time() - processor
    return found


@contextmanager
def _watched() -> Generator[Measured]:
    found, before = Measured(), _resident()

    def watch() -> None:
        while not found.ended.wait(POLL_SECONDS):
            found.peak = max(found.peak, _resident() - before)

    thread = threading.Thread(target=watch)
    thread.start()
    yield found
    found.ended.set()
    thread.join()


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize()


def _store(folder: Path) -> Store:
    store = Store.open(f"sqlite:///{folder}/scrapbook.db")
    store.migrate()
    return store


def _fill(store: Store, person: Person, count: int) -> None:
    """Save entries of made-up words, in topics and without."""
    chance = random.Random(1)
    words = [
        "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 9))) for _ in range(WORDS)
    ]
    with store.transaction() as tx:
        topics = [tx.topics.add(person.id, f"{words[number]} {number}").id for number in range(TOPICS)]
        change = tx.imports.begin(person.id, {}, BEGIN)
    written: set[str] = set()
    for start in range(0, count, BATCH):
        entries = [
            _entry(number, " ".join(chance.choices(words, k=chance.randint(5, 40))), topics)
            for number in range(start, min(start + BATCH, count))
        ]
        with store.transaction() as tx, tx.changes.continuing(change):
            tx.imports.add(change, entries, written)


def _entry(number: int, words: str, topics: list[int]) -> NewEntry:
    text = ParsedText(words)
    topic_id = topics[number % TOPICS] if number % 6 else None
    return NewEntry(f"bench:{number}", text.text, text.facts, topic_id, BEGIN + timedelta(hours=number))


if __name__ == "__main__":
    main()
