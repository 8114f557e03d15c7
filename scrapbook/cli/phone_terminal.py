"""The local phone in a terminal: text, call and chat through the local Twilio."""

import mimetypes
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from scrapbook.channels.twilio.optout import OptOut, is_answered_by_twilio, opt_out
from scrapbook.emulators.handset import Attachment, Handset, HandsetMessage, HandsetUnavailable
from scrapbook.errors import ScrapbookError
from scrapbook.text.display import displayable
from scrapbook.text.file_types import UNKNOWN, identify

try:
    import readline
except ImportError:  # some systems lack it; lines cannot be edited there
    readline = None

_PROMPT = "> "
_CLEAR_LINE = "\r\x1b[K"
_CHAT_WAIT = 2.0
"""Seconds that a request of ``chat`` waits for news, and the pause after one that failed."""
_REPLY_WAIT = 0.2
"""Seconds that a request of ``text`` and ``call`` waits for news, before it is checked whether to go on."""


class NoReply(ScrapbookError):
    """The replies did not arrive in time."""

    permanent = False


class CallFailed(ScrapbookError):
    """The scrapbook did not answer the call."""


def chat(handset: Handset, number: str) -> None:
    """Send each line that is typed, and print what ``number`` receives, until Ctrl-D or Ctrl-C."""
    listener = _Listener(handset, number)
    listener.start()
    try:
        while True:
            _send_line(handset, number, input(_PROMPT if sys.stdin.isatty() else ""))
    except (EOFError, KeyboardInterrupt):
        _print("")
    finally:
        listener.stop()


def text(  # noqa: PLR0913, PLR0917 - one argument for each option of the command
    handset: Handset,
    body: str,
    number: str,
    attachments: Sequence[Path],
    is_finished: Callable[[str], bool],
    timeout: float,
) -> None:
    """Send one message and print the bodies of its replies, in the order in which they reach the phone.

    Args:
        is_finished: says whether the message with that sid is finished and all its replies are sent.
        timeout: seconds to wait for the replies.

    Raises:
        NoReply: the message was not finished, or a reply had not arrived, when the time was over.
    """
    files = [attachment(path) for path in attachments]
    sent = handset.send(number, body, files)
    replies = _Replies(handset, number, sent["sid"], sent["changed"], sent["seq"])
    request = opt_out(body, number, has_media=bool(files))
    if request is OptOut.OUT or (request is OptOut.HELP and is_answered_by_twilio(number)):
        _print_replies(replies, lambda _: replies.is_accepted, timeout)
    else:  # START and YES are Twilio's for somebody who has opted out
        _print_replies(replies, lambda sid: replies.is_answered_by_twilio or is_finished(sid), timeout)


def call(
    handset: Handset, path: Path, number: str, is_finished: Callable[[str], bool], timeout: float
) -> None:
    """Call the scrapbook, play a WAV file to it, and print what it says; then the replies, like ``text``.

    Raises:
        CallFailed: the scrapbook did not answer the call.
        NoReply: as ``text``.
    """
    audio = attachment(path).content
    earlier = handset.events(number)
    ended = handset.call(number, audio)
    for sentence in ended["said"]:
        _print(sentence)
    if ended["status"] != "completed":
        raise CallFailed(f"The call was not taken: {ended['status']}.")
    if sid := ended["recording_sid"]:
        changed = max((message["changed"] for message in earlier), default=0)
        seq = max((message["seq"] for message in earlier), default=0)
        _print_replies(_Replies(handset, number, sid, changed, seq), is_finished, timeout)


def attachment(path: Path) -> Attachment:
    """Return the file with its content type: that of its bytes, or else that of its name.

    Raises ScrapbookError if it cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise ScrapbookError(f"{path} cannot be read: {problem.strerror}") from problem
    by_content = identify(content)
    by_name = mimetypes.guess_type(path.name)[0] or UNKNOWN
    return Attachment(by_name if by_content == UNKNOWN else by_content, content)


def _print_replies(replies: "_Replies", is_finished: Callable[[str], bool], timeout: float) -> None:
    for reply in _wait_for_replies(replies, is_finished, timeout):
        if reply["status"] == "delivered":
            _print(_content(reply))
        else:
            sys.stderr.write(f"A reply was not delivered (error {reply['error_code']}).\n")


def _content(message: HandsetMessage) -> str:
    """Return the body of a message, and a line for each attachment."""
    files = [f"[{part['content_type']}, {part['size'] / 1024:.0f} KB]" for part in message["media"]]
    return "\n".join([message["body"]] * bool(message["body"]) + files)


def _wait_for_replies(
    replies: "_Replies", is_finished: Callable[[str], bool], timeout: float
) -> Iterator[HandsetMessage]:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        # Asked before the replies are read: every reply that was sent by then is among them.
        finished = is_finished(replies.sid)
        yield from replies.read()
        if finished and not replies.pending:
            return
    raise NoReply(f"No reply came within {timeout:g} seconds.")


class _Replies:
    """What a phone receives after it sent a message or left a recording.

    Args:
        sid: of the message or the recording.
        changed: the number of the latest change before it.
        seq: the place of the latest message before it.

    Attributes:
        is_accepted: whether the scrapbook has accepted the message.
        pending: the sids of replies that are sent, and neither delivered nor failed.
    """

    def __init__(self, handset: Handset, number: str, sid: str, changed: int, seq: int) -> None:
        self.sid = sid
        self._handset = handset
        self._number = number
        self._after = changed
        self._seq = seq
        self.is_accepted = False
        self._has_twilios_answer = False
        self.pending = set[str]()

    @property
    def is_answered_by_twilio(self) -> bool:
        """Return whether the message is accepted, and Twilio has answered it itself."""
        return self.is_accepted and self._has_twilios_answer

    def read(self) -> list[HandsetMessage]:
        """Return the replies that were delivered or failed since the last call; wait shortly for one."""
        news = self._handset.events(self._number, self._after, _REPLY_WAIT)
        for message in news:
            self._note(message)
        return [message for message in news if self._is_reply(message) and not _is_pending(message)]

    def _note(self, message: HandsetMessage) -> None:
        self._after = message["changed"]
        self.is_accepted = self.is_accepted or message["sid"] == self.sid
        self._has_twilios_answer |= self._is_reply(message) and message["carrier"]
        if self._is_reply(message) and _is_pending(message):
            self.pending.add(message["sid"])
        else:
            self.pending.discard(message["sid"])

    def _is_reply(self, message: HandsetMessage) -> bool:
        return message["direction"] == "outbound" and message["seq"] > self._seq


def _is_pending(message: HandsetMessage) -> bool:
    return message["status"] in {"queued", "sent"}


def _send_line(handset: Handset, number: str, line: str) -> None:
    if not line.strip():
        return
    try:
        handset.send(number, line)
    except ScrapbookError as problem:
        _print(f"(not sent: {problem})")


def _print(line: str) -> None:
    sys.stdout.write(f"{displayable(line)}\n")
    sys.stdout.flush()


class _Listener(threading.Thread):
    """Prints what a phone receives above the line that is being typed."""

    def __init__(self, handset: Handset, number: str) -> None:
        super().__init__(daemon=True)
        self._handset = handset
        self._number = number
        self._stopped = threading.Event()
        self._after: int | None = None
        self._pending = set[str]()
        self._state = ""

    def stop(self) -> None:
        """Make the thread end after its current request."""
        self._stopped.set()

    def run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._listen()
            except HandsetUnavailable:
                self._show_state("(not connected, retrying)")
                self._stopped.wait(_CHAT_WAIT)

    def _listen(self) -> None:
        if self._after is None:
            self._after = max((old["changed"] for old in self._handset.events(self._number)), default=0)
        news = self._handset.events(self._number, self._after, _CHAT_WAIT)
        for message in news:
            self._after = message["changed"]
            self._handle(message)
        is_waiting = self._pending and not news
        self._show_state("(still pending: the scrapbook does not answer)" if is_waiting else "")

    def _handle(self, message: HandsetMessage) -> None:
        if message["direction"] == "outbound":
            self._show_reply(message)
        elif message["status"] == "pending":
            self._pending.add(message["sid"])
        else:
            self._pending.discard(message["sid"])

    def _show_reply(self, message: HandsetMessage) -> None:
        if message["status"] == "delivered":
            self._show(_content(message))
        elif not _is_pending(message):
            self._show(f"(a reply was not delivered: error {message['error_code']})")

    def _show_state(self, state: str) -> None:
        """Print a state when it begins; an empty state prints nothing."""
        if state and state != self._state:
            self._show(state)
        self._state = state

    @staticmethod
    def _show(line: str) -> None:
        if sys.stdin.isatty() and readline:
            sys.stdout.write(_CLEAR_LINE)
            _print(line)
            sys.stdout.write(_PROMPT + readline.get_line_buffer())
            sys.stdout.flush()
        else:
            _print(line)
