"""Check the running processes."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import httpx

from scrapbook.errors import ModelUnavailable
from scrapbook.net.internal_auth import PROOF
from scrapbook.observability.checks import CheckResult, run_check
from scrapbook.ops import processes
from scrapbook.settings import Settings

OWN_ID = "give each app process that shares the database a SCRAPBOOK_EXECUTOR_ID of its own"
START = "run `scrapbook up`, or see its log in the data directory"


def examine(settings: Settings) -> Iterator[CheckResult]:
    """Yield a result for each process, for each failing part of the app, and for the speech model."""
    if settings.elsewhere and not settings.internal_secret.get_secret_value():
        yield CheckResult(
            "Shared secret",
            False,
            f"{', '.join(sorted(settings.elsewhere))} cannot read the one in the data directory",
            "set SCRAPBOOK_INTERNAL_SECRET, or SCRAPBOOK_INTERNAL_SECRET_FILE, alike for every process",
        )
    for name in processes.names(settings):
        yield from _process(name, settings)
    yield from _app_parts(settings)
    if "voice" not in settings.elsewhere and find_spec("faster_whisper"):
        yield run_check("Speech model", lambda: _model(settings), "check WHISPER_MODEL")
    if settings.semantic_model and "actions" not in settings.elsewhere:
        yield _semantic_model(settings)


def _process(name: str, settings: Settings) -> Iterator[CheckResult]:
    if name not in settings.elsewhere:
        yield CheckResult(processes.DISPLAY_NAMES[name], processes.is_up(name, settings), remedy=START)
        return
    remedy = (
        f"see that it runs, that SCRAPBOOK_{name.upper()}_URL leads to it, and that it has the same "
        f"{'SCRAPBOOK_VOICE_SECRET or ' if name == 'voice' else ''}SCRAPBOOK_INTERNAL_SECRET"
    )
    for url in processes.health(name, settings):
        yield CheckResult(
            processes.DISPLAY_NAMES[name],
            processes.answers(url, processes.auth_of(name, settings)),
            f"asked at {url}",
            remedy,
        )


def _app_parts(settings: Settings) -> Iterator[CheckResult]:
    """Yield the parts that the app reports as failing. It may reach services that this command cannot."""
    url = f"http://127.0.0.1:{settings.port}/health/ready"
    call = settings.internal_auth.sign("GET", url)
    try:
        response = httpx.get(url, headers=call.headers, timeout=10)
        if not call.is_proven(response.status_code, response.headers.get(PROOF)):
            return
        parts = response.json()["parts"]
    except (httpx.HTTPError, ValueError, KeyError):
        return
    for name, part in parts.items():
        if not part["ok"]:
            remedy = OWN_ID if name == "executor" else START
            yield CheckResult(f"The app's {name}", False, part["problem"], remedy)


def _semantic_model(settings: Settings) -> CheckResult:
    title = "Model for finding by meaning"
    if not (find_spec("onnxruntime") and find_spec("tokenizers")):
        return CheckResult(title, False, "the extra is missing", "install it: uv sync --extra semantic")
    return run_check(title, lambda: _semantic_problem(settings), "check SCRAPBOOK_SEMANTIC_MODEL")


def _semantic_problem(settings: Settings) -> str:
    from scrapbook.embeddings.encoder import check_model  # noqa: PLC0415 - needs the extra "semantic"

    return "" if check_model(settings.semantic_model) else "is fetched when the action server starts"


def _model(settings: Settings) -> str:
    from scrapbook.voice.model_download import is_downloaded  # noqa: PLC0415 - needs the extra "voice"

    folder = Path(settings.whisper_model).expanduser()
    if folder.is_dir():
        if not (folder / "model.bin").is_file():
            raise ModelUnavailable(f"there is no model.bin in {folder}: it is no converted Whisper model")
        return ""
    return "" if is_downloaded(settings.whisper_model) else "is fetched when the first memo comes"
