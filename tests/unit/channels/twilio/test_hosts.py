"""Which hosts media are fetched from, and which of them receive the credentials."""

import httpx
import pytest

from scrapbook.channels.twilio.hosts import TwilioHosts

TWILIO = TwilioHosts("https://api.twilio.com")
LOCAL = TwilioHosts("http://127.0.0.1:8001")


@pytest.mark.parametrize(
    "url", ["https://api.twilio.com/x", "https://API.twilio.com:443/x", "https://api.dublin.ie1.twilio.com/x"]
)
def test_the_api_receives_the_credentials(url: str):
    assert TWILIO.may_receive_credentials(httpx.URL(url))
    assert LOCAL.may_receive_credentials(httpx.URL(url))


@pytest.mark.parametrize(
    "url",
    [
        "https://mms.twiliocdn.com/AC1/x?Expires=1",
        "https://media.twiliocdn.com/AC1/x",
        "https://s3-external-1.amazonaws.com/media.twiliocdn.com/AC1/x",
        "https://media.twilio.com/x",
    ],
)
def test_redirect_hosts_are_followed_without_credentials(url: str):
    assert TWILIO.may_follow(httpx.URL(url))
    assert url.startswith("https://media.twilio.com") or not TWILIO.may_receive_credentials(httpx.URL(url))
    assert not TWILIO.may_receive_credentials(httpx.URL(url))


@pytest.mark.parametrize(
    "url",
    [
        "http://api.twilio.com/x",
        "https://api.twilio.com:444/x",
        "https://api.twilio.com./x",
        "https://api.twilio.com.elsewhere.example/x",
        "https://apiXtwilio.com/x",
        "https://api.a.b.c.twilio.com.elsewhere.example/x",
        "https://eviltwilio.com/x",
        "https://twiliocdn.com.elsewhere.example/x",
        "https://elsewhere.twiliocdn.com/x",
        "https://s3-external-1.amazonaws.com/elsewhere/x",
        "https://s3-external-1.amazonaws.com/media.twiliocdn.com/../elsewhere/x",
        "https://s3.amazonaws.com/media.twiliocdn.com/x",
        "https://ann@mms.twiliocdn.com/x",
        "http://127.0.0.1:8001/x",
        "/x",
    ],
)
def test_no_other_host_is_requested_or_followed(url: str):
    assert not TWILIO.may_receive_credentials(httpx.URL(url))
    assert not TWILIO.may_follow(httpx.URL(url))


def test_an_emulator_is_identified_by_scheme_host_and_port():
    assert LOCAL.emulator_origin == "http://127.0.0.1:8001"
    assert LOCAL.may_receive_credentials(httpx.URL("http://127.0.0.1:8001/x"))
    assert LOCAL.may_follow(httpx.URL("http://127.0.0.1:8001/x"))
    for other in ("http://127.0.0.1:8002/x", "https://127.0.0.1:8001/x", "http://localhost:8001/x"):
        assert not LOCAL.may_receive_credentials(httpx.URL(other))
        assert not LOCAL.may_follow(httpx.URL(other))


def test_twilio_itself_has_to_be_on_the_public_internet():
    assert TWILIO.emulator_origin is None
    assert TwilioHosts("https://api.dublin.ie1.twilio.com").emulator_origin is None
