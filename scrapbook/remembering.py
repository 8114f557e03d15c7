"""Has the engine remember for a moment what it would ask its database for again and again.

With every look into a queue, and with everything that is put into one, DBOS reads the queue's settings, and
whether its application has a newer version: two of five statements, and neither changes while it runs.

A DBOS that has these questions no more works as well without this.
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from dbos import DBOS

FOR = 1.0
"""Seconds: as long as an idle queue is not looked into."""

QUESTIONS = ("get_queue", "_is_latest_version")
"""Of the engine's database, each about what its first argument names."""

T = TypeVar("T")


def install(engine: DBOS) -> None:
    """To be called when the engine is launched."""
    database = engine._sys_db  # pyright: ignore[reportPrivateUsage]
    for question in QUESTIONS:
        if asked := getattr(database, question, None):
            setattr(database, question, _remembering(asked))


def _remembering(ask: Callable[..., T]) -> Callable[..., T]:
    """Of answers that are not None. May be shared between threads: at worst two of them ask."""
    known = dict[str, tuple[float, T]]()

    def answer(about: str, *args: Any, **kwargs: Any) -> T:  # noqa: ANN401 - whatever the engine passes on
        now = time.monotonic()
        until, answered = known.get(about, (now, None))
        if answered is not None and now < until:
            return answered
        answered = ask(about, *args, **kwargs)
        if answered is not None:
            known[about] = (now + FOR, answered)
        return answered

    return answer
