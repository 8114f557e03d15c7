"""A channel as a value: how messages are sent and received.

Each folder of ``scrapbook.channels`` creates one; ``app.py`` lists them.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scrapbook.errors import SendError
from scrapbook.messaging.addresses import Address
from scrapbook.messaging.ports import MediaSource, MessageReceiver, Transport
from scrapbook.text.file_types import PICTURE_TYPES, is_audio

if TYPE_CHECKING:
    from starlette.routing import BaseRoute


@dataclass(frozen=True, slots=True)
class AudioLimits:
    """The recordings that a channel accepts unchanged. Others are encoded as COMPACT_AUDIO.

    Attributes:
        types: the content types.
        max_bytes: of one file.
    """

    types: frozenset[str]
    max_bytes: int


@dataclass(frozen=True, slots=True)
class FileLimits:
    """The files that are sent to addresses of one kind. Recordings have limits of their own, ``AudioLimits``.

    Attributes:
        types: the content types; None for all.
        max_bytes: of one file.
        max_picture_bytes: of one picture.
    """

    types: frozenset[str] | None = frozenset()
    max_bytes: int = 0
    max_picture_bytes: int = 0

    def accept(self, content_type: str, size: int) -> bool:
        """Return whether a file is sent; a recording always, because it is encoded to fit."""
        if is_audio(content_type):
            return True
        is_picture = content_type.startswith(PICTURE_TYPES)
        is_accepted = self.types is None or content_type in self.types
        return is_accepted and size <= (self.max_picture_bytes if is_picture else self.max_bytes)


async def _nothing_to_poll(_receiver: MessageReceiver) -> None:
    return


def _no_webhooks(_receiver: MessageReceiver) -> "Sequence[BaseRoute]":
    return ()


@dataclass(frozen=True, slots=True)
class Channel:
    """How messages are sent and received.

    Attributes:
        name: that of its folder.
        carries: the kinds of addresses that it reaches, such as "sms".
        transport: sends messages.
        media: downloads the attachments of inbound messages.
        audio: the recordings that it accepts.
        files: the other files that it accepts, by the kind of address; none where a kind is missing.
        webhooks: returns the routes that the provider calls; they pass messages to the receiver.
        poll: passes messages to the receiver until it is cancelled; for a channel without webhooks.
        is_metered: whether a provider bills each message, so that quotas and the send rate apply.
    """

    name: str
    carries: frozenset[str]
    transport: Transport
    media: MediaSource
    audio: AudioLimits
    files: Mapping[str, FileLimits] = field(default_factory=dict[str, FileLimits])
    webhooks: "Callable[[MessageReceiver], Sequence[BaseRoute]]" = _no_webhooks
    poll: Callable[[MessageReceiver], Awaitable[None]] = _nothing_to_poll
    is_metered: bool = True


class Channels:
    """The channels of one app, found by the address that a message goes to or comes from."""

    def __init__(self, channels: Sequence[Channel]) -> None:
        self.all = tuple(channels)
        self._by_kind = {kind: channel for channel in channels for kind in channel.carries}

    def of(self, address: str) -> Channel:
        """Return the channel that carries the address. Raises a permanent SendError if there is none."""
        kind = Address.parse(address).kind
        try:
            return self._by_kind[kind]
        except KeyError:
            raise SendError(f"No channel carries addresses of the kind {kind}") from None

    def file_limits(self, address: str) -> FileLimits:
        """Return which files are sent to an address. Raises as ``of``."""
        return self.of(address).files.get(Address.parse(address).kind, FileLimits())

    async def close(self) -> None:
        """Close the connections of all transports."""
        for channel in self.all:
            await channel.transport.close()
