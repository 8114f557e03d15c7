"""Save messages just as they came: those that could not be understood, or could not be saved otherwise.

Nothing is looked for in them, since that may be what failed: no topic, no link, no quote.
"""

from scrapbook.core import editing, memos
from scrapbook.core.book import Book
from scrapbook.store import Message, Transaction, TurnResult
from scrapbook.text.parsed_text import UnparsedText
from scrapbook.text.topic_markers import is_blank


def save_unparsed(tx: Transaction, message_id: str) -> TurnResult | None:
    """Save a message as an entry, and record and return the result of its turn.

    The words of a memo become those of its entry.

    Returns:
        The result that the turn has already, if it has one: nothing is saved then. None if there is nothing
        to save.

    Raises:
        NotFound: there is no message with that id.
    """
    if earlier := tx.turn_results.of(message_id):
        return earlier
    message = tx.messages.get(message_id)
    if is_blank(message.body):
        return None
    book = Book(tx, tx.people.get(message.person_id), message_id, message.received_at)
    result = _fill_in(book, message) if message.is_memo else _save(book, message)
    if result:
        tx.turn_results.record(message_id, result)
    return result


def _save(book: Book, message: Message) -> TurnResult:
    with book.recording("save"):
        entry = book.tx.entries.add(
            book.person.id, UnparsedText(message.body), None, message.id, book.now, message.media
        )
    return TurnResult("utter_saved_unparsed", {"number": str(entry.number)})


def _fill_in(book: Book, memo: Message) -> TurnResult | None:
    entry = memos.entry_of(book.tx, memo.id)
    if entry is None:  # it was purged
        return None
    filled = editing.fill_in(book, entry, memo.body, UnparsedText)
    response = "utter_memo_in_trash" if filled.deleted_at else "utter_memo_saved_unparsed"
    return TurnResult(response, {"number": str(filled.number)})
