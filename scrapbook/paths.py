"""Paths of the project, which runs from its checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BOT = ROOT / "bot"
BOT_PYTHON = BOT / ".venv" / "bin" / "python"
TRAINING_DATA = ROOT / "data"
MODELS = ROOT / "models"
MODEL = MODELS / "assistant.tar.gz"
WORDING = BOT / "domain" / "wording"
PROMPTS = ROOT / "scrapbook" / "prompts.txt"
