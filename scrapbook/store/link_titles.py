"""What the pages behind the links of an entry are called, beside its text, for the search."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scrapbook.links.finding import find_links
from scrapbook.store.tables import EntryLinkRow, EntryRow


def refresh(session: Session, entry_id: int) -> str:
    """To be called when the text or what is known of its links has changed. A line for each link that is
    in the text; nothing when there is no such entry."""
    text = session.scalar(select(EntryRow.text).where(EntryRow.id == entry_id))
    links = {link.url for link in find_links(text or "")}
    known = select(EntryLinkRow).where(EntryLinkRow.entry_id == entry_id).order_by(EntryLinkRow.ordinal)
    pages = [row for row in session.scalars(known) if row.url in links]
    titles = "\n".join(filter(None, (" ".join(filter(None, (page.title, page.site))) for page in pages)))
    changed = update(EntryRow).where(EntryRow.id == entry_id, EntryRow.link_titles != titles)
    session.execute(changed.values(link_titles=titles))
    return titles
