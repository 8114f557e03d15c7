"""Where the time of a text goes, by the line that the app logs of each message and of each reply."""

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Lines = Sequence[dict[str, Any]]


def parts(log: Path, count: int) -> dict[str, float]:
    """Medians in milliseconds over the latest texts, which were sent one after the other."""
    finished, sent = _latest(log, "message_finished", count), _latest(log, "message_sent", count)
    return {
        "accepted, until it is taken up": _median(finished, "waited_ms"),
        "understand": _median(finished, "understand_ms"),
        "record the replies": _median(finished, "reply_ms"),
        "from webhook to recorded replies": _median(finished, "finished_ms"),
        "from webhook to taken by Twilio": _median(sent, "sent_ms"),
    }


def _latest(log: Path, event: str, count: int) -> Lines:
    lines = (json.loads(line) for line in log.read_text().splitlines() if f'"{event}"' in line)
    return [line for line in lines if line["event"] == event][-count:]


def _median(lines: Lines, name: str) -> float:
    return statistics.median(line[name] for line in lines)
