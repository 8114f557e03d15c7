"""What a stock Rasa needs, and Rasa's environment here leaves out because nothing of the app uses it."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / "bot/.venv/bin/python"
FOLDER = Path(tempfile.gettempdir()) / "scrapbook-bench" / "packages-with-tensorflow"

# Of the classifier by logistic regression; the last two are what skops imports.
REGRESSION = ("skops==0.9.0", "huggingface-hub==0.36.2", "tabulate==0.10.0")
# Of DIET, and imported by every stock Rasa. This build is for x86-64 only, as is the bench.
TENSORFLOW = (
    *("tensorflow-cpu==2.12.0", "tensorflow-estimator==2.12.0", "keras==2.12.0"),
    *("absl-py==1.4.0", "astunparse==1.6.3", "flatbuffers==25.12.19", "gast==0.4.0", "google-pasta==0.2.0"),
    *("h5py==3.16.0", "opt-einsum==3.4.0", "protobuf==4.23.3", "wheel==0.45.1", "wrapt==1.14.2"),
)


def stock_packages() -> Path:
    """The folder to be put on PYTHONPATH, filled by the first call."""
    if not FOLDER.is_dir():
        FOLDER.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=FOLDER.parent) as folder:
            filled = Path(folder) / FOLDER.name
            command = [_uv(), "pip", "install", "--quiet", "--no-deps", "--python", PYTHON]
            subprocess.run([*command, "--target", filled, *REGRESSION, *TENSORFLOW], check=True)
            filled.rename(FOLDER)
    return FOLDER


def _uv() -> str:
    """As scripts/setup finds it."""
    path = os.pathsep.join((os.environ["PATH"], str(ROOT / ".tools/uv/bin"), str(Path.home() / ".local/bin")))
    found = shutil.which("uv", path=path)
    assert found, "uv is missing: run scripts/setup"
    return found
