"""Search entries by what they mean, and encode them in the background. Needs the extra ``semantic``."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from scrapbook.core.book import Book
from scrapbook.embeddings.calibration import Scale
from scrapbook.embeddings.encoder import Encoder
from scrapbook.embeddings.similarity import Compared, VectorTable, packed
from scrapbook.errors import ModelUnavailable
from scrapbook.observability.reporting import report_error
from scrapbook.store import Store

MAX_TABLES_BYTES = 256 * 2**20
"""Memory for the vectors of the people who searched last: those of 700,000 entries with 384 numbers."""

BATCH = 32
"""Entries that are encoded before they are stored, in one transaction."""

DUTY = 0.5
"""The share of its time in which the encoder of entries works; in the rest, turns have the processor."""

IDLE_SECONDS = 2.0
"""Between two looks for entries to encode."""

RETRY_SECONDS = 60.0
"""After an error, such as a model that cannot be downloaded."""

OVERLAP = 256
"""Vectors that are read again: of several processes that store some, one may commit a lower id later."""

log = structlog.get_logger(__name__)


@dataclass
class _Table:
    vectors: VectorTable = field(default_factory=VectorTable)
    seen: int = 0


class Meaning:
    """The search by meaning of one process. Threads may share it.

    Args:
        encoder: computes the vectors. Until it is loaded, nothing is found.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._tables: OrderedDict[int, _Table] = OrderedDict()
        self._lock = threading.Lock()

    def compare(self, book: Book, text: str) -> "Likenesses | None":
        """Return how alike the person's entries are to a text; None until the model is loaded.

        Some of the entries may be in the trash or erased by now.
        """
        if not self.encoder.is_loaded:
            return None
        try:
            query = self.encoder.of_query(text)
        except Exception as error:  # noqa: BLE001 - the libraries raise errors of many types; the words are left
            report_error(error, step="encode_query")
            return None
        with self._lock:
            compared = self._table(book, query.size).vectors.compare(query)
        return Likenesses(compared, self.encoder.query_scale, self.encoder.entry_scale)

    def _table(self, book: Book, size: int) -> _Table:
        """Return the person's vectors, without those of another size, which a damaged backup may have."""
        person_id, model = book.person.id, self.encoder.name
        table = self._tables.setdefault(person_id, _Table())
        self._tables.move_to_end(person_id)
        highest = book.tx.vectors.highest_id()
        if table.seen < highest:
            new = book.tx.vectors.of(person_id, model, max(table.seen - OVERLAP, 0))
            fitting = [row for row in new if len(row.vector) == size]
            table.vectors.add([row.entry_id for row in fitting], [row.vector for row in fitting])
            table.seen = highest
        while len(self._tables) > 1 and self._size() > MAX_TABLES_BYTES:
            self._tables.popitem(last=False)
        return table

    def _size(self) -> int:
        return sum(table.vectors.size for table in self._tables.values())


@dataclass(frozen=True)
class Likenesses:
    """How alike a person's entries are to a text, and to each other. See ``core.search.Likenesses``."""

    compared: Compared
    query_scale: Scale
    entry_scale: Scale

    def nearest(self, count: int) -> list[int]:
        return self.compared.nearest(count)

    def of(self, ids: Sequence[int]) -> dict[int, float]:
        found = self.compared.only(ids)
        return dict(zip(found.ids.tolist(), self.query_scale.likeness(found.cosines).tolist(), strict=True))

    def among(self, ids: Sequence[int]) -> Callable[[int], dict[int, float]]:
        found = self.compared.only(ids)
        known = found.ids.tolist()

        def to(id_: int) -> dict[int, float]:
            if id_ not in known:
                return {}
            likeness = self.entry_scale.likeness(found.cosines_to(known.index(id_)))
            return dict(zip(known, likeness.tolist(), strict=True))

        return to


class EntryEncoder:
    """Encodes the entries that have no vector, newest first, in a thread of its own."""

    def __init__(self, store: Store, encoder: Encoder) -> None:
        self._store = store
        self._encoder = encoder
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="entry encoder", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop after the entries that are being encoded, and wait for that."""
        self._stop.set()
        self._thread.join()

    def encode_some(self) -> int:
        """Encode the newest entries without a vector, at most ``BATCH``. Returns how many were stored.

        Raises ModelUnavailable.
        """
        self._encoder.load()
        model = self._encoder.name
        found = self._store.read(lambda tx: tx.vectors.without(model, BATCH))
        if not found:
            return 0
        vectors = self._encoder.of_entries([text for _, text in found])
        rows = [(id_, text, packed(vector)) for (id_, text), vector in zip(found, vectors, strict=True)]
        return self._store.write(lambda tx: sum(tx.vectors.record(model, *row) for row in rows))

    def _run(self) -> None:
        done: tuple[int, int] | None = None
        while not self._stop.is_set():
            try:
                state = self._store.read(lambda tx: tx.vectors.state())
                # What comes while others are encoded is looked for in the next round.
                done = state if state == done or not self._encode_all() else None
                pause = IDLE_SECONDS if done else 0
            except ModelUnavailable as error:
                log.warning("model_unavailable", reason=str(error))
                pause = RETRY_SECONDS
            except Exception as error:  # noqa: BLE001 - the next round may succeed
                report_error(error, step="encode_entries")
                pause = RETRY_SECONDS
            self._stop.wait(pause)

    def _encode_all(self) -> int:
        """Encode all entries without a vector. Returns how many."""
        count = 0
        while not self._stop.is_set():
            begun = time.monotonic()
            encoded = self.encode_some()
            if not encoded:
                break
            count += encoded
            self._stop.wait((time.monotonic() - begun) * (1 / DUTY - 1))
        if count:
            log.info("entries_encoded", entries=count)
        return count
