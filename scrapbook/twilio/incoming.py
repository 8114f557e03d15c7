"""A message that somebody texted, as Twilio's webhook hands it over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from scrapbook.locations import Location
from scrapbook.twilio.form import MESSAGE, Form, MalformedWebhook, decimal, required, sid, whole_number


@dataclass(frozen=True, slots=True)
class IncomingMedia:
    """One attachment: where Twilio keeps it, and the type that the sender's phone gave it."""

    url: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """``received_at`` is aware; ``from_`` and ``to`` are E.164, for WhatsApp with ``whatsapp:`` before it."""

    message_sid: str
    from_: str
    to: str
    body: str
    received_at: datetime
    media: tuple[IncomingMedia, ...] = ()
    opt_out_type: str = ""
    original_replied_sid: str = ""
    latitude: float | None = None
    longitude: float | None = None
    label: str = ""
    address: str = ""
    profile_name: str = ""

    def __post_init__(self) -> None:
        if self.received_at.tzinfo is None:
            raise ValueError("received_at must be aware")

    @property
    def text(self) -> str:
        """What was texted: the body, and below it the place if one was shared, as far as it has a name."""
        if self.latitude is None or self.longitude is None:
            return self.body
        place = Location(self.latitude, self.longitude).line
        lines = dict.fromkeys((self.body, self.label, self.address, place))
        return "\n".join(filter(None, lines))

    @classmethod
    def from_form(cls, form: Form, received_at: datetime) -> Self:
        """Raises MalformedWebhook when a field that Twilio promises is missing or not what it should be."""
        return cls(
            message_sid=sid(form, "MessageSid", MESSAGE),
            from_=required(form, "From"),
            to=required(form, "To"),
            body=form.get("Body", ""),
            received_at=received_at,
            media=_media(form),
            opt_out_type=form.get("OptOutType", ""),
            original_replied_sid=form.get("OriginalRepliedMessageSid", ""),
            latitude=decimal(form, "Latitude", 90),
            longitude=decimal(form, "Longitude", 180),
            label=form.get("Label", ""),
            address=form.get("Address", ""),
            profile_name=form.get("ProfileName", ""),
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON; ``from_dict`` makes an equal message of it."""
        return {
            "message_sid": self.message_sid,
            "from": self.from_,
            "to": self.to,
            "body": self.body,
            "received_at": self.received_at.isoformat(),
            "media": [[part.url, part.content_type] for part in self.media],
            "opt_out_type": self.opt_out_type,
            "original_replied_sid": self.original_replied_sid,
            "latitude": self.latitude,
            "longitude": self.longitude,
            "label": self.label,
            "address": self.address,
            "profile_name": self.profile_name,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The message that ``to_dict`` wrote, by this release or one whose fields it still has."""
        return cls(
            message_sid=data["message_sid"],
            from_=data["from"],
            to=data["to"],
            body=data["body"],
            received_at=datetime.fromisoformat(data["received_at"]),
            media=tuple(IncomingMedia(url, content_type) for url, content_type in data["media"]),
            opt_out_type=data["opt_out_type"],
            original_replied_sid=data["original_replied_sid"],
            latitude=data["latitude"],
            longitude=data["longitude"],
            label=data.get("label", ""),
            address=data.get("address", ""),
            profile_name=data["profile_name"],
        )


def _media(form: Form) -> tuple[IncomingMedia, ...]:
    count = whole_number(form, "NumMedia") or 0
    if count > len(form):
        raise MalformedWebhook("NumMedia is higher than the number of fields")
    return tuple(
        IncomingMedia(required(form, f"MediaUrl{index}"), form.get(f"MediaContentType{index}", ""))
        for index in range(count)
    )
