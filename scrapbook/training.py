"""Training the assistant, only when what it is made of has changed."""

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from scrapbook.errors import ScrapbookError
from scrapbook.places import BOT, BOT_PYTHON, MODEL, ROOT, TRAINING_DATA

FINGERPRINT = MODEL.with_name("assistant.sha256")
INGREDIENTS = (
    BOT / "config.yml",
    BOT / "domain",
    BOT / "components",
    BOT / "launch.py",
    BOT / "placeholders.py",
    BOT / "uv.lock",
    TRAINING_DATA,
)

RASA_ENVIRONMENT = {
    # Rasa reports its use unless told not to, and SQLAlchemy chats while it is imported.
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
    # NumPy's threads wait for each other longer than they compute, at sizes such as ours, and hold memory.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # Nothing is kept of a training: its key would miss what lies in the modules beside a component's own.
    "RASA_MAX_CACHE_SIZE": "0",
}


class TrainingFailed(ScrapbookError):
    """Rasa could not train the assistant."""


def is_current() -> bool:
    """Whether the trained model was made of what lies there now."""
    return (
        MODEL.exists() and FINGERPRINT.exists() and FINGERPRINT.read_text(encoding="utf-8") == fingerprint()
    )


def fingerprint() -> str:
    """SHA-256 over the names and contents of everything that the model is made of."""
    digest = hashlib.sha256()
    for path in sorted(_files()):
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def train() -> None:
    """Train the assistant into ``models/``; the model in use stays until the new one is complete.

    All of it is trained, whatever an earlier training left. That the data is consistent is a matter of the
    tests (``tests/bot/test_training_data.py``): Rasa would take as long again to look.

    Raises:
        TrainingFailed: with the end of what Rasa printed.
    """
    of_what = fingerprint()
    FINGERPRINT.unlink(missing_ok=True)
    command = [
        *(str(BOT_PYTHON), "launch.py", "train", "--quiet", "--force", "--skip-validation"),
        *("--config", "config.yml", "--domain", "domain", "--data", str(TRAINING_DATA)),
        *("--out", str(MODEL.parent), "--fixed-model-name", MODEL.name.removesuffix(".tar.gz")),
    ]
    done = subprocess.run(  # noqa: S603
        command, cwd=BOT, env=os.environ | RASA_ENVIRONMENT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise TrainingFailed(f"Training failed:\n{(done.stdout + done.stderr)[-3000:]}")
    FINGERPRINT.write_text(of_what, encoding="utf-8")


def _files() -> Iterator[Path]:
    for ingredient in INGREDIENTS:
        if ingredient.is_file():
            yield ingredient
        else:
            yield from (
                path
                for path in ingredient.rglob("*")
                if path.suffix in {".yml", ".yaml", ".py"} and path.is_file()
            )
