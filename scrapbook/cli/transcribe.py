"""``scrapbook transcribe``: transcribe one file at a terminal, or queue a failed memo again."""

import json
import logging
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scrapbook.cli.common import console, load_settings, open_store, phone_number
from scrapbook.errors import AudioUnreadable, SettingsError

if TYPE_CHECKING:
    from scrapbook.settings import Settings

app = typer.Typer()

OnShare = Callable[[float], None]
"""Called with how much is done, from 0 to 1."""


@app.command()
def transcribe(
    file: Annotated[
        Path | None, typer.Argument(help="An audio file, as a phone sends it.", exists=True, dir_okay=False)
    ] = None,
    retry: Annotated[
        int | None, typer.Option(min=1, help="The number of a memo to transcribe again.")
    ] = None,
    from_: Annotated[str, typer.Option("--from", help="The number of the person who sent the memo.")] = "",
) -> None:
    """Print the transcript of an audio file as JSON, or retry a memo whose transcription failed."""
    settings = load_settings()
    if file and retry is None:
        _transcribe_file(file, settings.whisper_model, settings.whisper_compute_type)
    elif retry and file is None:
        _retry_memo(settings, phone_number(settings, from_), retry)
    else:
        raise SettingsError("Name an audio file, or a memo with --retry and its number")


def _transcribe_file(path: Path, model: str, compute_type: str) -> None:
    """Print the transcript of a file as JSON on standard output, the progress on standard error.

    Args:
        model, compute_type: as ``SpeechModel`` takes them.

    Raises:
        AudioUnreadable: the file cannot be read, or holds no audio that can be decoded.
        ModelUnavailable: the model cannot be loaded.
    """
    from scrapbook.voice.transcriber import Transcriber

    _log_to_standard_error()
    try:
        with _progress_bars() as (on_download, on_transcription):
            transcriber = Transcriber(model, compute_type, on_download)
            try:
                transcript = transcriber.transcribe(path, on_transcription)
            finally:
                transcriber.close()
    except OSError as error:
        raise AudioUnreadable(f"{path}: {error.strerror}") from error
    sys.stdout.write(json.dumps(transcript.to_dict(), ensure_ascii=False, indent=2) + "\n")


def _log_to_standard_error() -> None:
    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@contextmanager
def _progress_bars() -> Generator[tuple[OnShare, OnShare]]:
    """Yield what moves the bar of the model's download, and what moves that of the transcription.

    The bars are drawn where standard error is a terminal; that of the download only if there is one.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    stderr = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as progress:
        download = progress.add_task("Fetching the model", total=1.0, visible=False)
        transcription = progress.add_task("Listening", total=1.0)
        yield (
            lambda share: progress.update(download, completed=share, visible=share < 1),
            lambda share: progress.update(transcription, completed=share),
        )


def _retry_memo(settings: "Settings", address: str, number: int) -> None:
    from scrapbook.workflows.unfinished import open_unfinished

    with open_store(settings) as store, store.transaction(read_only=True) as tx:
        person = tx.people.by_address(address)
    if person is None:
        raise SettingsError("Nobody has that number: scrapbook people list")
    with open_unfinished(settings) as unfinished:
        unfinished.transcribe_again(person.id, number)
    console().print(f"Memo {number} is queued again.")
