import pytest

from scrapbook.errors import AddressInvalid
from scrapbook.messaging import addresses


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("+15550100", "+15550100"),
        (" +1 (415) 555-0132 ", "+14155550132"),
        ("whatsapp:+15550100", "whatsapp:+15550100"),
        ("WhatsApp: +44 20 7946 0018", "whatsapp:+442079460018"),
        ("+442079460018", "+442079460018"),
    ],
)
def test_it_writes_a_number_in_one_way(typed: str, address: str):
    assert addresses.normalize(typed) == address


@pytest.mark.parametrize(
    "typed", ["", "Ann", "12345", "020 7946 0018", "+1", "+0000000000", "whatsapp:", "sip:a@b"]
)
def test_it_refuses_what_is_no_number(typed: str):
    with pytest.raises(AddressInvalid) as refused:
        addresses.normalize(typed)
    assert str(refused.value) == AddressInvalid.__doc__


def test_a_plain_number_is_reached_on_both_channels():
    assert addresses.sms_and_whatsapp("+1 555 0100") == ("+15550100", "whatsapp:+15550100")


def test_a_whatsapp_address_stays_on_its_channel():
    assert addresses.sms_and_whatsapp("whatsapp:+15550100") == ("whatsapp:+15550100",)


def test_it_takes_the_channel_off_an_address():
    assert addresses.without_channel("whatsapp:+15550100") == "+15550100"


@pytest.mark.parametrize(
    ("address", "timezone"),
    [
        ("+14155550132", "America/Los_Angeles"),
        ("whatsapp:+4915112345678", "Europe/Berlin"),
        ("+447400123456", "Europe/London"),
        ("+34600123456", "Europe/Madrid"),
    ],
)
def test_it_guesses_the_time_zone_from_the_number(address: str, timezone: str):
    assert addresses.guess_timezone(address) == timezone


@pytest.mark.parametrize("address", ["+15550100", "+79161234567", "+61412345678"])
def test_it_says_utc_where_the_number_could_be_anywhere(address: str):
    assert addresses.guess_timezone(address) == "UTC"


def test_an_address_of_another_kind_is_taken_as_it_is_where_its_kind_is_known():
    assert (
        addresses.normalize("file:ann", {"file"}) == addresses.normalize("file:ann", kinds=None) == "file:ann"
    )
    assert addresses.guess_timezone("file:ann") == "UTC"
    with pytest.raises(AddressInvalid):
        addresses.normalize("file:ann", {"sip"})
