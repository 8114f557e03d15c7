"""Webhooks, read into messages."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.twilio.form import Form, MalformedWebhook
from scrapbook.twilio.incoming import Incoming, IncomingMedia
from scrapbook.twilio.status import Delivery

SID = "SM" + "0" * 32
NOW = datetime(2026, 3, 4, 5, 6, 7, 8, tzinfo=UTC)
PLAIN = {"MessageSid": SID, "From": "+15550100", "To": "+15550199", "Body": "a thought", "NumMedia": "0"}


def test_a_text_becomes_a_message():
    assert Incoming.from_form(Form(PLAIN), NOW) == Incoming(SID, "+15550100", "+15550199", "a thought", NOW)


def test_attachments_keep_their_order():
    media = {f"MediaUrl{n}": f"https://api.twilio.com/{n}" for n in range(11)}
    types = {f"MediaContentType{n}": "image/jpeg" for n in range(11)}
    incoming = Incoming.from_form(Form(PLAIN | media | types | {"NumMedia": "11"}), NOW)
    assert [part.url for part in incoming.media] == list(media.values())


def test_a_picture_needs_no_body_and_no_type():
    incoming = Incoming.from_form(
        Form(PLAIN | {"Body": "", "NumMedia": "1", "MediaUrl0": "https://api.twilio.com/0"}), NOW
    )
    assert (incoming.body, incoming.media) == ("", (IncomingMedia("https://api.twilio.com/0", ""),))


def test_whatsapp_brings_places_names_and_quotes():
    extras = {
        "Latitude": "52.5200",
        "Longitude": "-13.405",
        "ProfileName": "Ada",
        "OriginalRepliedMessageSid": "SM1",
        "OptOutType": "HELP",
    }
    incoming = Incoming.from_form(Form(PLAIN | extras), NOW)
    assert (incoming.latitude, incoming.longitude) == (52.52, -13.405)
    assert (incoming.profile_name, incoming.original_replied_sid) == ("Ada", "SM1")
    assert incoming.opt_out_type == "HELP"


def test_fields_that_nobody_knows_are_ignored():
    assert Incoming.from_form(Form(PLAIN | {"Brand": "new", "": ""}), NOW).body == "a thought"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("MessageSid", ""),
        ("MessageSid", "nonsense"),
        ("MessageSid", SID + "\n"),
        ("MessageSid", "RE" + "0" * 32),  # it would pass for a recording that came before, and not be kept
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
def test_what_twilio_would_never_send_is_malformed(field: str, value: str):
    with pytest.raises(MalformedWebhook) as refusal:
        Incoming.from_form(Form(PLAIN | {field: value}), NOW)
    assert value not in {"nonsense", "north"} or value not in str(refusal.value)


def test_the_time_must_be_aware():
    with pytest.raises(ValueError, match="aware"):
        Incoming.from_form(Form(PLAIN), datetime(2026, 3, 4))  # noqa: DTZ001


messages = st.builds(
    Incoming,
    message_sid=st.just(SID),
    from_=st.text(),
    to=st.text(),
    body=st.text(),
    received_at=st.datetimes(timezones=st.just(UTC)),
    media=st.lists(st.builds(IncomingMedia, st.text(), st.text())).map(tuple),
    opt_out_type=st.text(),
    original_replied_sid=st.text(),
    latitude=st.none() | st.floats(-90, 90),
    longitude=st.none() | st.floats(-180, 180),
    label=st.text(),
    address=st.text(),
    profile_name=st.text(),
)


@given(messages)
def test_a_message_survives_the_way_through_json(incoming: Incoming):
    assert Incoming.from_dict(json.loads(json.dumps(incoming.to_dict()))) == incoming


def test_a_message_that_an_earlier_release_wrote_down_is_read():
    written = Incoming.from_form(Form(PLAIN), NOW).to_dict()
    del written["label"], written["address"]
    assert Incoming.from_dict(written) == Incoming.from_form(Form(PLAIN), NOW)


def test_a_shared_place_is_named_as_far_as_it_has_a_name():
    place = {"Latitude": "48.8584", "Longitude": "2.2945"}
    named = place | {"Body": "Eiffel Tower", "Label": "Eiffel Tower", "Address": "Champ de Mars, Paris"}
    assert Incoming.from_form(Form(PLAIN | named), NOW).text == (
        "Eiffel Tower\nChamp de Mars, Paris\nLocation: 48.8584, 2.2945"
    )
    assert Incoming.from_form(Form(PLAIN | place | {"Body": ""}), NOW).text == "Location: 48.8584, 2.2945"


def test_a_status_callback_becomes_a_delivery():
    form = Form({"MessageSid": SID, "MessageStatus": "undelivered", "ErrorCode": "30007"})
    assert Delivery.from_form(form) == Delivery(SID, "undelivered", 30007)


def test_a_delivery_without_trouble_has_no_error_code():
    assert Delivery.from_form(Form({"MessageSid": SID, "MessageStatus": "sent"})).error_code is None


@pytest.mark.parametrize("field", ["MessageSid", "MessageStatus"])
def test_a_status_callback_must_be_complete(field: str):
    fields = {"MessageSid": SID, "MessageStatus": "sent"}
    del fields[field]
    with pytest.raises(MalformedWebhook):
        Delivery.from_form(Form(fields))
