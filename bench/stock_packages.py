"""What a stock Rasa needs, and Rasa's environment here leaves out because nothing of the house imports it."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / "bot/.venv/bin/python"
FOLDER = Path(tempfile.gettempdir()) / "scrapbook-bench" / "packages"

# Of the classifier by logistic regression; the last two are what skops imports. Everything else is there.
PACKAGES = ("skops==0.9.0", "huggingface-hub==0.36.2", "tabulate==0.10.0")


def stock_packages() -> Path:
    """The folder to be put on PYTHONPATH, filled by the first call."""
    if not FOLDER.is_dir():
        FOLDER.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=FOLDER.parent) as folder:
            filled = Path(folder) / FOLDER.name
            command = [_uv(), "pip", "install", "--quiet", "--no-deps", "--python", PYTHON]
            subprocess.run([*command, "--target", filled, *PACKAGES], check=True)
            filled.rename(FOLDER)
    return FOLDER


def _uv() -> str:
    """As scripts/setup finds it."""
    path = os.pathsep.join((os.environ["PATH"], str(ROOT / ".tools/uv/bin"), str(Path.home() / ".local/bin")))
    found = shutil.which("uv", path=path)
    assert found, "uv is missing: run scripts/setup"
    return found
