"""Counters and histograms of the app for Prometheus; ``scrapbook.web.metrics`` adds the current state.

The other processes serve only their use of processor, memory and files, on the port that they have anyway.

No metric identifies a person: the labels are steps, paths and codes. docs/production.md lists them.
"""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
AUDIO_BUCKETS = (1, 2.5, 5, 10, 30, 60, 150, 300, 600, 1800, 3600)


def of_process() -> CollectorRegistry:
    """Return a new registry with the processor time, memory and open files of this process."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    return registry


registry = of_process()

webhook_answers = Counter(
    "scrapbook_webhook_answers", "Answers to Twilio's webhooks.", ["path", "status"], registry=registry
)
turn_seconds = Histogram(
    "scrapbook_turn_seconds", "Time to understand a message.", buckets=BUCKETS, registry=registry
)
answer_seconds = Histogram(
    "scrapbook_answer_seconds",
    "Time from receiving a message until its replies are recorded.",
    buckets=BUCKETS,
    registry=registry,
)
delivery_seconds = Histogram(
    "scrapbook_delivery_seconds",
    "Time from receiving a message until Twilio has accepted a reply.",
    buckets=BUCKETS,
    registry=registry,
)
sends = Counter(
    "scrapbook_sends",
    "Attempts to send a reply, by Twilio's error code; 0 if it was accepted, none without a code.",
    ["code"],
    registry=registry,
)
reminder_lateness_seconds = Histogram(
    "scrapbook_reminder_lateness_seconds",
    "Time from when a reminder is due until its message is recorded.",
    buckets=(*BUCKETS, 3600, 86400),
    registry=registry,
)
reminders_said = Counter(
    "scrapbook_reminders_said", "Reminders that were said, on time or late.", ["when"], registry=registry
)
reminders_folded = Counter(
    "scrapbook_reminders_folded", "Reminders that were said in one message with others.", registry=registry
)
notices_said = Counter(
    "scrapbook_notices_said",
    "Messages that were said unasked and are no reminders: what feeds mention, what others share, prompts.",
    registry=registry,
)
unasked_failed = Counter(
    "scrapbook_unasked_failed",
    "Reminders and notices that a provider refused or could not deliver, by its error code.",
    ["code"],
    registry=registry,
)
transcription_seconds = Histogram(
    "scrapbook_transcription_seconds", "Time to transcribe a memo.", buckets=AUDIO_BUCKETS, registry=registry
)
audio_seconds = Counter(
    "scrapbook_audio_seconds", "Seconds of audio that were transcribed.", registry=registry
)
feed_fetches = Counter(
    "scrapbook_feed_fetches",
    "Fetches of followed feeds: read, unchanged or failed.",
    ["result"],
    registry=registry,
)
errors = Counter("scrapbook_errors", "Errors that were reported, by step.", ["step"], registry=registry)


@contextmanager
def timing(record: Callable[[float], object]) -> Generator[None]:
    """Call ``record`` with the seconds that the block took, unless it raised."""
    began = time.monotonic()
    yield
    record(time.monotonic() - began)
