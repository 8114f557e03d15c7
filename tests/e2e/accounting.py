"""Whether every message that the webhook took is answered, or stands in the inbox as failed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from scrapbook.store import Store
from tests.support.installation import Installation, wait_until

Fate = Literal["answered", "failed"]


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the messages of one person, in the order in which they were texted."""

    fates: Mapping[str, Fate]
    entries: Sequence[str]


def settled(
    installation: Installation, accepted: Mapping[str, Sequence[str]], timeout: float = 120
) -> dict[str, Account]:
    """By person, when nothing is under way any more; ``accepted`` are the sids of all that they ever texted.

    Fails where a message is neither answered nor visibly failed, or is both; where a reply reached Twilio
    that is not on record, or one on record did not, or one came twice, or one before an earlier one.
    """
    inbox: dict[str, str] = {}
    store = Store.open(installation.database_url)

    def is_settled() -> bool:
        if _is_working(store):  # each run of the command takes as much time as many answers
            return False
        inbox.clear()
        inbox.update(_inbox(installation))
        return set(inbox.values()) <= {"failed", "unsent"}

    try:
        wait_until(is_settled, timeout, lambda: f"still under way: {inbox or _inbox(installation)}")
        return {
            person: _account(installation, store, person, sids, inbox) for person, sids in accepted.items()
        }
    finally:
        store.close()


def all_answered(account: Account, thoughts: Sequence[str]) -> bool:
    """Whether each became an entry, in this order, and has its replies."""
    return list(account.entries) == list(thoughts) and set(account.fates.values()) == {"answered"}


def _account(
    installation: Installation, store: Store, person: str, sids: Sequence[str], inbox: Mapping[str, str]
) -> Account:
    assert len(set(sids)) == len(sids)
    fates: dict[str, Fate] = {}
    sent: list[str | None] = []
    entries: list[str] = []
    with store.transaction(read_only=True) as tx:
        for sid in sids:
            message = tx.messages.find(sid)
            replies = tx.outbound_messages.of_message(sid)
            is_answered = bool(replies) and all(reply.state == "sent" for reply in replies)
            is_answered &= message is not None and message.state == "answered"
            assert is_answered != (sid in inbox), (message, replies, inbox.get(sid))
            fates[sid] = "answered" if is_answered else "failed"
            sent += [reply.provider_id for reply in replies if reply.state == "sent"]
            entries += [entry.text for entry in tx.entries.of_message(sid)]
    arrived = [message["sid"] for message in installation.messages_to(person)]
    assert arrived == sent, "not once, or not in the order in which they were texted"
    return Account(fates, entries)


def _is_working(store: Store) -> bool:
    """Return whether a message waits for its answer, or a reply is still to be sent."""
    with store.transaction(read_only=True) as tx:
        unsent = [reply for reply in tx.outbound_messages.undelivered() if reply.state != "failed"]
        return bool(tx.inbox.all() or unsent)


def _inbox(installation: Installation) -> dict[str, str]:
    """State by sid, as ``scrapbook inbox`` prints them."""
    shown = installation.run("inbox")
    assert shown.returncode == 0, shown.stderr
    if shown.stdout == "Every message is finished.\n":
        return {}
    _heading, *lines = shown.stdout.splitlines()
    return {sid: state for sid, _date, _time, _utc, state, *_ in map(str.split, lines)}
