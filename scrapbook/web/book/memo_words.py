"""The words of a memo with their times, for a page that plays it: fetched when it is played, as JSON.

A list of entries shows the plain text: an element for each word would make a page of memos several times as
large.
"""

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from scrapbook.core.entry_names import entry_of_number
from scrapbook.core.spoken_words import SpokenText, SpokenWord, spoken_texts
from scrapbook.store import Store, Transaction
from scrapbook.web.book.access import Handler, SignedIn

NO_WORDS = "There is no memo of that number whose words are known."

_HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


def memo_word_routes(words: "MemoWords") -> list[tuple[str, Handler, Sequence[str]]]:
    """Return the route of the words: path, handler, methods."""
    return [("/book/entries/{number:entry}/words", words.words, ("GET", "HEAD"))]


class MemoWords:
    """Serves the words of memos of whoever is signed in."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def words(self, request: Request, who: SignedIn) -> Response:
        """Answer with the words of an entry, as plain text that a page puts into text nodes::

            {"file": 1, "corrected": false, "paragraphs": [[["Milk", 3.0, 3.5, 0.98], [" is", 3.5, 3.7, 1]]]}

        ``file`` is the position of the recording among the entry's files. A word has its start and its end in
        seconds, and the probability that it is right; three nulls if it was corrected.
        """
        number = int(request.path_params["number"])
        spoken = await run_in_threadpool(self._store.read, lambda tx: _spoken(tx, who.person_id, number))
        if spoken is None:
            return PlainTextResponse(NO_WORDS, status_code=404, headers=_HEADERS)
        paragraphs = [[_values(word) for word in paragraph.words] for paragraph in spoken.paragraphs]
        content = {"file": spoken.index + 1, "corrected": spoken.is_corrected, "paragraphs": paragraphs}
        return JSONResponse(content, headers=_HEADERS)


def _spoken(tx: Transaction, person_id: int, number: int) -> SpokenText | None:
    entry = entry_of_number(tx, person_id, number)
    return spoken_texts(tx, [entry]).get(entry.id) if entry else None


def _values(word: SpokenWord) -> tuple[str, float | None, float | None, float | None]:
    return word.text, word.start, word.end, word.probability
