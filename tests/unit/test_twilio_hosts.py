"""Whose servers are asked for media."""

import httpx
import pytest

from scrapbook.twilio.hosts import TwilioHosts

TWILIO = TwilioHosts("https://api.twilio.com")
LOCAL = TwilioHosts("http://127.0.0.1:8001")


@pytest.mark.parametrize(
    "url", ["https://api.twilio.com/x", "https://API.twilio.com:443/x", "https://api.dublin.ie1.twilio.com/x"]
)
def test_the_api_is_shown_the_credentials(url: str):
    assert TWILIO.may_ask(httpx.URL(url))
    assert LOCAL.may_ask(httpx.URL(url))


@pytest.mark.parametrize(
    "url",
    [
        "https://mms.twiliocdn.com/AC1/x?Expires=1",
        "https://media.twiliocdn.com/AC1/x",
        "https://s3-external-1.amazonaws.com/media.twiliocdn.com/AC1/x",
        "https://media.twilio.com/x",
    ],
)
def test_what_twilio_redirects_to_is_followed_but_not_shown_the_credentials(url: str):
    assert TWILIO.may_follow(httpx.URL(url))
    assert url.startswith("https://media.twilio.com") or not TWILIO.may_ask(httpx.URL(url))
    assert not TWILIO.may_ask(httpx.URL(url))


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
def test_nobody_else_is_asked_or_followed(url: str):
    assert not TWILIO.may_ask(httpx.URL(url))
    assert not TWILIO.may_follow(httpx.URL(url))


def test_a_server_in_twilios_place_is_known_by_scheme_host_and_port():
    assert LOCAL.own_origin == "http://127.0.0.1:8001"
    assert LOCAL.may_ask(httpx.URL("http://127.0.0.1:8001/x"))
    assert LOCAL.may_follow(httpx.URL("http://127.0.0.1:8001/x"))
    for other in ("http://127.0.0.1:8002/x", "https://127.0.0.1:8001/x", "http://localhost:8001/x"):
        assert not LOCAL.may_ask(httpx.URL(other))
        assert not LOCAL.may_follow(httpx.URL(other))


def test_twilio_itself_has_to_be_on_the_public_internet():
    assert TWILIO.own_origin is None
    assert TwilioHosts("https://api.dublin.ie1.twilio.com").own_origin is None
