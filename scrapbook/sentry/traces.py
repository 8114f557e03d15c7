"""One trace for each message, the same in every process and after every restart.

The ids come from the MessageSid, so they need not be carried along: through the durable queues, Rasa and the
action server each process comes to the same ones by itself (``bot/components/sentry.py`` among them).
"""

import hashlib

SIZE_OF_TRACE, SIZE_OF_SPAN = 16, 8
"""Bytes: https://develop.sentry.dev/sdk/foundations/trace-propagation/"""

_PARTS_OF_A_WHOLE = 1_000_000


def trace_header(sid: str, sample_rate: float) -> str:
    """The value of a ``sentry-trace`` header for what is done about that message.

    Args:
        sample_rate: share of all messages whose traces are sent, 0 to 1; the same in every process, so that a
            trace is there whole or not at all.
    """
    digest = hashlib.sha256(sid.encode()).digest()
    trace, span = digest[:SIZE_OF_TRACE], digest[SIZE_OF_TRACE : SIZE_OF_TRACE + SIZE_OF_SPAN]
    drawn = int.from_bytes(digest[-SIZE_OF_SPAN:], "big") % _PARTS_OF_A_WHOLE
    return f"{trace.hex()}-{span.hex()}-{int(drawn < sample_rate * _PARTS_OF_A_WHOLE)}"
