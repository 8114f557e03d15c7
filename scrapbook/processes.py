"""The processes of the house: what each one is and how it is started.

``scrapbook serve NAME`` becomes one of them; the Procfile names the same ones for any process manager.
"""

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

import httpx
import uvicorn
from typing_extensions import override
from uvicorn.config import STARTUP_FAILURE

from scrapbook import reports
from scrapbook.errors import SettingsError
from scrapbook.places import BOT, BOT_PYTHON, MODEL
from scrapbook.sentry.client import RELEASE
from scrapbook.settings import PHONE_NUMBER, Mode, Settings
from scrapbook.training import RASA_ENVIRONMENT
from scrapbook.twilio.account import Account
from scrapbook.twilio.local import LocalTwilio, create_app

# Seconds for a webhook that is under way; one that takes longer is repeated by Twilio.
GRACE = 2
# Seconds after being asked to end; with Sentry's two less than the supervisor waits.
LEAVES_WITHIN = 4.5


READABLE = {
    "phone": "Local phone",
    "actions": "Action server",
    "rasa": "Rasa (loads the trained model)",
    "voice": "Speech recognition",
    "app": "Webhook and workers",
}


def names(settings: Settings) -> tuple[str, ...]:
    """The processes that these settings take, in the order in which they are started."""
    ours = ("actions", "rasa", "voice", "app")
    return ("phone", *ours) if settings.local_twilio else ours


def is_up(name: str, settings: Settings) -> bool:
    """Whether the process of that name does its work; if there are several, each of them."""
    return all(answers(url, timeout=2) for url in health(name, settings))


def answers(url: str, timeout: float) -> bool:
    """Whether a GET succeeds within so many seconds."""
    try:
        return httpx.get(url, timeout=timeout).is_success
    except httpx.HTTPError:
        return False


def port(name: str, settings: Settings) -> int:
    """Where the process of that name listens."""
    return {
        "phone": settings.phone_port,
        "actions": settings.actions_port,
        "rasa": settings.rasa_port,
        "voice": settings.voice_port,
        "app": settings.port,
    }[name]


def health(name: str, settings: Settings) -> tuple[str, ...]:
    """Where the process of that name is asked whether it does its work; of Rasa there may be several."""
    return {
        "phone": (f"{settings.phone_url}/handset/messages?number=%2B{PHONE_NUMBER[1:]}",),
        "actions": (f"{settings.actions_url}/health",),
        "rasa": tuple(f"{url}/status" for url in settings.rasa_urls),
        "voice": (f"{settings.voice_url}/health/live",),
        "app": (f"http://127.0.0.1:{settings.port}/health/live",),
    }[name]


def serve(name: str, settings: Settings) -> None:
    """Become the process of that name; its id is left in the data directory while it runs.

    Raises:
        SettingsError: there is no such process, or the settings do not allow it.
    """
    if name not in _SERVERS:
        raise SettingsError(f"There is no process {name}; it is one of {', '.join(_SERVERS)}")
    os.umask(0o077)  # what is kept is private; the engine would let everybody read its database
    _leave_pid(settings.data_dir / "run" / f"{name}.pid")
    _SERVERS[name](settings)


def _leave_pid(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{os.getpid()}\n", encoding="utf-8")


class _AppServer(uvicorn.Server):
    """Ends in time, whatever its threads wait for: what they are at goes on at the next start."""

    @override
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        limit = threading.Timer(LEAVES_WITHIN, _leave)
        limit.daemon = True
        limit.start()
        super().handle_exit(sig, frame)


def _serve_app(settings: Settings) -> None:
    reports.configure(settings, "app")
    config = uvicorn.Config(
        "scrapbook.app:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE,
    )
    server = _AppServer(config)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)
    _leave()


def _leave() -> NoReturn:
    """Without waiting for the threads, as the interpreter would."""
    reports.flush()
    os._exit(0)


def _serve_phone(settings: Settings) -> None:
    if settings.mode is Mode.PRODUCTION or not settings.local_twilio:
        raise SettingsError("The phone is for development: it does not start beside a real Twilio account")
    reports.configure(settings, "phone")
    account = Account.of(settings)
    local = LocalTwilio(
        account_sid=account.sid,
        auth_token=account.auth_token,
        number=account.number,
        webhook_url=f"{settings.public_url}/twilio/messages",
        voice_url=f"{settings.public_url}/twilio/voice",
        url=settings.phone_url,
        database=settings.data_dir / "phone.db",
    )
    uvicorn.run(
        create_app(local),
        host="127.0.0.1",
        port=settings.phone_port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE,
    )


def _serve_sentry(settings: Settings) -> None:
    from scrapbook.sentry.local import LocalSentry  # noqa: PLC0415 - started by hand only

    local = LocalSentry()
    print(f"SENTRY_DSN={local.dsn(settings.sentry_port)}", flush=True)  # noqa: T201
    print(f"What comes in: http://127.0.0.1:{settings.sentry_port}/events", flush=True)  # noqa: T201
    uvicorn.run(local.app(), host="127.0.0.1", port=settings.sentry_port, log_config=None, access_log=False)


def _serve_voice(settings: Settings) -> None:
    from scrapbook.voice.server import create_app as create_voice_app  # noqa: PLC0415 - an extra of its own

    reports.configure(settings, "voice")
    uvicorn.run(
        create_voice_app(settings.whisper_model, settings.whisper_compute_type),
        host=settings.internal_host,
        port=settings.voice_port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )


def _serve_actions(_settings: Settings) -> None:
    os.execv(sys.executable, [sys.executable, "-m", "actions"])  # noqa: S606


def _serve_rasa(settings: Settings) -> None:
    os.chdir(BOT)
    environment = os.environ | RASA_ENVIRONMENT | _for_rasa(settings)
    command = [
        *(str(BOT_PYTHON), "launch.py", "run", "--model", str(MODEL), "--enable-api"),
        *("--interface", settings.internal_host, "--port", str(settings.rasa_port)),
        *("--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
    ]
    os.execve(command[0], command, environment)  # noqa: S606


def _for_rasa(settings: Settings) -> dict[str, str]:
    """What the assistant's own environment takes from these settings, under the names that it reads."""
    return {
        "ACTION_SERVER_URL": f"{settings.actions_url}/webhook",
        "SENTRY_DSN": settings.sentry_dsn.get_secret_value(),
        "SENTRY_ENVIRONMENT": settings.mode.value,
        "SENTRY_RELEASE": RELEASE,
        "SENTRY_TRACES_SAMPLE_RATE": str(settings.sentry_traces_sample_rate),
    }


_SERVERS: dict[str, Callable[[Settings], None]] = {
    "phone": _serve_phone,
    "actions": _serve_actions,
    "rasa": _serve_rasa,
    "voice": _serve_voice,
    "app": _serve_app,
    "sentry": _serve_sentry,
}
