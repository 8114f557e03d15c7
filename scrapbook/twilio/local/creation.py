"""New messages from the house, with all that Twilio finds fault with."""

import time
from collections import deque
from collections.abc import Sequence
from urllib.parse import urlsplit

from scrapbook.segments import BODY_LIMIT
from scrapbook.twilio.form import Form
from scrapbook.twilio.local import problems
from scrapbook.twilio.local.addresses import bare, is_address, is_whatsapp
from scrapbook.twilio.local.config import LocalTwilio
from scrapbook.twilio.local.faults import Fault, Faults
from scrapbook.twilio.local.ledger import Ledger, Message, NewMessage
from scrapbook.twilio.local.outbound import Outbound
from scrapbook.twilio.local.problems import Problem

_MAX_PARTS = 10


class Creation:
    """Takes messages, or says why not."""

    def __init__(
        self,
        config: LocalTwilio,
        ledger: Ledger,
        outbound: Outbound,
        faults: Faults,
    ) -> None:
        self._config = config
        self._ledger = ledger
        self._outbound = outbound
        self._faults = faults
        self._sends = deque[float]()

    def create(self, form: Form) -> Message:
        """The message, on its way. Raises Problem."""
        self._check_load()
        self._check(form)
        message = self._outbound.send(_new_message(form))
        if self._faults.strikes(Fault.ANSWER_LOST):
            raise problems.server_error()
        return message

    def _check_load(self) -> None:
        if self._faults.strikes(Fault.TOO_MANY_REQUESTS) or self._is_too_fast():
            raise problems.too_many_requests()
        if self._faults.strikes(Fault.SERVER_ERROR):
            raise problems.server_error()

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
        check_content(form.get("Body", ""), bool(form.getlist("MediaUrl")))
        check_media(form.getlist("MediaUrl"), is_whatsapp(to))
        check_callback(form.get("StatusCallback", ""))
        if self._ledger.opted_out(from_, to) or self._faults.strikes(Fault.OPTED_OUT):
            raise problems.unsubscribed()


def check_recipient(to: str) -> None:
    """Raises the Problem that Twilio has with it."""
    if not to:
        raise Problem(400, 21604, "A 'To' phone number is required.")
    if not is_address(to):
        raise Problem(400, 21211, f"Invalid 'To' Phone Number: {to}")


def check_sender(from_: str, to: str, own_number: str) -> None:
    """Raises the Problem that Twilio has with it, for this recipient."""
    if not from_:
        raise Problem(400, 21603, "A 'From' phone number is required.")
    if not is_address(from_):
        raise Problem(400, 21212, f"Invalid From Number (caller ID): {from_}")
    if bare(from_) != own_number:
        raise Problem(400, 21606, f"The 'From' phone number {from_} is not one of this account's.")
    if is_whatsapp(from_) != is_whatsapp(to):
        raise Problem(400, 21910, "'From' and 'To' should be of the same channel.")
    if from_ == to:
        raise Problem(400, 21266, "'To' and 'From' number cannot be the same.")


def check_content(body: str, has_media: bool) -> None:
    """Raises the Problem that Twilio has with it."""
    if not body.strip() and not has_media:
        raise Problem(400, 21602, "Message body is required.")
    if len(body.encode("utf-16-le")) > 2 * BODY_LIMIT:
        raise Problem(400, 21617, f"The concatenated message body exceeds the {BODY_LIMIT} character limit.")


def check_media(urls: Sequence[str], whatsapp: bool) -> None:
    """Raises the Problem that Twilio has with them, before it has fetched any: that comes later."""
    if len(urls) > (1 if whatsapp else _MAX_PARTS):
        raise Problem(400, 21623, "Number of media files exceeds allowed limit.")
    if not all(_is_web_address(url) for url in urls):
        raise Problem(400, 21620, "Invalid media URL(s).")


def check_callback(url: str) -> None:
    """Raises the Problem that Twilio has with it."""
    if url and not _is_web_address(url):
        raise Problem(400, 21609, "The 'StatusCallback' URL is not a valid URL.")


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _new_message(form: Form) -> NewMessage:
    return NewMessage(
        "outbound-api",
        form["From"],
        form["To"],
        form.get("Body", ""),
        "queued",
        form.get("StatusCallback", ""),
        media_urls=form.getlist("MediaUrl"),
    )
