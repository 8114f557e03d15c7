"""Compare pipelines that are trained on the same examples and measured on the same files.

    bot/.venv/bin/python bench/pipelines.py PATH [--only NAME...] [--epochs N]

PATH: a folder with ``commands.tsv`` and ``texts.txt`` as ``bench/understanding.py`` reads them. Each pipeline
is trained in one process and measured in another, one after the other and on one thread, so that its memory
is measured separately. All times are processor times, which other work on the machine affects little.
"""

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from stock_packages import stock_packages

if TYPE_CHECKING:
    from rasa.core.agent import Agent

ROOT = Path(__file__).resolve().parent.parent
BOT = ROOT / "bot"
# The printed columns and their decimals
COLUMNS = {
    "right": 0,
    "F1": 3,
    "mistyped": 3,
    "kept": 0,
    "changed": 0,
    "parse ms": 2,
    "start s": 1,
    "memory MB": 0,
    "model MB": 1,
    "training s": 0,
}

TOKENS = [{"name": "WhitespaceTokenizer"}]
COUNTS = [
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
]
# The settings of `rasa init`; without constrain_similarities Rasa prints a warning.
FEATURES = [{"name": "RegexFeaturizer"}, {"name": "LexicalSyntacticFeaturizer"}, *COUNTS]
DIET = {"name": "DIETClassifier", "constrain_similarities": True}
FALLBACK = [{"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1}]
REGRESSION = [{"name": "LogisticRegressionClassifier"}]

CLASSIFIER = "components.text_classifier.TextClassifier"
COMMANDS = "components.command_recogniser.CommandRecogniser"


def ours() -> list[dict]:
    """Return the pipeline of the assistant."""
    return yaml.safe_load((BOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]


def _only(*names: str) -> list[dict]:
    return [part for part in ours() if part["name"] in names]


def _without(*names: str) -> list[dict]:
    return [part for part in ours() if part["name"] not in names]


def _with_diet() -> list[dict]:
    """Return our pipeline with DIET in place of our classifier; DIET reads the corrected text."""
    index = [part["name"] for part in ours()].index(CLASSIFIER)
    tokens = {"name": "corrected_tokens.CorrectedTokens"}
    return [*ours()[:index], tokens, *FEATURES, DIET | {"entity_recognition": False}, *ours()[index + 1 :]]


def pipelines() -> dict[str, list[dict]]:
    """Return the compared pipelines by name."""
    return {
        "stock: DIET": [*TOKENS, *FEATURES, DIET, {"name": "EntitySynonymMapper"}, *FALLBACK],
        "stock: regression": [*TOKENS, *COUNTS, *REGRESSION, *FALLBACK],
        "our classifier": [*TOKENS, *_only(CLASSIFIER), *FALLBACK],
        "our commands": [*TOKENS, *_only(COMMANDS)],
        "ours with DIET": _with_diet(),
        "ours uncorrected": _without("components.word_corrector.WordCorrector"),
        "ours": ours(),
    }


def train(pipeline: list[dict], folder: Path, epochs: int) -> float:
    """Train a model into ``folder / "model.tar.gz"``; return the processor time in seconds."""
    for part in pipeline:
        if part["name"] == "DIETClassifier":
            part["epochs"] = epochs
    config = folder / "config.yml"
    recipe = {"recipe": "default.v1", "language": "en", "assistant_id": "bench", "pipeline": pipeline}
    config.write_text(yaml.safe_dump(recipe), encoding="utf-8")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [
        *(sys.executable, "-W", "ignore", str(BOT / "launch.py"), "train", "nlu", "--config", str(config)),
        *("--nlu", str(ROOT / "data"), "--out", str(folder), "--fixed-model-name", "model"),
    ]
    done = subprocess.run(command, cwd=BOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit((done.stdout + done.stderr)[-3000:])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _loaded(model: Path) -> "Agent":
    import placeholders  # noqa: PLC0415 - needs the path of measure()

    placeholders.install()
    from rasa.core.agent import Agent  # noqa: PLC0415 - the time of the import is measured

    return Agent.load(str(model))


async def _effects(agent: "Agent", texts: list[str]) -> tuple[list[str], float]:
    """Return the effect of each text and the median processor time of a text in milliseconds."""
    from components.effects import SAVE_THOUGHT, effects  # noqa: PLC0415 - needs the path of measure()
    from parse import padded  # noqa: PLC0415

    effect_of, found, took = effects(), [], []
    for text in texts:
        begun = time.process_time()
        parsed = await agent.parse_message(padded(text))
        took.append(1000 * (time.process_time() - begun))
        found.append(effect_of.get((parsed.get("intent") or {}).get("name") or SAVE_THOUGHT, "save"))
    return found, statistics.median(took)


def measure(model: Path, path: Path) -> dict:
    """Measure a trained model in this process."""
    from understanding_scores import macro_f1, mistyped, rows  # noqa: PLC0415

    table = rows(path / "commands.tsv")
    meant, commands = [row[0] for row in table], [row[1] for row in table]
    private = (path / "texts.txt").read_text(encoding="utf-8").splitlines()
    agent = _loaded(model)
    start = time.process_time()
    found, took = asyncio.run(_effects(agent, [*commands, *mistyped(commands, 1), *private]))
    plain, noisy, texts = found[: len(table)], found[len(table) : 2 * len(table)], found[2 * len(table) :]
    counted = Counter(texts)
    return {
        "right": sum(a == b for a, b in zip(meant, plain, strict=True)),
        "F1": macro_f1(meant, plain),
        "mistyped": macro_f1(meant, noisy),
        "kept": counted["save"],
        "changed": sum(counted[effect] for effect in ("remove", "edit")),
        "parse ms": took,
        "memory MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "start s": start,
        "model MB": model.stat().st_size / 1e6,
    }


def _measured(model: Path, path: Path) -> dict:
    command = [sys.executable, "-W", "ignore", __file__, str(path), "--measure", str(model)]
    done = subprocess.run(command, cwd=BOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Train and measure the pipelines one after the other and print a row for each."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("path", type=Path)
    options.add_argument("--only", nargs="+", choices=list(pipelines()))
    options.add_argument("--epochs", type=int, default=60)
    options.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    path = chosen.path.resolve()
    if chosen.measure:
        print(json.dumps(measure(chosen.measure, path)))
        return
    print(f"{'':<18}" + "".join(f"{name:>12}" for name in COLUMNS))
    for name in chosen.only or pipelines():
        with tempfile.TemporaryDirectory() as folder:
            seconds = train(pipelines()[name], Path(folder), chosen.epochs)
            figures = _measured(Path(folder) / "model.tar.gz", path) | {"training s": seconds}
        cells = (f"{figures[name]:>12.{digits}f}" for name, digits in COLUMNS.items())
        print(f"{name:<18}" + "".join(cells), flush=True)


if __name__ == "__main__":
    os.environ.update(
        RASA_TELEMETRY_ENABLED="false",
        TF_CPP_MIN_LOG_LEVEL="3",
        SQLALCHEMY_SILENCE_UBER_WARNING="1",
        CUDA_VISIBLE_DEVICES="-1",
        # Otherwise Rasa reuses what another pipeline has trained.
        RASA_MAX_CACHE_SIZE="0",
        PYTHONPATH=os.pathsep.join(map(str, (BOT, Path(__file__).parent, stock_packages()))),
        OMP_NUM_THREADS="1",
        TF_NUM_INTRAOP_THREADS="1",
        TF_NUM_INTEROP_THREADS="1",
    )
    sys.path[:0] = [str(BOT), str(Path(__file__).parent)]
    main()
