"""Compute one trace for each message, the same in every process and after every restart.

The ids are a hash of the message id, so they need not be passed along: the app, the action server and Rasa
(``bot/components/sentry.py``) each compute the same ones.
"""

import hashlib

TRACE_ID_BYTES, SPAN_ID_BYTES = 16, 8
"""Bytes: https://develop.sentry.dev/sdk/foundations/trace-propagation/"""

_SAMPLING_STEPS = 1_000_000


def trace_header(message_id: str, sample_rate: float) -> str:
    """Return the value of a ``sentry-trace`` header for work on a message.

    Args:
        sample_rate: the fraction of messages whose traces are sent, 0 to 1; the same in every process, so
            that a trace is sent as a whole or not at all.
    """
    digest = hashlib.sha256(message_id.encode()).digest()
    trace, span = digest[:TRACE_ID_BYTES], digest[TRACE_ID_BYTES : TRACE_ID_BYTES + SPAN_ID_BYTES]
    drawn = int.from_bytes(digest[-SPAN_ID_BYTES:], "big") % _SAMPLING_STEPS
    return f"{trace.hex()}-{span.hex()}-{int(drawn < sample_rate * _SAMPLING_STEPS)}"
