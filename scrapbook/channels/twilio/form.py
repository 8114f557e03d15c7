"""Read the form-encoded bodies of Twilio's webhooks, field by field."""

import re
from urllib.parse import parse_qsl

from starlette.datastructures import ImmutableMultiDict

from scrapbook.errors import ScrapbookError

Form = ImmutableMultiDict[str, str]
MAX_FIELDS = 500
"""Our limit; Twilio sends some dozens."""

_SID = re.compile(r"([A-Z]{2})[0-9a-f]{32}")

# https://www.twilio.com/docs/glossary/what-is-a-sid
CALL, RECORDING = frozenset({"CA"}), frozenset({"RE"})
MESSAGE = frozenset({"SM", "MM"})


class MalformedWebhook(ScrapbookError):
    """A webhook's body differs from Twilio's documentation. The message names fields, never their values."""


def parse_form(body: bytes) -> Form:
    """Return the fields of a form-encoded body, blank ones included: Twilio signs those too.

    Raises MalformedWebhook for text that is not UTF-8, and for more than MAX_FIELDS fields.
    """
    try:
        fields = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except ValueError as error:
        raise MalformedWebhook("the body is not a form") from error
    return ImmutableMultiDict(fields)


def required(form: Form, name: str) -> str:
    """Return the value of a field. Raises MalformedWebhook if it is missing or blank."""
    value = form.get(name, "")
    if not value:
        raise MalformedWebhook(f"{name} is missing")
    return value


def sid(form: Form, name: str, kinds: frozenset[str]) -> str:
    """Return a sid: one of the kinds, then 32 hexadecimal digits. Raises MalformedWebhook otherwise."""
    value = required(form, name)
    found = _SID.fullmatch(value)
    if not found or found[1] not in kinds:
        raise MalformedWebhook(f"{name} is not a sid")
    return value


def whole_number(form: Form, name: str) -> int | None:
    """Return the value of a field of up to 9 digits; None if it is missing or blank.

    Raises MalformedWebhook for anything else.
    """
    value = form.get(name, "")
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 9):
        raise MalformedWebhook(f"{name} is not a number")
    return int(value)


def decimal(form: Form, name: str, limit: float) -> float | None:
    """Return the value of a field between -limit and limit; None if it is missing or blank.

    Raises MalformedWebhook for anything else.
    """
    value = form.get(name, "")
    if not value:
        return None
    try:
        number = float(value)
    except ValueError as error:
        raise MalformedWebhook(f"{name} is not a number") from error
    if not -limit <= number <= limit:
        raise MalformedWebhook(f"{name} is out of range")
    return number
