"""Train the assistant if its data, configuration or code has changed."""

import fcntl
import hashlib
import os
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from scrapbook.errors import ScrapbookError
from scrapbook.paths import BOT, BOT_PYTHON, MODEL, ROOT, TRAINING_DATA

FINGERPRINT = MODEL.with_name("assistant.sha256")
LOCK = MODEL.with_name(".training.lock")
INPUTS = (
    BOT / "config.yml",
    BOT / "domain",
    BOT / "components",
    BOT / "launch.py",
    BOT / "placeholders.py",
    BOT / "uv.lock",
    TRAINING_DATA,
)

RASA_ENVIRONMENT = {
    # Rasa sends telemetry by default, and SQLAlchemy prints warnings while it is imported.
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
    # With small matrices, NumPy's threads wait for each other longer than they compute, and use memory.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # No cache of training: its key does not cover the modules that a component imports.
    "RASA_MAX_CACHE_SIZE": "0",
}


class TrainingFailed(ScrapbookError):
    """Rasa could not train the assistant."""


def is_current() -> bool:
    """Return whether the trained model has the current fingerprint."""
    return (
        MODEL.exists() and FINGERPRINT.exists() and FINGERPRINT.read_text(encoding="utf-8") == fingerprint()
    )


def fingerprint() -> str:
    """Return the SHA-256 of the names and contents of all files on which the model depends."""
    digest = hashlib.sha256()
    for path in sorted(_files()):
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def train(*, force: bool = False) -> None:
    """Train the assistant into ``models/``; the model in use stays until the new one is complete.

    Everything is trained anew. Rasa's validation of the data is left out, because it takes as long as the
    training; ``tests/bot/test_training_data.py`` checks the data. While another process trains, this waits.

    Args:
        force: whether to train a model that is current, or was trained while this waited.

    Raises:
        TrainingFailed: the message has the last 3,000 characters that Rasa printed.
    """
    with _locked():
        if is_current() and not force:
            return
        trained = fingerprint()
        with tempfile.TemporaryDirectory(prefix=".training-", dir=MODEL.parent) as folder:
            _train_into(Path(folder))
            FINGERPRINT.unlink(missing_ok=True)
            (Path(folder) / MODEL.name).replace(MODEL)
        FINGERPRINT.write_text(trained, encoding="utf-8")


def _train_into(folder: Path) -> None:
    command = [
        *(str(BOT_PYTHON), "launch.py", "train", "--quiet", "--force", "--skip-validation"),
        *("--config", "config.yml", "--domain", "domain", "--data", str(TRAINING_DATA)),
        *("--out", str(folder), "--fixed-model-name", MODEL.name.removesuffix(".tar.gz")),
    ]
    done = subprocess.run(  # noqa: S603
        command, cwd=BOT, env=os.environ | RASA_ENVIRONMENT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise TrainingFailed(f"Training failed:\n{(done.stdout + done.stderr)[-3000:]}")


@contextmanager
def _locked() -> Generator[None]:
    """Hold the lock on ``models/``, which all installations of this checkout share."""
    with LOCK.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _files() -> Iterator[Path]:
    for source in INPUTS:
        if source.is_file():
            yield source
        else:
            yield from (
                path
                for path in source.rglob("*")
                if path.suffix in {".yml", ".yaml", ".py"} and path.is_file()
            )
