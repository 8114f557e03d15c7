"""Several processes may be the first to use a data directory, all at the same moment."""

import sqlite3
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from multiprocessing import Queue, get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from scrapbook.errors import StoreError
from scrapbook.media.storage import MediaStore
from scrapbook.net.secret_file import installation_key
from scrapbook.store import Store, sqlite_file
from scrapbook.workflows.engine import _prepare_file

PROCESSES = 4
ROUNDS = 15

Work = Callable[[Path, int], str]
Order = tuple[Work, Path, int]
Result = tuple[int, str]


def connect(folder: Path, number: int | str) -> str:
    store = Store.open(f"sqlite:///{folder}/{number}.db")
    is_current = store.schema_is_current()
    store.close()
    return str(is_current)


def migrate(folder: Path, number: int) -> str:
    store = Store.open(f"sqlite:///{folder}/{number % 3}.db")
    store.migrate()
    is_current = store.schema_is_current()
    store.close()
    return str(is_current)


def prepare_dbos(folder: Path, number: int) -> str:
    _prepare_file(folder / str(number) / "journey.db")
    return ""


def switch(folder: Path, number: int) -> str:
    """A database that was made without WAL, as a restored one is."""
    with closing(sqlite3.connect(folder / f"restored-{number}.db", isolation_level=None)) as database:
        sqlite_file.switch_to_wal(database)
        [(mode,)] = database.execute("PRAGMA journal_mode")
    return str(mode)


def make_key(folder: Path, number: int) -> str:
    return installation_key(folder / str(number))


def check_media(folder: Path, number: int) -> str:
    MediaStore(str(folder / f"media-{number}")).check()
    return ""


def work_in_rounds(orders: "Queue[Order | None]", together: Barrier, results: "Queue[Result]") -> None:
    """Do what is ordered, at the same moment as the other processes."""
    while order := orders.get():
        work, folder, number = order
        together.wait(120)
        try:
            outcome = work(folder, number)
        except (StoreError, OSError, sqlite3.Error) as error:
            outcome = f"{type(error).__name__}: {error}"
        results.put((number, outcome))


class Crowd:
    """Processes that do the same at the same moment."""

    def __init__(self) -> None:
        context = get_context("spawn")
        self._together, self._results = context.Barrier(PROCESSES), context.Queue()
        self._orders = [context.Queue() for _ in range(PROCESSES)]
        self._processes = [
            context.Process(target=work_in_rounds, args=(orders, self._together, self._results))
            for orders in self._orders
        ]
        for process in self._processes:
            process.start()

    def do(self, work: Work, folder: Path) -> list[set[str]]:
        """What the processes got, by round."""
        for number in range(ROUNDS):
            for orders in self._orders:
                orders.put((work, folder, number))
        got: list[set[str]] = [set() for _ in range(ROUNDS)]
        for _ in range(ROUNDS * PROCESSES):
            number, outcome = self._results.get(timeout=120)
            got[number].add(outcome)
        return got

    def end(self) -> None:
        for orders in self._orders:
            orders.put(None)
        for process in self._processes:
            process.join(60)


@pytest.fixture(scope="module")
def crowd() -> Iterator[Crowd]:
    crowd = Crowd()
    yield crowd
    crowd.end()


@pytest.mark.parametrize(
    ("work", "outcome"),
    [(connect, "False"), (migrate, "True"), (prepare_dbos, ""), (check_media, "")],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_the_first_use_succeeds_in_each_process(
    crowd: Crowd, work: Work, outcome: str, tmp_path: Path
) -> None:
    assert crowd.do(work, tmp_path) == [{outcome}] * ROUNDS


def test_a_database_without_wal_is_switched_while_all_open_it(crowd: Crowd, tmp_path: Path) -> None:
    for number in range(ROUNDS):
        with closing(sqlite3.connect(tmp_path / f"restored-{number}.db")) as database:
            database.execute("CREATE TABLE notes (text)")
            database.commit()
    assert crowd.do(switch, tmp_path) == [{"wal"}] * ROUNDS


def test_a_database_without_wal_is_waited_for_while_another_writes_it(tmp_path: Path) -> None:
    """SQLite itself would not wait: it fails at once, whatever its busy timeout is."""
    path = tmp_path / "restored.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as writing, ThreadPoolExecutor(1) as pool:
        writing.execute("CREATE TABLE notes (text)")
        writing.execute("BEGIN IMMEDIATE")
        opening = pool.submit(connect, tmp_path, "restored")
        try:
            assert wait([opening], timeout=0.5).not_done
        finally:
            writing.execute("ROLLBACK")
        assert opening.result(30) == "False"


def test_all_get_the_same_key(crowd: Crowd, tmp_path: Path) -> None:
    keys = crowd.do(make_key, tmp_path)
    assert [len(each) for each in keys] == [1] * ROUNDS
    assert len(set.union(*keys)) == ROUNDS


def test_a_new_database_is_in_wal_mode_from_its_first_moment(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    sqlite_file.create(path)
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


def test_a_database_that_exists_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    path.write_bytes(b"whatever it is")
    sqlite_file.create(path)
    assert path.read_bytes() == b"whatever it is"
