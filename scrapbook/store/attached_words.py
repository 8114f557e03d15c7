"""The words of what an entry links to or holds, and its terms, saved beside its text for the search."""

from collections.abc import Collection

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from scrapbook.store.tables import EntryLinkRow, EntryMediaRow, EntryRow, EntryVectorRow, FileTextRow
from scrapbook.text.character_pairs import terms
from scrapbook.text.links import find_links
from scrapbook.text.query import MAX_INDEXED


def refresh_from_text(session: Session, entry_id: int) -> str:
    """Save the words for the text that is stored, as ``refresh`` does, and return the titles.

    To be called when a page's title or the words of a file came, or an older text came back. Returns "" if
    there is no such entry.
    """
    text = session.scalar(select(EntryRow.text).where(EntryRow.id == entry_id)) or ""
    return refresh(session, entry_id, text, {link.url for link in find_links(text)})


def refresh(session: Session, entry_id: int, text: str, urls: Collection[str]) -> str:
    """Save the titles of the pages that are known, the words of files, and the terms. Returns the titles.

    The titles are a line for each link in the entry's text. The entry's vector is removed, since the text may
    be another one now.

    Args:
        text: of the entry.
        urls: the links in the text.
    """
    titles = _titles(session, entry_id, urls)
    words = "\n".join(filter(None, (titles, *_texts_of_files(session, entry_id))))
    theirs = EntryRow.id == entry_id
    session.execute(
        update(EntryRow).where(theirs, EntryRow.attached_words != words).values(attached_words=words)
    )
    written = character_terms(f"{text}\n{words}")
    changed = EntryRow.character_terms.is_distinct_from(written)
    session.execute(update(EntryRow).where(theirs, changed).values(character_terms=written))
    session.execute(delete(EntryVectorRow).where(EntryVectorRow.entry_id == entry_id))
    return titles


def index_characters(session: Session, count: int) -> int:
    """Save the terms of the newest entries whose terms were not read, at most ``count``. Returns how many."""
    rows = select(EntryRow.id, EntryRow.text, EntryRow.attached_words).where(
        EntryRow.character_terms.is_(None)
    )
    found = session.execute(rows.order_by(EntryRow.id.desc()).limit(count).with_for_update()).all()
    for entry_id, text, words in found:
        written = character_terms(f"{text}\n{words}")
        session.execute(update(EntryRow).where(EntryRow.id == entry_id).values(character_terms=written))
    return len(found)


def character_terms(text: str) -> str:
    """Return the terms of a text as they are stored."""
    return "".join(f"{term} " for term in terms(text[:MAX_INDEXED]))


def _titles(session: Session, entry_id: int, urls: Collection[str]) -> str:
    known = select(EntryLinkRow).where(EntryLinkRow.entry_id == entry_id).order_by(EntryLinkRow.ordinal)
    pages = [row for row in session.scalars(known) if row.url in urls]
    return "\n".join(filter(None, (" ".join(filter(None, (page.title, page.site))) for page in pages)))


def _texts_of_files(session: Session, entry_id: int) -> Collection[str]:
    texts = select(FileTextRow.text).join(EntryMediaRow, EntryMediaRow.url == FileTextRow.url)
    return session.scalars(
        texts.where(EntryMediaRow.entry_id == entry_id).order_by(EntryMediaRow.ordinal)
    ).all()
