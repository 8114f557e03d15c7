"""Signatures and forms of webhooks."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.channels.twilio.form import MAX_FIELDS, Form, MalformedWebhook, parse_form
from scrapbook.channels.twilio.signature import Signatures

URL = "https://scrapbook.example/twilio/messages"
SIGNATURES = Signatures("a token")
UNUSED = "☃"

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=UNUSED), max_size=40)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=UNUSED), min_size=1, max_size=12)
fields = st.lists(st.tuples(names, st.one_of(st.just(""), texts)), min_size=1, max_size=12)


def posted(pairs: list[tuple[str, str]]) -> Form:
    return parse_form(urlencode(pairs).encode())


@given(fields, st.booleans())
def test_it_accepts_any_signed_form(pairs: list[tuple[str, str]], twice: bool):
    sent = pairs + pairs[:1] if twice else pairs
    signature = SIGNATURES.sign(URL, Form(sent))
    assert SIGNATURES.is_valid(URL, posted(sent), signature)


@given(fields, st.data())
def test_it_refuses_a_form_with_one_value_changed(pairs: list[tuple[str, str]], data: st.DataObject):
    signature = SIGNATURES.sign(URL, Form(pairs))
    changed = data.draw(st.integers(0, len(pairs) - 1))
    name, value = pairs[changed]
    cut = data.draw(st.integers(0, len(value)))
    pairs[changed] = (name, value[:cut] + UNUSED + value[cut:])
    assert not SIGNATURES.is_valid(URL, posted(pairs), signature)


@given(fields, texts)
def test_it_refuses_a_form_with_a_field_added(pairs: list[tuple[str, str]], value: str):
    signature = SIGNATURES.sign(URL, Form(pairs))
    assert not SIGNATURES.is_valid(URL, posted([*pairs, (UNUSED, value)]), signature)


@given(fields)
def test_it_refuses_a_form_with_a_field_left_out(pairs: list[tuple[str, str]]):
    signature = SIGNATURES.sign(URL, Form([*pairs, (UNUSED, "")]))
    assert not SIGNATURES.is_valid(URL, posted(pairs), signature)


@given(fields, st.sampled_from(["https://scrapbook.example/twilio/status", URL + "?reply=1", URL + "/"]))
def test_it_refuses_a_form_signed_for_another_url(pairs: list[tuple[str, str]], other: str):
    assert not SIGNATURES.is_valid(URL, posted(pairs), SIGNATURES.sign(other, Form(pairs)))


@given(fields, st.integers(0, 26), st.sampled_from("ABCabc123+/"))
def test_it_refuses_a_signature_with_one_character_changed(
    pairs: list[tuple[str, str]], position: int, character: str
):
    signature = SIGNATURES.sign(URL, Form(pairs))
    changed = signature[:position] + character + signature[position + 1 :]
    assert SIGNATURES.is_valid(URL, posted(pairs), changed) is (changed == signature)


@given(fields)
def test_it_refuses_what_was_signed_with_another_token(pairs: list[tuple[str, str]]):
    assert not SIGNATURES.is_valid(URL, posted(pairs), Signatures("another").sign(URL, Form(pairs)))


def test_a_missing_signature_is_a_refusal():
    assert not SIGNATURES.is_valid(URL, Form([("Body", "hello")]), "")


def test_it_signs_as_twilio_documents_it():
    # The example of https://www.twilio.com/docs/usage/webhooks/webhooks-security
    form = Form(
        [
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
            ("To", "+18005551212"),
        ]
    )
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert Signatures("12345").sign(url, form) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_it_does_not_start_without_a_token():
    with pytest.raises(ValueError, match="auth token"):
        Signatures("")


@pytest.mark.parametrize("body", [b"Body=\xff\xfe", b"Body=%ff", b"&".join([b"a=1"] * (MAX_FIELDS + 1))])
def test_what_is_no_form_is_malformed(body: bytes):
    with pytest.raises(MalformedWebhook):
        parse_form(body)


def test_a_form_may_have_as_many_fields_as_that():
    assert len(parse_form(b"&".join([b"a=1"] * MAX_FIELDS)).multi_items()) == MAX_FIELDS


def test_blank_fields_are_kept():
    assert parse_form(b"Body=&FromCity=&From=%2B15550100").multi_items() == [
        ("Body", ""),
        ("FromCity", ""),
        ("From", "+15550100"),
    ]
