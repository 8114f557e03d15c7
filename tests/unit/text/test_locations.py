from hypothesis import given
from hypothesis import strategies as st

from scrapbook.text.locations import Location


@given(st.floats(-90, 90), st.floats(-180, 180), st.text(st.characters(exclude_characters="\n")))
def test_a_location_is_read_as_it_is_written(latitude: float, longitude: float, name: str):
    here = Location(latitude, longitude)
    assert Location.of(here.line) == here
    assert Location.of(f"{name}\n{here.line}") == here


def test_a_location_has_a_map():
    assert Location(48.8584, -2.2945).map == "https://maps.google.com/?q=48.8584,-2.2945"
