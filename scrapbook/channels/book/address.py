"""Addresses of the book: ``book:3`` is the person with the id 3, on the pages where they have signed in.

No person has such an address in the table of addresses, so a message with one on another channel is that of
an unknown sender.
"""

from scrapbook.messaging.addresses import Address

BOOK = "book"
"""The kind of these addresses."""

SCRAPBOOK = str(Address(BOOK, "scrapbook"))
"""The address of the scrapbook itself."""


def address_of(person_id: int) -> str:
    """Return the address of a person on the pages of the book."""
    return str(Address(BOOK, str(person_id)))
