"""A pickle of plain values is read without unpickling; of any other, nothing is done."""

import os
import pickle
import pickletools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.workflows.memos import MemoResult
from scrapbook.workflows.plain_pickle import PickleRefused, read

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**100), 2**100)
    | st.floats(allow_nan=False)
    | st.text(max_size=20),
    lambda values: (
        st.lists(values, max_size=5)
        | st.lists(values, max_size=5).map(tuple)
        | st.dictionaries(st.text(max_size=5), values, max_size=5)
    ),
    max_leaves=20,
)


class Harmful:
    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (3,)


@given(PLAIN, st.sampled_from([4, 5]))
def test_plain_values_are_what_they_were(value: object, protocol: int) -> None:
    assert read(pickle.dumps(value, protocol)) == value
    assert repr(read(pickletools.optimize(pickle.dumps(value, protocol)))) == repr(value)


def test_the_arguments_of_a_workflow_are_plain() -> None:
    arguments = {"args": ("MM1", 7, 0, True), "kwargs": {}}
    assert read(pickle.dumps(arguments)) == arguments


@pytest.mark.parametrize("value", [Harmful(), MemoResult.SPEECH, datetime.now(UTC), {1}, b"bytes", os.system])
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_anything_else_is_refused(value: object, protocol: int) -> None:
    with pytest.raises(PickleRefused):
        read(pickle.dumps(value, protocol))


@pytest.mark.parametrize(
    "pickled",
    [
        b"",
        b"\x80",
        b"\x80\x04.",  # nothing on the stack
        b"\x80\x04]K\x01K\x02.",  # more than one value
        b"\x80\x04K\x01K\x02a.",  # appended to a number
        b"\x80\x04r\xff\xff\xff\xffN.",  # a memo of 64 GiB
        b"\x80\x04\x96\xff\xff\xff\xff\xff\xff\xff\x7f.",  # a bytearray of 8 EiB
        b"\x80\x04\x8b\xff\xff\xff\x7f.",  # a number of 2 GiB
        b"\x80\x04h\x05.",  # what was never stored
        b"\x80\x04}(K\x01u.",  # a key without a value
        b"\x80\x04}(]K\x01u.",  # a list as a key
        b"cos\nsystem\n(S'true'\ntR.",
        b"\x80\x04" + b"K\x01" * 100_000 + b".",
    ],
    ids=repr,
)
def test_a_damaged_one_is_refused(pickled: bytes) -> None:
    with pytest.raises(PickleRefused):
        read(pickled)


@given(st.binary(max_size=200), PLAIN, st.integers(0, 200))
def test_whatever_is_in_it_is_read_or_refused(noise: bytes, value: object, place: int) -> None:
    pickled = pickle.dumps(value)
    for content in (noise, pickled[:place] + noise[:3] + pickled[place:], pickled[:place]):
        try:
            read(content)
        except PickleRefused:
            continue
