"""An inbound message, on any channel."""

from dataclasses import dataclass
from datetime import datetime

from scrapbook.text.locations import Location


@dataclass(frozen=True, slots=True)
class InboundMedia:
    """An attachment.

    Attributes:
        url: its address at the provider; of a file that is stored here already, a name that no other has.
        content_type: what the sender's phone declared; of a stored file, the type of its bytes.
        stored: where it is stored; None while the provider has it.
    """

    url: str
    content_type: str
    stored: "StoredMedia | None" = None


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """A file in the media store: its key, its size in bytes, and its Live Photo as in ``model.Media``."""

    key: str
    size: int
    live_photo_id: str | None = None


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """An inbound message.

    Attributes:
        message_id: the provider's id.
        from_, to: addresses, as in ``messaging.addresses``.
        received_at: aware.
        opt_out_type: "START", "STOP" or "HELP" if the provider recognised one of its keywords; else empty.
        replied_to: the provider's id of the message that this one replies to; else empty.
        is_forwarded: whether its sender passed on what somebody else had written.
        answers: the id of the message whose question it answers by a button; empty if it is typed.
        latitude, longitude, label, address: of a shared location, in degrees.
        person_id: the sender, where the channel knows them because they have signed in. None where only
            ``from_`` says who it is.
    """

    message_id: str
    from_: str
    to: str
    body: str
    received_at: datetime
    media: tuple[InboundMedia, ...] = ()
    opt_out_type: str = ""
    replied_to: str = ""
    is_forwarded: bool = False
    answers: str = ""
    latitude: float | None = None
    longitude: float | None = None
    label: str = ""
    address: str = ""
    person_id: int | None = None

    def __post_init__(self) -> None:
        if self.received_at.tzinfo is None:
            raise ValueError("received_at must be aware")

    @property
    def text(self) -> str:
        """Return the body, followed by the label, the address and the coordinates of a shared location."""
        if self.latitude is None or self.longitude is None:
            return self.body
        place = Location(self.latitude, self.longitude).line
        lines = dict.fromkeys((self.body, self.label, self.address, place))
        return "\n".join(filter(None, lines))
