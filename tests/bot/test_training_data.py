"""Rasa's own validation of domain, examples, rules and stories, which training skips."""

from pathlib import Path

from rasa.cli.utils import validate_files
from rasa.shared.importers.importer import TrainingDataImporter

ROOT = Path(__file__).parents[2]


def test_rasa_finds_domain_and_training_data_consistent():
    importer = TrainingDataImporter.load_from_config(
        str(ROOT / "bot/config.yml"), str(ROOT / "bot/domain"), [str(ROOT / "data")]
    )
    # It exits with status 1 if it finds a problem.
    validate_files(fail_on_warnings=False, max_history=None, importer=importer)
