"""Create outbound messages, with Twilio's validation."""

import json
import time
from collections import deque
from collections.abc import Sequence
from urllib.parse import urlsplit

from scrapbook.channels.twilio.form import Form
from scrapbook.emulators.twilio import api_errors
from scrapbook.emulators.twilio.addresses import is_address, is_whatsapp, without_channel
from scrapbook.emulators.twilio.api_errors import ApiError
from scrapbook.emulators.twilio.config import LocalTwilio
from scrapbook.emulators.twilio.faults import Fault, Faults
from scrapbook.emulators.twilio.message_log import Message, MessageLog, NewMessage
from scrapbook.emulators.twilio.outbound import Outbound
from scrapbook.text.segments import BODY_LIMIT

TEMPLATE = "ContentSid"
"""The field that names a template; of a message that is sent in one it is kept."""

_MAX_PARTS = 10


class MessageCreator:
    """Creates messages, or raises Twilio's ApiError."""

    def __init__(
        self,
        config: LocalTwilio,
        message_log: MessageLog,
        outbound: Outbound,
        faults: Faults,
    ) -> None:
        self._config = config
        self._message_log = message_log
        self._outbound = outbound
        self._faults = faults
        self._sends = deque[float]()

    def create(self, form: Form) -> Message:
        """Validate a message, store it and start its delivery. Raises ApiError."""
        self._check_load()
        self._check(form)
        message = self._outbound.send(_new_message(form, self._body(form)))
        if self._faults.consume(Fault.ANSWER_LOST):
            raise api_errors.server_error()
        return message

    def _body(self, form: Form) -> str:
        """Return the body, or the template with its variable. Raises Twilio's ApiError for a template."""
        sid = form.get(TEMPLATE, "")
        if not sid:
            return form.get("Body", "")
        if sid not in self._config.templates:
            raise ApiError(400, 21655, "The ContentSid is Invalid.")
        return self._config.templates[sid].replace("{{1}}", variable_of(form.get("ContentVariables", "")))

    def _check_load(self) -> None:
        if self._faults.consume(Fault.TOO_MANY_REQUESTS) or self._is_too_fast():
            raise api_errors.too_many_requests()
        if self._faults.consume(Fault.SERVER_ERROR):
            raise api_errors.server_error()

    def _is_too_fast(self) -> bool:
        now = time.monotonic()
        while self._sends and self._sends[0] <= now - 1:
            self._sends.popleft()
        if self._config.sends_per_second and len(self._sends) >= self._config.sends_per_second:
            return True
        self._sends.append(now)
        return False

    def _check(self, form: Form) -> None:
        from_, to = form.get("From", ""), form.get("To", "")
        check_recipient(to)
        check_sender(from_, to, self._config.number)
        check_content(self._body(form), bool(form.getlist("MediaUrl")))
        check_media(form.getlist("MediaUrl"), is_whatsapp(to))
        check_callback(form.get("StatusCallback", ""))
        if self._message_log.opted_out(from_, to) or self._faults.consume(Fault.OPTED_OUT):
            raise api_errors.unsubscribed()


def variable_of(variables: str) -> str:
    """Return the first variable of a template, in one line. Raises the ApiError of Twilio for another."""
    try:
        value = json.loads(variables)["1"]
    except (ValueError, LookupError, TypeError):
        value = None
    if not isinstance(value, str) or not value.strip() or "\n" in value or "\t" in value or "    " in value:
        raise ApiError(400, 21656, "The ContentVariables Parameter is invalid.")
    return value


def check_recipient(to: str) -> None:
    """Raise the ApiError of Twilio for a recipient."""
    if not to:
        raise ApiError(400, 21604, "A 'To' phone number is required.")
    if not is_address(to):
        raise ApiError(400, 21211, f"Invalid 'To' Phone Number: {to}")


def check_sender(from_: str, to: str, own_number: str) -> None:
    """Raise the ApiError of Twilio for a sender, given its recipient."""
    if not from_:
        raise ApiError(400, 21603, "A 'From' phone number is required.")
    if not is_address(from_):
        raise ApiError(400, 21212, f"Invalid From Number (caller ID): {from_}")
    if without_channel(from_) != own_number:
        raise ApiError(400, 21606, f"The 'From' phone number {from_} is not one of this account's.")
    if is_whatsapp(from_) != is_whatsapp(to):
        raise ApiError(400, 21910, "'From' and 'To' should be of the same channel.")
    if from_ == to:
        raise ApiError(400, 21266, "'To' and 'From' number cannot be the same.")


def check_content(body: str, has_media: bool) -> None:
    """Raise the ApiError of Twilio for a body."""
    if not body.strip() and not has_media:
        raise ApiError(400, 21602, "Message body is required.")
    if len(body.encode("utf-16-le")) > 2 * BODY_LIMIT:
        raise ApiError(400, 21617, f"The concatenated message body exceeds the {BODY_LIMIT} character limit.")


def check_media(urls: Sequence[str], whatsapp: bool) -> None:
    """Raise the ApiError of Twilio for the URLs of attachments, which are fetched later."""
    if len(urls) > (1 if whatsapp else _MAX_PARTS):
        raise ApiError(400, 21623, "Number of media files exceeds allowed limit.")
    if not all(_is_web_address(url) for url in urls):
        raise ApiError(400, 21620, "Invalid media URL(s).")


def check_callback(url: str) -> None:
    """Raise the ApiError of Twilio for the URL of a status callback."""
    if url and not _is_web_address(url):
        raise ApiError(400, 21609, "The 'StatusCallback' URL is not a valid URL.")


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _new_message(form: Form, body: str) -> NewMessage:
    return NewMessage(
        "outbound-api",
        form["From"],
        form["To"],
        body,
        "queued",
        form.get("StatusCallback", ""),
        {TEMPLATE: form[TEMPLATE]} if form.get(TEMPLATE) else {},
        media_urls=form.getlist("MediaUrl"),
    )
