"""Tell whether a text is a reaction to a message: some phones send one as a text, some people a 👍."""

from scrapbook.core.open_questions import is_confirmation, is_fresh, open_question
from scrapbook.store import Message, Transaction
from scrapbook.text.reactions import Reaction, is_sign

RECENT = 100
"""How many of a person's latest messages, in each direction, a reaction may be to."""

RECENT_WITH_MEDIA = 20
"""How many of them may have the attachment that a reaction is to."""


def may_be_reaction(text: str) -> bool:
    """Return whether the words of a text may be a reaction; ``is_reaction`` tells whether they are."""
    return is_sign(text) or Reaction.parse(text) is not None


def is_reaction(tx: Transaction, message_id: str) -> bool:
    """Return whether a message says how somebody reacted to a recent message of theirs or ours.

    A sign such as 👍 does so unless it answers a question.
    """
    message = tx.messages.get(message_id)
    if is_sign(message.body):
        return not _answers_a_question(tx, message) and _has_heard_from_us(tx, message.person_id)
    reaction = Reaction.parse(message.body)
    if reaction is None:
        return False
    if reaction.is_to_attachment:
        return tx.messages.have_media(message.person_id, RECENT_WITH_MEDIA)
    bodies = (
        *tx.outbound_messages.latest_bodies(message.person_id, RECENT),
        *tx.messages.latest_bodies(message.person_id, RECENT),
    )
    return any(map(reaction.is_to, bodies))


def _answers_a_question(tx: Transaction, message: Message) -> bool:
    question = open_question(tx, message.person_id, message.received_at)
    return question is not None and is_confirmation(question) and is_fresh(tx, question, message)


def _has_heard_from_us(tx: Transaction, person_id: int) -> bool:
    return bool(tx.outbound_messages.latest_bodies(person_id, RECENT))
