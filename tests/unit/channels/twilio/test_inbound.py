"""Forms of webhooks become messages and delivery statuses."""

from datetime import UTC, datetime

import pytest

from scrapbook.channels.twilio.form import Form, MalformedWebhook
from scrapbook.channels.twilio.inbound import inbound_message
from scrapbook.channels.twilio.status import StatusCallback
from scrapbook.messaging.inbound import InboundMedia, InboundMessage
from scrapbook.model.delivery_status import DeliveryStatus

SID = "SM" + "0" * 32
NOW = datetime(2026, 3, 4, 5, 6, 7, 8, tzinfo=UTC)
PLAIN = {"MessageSid": SID, "From": "+15550100", "To": "+15550199", "Body": "a thought", "NumMedia": "0"}


def test_a_text_becomes_a_message():
    assert inbound_message(Form(PLAIN), NOW) == InboundMessage(
        SID, "+15550100", "+15550199", "a thought", NOW
    )


def test_attachments_keep_their_order():
    media = {f"MediaUrl{n}": f"https://api.twilio.com/{n}" for n in range(11)}
    types = {f"MediaContentType{n}": "image/jpeg" for n in range(11)}
    incoming = inbound_message(Form(PLAIN | media | types | {"NumMedia": "11"}), NOW)
    assert [part.url for part in incoming.media] == list(media.values())


def test_a_picture_needs_no_body_and_no_type():
    incoming = inbound_message(
        Form(PLAIN | {"Body": "", "NumMedia": "1", "MediaUrl0": "https://api.twilio.com/0"}), NOW
    )
    assert (incoming.body, incoming.media) == ("", (InboundMedia("https://api.twilio.com/0", ""),))


def test_whatsapp_messages_have_a_location_and_a_replied_message():
    extras = {
        "Latitude": "52.5200",
        "Longitude": "-13.405",
        "ProfileName": "Ada",
        "OriginalRepliedMessageSid": "SM1",
        "OptOutType": "HELP",
    }
    incoming = inbound_message(Form(PLAIN | extras), NOW)
    assert (incoming.latitude, incoming.longitude) == (52.52, -13.405)
    assert incoming.replied_to == "SM1"
    assert incoming.opt_out_type == "HELP"


@pytest.mark.parametrize("field", ["Forwarded", "FrequentlyForwarded"])
def test_a_forwarded_message_is_known_by_either_field(field: str):
    assert inbound_message(Form(PLAIN | {field: "true"}), NOW).is_forwarded
    assert not inbound_message(Form(PLAIN | {field: "false"}), NOW).is_forwarded
    assert not inbound_message(Form(PLAIN), NOW).is_forwarded


def test_unknown_fields_are_ignored():
    assert inbound_message(Form(PLAIN | {"Brand": "new", "": ""}), NOW).body == "a thought"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("MessageSid", ""),
        ("MessageSid", "nonsense"),
        ("MessageSid", SID + "\n"),
        ("MessageSid", "RE" + "0" * 32),  # the sid of a recording, whose message may exist already
        ("From", ""),
        ("To", ""),
        ("NumMedia", "two"),
        ("NumMedia", "-1"),
        ("NumMedia", "1"),
        ("NumMedia", "999999999"),
        ("Latitude", "north"),
        ("Latitude", "nan"),
        ("Latitude", "90.1"),
        ("Longitude", "-181"),
    ],
)
def test_an_invalid_field_is_malformed(field: str, value: str):
    with pytest.raises(MalformedWebhook) as refusal:
        inbound_message(Form(PLAIN | {field: value}), NOW)
    assert value not in {"nonsense", "north"} or value not in str(refusal.value)


def test_the_time_must_be_aware():
    with pytest.raises(ValueError, match="aware"):
        inbound_message(Form(PLAIN), datetime(2026, 3, 4))  # noqa: DTZ001


def test_a_shared_location_has_its_label_and_address():
    place = {"Latitude": "48.8584", "Longitude": "2.2945"}
    named = place | {"Body": "Eiffel Tower", "Label": "Eiffel Tower", "Address": "Champ de Mars, Paris"}
    assert inbound_message(Form(PLAIN | named), NOW).text == (
        "Eiffel Tower\nChamp de Mars, Paris\nLocation: 48.8584, 2.2945"
    )
    assert inbound_message(Form(PLAIN | place | {"Body": ""}), NOW).text == "Location: 48.8584, 2.2945"


def test_a_status_callback_becomes_a_delivery():
    form = Form({"MessageSid": SID, "MessageStatus": "undelivered", "ErrorCode": "30007"})
    assert StatusCallback.from_form(form) == StatusCallback(SID, DeliveryStatus.UNDELIVERED, 30007)


@pytest.mark.parametrize("word", ["partially_delivered", "no such status"])
def test_an_unknown_status_is_none(word: str):
    assert StatusCallback.from_form(Form({"MessageSid": SID, "MessageStatus": word})).status is None


def test_a_delivery_without_trouble_has_no_error_code():
    assert StatusCallback.from_form(Form({"MessageSid": SID, "MessageStatus": "sent"})).error_code is None


@pytest.mark.parametrize("field", ["MessageSid", "MessageStatus"])
def test_a_status_callback_must_be_complete(field: str):
    fields = {"MessageSid": SID, "MessageStatus": "sent"}
    del fields[field]
    with pytest.raises(MalformedWebhook):
        StatusCallback.from_form(Form(fields))
