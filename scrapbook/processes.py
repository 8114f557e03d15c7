"""The processes of the house: what each one is and how it is started.

``scrapbook serve NAME`` becomes one of them; the Procfile names the same ones for any process manager.
"""

# ruff: noqa: PLC0415 - each process imports what it needs, and none what only another one needs
import os
import sys
import threading
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import NoReturn

from scrapbook.errors import SettingsError
from scrapbook.places import BOT, BOT_PYTHON, MODEL
from scrapbook.settings import PHONE_NUMBER, Mode, Settings

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
        with urllib.request.urlopen(url, timeout=timeout) as answer:  # noqa: S310 - the house's own addresses
            return 200 <= answer.status < 300
    except (OSError, HTTPException):
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


def _serve_app(settings: Settings) -> None:
    from typing_extensions import override

    from scrapbook import reports
    from scrapbook.web import serving

    class AppServer(serving.Server):
        """Ends in time, whatever its threads wait for: what they are at goes on at the next start."""

        @override
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            limit = threading.Timer(LEAVES_WITHIN, _leave)
            limit.daemon = True
            limit.start()
            super().handle_exit(sig, frame)

    reports.configure(settings, "app")
    serving.serve("scrapbook.app:create_app", settings.host, settings.port, grace=GRACE, kind=AppServer)
    _leave()


def _leave() -> NoReturn:
    """Without waiting for the threads, as the interpreter would."""
    from scrapbook import reports

    reports.flush()
    os._exit(0)


def _serve_phone(settings: Settings) -> None:
    if settings.mode is Mode.PRODUCTION or not settings.local_twilio:
        raise SettingsError("The phone is for development: it does not start beside a real Twilio account")
    from scrapbook import reports
    from scrapbook.twilio.account import Account
    from scrapbook.twilio.local import LocalTwilio, create_app
    from scrapbook.web import serving

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
    serving.serve(create_app(local), "127.0.0.1", settings.phone_port, grace=GRACE)


def _serve_sentry(settings: Settings) -> None:
    from scrapbook.sentry.local import LocalSentry
    from scrapbook.web import serving

    local = LocalSentry()
    print(f"SENTRY_DSN={local.dsn(settings.sentry_port)}", flush=True)  # noqa: T201
    print(f"What comes in: http://127.0.0.1:{settings.sentry_port}/events", flush=True)  # noqa: T201
    serving.serve(local.app(), "127.0.0.1", settings.sentry_port)


def _serve_voice(settings: Settings) -> None:
    if not find_spec("faster_whisper"):
        raise SettingsError("What hears is not installed: it is the extra `voice`")
    from scrapbook import reports
    from scrapbook.voice.server import create_app
    from scrapbook.web import serving

    reports.configure(settings, "voice")
    app = create_app(settings.whisper_model, settings.whisper_compute_type)
    serving.serve(app, settings.internal_host, settings.voice_port, grace=1)


def _serve_actions(_settings: Settings) -> None:
    os.execv(sys.executable, [sys.executable, "-m", "actions"])  # noqa: S606


def _serve_rasa(settings: Settings) -> None:
    from scrapbook.training import RASA_ENVIRONMENT

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
    from scrapbook.sentry.client import RELEASE

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
