"""What the app counts as it happens, for Prometheus. ``watching`` adds how things are.

The other processes tell what they take of the machine, as the app does, on the port that they have anyway.

Nothing here tells of a person: the labels are steps, paths and codes. docs/production.md lists them.
"""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
SECONDS_OF_SOUND = (1, 2.5, 5, 10, 30, 60, 150, 300, 600, 1800, 3600)


def of_process() -> CollectorRegistry:
    """A new registry, in which is what this process takes: processor, memory and files."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    return registry


registry = of_process()

webhook_answers = Counter(
    "scrapbook_webhook_answers", "Answers to Twilio's webhooks.", ["path", "status"], registry=registry
)
turn_seconds = Histogram(
    "scrapbook_turn_seconds", "Understanding a message.", buckets=SECONDS, registry=registry
)
answer_seconds = Histogram(
    "scrapbook_answer_seconds",
    "From a message's arrival until its replies are recorded.",
    buckets=SECONDS,
    registry=registry,
)
delivery_seconds = Histogram(
    "scrapbook_delivery_seconds",
    "From a message's arrival until Twilio has taken a reply.",
    buckets=SECONDS,
    registry=registry,
)
sends = Counter(
    "scrapbook_sends",
    "Attempts to hand a reply to Twilio, by its error code; code 0 where it was taken, "
    "none where there was no code.",
    ["code"],
    registry=registry,
)
transcription_seconds = Histogram(
    "scrapbook_transcription_seconds", "Writing a memo down.", buckets=SECONDS_OF_SOUND, registry=registry
)
audio_seconds = Counter("scrapbook_audio_seconds", "Sound that was written down.", registry=registry)
errors = Counter("scrapbook_errors", "Failures that were reported, by step.", ["step"], registry=registry)


@contextmanager
def timing(tell: Callable[[float], object]) -> Generator[None]:
    """Tells the seconds that the block took, where nothing went wrong."""
    began = time.monotonic()
    yield
    tell(time.monotonic() - began)
