"""``scrapbook transcribe``: one sound written down at a terminal, without a server."""

import json
import logging
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import structlog
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from scrapbook.errors import SoundUnreadable
from scrapbook.voice.transcriber import Transcriber

Tell = Callable[[float], None]


def transcribe(path: Path, model: str, compute_type: str = "auto") -> None:
    """Print the transcript of a file as JSON on standard output.

    Where standard error is a terminal, it shows how far the work is.

    Args:
        model, compute_type: as ``SpeechModel`` takes them.

    Raises:
        SoundUnreadable: the file cannot be read, or is no sound that can be decoded.
        ModelUnavailable: the model is not there.
    """
    _keep_log_off_standard_output()
    try:
        with _bars() as (fetching, listening):
            transcriber = Transcriber(model, compute_type, fetching)
            try:
                transcript = transcriber.transcribe(path, listening)
            finally:
                transcriber.close()
    except OSError as error:
        raise SoundUnreadable(f"{path}: {error.strerror}") from error
    sys.stdout.write(json.dumps(transcript.to_dict(), ensure_ascii=False, indent=2) + "\n")


def _keep_log_off_standard_output() -> None:
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@contextmanager
def _bars() -> Generator[tuple[Tell, Tell]]:
    """A bar for fetching the model, which most often is not needed, and one for listening."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        fetching = progress.add_task("Fetching the model", total=1.0, visible=False)
        listening = progress.add_task("Listening", total=1.0)
        yield (
            lambda share: progress.update(fetching, completed=share, visible=share < 1),
            lambda share: progress.update(listening, completed=share),
        )
