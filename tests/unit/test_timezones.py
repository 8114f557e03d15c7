import pytest

from scrapbook import timezones
from scrapbook.matching import Outcome


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/London", "Europe/London"),
        ("london", "Europe/London"),
        ("Lodnon", "Europe/London"),
        ("new york", "America/New_York"),
        ("america/new york", "America/New_York"),
        ("UTC", "UTC"),
        ("Japan", "Asia/Tokyo"),
    ],
)
def test_it_knows_zones_by_name_city_and_country(typed: str, zone: str) -> None:
    assert timezones.find(typed).topic == zone


def test_it_does_not_guess() -> None:
    found = timezones.find("narnia")
    assert found.topic is None
    assert found.outcome in {Outcome.TORN, Outcome.NONE}
