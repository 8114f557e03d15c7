import pytest

from scrapbook.text import timezones
from scrapbook.text.fuzzy_match import MatchOutcome


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


@pytest.mark.parametrize(
    "typed",
    ["America", "america/", "Europe", "Australia", "Brazil", "United States", "us", "Argentina", "Pacific"],
)
def test_a_continent_or_a_country_with_several_zones_names_none_of_them(typed: str) -> None:
    found = timezones.find(typed)
    assert (found.outcome, found.topic, found.candidates) == (MatchOutcome.NONE, None, ())


def test_it_does_not_guess() -> None:
    found = timezones.find("narnia")
    assert found.topic is None
    assert found.outcome in {MatchOutcome.AMBIGUOUS, MatchOutcome.NONE}
