"""The phone in the terminal."""

import mimetypes
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from scrapbook.errors import ScrapbookError
from scrapbook.file_types import UNKNOWN, identify
from scrapbook.twilio.handset import Attachment, Handset, HandsetMessage, HandsetUnavailable
from scrapbook.twilio.optout import opt_out

try:
    import readline
except ImportError:  # not on every system; there, lines cannot be edited
    readline = None

_PROMPT = "> "
_CLEAR_LINE = "\r\x1b[K"
_LISTEN = 2.0
_LOOK = 0.2


class NoReply(ScrapbookError):
    """The replies did not come in time."""

    permanent = False


class CallFailed(ScrapbookError):
    """The house did not take the call."""


def chat(handset: Handset, number: str) -> None:
    """Sends each line that is typed and shows what comes for ``number``, until Ctrl-D or Ctrl-C."""
    listener = _Listener(handset, number)
    listener.start()
    try:
        while True:
            _send_line(handset, number, input(_PROMPT if sys.stdin.isatty() else ""))
    except (EOFError, KeyboardInterrupt):
        _say("")
    finally:
        listener.stop()


def text(  # noqa: PLR0913, PLR0917 - one argument for each option of the command
    handset: Handset,
    body: str,
    number: str,
    attachments: Sequence[Path],
    wait_until: Callable[[str], bool],
    timeout: float,
) -> None:
    """Sends one message and prints the bodies of its replies, in order, as they reach the phone.

    Returns once ``wait_until(message sid)`` and all replies sent by then have come. Raises NoReply after
    ``timeout`` seconds.
    """
    files = [attachment(path) for path in attachments]
    sent = handset.send(number, body, files)
    is_for_the_carrier = opt_out(body) is not None and not files
    phone = _Phone(handset, number, sent["sid"], sent["changed"], sent["seq"])
    _show_replies(phone, None if is_for_the_carrier else wait_until, timeout)


def call(
    handset: Handset, path: Path, number: str, wait_until: Callable[[str], bool], timeout: float
) -> None:
    """Calls the house, speaks the WAV file, and prints what is said there; then the replies, like ``text``.

    Raises CallFailed when nobody takes the call, and NoReply after ``timeout`` seconds.
    """
    sound = attachment(path).content
    earlier = handset.events(number)
    ended = handset.call(number, sound)
    for words in ended["said"]:
        _say(words)
    if ended["status"] != "completed":
        raise CallFailed(f"The call was not taken: {ended['status']}.")
    if sid := ended["recording_sid"]:
        changed = max((message["changed"] for message in earlier), default=0)
        seq = max((message["seq"] for message in earlier), default=0)
        _show_replies(_Phone(handset, number, sid, changed, seq), wait_until, timeout)


def attachment(path: Path) -> Attachment:
    """The file, with the type that its content has, or else its name. Raises ScrapbookError when it cannot be
    read."""
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise ScrapbookError(f"{path} cannot be read: {problem.strerror}") from problem
    found = identify(content)
    named = mimetypes.guess_type(path.name)[0] or UNKNOWN
    return Attachment(named if found == UNKNOWN else found, content)


def _show_replies(phone: "_Phone", wait_until: Callable[[str], bool] | None, timeout: float) -> None:
    for reply in _replies(phone, wait_until, timeout):
        if reply["status"] == "delivered":
            _say(_content(reply))
        else:
            sys.stderr.write(f"A reply was not delivered (error {reply['error_code']}).\n")


def _content(message: HandsetMessage) -> str:
    """The words, and what else there is to see or to hear."""
    files = [f"[{part['content_type']}, {part['size'] / 1024:.0f} KB]" for part in message["media"]]
    return "\n".join([message["body"]] * bool(message["body"]) + files)


def _replies(
    phone: "_Phone", wait_until: Callable[[str], bool] | None, timeout: float
) -> Iterator[HandsetMessage]:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        # Asked before looking: what was sent until then is seen.
        finished = wait_until(phone.sid) if wait_until else phone.is_taken
        yield from phone.arrived()
        if finished and not phone.on_the_way:
            return
    raise NoReply(f"No reply came within {timeout:g} seconds.")


class _Phone:
    """What happens on a phone after message or recording ``sid``; older messages have up to ``seq``."""

    def __init__(self, handset: Handset, number: str, sid: str, changed: int, seq: int) -> None:
        self.sid = sid
        self._handset = handset
        self._number = number
        self._after = changed
        self._seq = seq
        self.is_taken = False
        self.on_the_way = set[str]()

    def arrived(self) -> list[HandsetMessage]:
        """The replies that have ended their way since the last call, well or not; waits a little for one."""
        news = self._handset.events(self._number, self._after, _LOOK)
        for message in news:
            self._follow(message)
        return [message for message in news if self._is_reply(message) and not _is_on_the_way(message)]

    def _follow(self, message: HandsetMessage) -> None:
        self._after = message["changed"]
        self.is_taken = self.is_taken or message["sid"] == self.sid
        if self._is_reply(message) and _is_on_the_way(message):
            self.on_the_way.add(message["sid"])
        else:
            self.on_the_way.discard(message["sid"])

    def _is_reply(self, message: HandsetMessage) -> bool:
        return message["direction"] == "outbound" and message["seq"] > self._seq


def _is_on_the_way(message: HandsetMessage) -> bool:
    return message["status"] in {"queued", "sent"}


def _send_line(handset: Handset, number: str, line: str) -> None:
    if not line.strip():
        return
    try:
        handset.send(number, line)
    except ScrapbookError as problem:
        _say(f"(not sent: {problem})")


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


class _Listener(threading.Thread):
    """Shows what comes in, above the line that is being typed."""

    def __init__(self, handset: Handset, number: str) -> None:
        super().__init__(daemon=True)
        self._handset = handset
        self._number = number
        self._stopped = threading.Event()
        self._after: int | None = None
        self._pending = set[str]()
        self._told = ""

    def stop(self) -> None:
        """Lets the thread end with its next wait."""
        self._stopped.set()

    def run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._listen()
            except HandsetUnavailable:
                self._tell("(not connected, retrying)")
                self._stopped.wait(_LISTEN)

    def _listen(self) -> None:
        if self._after is None:
            self._after = max((old["changed"] for old in self._handset.events(self._number)), default=0)
        news = self._handset.events(self._number, self._after, _LISTEN)
        for message in news:
            self._after = message["changed"]
            self._take(message)
        self._tell("(still pending: the scrapbook does not answer)" if self._pending and not news else "")

    def _take(self, message: HandsetMessage) -> None:
        if message["direction"] == "outbound":
            self._show_reply(message)
        elif message["status"] == "pending":
            self._pending.add(message["sid"])
        else:
            self._pending.discard(message["sid"])

    def _show_reply(self, message: HandsetMessage) -> None:
        if message["status"] == "delivered":
            self._show(_content(message))
        elif not _is_on_the_way(message):
            self._show(f"(a reply was not delivered: error {message['error_code']})")

    def _tell(self, state: str) -> None:
        """Shows a state when it begins."""
        if state and state != self._told:
            self._show(state)
        self._told = state

    @staticmethod
    def _show(words: str) -> None:
        if sys.stdin.isatty() and readline:
            _say(f"{_CLEAR_LINE}{words}")
            sys.stdout.write(_PROMPT + readline.get_line_buffer())
            sys.stdout.flush()
        else:
            _say(words)
