"""What Rasa itself has to say about domain, examples, rules and stories; training does not ask it."""

from pathlib import Path

from rasa.cli.utils import validate_files
from rasa.shared.importers.importer import TrainingDataImporter

ROOT = Path(__file__).parents[2]


def test_rasa_finds_domain_and_training_data_consistent():
    importer = TrainingDataImporter.load_from_config(
        str(ROOT / "bot/config.yml"), str(ROOT / "bot/domain"), [str(ROOT / "data")]
    )
    # Ends the process with 1 when it finds something.
    validate_files(fail_on_warnings=False, max_history=None, importer=importer)
