"""Exports of other programs that people send: offer what is in them, take it, and say what became of it.

The file is an attachment of its message like any other, whatever is answered to the offer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from scrapbook.core.book import Book
from scrapbook.core.unasked import leave
from scrapbook.core.wording import sentence
from scrapbook.store import Transaction, UploadedExport


@dataclass(frozen=True, slots=True)
class Taken:
    """An export whose import was begun: the program, and what would come."""

    program: str
    found: str


class NotTaken(Enum):
    """Why there is nothing to import."""

    NOTHING = "nothing"
    READING = "reading"
    UNDER_WAY = "under_way"
    DONE_BEFORE = "done_before"
    FAILED = "failed"


_WHY = {
    "uploading": NotTaken.READING,
    "reading": NotTaken.READING,
    "wanted": NotTaken.UNDER_WAY,
    "imported": NotTaken.DONE_BEFORE,
    "failed": NotTaken.FAILED,
}
"""By the state of the person's export."""


def take(book: Book) -> Taken | NotTaken:
    """Have the person's export imported, whether it was sent or uploaded. They are told when it is done."""
    exports = book.tx.uploaded_exports
    uploaded = exports.of_person(book.person.id)
    if uploaded is None:
        return NotTaken.NOTHING
    if not exports.want(uploaded.id, book.message_id):
        return _WHY.get(uploaded.state, NotTaken.NOTHING)
    return Taken(str(uploaded.preview["format"]), described(uploaded.preview))


def problem_of(book: Book) -> str:
    """Return why the person's export cannot be imported."""
    uploaded = book.tx.uploaded_exports.of_person(book.person.id)
    return (uploaded.problem if uploaded else None) or ""


def offer(tx: Transaction, uploaded: UploadedExport, preview: Mapping[str, Any], now: datetime) -> None:
    """Tell a person what would come out of a file that they have sent."""
    body = sentence("utter_import_offered", program=str(preview["format"]), found=described(preview))
    _tell(tx, uploaded, "offered", body, now)


def tell_done(tx: Transaction, uploaded: UploadedExport, result: Mapping[str, Any], now: datetime) -> None:
    """Tell a person what has come out of their export."""
    program = str(uploaded.preview["format"])
    parts = [_counted(result["added"], "new entry", "new entries")] if result["added"] else []
    parts += [f"{result['updated']:,} brought up to date"] if result["updated"] else []
    parts += [f"{result['known']:,} known before"] if result["known"] else []
    parts += [f"{result['skipped_count']:,} left out"] if result["skipped_count"] else []
    latest = tx.changes.latest(uploaded.person_id)
    if result["change"] is None:
        response = "utter_imported_nothing"
    else:
        is_undone_next = latest is not None and latest.id == result["change"]
        response = "utter_imported" if is_undone_next else "utter_imported_meanwhile"
    told = ", ".join(parts) or "no entries"
    if result["change"] is None:
        told = told[0].upper() + told[1:]
    _tell(tx, uploaded, "done", sentence(response, program=program, result=told), now)


def tell_failed(tx: Transaction, uploaded: UploadedExport, problem: str, now: datetime) -> None:
    """Tell a person that nothing more comes out of a file that they wanted imported."""
    _tell(tx, uploaded, "failed", sentence("utter_import_failed", problem=problem), now)


def described(preview: Mapping[str, Any]) -> str:
    """Return what would come, such as ``120 entries with 30 files, the name Ada, 2 left out``."""
    told = _counted(preview["entries"], "entry", "entries")
    if preview["files"]:
        told += f" with {_counted(preview['files'], 'file', 'files')}"
    if preview.get("beside"):  # of a file that an older release has looked at, that is not known
        told += f", {preview['beside']}"
    return told + (f", {preview['skipped_count']:,} left out" if preview["skipped_count"] else "")


def _counted(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"


def _tell(tx: Transaction, uploaded: UploadedExport, what: str, body: str, now: datetime) -> None:
    """Say it once for each message with which a file came or was wanted, however often the step runs."""
    key = f"import:{uploaded.message_id}:{uploaded.id}:{what}"
    leave(tx, uploaded.person_id, key, body, now, is_answer=True)
