"""The interfaces between the app and a channel."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from scrapbook.messaging.inbound import InboundMessage
from scrapbook.model.delivery_status import DeliveryStatus


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that a provider has accepted.

    Attributes:
        provider_id: the provider's id of the message.
        status: the provider's name of its state at that moment.
    """

    provider_id: str
    status: str


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A file, and its content type as detected from its bytes."""

    content: bytes = field(repr=False)
    content_type: str


class Transport(Protocol):
    """Sends messages. For one event loop."""

    async def send(  # noqa: PLR0913 - the parts of a message
        self,
        from_: str,
        to: str,
        body: str,
        reference: int | None = None,
        media_urls: Sequence[str] = (),
        *,
        in_template: bool = False,
    ) -> SentMessage:
        """Send one message through the provider.

        Args:
            reference: the id of the outbound message, which comes back with its delivery status.
            media_urls: of the files that the provider must attach; they expire.
            in_template: whether the body is sent as the words of the provider's approved template.

        Raises:
            RecipientOptedOut: the recipient has opted out of messages.
            SendError: permanent if the provider rejected the message; otherwise it may have accepted it.
        """
        ...

    async def find(  # noqa: PLR0913 - what tells one message from another
        self,
        from_: str,
        to: str,
        body: str,
        since: datetime,
        known: Collection[str],
        *,
        in_template: bool = False,
    ) -> SentMessage | None:
        """Return the earliest equal message that was accepted since then, without those of ``known`` ids."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


class MediaSource(Protocol):
    """Downloads the attachments of inbound messages. Its calls block; threads may share it."""

    def fetch(self, url: str, declared: str = "") -> FetchedFile:
        """Return the file at ``url``, with ``declared`` as a hint at its content type. Raises MediaError."""
        ...

    def delete(self, url: str) -> None:
        """Delete the file at the provider, if it still exists. Raises MediaError."""
        ...


class MessageReceiver(Protocol):
    """Receives what a channel's webhooks deliver. Every ``at`` is aware."""

    async def person_id_of(self, address: str) -> int | None:
        """Return the id of the person who has this address; None if nobody has it."""
        ...

    async def set_opt_out(self, address: str, opted_out: bool, at: datetime) -> bool:
        """Record whether an address has opted out of messages. Returns whether that is a change."""
        ...

    async def accept(self, incoming: InboundMessage) -> int | None:
        """Record a message durably, and return the id of its sender.

        Idempotent. A message of an unknown sender is not recorded: returns None.
        """
        ...

    async def delivery(
        self,
        reference: int,
        provider_id: str,
        status: DeliveryStatus,
        error_code: int | None,
        at: datetime,
    ) -> None:
        """Record the delivery status of an outbound message, by its reference."""
        ...

    async def call(self, call_id: str, from_: str, to: str, at: datetime) -> None:
        """Record the caller and the number that is called. Idempotent."""
        ...

    async def caller(self, call_id: str) -> tuple[str, str] | None:
        """Return the caller and the number that was called; None for a call that was never recorded."""
        ...
