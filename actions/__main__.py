"""Run the action server: ``python -m actions``."""

import signal
import sys
from importlib.util import find_spec
from types import FrameType, ModuleType
from typing import NoReturn

from scrapbook.errors import SettingsError
from scrapbook.net.asgi_server import serve
from scrapbook.net.body_limits import BodyLimits
from scrapbook.observability import reporting
from scrapbook.settings import Settings

GRACE_SECONDS = 1
"""How long the server waits, when it is stopped, for turns that are still running."""

BODY_SECONDS = 10.0
"""For the body of a call, which Rasa sends at once."""

KEEP_ALIVE_SECONDS = 75
"""How long an idle connection stays open: longer than on Rasa's side, so that Rasa never sends a request over
one that is being closed."""


def main() -> None:
    settings = Settings.load()
    if settings.semantic_model and not (find_spec("onnxruntime") and find_spec("tokenizers")):
        raise SettingsError("Search by meaning is not installed: it is the extra `semantic`")
    _stub_sanic()
    # These import rasa_sdk, which imports sanic.
    from rasa_sdk.executor import ActionExecutor  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs]

    from actions import action, meaning  # noqa: PLC0415
    from actions.server import MAX_BODY_BYTES, create_app  # noqa: PLC0415

    executor = ActionExecutor()
    executor.register_package("actions")
    reporting.start(settings, "actions")
    # Once the running turns have ended, uvicorn raises the signal that stopped it again.
    signal.signal(signal.SIGTERM, _exit)
    encoding = meaning.start_encoding(action.store()) if settings.semantic_model else None
    try:
        serve(
            create_app(executor, settings.internal_auth),
            settings.internal_host,
            settings.actions_port,
            body=BodyLimits(MAX_BODY_BYTES, BODY_SECONDS),
            grace=GRACE_SECONDS,
            keep_alive=KEEP_ALIVE_SECONDS,
        )
    finally:
        if encoding:
            encoding.stop()
        action.close()
        reporting.flush()


def _exit(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit()


def _stub_sanic() -> None:
    """Put an empty module in place of sanic: 15 MB that rasa_sdk imports only to name a type."""
    if "sanic" not in sys.modules:
        stand_in = ModuleType("sanic")
        stand_in.__dict__["Sanic"] = object
        sys.modules["sanic"] = stand_in


if __name__ == "__main__":
    main()
