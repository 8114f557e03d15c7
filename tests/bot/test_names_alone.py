"""A text that only names and numbers things is never a request to change one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

NOUNS = """
    round lap row batch chapter page stage level box table seat platform gate floor day step question heat
    verse version game room bus exercise
""".split()  # noqa: SIM905
OF_THE_SCRAPBOOK = "thought note entry item list task topic memo reminder number".split()  # noqa: SIM905

_number = st.one_of(
    st.integers(1, 400).map(str),
    st.integers(1, 40).map("#{}".format),
    st.integers(0, 9_999_999).map("+1555{:07}".format),
    st.sampled_from(["one", "two", "three", "four", "seven", "nine", "twelve", "twenty", "forty-two"]),
)
_of_how_many = st.one_of(st.just(""), _number.map(" of {}".format))
_thing = st.tuples(
    st.sampled_from(["", "the ", "my "]),
    st.sampled_from(NOUNS + OF_THE_SCRAPBOOK),
    st.sampled_from([" ", " number "]),
    _number,
    _of_how_many,
).map("".join)


@st.composite
def names(draw):
    """Draw a text such as ``round 4 thought 2 of 9`` and ``my note 3 of 12 from round two``."""
    joint = draw(st.sampled_from([" ", " from ", " of ", ", ", " in ", " for ", " and "]))
    return joint.join(draw(st.lists(_thing, min_size=1, max_size=3)))


@pytest.mark.parametrize("text", ["round 4 thought 2 of +15550102", "thought 3 of 12 from round two"])
def test_what_is_numbered_changes_nothing(understood, text):
    assert understood(text)["effect"] == "save"


# The function that parses is the same for all examples.
@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(text=names())
def test_no_text_of_names_and_numbers_changes_something(understood, text):
    assert understood(text)["effect"] not in {"remove", "edit", "undo"}
