"""The people who may text the scrapbook."""

from collections.abc import Iterable

import structlog

from scrapbook.errors import NameInvalid
from scrapbook.messaging.addresses import sms_and_whatsapp
from scrapbook.store import Store, Transaction
from scrapbook.text.display import one_line

MAX_NAME = 60
"""Characters."""

log = structlog.get_logger(__name__)


def ensure_people(store: Store, numbers: Iterable[str]) -> None:
    """Add one person for each number that nobody has yet, with its SMS and its WhatsApp address.

    Raises:
        AddressInvalid: one of the numbers is no phone number.
    """
    for number in numbers:
        store.write(lambda tx, number=number: let_in(tx, number))


def let_in(tx: Transaction, number: str) -> None:
    """Add a person for a number that nobody has yet. Raises AddressInvalid as ``ensure_people``."""
    addresses = sms_and_whatsapp(number)
    if not any(tx.people.by_address(address) for address in addresses):
        tx.people.add(number, addresses)
        log.info("person_added")


def check_name(name: str) -> None:
    """Refuse what is no name of a person: without a letter it would look like a number.

    Raises:
        NameInvalid: it has no letter, or more than MAX_NAME characters.
    """
    if not is_name(name):
        raise NameInvalid


def is_name(name: str) -> bool:
    """Return whether a text can be the name of a person, as ``check_name`` says."""
    return len(name) <= MAX_NAME and any(character.isalpha() for character in name)


def rename(tx: Transaction, person_id: int, name: str) -> None:
    """Change a person's name, to the one typed, without characters that are not seen.

    Raises:
        NameInvalid: as ``check_name``.
        NotFound: there is no such person.
    """
    name = one_line(name)
    check_name(name)
    tx.people.rename(person_id, name)
