"""The search by meaning of the pages, if a model is set: docs/search.md."""

import threading

import structlog

from scrapbook.core.book import Book
from scrapbook.core.search import Likenesses, Meaning
from scrapbook.errors import ModelUnavailable
from scrapbook.observability.reporting import report_error

WAIT = 2.0
"""Seconds for which the search that first needs the model waits for it. A download may take minutes."""

log = structlog.get_logger(__name__)


class LoadedWhenNeeded:
    """A search by meaning whose model is loaded when words first find nothing. Until then it finds nothing.

    Args:
        setting: the model, as ``SCRAPBOOK_SEMANTIC_MODEL`` names it.
    """

    def __init__(self, setting: str) -> None:
        self._setting = setting
        self._meaning: Meaning | None = None
        self._lock = threading.Lock()
        self._loading: threading.Thread | None = None

    def compare(self, book: Book, text: str) -> Likenesses | None:
        """Return what ``scrapbook.core.meaning.Meaning.compare`` does; None until the model is loaded."""
        if self._meaning is None:
            self._load_in_background().join(WAIT)
        return self._meaning.compare(book, text) if self._meaning else None

    def _load_in_background(self) -> threading.Thread:
        with self._lock:
            # A model that could not be downloaded is tried again by the next search.
            if self._loading is None or not self._loading.is_alive():
                self._loading = threading.Thread(target=self._load, name="model of the pages", daemon=True)
                self._loading.start()
            return self._loading

    def _load(self) -> None:
        try:
            # They need the extra "semantic", which an app may lack that is asked by text only.
            from scrapbook.core import meaning  # noqa: PLC0415
            from scrapbook.embeddings.encoder import Encoder  # noqa: PLC0415

            encoder = Encoder(self._setting)
            encoder.load()
        except (ImportError, ModelUnavailable) as error:
            log.warning("model_unavailable", reason=str(error))
        except Exception as error:  # noqa: BLE001 - the words are left
            report_error(error, step="load_model_of_pages")
        else:
            self._meaning = meaning.Meaning(encoder)
