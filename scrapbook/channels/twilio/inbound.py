"""Turn the form of a webhook into a message: https://www.twilio.com/docs/messaging/guides/webhook-request."""

from datetime import datetime

from scrapbook.channels.twilio.form import (
    MESSAGE,
    Form,
    MalformedWebhook,
    decimal,
    required,
    sid,
    whole_number,
)
from scrapbook.messaging.inbound import InboundMedia, InboundMessage


def inbound_message(form: Form, received_at: datetime) -> InboundMessage:
    """Return the message. Raises MalformedWebhook if a documented field is missing or malformed."""
    return InboundMessage(
        message_id=sid(form, "MessageSid", MESSAGE),
        from_=required(form, "From"),
        to=required(form, "To"),
        body=form.get("Body", ""),
        received_at=received_at,
        media=_media(form),
        opt_out_type=form.get("OptOutType", ""),
        replied_to=form.get("OriginalRepliedMessageSid", ""),
        is_forwarded="true" in {form.get("Forwarded", ""), form.get("FrequentlyForwarded", "")},
        latitude=decimal(form, "Latitude", 90),
        longitude=decimal(form, "Longitude", 180),
        label=form.get("Label", ""),
        address=form.get("Address", ""),
    )


def _media(form: Form) -> tuple[InboundMedia, ...]:
    count = whole_number(form, "NumMedia") or 0
    if count > len(form):
        raise MalformedWebhook("NumMedia is higher than the number of fields")
    return tuple(
        InboundMedia(required(form, f"MediaUrl{index}"), form.get(f"MediaContentType{index}", ""))
        for index in range(count)
    )
