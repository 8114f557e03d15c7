"""The ways in and out: one folder for each provider. ``app.py`` lists those that are in use.

Every folder has the same files:

- ``channel.py`` returns the ``Channel`` (``scrapbook.messaging.channel``) of the settings;
- ``account.py`` has the credentials;
- ``webhook.py`` has the routes that the provider calls, or ``poll.py`` asks the provider for messages;
- ``inbound.py`` turns what the provider sends into an ``InboundMessage``;
- ``transport.py`` sends messages, as the port ``Transport`` says;
- ``media.py`` fetches and deletes attachments, as the port ``MediaSource`` says;
- ``checks.py`` has the checks of ``scrapbook doctor``.

``book`` has no provider: what is written on the pages of the book comes in there, and its replies stay here.

To add a channel, add a folder with these files, name its function of ``channel.py`` in ``app.py``, and run
its checks in ``scrapbook.ops.doctor.outside``. The folder's name is the kind of its addresses.
"""

from collections.abc import Collection
from pkgutil import iter_modules

from scrapbook.messaging.addresses import PHONE_NUMBERS

WITHOUT_ADDRESSES = frozenset({"book"})
"""Channels whose people sign in. Nobody is given an address there."""


def address_kinds() -> Collection[str]:
    """Return the kinds of addresses that people may have: phone numbers, and one for each folder here."""
    return PHONE_NUMBERS | {module.name for module in iter_modules(__path__)} - WITHOUT_ADDRESSES
