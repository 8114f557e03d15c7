"""Addresses within the book that forms lead back to."""

import posixpath


def page_of_the_book(address: str, otherwise: str) -> str:
    """Return the address if it is one of the book's, else ``otherwise``.

    Whatever a browser would resolve to somewhere else is refused: dots, backslashes, control characters.
    """
    path = address.partition("?")[0]
    is_ours = path == "/book" or path.startswith("/book/")
    is_plain = address.isascii() and address.isprintable() and "\\" not in address and "#" not in address
    return address if is_ours and is_plain and posixpath.normpath(path) == path.rstrip("/") else otherwise
