"""The processes of an installation: their names, ports and health checks, and how each is started.

``scrapbook serve NAME`` runs one. The Procfile has the same names for any process manager.
"""

# ruff: noqa: PLC0415 - a process imports only what it needs
import errno
import os
import socket
import sys
import threading
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from http.client import HTTPException
from importlib.util import find_spec
from types import FrameType
from typing import NoReturn

from scrapbook.errors import SettingsError
from scrapbook.net.body_limits import BodyLimits
from scrapbook.net.internal_auth import PROOF, InternalAuth
from scrapbook.ops.pid_file import AlreadyRunning, PidFile
from scrapbook.paths import BOT, BOT_PYTHON, MODEL
from scrapbook.settings import PHONE_NUMBER, Mode, Settings
from scrapbook.voice.limits import MAX_BYTES

# Seconds.
HEALTH_TIMEOUT = 2
# Seconds for running webhooks; Twilio repeats those that take longer.
SHUTDOWN_SECONDS = 2
# Seconds from the signal to the exit; with the two for Sentry less than supervisord waits.
EXIT_TIMEOUT = 4.5

WRITTEN_BODY = BodyLimits(64_000_000, seconds=300.0)
"""Of a message with files that is written on a page (``web/book/uploads.py``), over a phone's connection."""
APP_BODY = BodyLimits(1_000_000, seconds=10.0, at={b"/book/write": WRITTEN_BODY})
"""Of a webhook, which has a smaller limit of its own (``channels/twilio/signed_requests.py``)."""
LOCAL_TEMPLATE = "Your scrapbook reminds you: {{1}}"
"""The template that the local Twilio has under the configured Content SID."""

PHONE_BODY = BodyLimits(100_000_000, seconds=60.0)
"""Of a message with attachments, in base64."""
LOCAL_APP_BODY = replace(PHONE_BODY, at=APP_BODY.at)
"""Of the app that serves the page of the local phone, too."""
VOICE_BODY = BodyLimits(MAX_BYTES, seconds=60.0)

DISPLAY_NAMES = {
    "phone": "Local phone",
    "actions": "Action server",
    "rasa": "Rasa (loads the trained model)",
    "voice": "Speech recognition",
    "app": "Webhook and workers",
}


def names(settings: Settings) -> tuple[str, ...]:
    """Return the processes that these settings need, in the order in which they are started."""
    ours = ("actions", "rasa", "voice", "app")
    return ("phone", *ours) if settings.local_twilio else ours


def local_names(settings: Settings) -> tuple[str, ...]:
    """Return those that are started here; a setting says where the others are."""
    return tuple(name for name in names(settings) if name not in settings.elsewhere)


def is_up(name: str, settings: Settings) -> bool:
    """Return whether the process of that name is healthy; if there are several, whether all are."""
    return all(answers(url, auth_of(name, settings)) for url in health(name, settings))


def answers(url: str, auth: InternalAuth | None) -> bool:
    """Return whether a GET succeeds within two seconds, and the other side is ours.

    Args:
        auth: the secret that the other side has to know; None for a process that is given none.
    """
    call = auth.sign("GET", url) if auth else None
    request = urllib.request.Request(url, headers=call.headers if call else {})  # noqa: S310 - URLs of the settings
    try:
        with urllib.request.urlopen(request, timeout=HEALTH_TIMEOUT) as response:  # noqa: S310
            return call is None or call.is_proven(response.status, response.headers[PROOF])
    except (OSError, HTTPException):
        return False


def auth_of(name: str, settings: Settings) -> InternalAuth | None:
    """Return the secret by which the process of that name knows its callers; None for the local phone."""
    if name == "phone":
        return None
    return settings.voice_auth if name == "voice" else settings.internal_auth


def port(name: str, settings: Settings) -> int:
    """Return the port on which the process of that name listens."""
    return {
        "phone": settings.phone_port,
        "actions": settings.actions_port,
        "rasa": settings.rasa_port,
        "voice": settings.voice_port,
        "app": settings.port,
        "sentry": settings.sentry_port,
    }[name]


def host(name: str, settings: Settings) -> str:
    """Return the host on which the process of that name listens."""
    of_others = {"app": settings.host, "phone": "127.0.0.1", "sentry": "127.0.0.1"}
    return of_others.get(name, settings.internal_host)


def refuse_taken_port(name: str, settings: Settings) -> None:
    """Check that the process of that name could listen.

    Raises:
        AlreadyRunning: another process listens on its port; the message names it.
        SettingsError: this machine does not have the host on which it is to listen.
    """
    where, number = host(name, settings), port(name, settings)
    try:
        is_free = _is_free(where, number)
    except OSError as error:
        raise SettingsError(f"{name} cannot listen on {where}: {error.strerror}.") from None
    if not is_free:
        from scrapbook.ops.port_user import port_user

        raise AlreadyRunning(
            f"Port {number}, which {name} needs, is used by {port_user(number)}, or choose other "
            "ports with SCRAPBOOK_PORT: it takes that one and the six after it."
        )


def _is_free(host: str, port: int) -> bool:
    """Return whether a server could listen there.

    Raises:
        OSError: no server could listen on that host, whatever the port.
    """
    [family, *_, address] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return False
    return True


def health(name: str, settings: Settings) -> tuple[str, ...]:
    """Return the URLs of the health checks of the process; Rasa may have several servers."""
    return {
        "phone": (f"{settings.phone_url}/handset/messages?number=%2B{PHONE_NUMBER[1:]}",),
        "actions": (f"{settings.actions_url}/health",),
        "rasa": tuple(f"{url}/health" for url in settings.rasa_urls),
        "voice": (f"{settings.voice_url}/health/live",),
        "app": (f"http://127.0.0.1:{settings.port}/health/live",),
    }[name]


def serve(name: str, settings: Settings) -> None:
    """Run the process of that name in this process, and write its id into the data directory.

    Raises:
        AlreadyRunning: it runs already, with the same data directory, or its port is in use.
        SettingsError: there is no such process, or the settings do not allow it.
    """
    if name not in _SERVERS:
        raise SettingsError(f"There is no process {name}; it is one of {', '.join(_SERVERS)}")
    os.umask(0o077)  # files are private; DBOS would create its database readable for everybody
    PidFile(settings.data_dir, name).claim(for_exec=name in {"actions", "rasa"})
    refuse_taken_port(name, settings)
    settings.create_internal_secret()
    _SERVERS[name](settings)


def _serve_app(settings: Settings) -> None:
    from typing_extensions import override

    from scrapbook.net import asgi_server
    from scrapbook.observability import reporting

    class AppServer(asgi_server.Server):
        """Exits within EXIT_TIMEOUT, even if threads still wait: their work goes on at the next start."""

        @override
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            limit = threading.Timer(EXIT_TIMEOUT, _exit_now)
            limit.daemon = True
            limit.start()
            super().handle_exit(sig, frame)

    reporting.start(settings, "app")
    asgi_server.serve(
        "scrapbook.app:create_app",
        settings.host,
        settings.port,
        body=LOCAL_APP_BODY if settings.local_twilio else APP_BODY,
        grace=SHUTDOWN_SECONDS,
        kind=AppServer,
    )
    _exit_now()


def _exit_now() -> NoReturn:
    """Exit without waiting for threads, for which the interpreter would wait."""
    from scrapbook.observability import reporting

    reporting.flush()
    os._exit(0)


def _serve_phone(settings: Settings) -> None:
    if settings.mode is Mode.PRODUCTION or not settings.local_twilio:
        raise SettingsError("The local Twilio is for development: it does not start with a Twilio account")
    from scrapbook.channels.twilio.account import Account
    from scrapbook.emulators.twilio import LocalTwilio, create_app
    from scrapbook.net import asgi_server
    from scrapbook.observability import reporting

    reporting.start(settings, "phone")
    account = Account.from_settings(settings)
    local = LocalTwilio(
        account_sid=account.sid,
        auth_token=account.auth_token,
        number=account.number,
        webhook_url=f"{settings.public_url}/twilio/messages",
        voice_url=f"{settings.public_url}/twilio/voice",
        url=settings.phone_url,
        database=settings.data_dir / "phone.db",
        templates={settings.whatsapp_template: LOCAL_TEMPLATE} if settings.whatsapp_template else {},
    )
    asgi_server.serve(
        create_app(local), "127.0.0.1", settings.phone_port, body=PHONE_BODY, grace=SHUTDOWN_SECONDS
    )


def _serve_sentry(settings: Settings) -> None:
    from scrapbook.emulators.sentry import LocalSentry
    from scrapbook.net import asgi_server

    local = LocalSentry()
    print(f"SENTRY_DSN={local.dsn(settings.sentry_port)}", flush=True)  # noqa: T201
    print(f"Events: http://127.0.0.1:{settings.sentry_port}/events", flush=True)  # noqa: T201
    asgi_server.serve(local.app(), "127.0.0.1", settings.sentry_port, body=PHONE_BODY)


def _serve_voice(settings: Settings) -> None:
    if not find_spec("faster_whisper"):
        raise SettingsError("Speech recognition is not installed: it is the extra `voice`")
    from scrapbook.net import asgi_server
    from scrapbook.observability import reporting
    from scrapbook.voice.server import create_app

    reporting.start(settings, "voice")
    app = create_app(settings.whisper_model, settings.whisper_compute_type, settings.voice_auth)
    asgi_server.serve(app, settings.internal_host, settings.voice_port, body=VOICE_BODY, grace=1)


def _serve_actions(_settings: Settings) -> None:
    os.execv(sys.executable, [sys.executable, "-m", "actions"])  # noqa: S606


def _serve_rasa(settings: Settings) -> None:
    from scrapbook.assistant.training import RASA_ENVIRONMENT

    os.chdir(BOT)
    environment = os.environ | RASA_ENVIRONMENT | _rasa_environment(settings)
    command = [
        *(str(BOT_PYTHON), "launch.py", "run", "--model", str(MODEL)),
        *("--interface", settings.internal_host, "--port", str(settings.rasa_port)),
        *("--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
    ]
    os.execve(command[0], command, environment)  # noqa: S606


def _rasa_environment(settings: Settings) -> dict[str, str]:
    """Return the environment variables with which Rasa's environment gets these settings."""
    from scrapbook.observability.sentry_client import RELEASE

    return {
        "ACTION_SERVER_URL": f"{settings.actions_url}/webhook",
        "SCRAPBOOK_INTERNAL_SECRET": settings.internal_secret_value,
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
