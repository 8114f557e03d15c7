"""The side of a ``LimitedProcess`` that works: a line of JSON is asked, and a line is answered."""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from scrapbook.sandbox.limits import limit_process


def serve(answer: Callable[..., tuple[dict[str, Any], bool]]) -> None:
    """Limit this process, and answer requests until standard input is closed.

    Args:
        answer: called with the values of a request. Returns those of the answer, and whether the process must
            end then.
    """
    limit_process()
    while request := sys.stdin.buffer.readline():
        values, is_done = answer(**json.loads(request))
        sys.stdout.buffer.write(json.dumps(values, default=str).encode() + b"\n")
        sys.stdout.buffer.flush()
        if is_done:
            os._exit(0)  # without waiting for threads: a lookup of a name cannot be cancelled
