"""The pages of the book as a channel."""

from scrapbook.channels.book.address import BOOK
from scrapbook.channels.book.media import BookMedia
from scrapbook.channels.book.transport import BookTransport
from scrapbook.messaging.channel import AudioLimits, Channel, FileLimits

_ANY_SIZE = 2**63


def book() -> Channel:
    """Return the channel. Its messages come from ``inbound.py``; its replies are read where they are stored.

    A reply with a file names an entry, on whose page the file is, so that files of every type are accepted.
    """
    return Channel(
        name=BOOK,
        carries=frozenset({BOOK}),
        transport=BookTransport(),
        media=BookMedia(),
        audio=AudioLimits(frozenset(), max_bytes=0),
        files={BOOK: FileLimits(None, _ANY_SIZE, _ANY_SIZE)},
        is_metered=False,
    )
