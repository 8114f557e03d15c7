"""The command line."""

import argparse
import logging
import random
import tempfile
from pathlib import Path

import torch

from .export import export
from .measuring import figures
from .network import new_network
from .tokens import Vocabulary
from .training import Pace, Trainer, batches
from .windows import utterances

FOLDER = Path(__file__).resolve().parents[1] / "test-whisper"
KEPT = Path(tempfile.gettempdir()) / "make-test-whisper.pt"
SAVE_EVERY = 120.0  # seconds
_BEGIN, _END = "<!-- figures -->\n", "<!-- end of figures -->\n"

log = logging.getLogger(__name__)


def main() -> None:
    """Trains the model, or measures it and puts the figures into its README."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("faster_whisper").setLevel(logging.WARNING)
    options = _options()
    options.run(options)


def _train(options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    vocabulary = Vocabulary()
    trainer = Trainer(new_network(vocabulary), len(vocabulary.words))
    if options.kept.exists():
        trainer.take_up(options.kept)
    log.info("speaking %d utterances", options.utterances)
    pool = utterances(options.utterances, options.seed)
    feed = batches(pool, vocabulary, random.Random(options.seed + trainer.step), trainer.step)

    def save() -> None:
        trainer.keep(options.kept)
        export(trainer.network, vocabulary, options.folder)
        log.info("saved after %d steps", trainer.step)

    trainer.run(feed, Pace(options.steps, options.minutes * 60, SAVE_EVERY), save)


def _measure(options: argparse.Namespace) -> None:
    rows = [f"| {condition} | {figure} |\n" for condition, figure in figures(options.folder).items()]
    readme = options.folder / "README.md"
    before, rest = readme.read_text().split(_BEGIN)
    after = rest.split(_END)[1]
    table = "".join(["| | words wrong |\n", "|---|---|\n", *rows])
    readme.write_text(f"{before}{_BEGIN}{table}{_END}{after}")
    log.info("%s:\n%s", readme, table)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=main.__doc__)
    verbs = parser.add_subparsers(required=True)
    training = verbs.add_parser("train", help="make the model; it can be used as soon as it is first saved")
    training.add_argument("--steps", type=int, default=2000)
    training.add_argument("--minutes", type=float, default=60, help="at most, without preparing the speech")
    training.add_argument("--threads", type=int, default=1)
    training.add_argument("--kept", type=Path, default=KEPT, help="what a stopped training goes on from")
    training.add_argument("--utterances", type=int, default=14000)
    training.add_argument("--seed", type=int, default=1)
    training.set_defaults(run=_train)
    measuring = verbs.add_parser("measure", help="write the word error rates into the README of the model")
    measuring.set_defaults(run=_measure)
    for verb in (training, measuring):
        verb.add_argument("--folder", type=Path, default=FOLDER)
    return parser.parse_args()
