"""The action server: ``python -m actions``."""

import signal
import sys
from types import FrameType, ModuleType
from typing import NoReturn

from scrapbook import reports
from scrapbook.settings import Settings
from scrapbook.web.serving import serve

GRACE = 1
"""Seconds for the turns that are under way when the server is stopped."""

KEPT_OPEN = 75
"""Seconds for which a connection without a call stays: longer than Rasa keeps its own end, which would else
send a call into one that is being closed."""


def main() -> None:
    settings = Settings.load()
    _leave_out_sanic()
    # Only now: these import rasa_sdk.
    from rasa_sdk.executor import ActionExecutor  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs]

    from actions import action  # noqa: PLC0415
    from actions.server import create_app  # noqa: PLC0415

    executor = ActionExecutor()
    executor.register_package("actions")
    reports.configure(settings, "actions")
    # uvicorn, once it has answered what was under way, raises the signal that it was stopped by again.
    signal.signal(signal.SIGTERM, _leave)
    try:
        serve(
            create_app(executor),
            settings.internal_host,
            settings.actions_port,
            grace=GRACE,
            keep_alive=KEPT_OPEN,
        )
    finally:
        action.close()
        reports.flush()


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit()


def _leave_out_sanic() -> None:
    """rasa_sdk imports the web server of its own endpoint, 15 MB, to name a type. Nothing here uses it."""
    if "sanic" not in sys.modules:
        stand_in = ModuleType("sanic")
        stand_in.__dict__["Sanic"] = object
        sys.modules["sanic"] = stand_in


if __name__ == "__main__":
    main()
