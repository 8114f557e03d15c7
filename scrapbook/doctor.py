"""``scrapbook doctor``: is everything there that answering a text takes, and if not, what to do about it."""

import shutil
from collections.abc import Iterator

from scrapbook import processes, training
from scrapbook.errors import ScrapbookError
from scrapbook.findings import Finding
from scrapbook.places import BOT_PYTHON
from scrapbook.settings import Settings
from scrapbook.store import Store
from scrapbook.twilio.account import Account
from scrapbook.twilio.sending import Sender

ENOUGH_SPACE = 500 * 1024 * 1024  # bytes; Rasa's model and a year of texts


def examine(settings: Settings) -> Iterator[Finding]:
    """The checks, in the order in which a text passes what they look at."""
    yield Finding("Settings", True, f"{settings.mode.value}, data in {settings.data_dir}")
    yield _space(settings)
    yield Finding(
        "Rasa's environment", BOT_PYTHON.exists(), remedy="run `make run` once: it installs bot/.venv"
    )
    yield Finding("Trained assistant", training.is_current(), remedy="run `scrapbook train`")
    yield _database(settings)
    yield from _services(settings)
    yield _twilio(settings)


def _space(settings: Settings) -> Finding:
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    return Finding(
        "Disk", free > ENOUGH_SPACE, f"{free // 2**20:,} MiB free", "make room: a full disk refuses new texts"
    )


def _database(settings: Settings) -> Finding:
    if settings.is_sqlite and not settings.sqlite_path.exists():
        return Finding("Database", False, "there is none yet", "run `make run` or `scrapbook up`")
    try:
        store = Store.open(settings.database_url)
        try:
            current = store.schema_is_current()
        finally:
            store.close()
    except ScrapbookError as error:
        return Finding("Database", False, str(error), "check SCRAPBOOK_DATABASE_URL")
    return Finding("Database", current, remedy="its tables are of another release: run `scrapbook up`")


def _services(settings: Settings) -> Iterator[Finding]:
    start = "run `scrapbook up`, or see its log in the data directory"
    for name in processes.names(settings):
        yield Finding(processes.READABLE[name], processes.is_up(name, settings), remedy=start)
    if settings.public_url.startswith("https://"):
        remedy = "Twilio must reach it: check the tunnel or the reverse proxy"
        is_live = processes.answers(f"{settings.public_url}/health/live", timeout=5)
        yield Finding("Public URL", is_live, settings.public_url, remedy)


def _twilio(settings: Settings) -> Finding:
    account = Account.of(settings)
    sender = Sender(account.sid, account.auth_token, account.api_url)
    remedy = "check TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_API_URL"
    try:
        sender.check()
    except ScrapbookError as error:
        return Finding("Twilio account", False, str(error), remedy)
    return Finding("Twilio account", True, account.api_url)
