"""Several ways to understand texts, trained on the same examples and measured on the same files.

    bot/.venv/bin/python bench/pipelines.py PATH [--only NAME...] [--epochs N]

PATH: a folder with ``commands.tsv`` and ``texts.txt`` as ``bench/understanding.py`` reads them. DIET needs
all of TensorFlow, which the assistant's own environment leaves out: run this with another one that has
``rasa`` as published and the packages of ``bot/pyproject.toml``. Each pipeline is trained and measured in a
process of its own, one after the other, so that its memory is its own.
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

import yaml

ROOT = Path(__file__).resolve().parent.parent
BOT = ROOT / "bot"
TEXTS_TIMED = 300

TOKENS = [{"name": "WhitespaceTokenizer"}]
COUNTS = [
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
]
DIET = [{"name": "DIETClassifier", "epochs": 60, "constrain_similarities": True}]
FALLBACK = [{"name": "FallbackClassifier", "threshold": 0.7}]
REGRESSION = [{"name": "LogisticRegressionClassifier", "max_iter": 1000, "solver": "lbfgs", "tol": 1e-4}]


def ours() -> list[dict]:
    """The pipeline of the assistant."""
    return yaml.safe_load((BOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]


def _without(pipeline: list[dict], *names: str) -> list[dict]:
    return [part for part in pipeline if part["name"].rpartition(".")[2] not in names]


def _with_diet(pipeline: list[dict]) -> list[dict]:
    """DIET in place of our classifier, with our correction, commands and judge around it."""
    at = [part["name"] for part in pipeline].index("components.text_classifier.TextClassifier")
    return [*pipeline[:at], *COUNTS, *DIET, *pipeline[at + 1 :]]


def pipelines() -> dict[str, list[dict]]:
    """By name."""
    return {
        "ours": ours(),
        "ours without correction": _without(ours(), "WordCorrector"),
        "our commands alone": [*TOKENS, {"name": "components.command_recogniser.CommandRecogniser"}],
        "counts + regression": [*TOKENS, *COUNTS, *REGRESSION, *FALLBACK],
        "DIET": [*TOKENS, *COUNTS, *DIET, *FALLBACK],
        "DIET in ours": _with_diet(ours()),
    }


def train(pipeline: list[dict], folder: Path, epochs: int) -> float:
    """Trains into ``folder / "model.tar.gz"``; seconds of processor time."""
    for part in pipeline:
        if part["name"] == "DIETClassifier":
            part["epochs"] = epochs
    config = folder / "config.yml"
    recipe = {"recipe": "default.v1", "language": "en", "assistant_id": "bench", "pipeline": pipeline}
    config.write_text(yaml.safe_dump(recipe), encoding="utf-8")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [
        *(sys.executable, "-W", "ignore", "-m", "rasa", "train", "nlu", "--config", str(config)),
        *("--nlu", str(ROOT / "data"), "--out", str(folder), "--fixed-model-name", "model"),
    ]
    done = subprocess.run(command, cwd=BOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit((done.stdout + done.stderr)[-3000:])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


async def _effects(model: Path, texts: list[str]) -> tuple[list[str], float]:
    """The effect of each text, and the median of the milliseconds that a text took."""
    from components.effects import KEEP, effects  # noqa: PLC0415 - needs the path of measure()
    from parse import padded  # noqa: PLC0415
    from rasa.core.agent import Agent  # noqa: PLC0415

    agent, effect_of, found, took = Agent.load(str(model)), effects(), [], []
    for text in texts:
        begun = time.perf_counter()
        parsed = await agent.parse_message(padded(text))
        took.append(1000 * (time.perf_counter() - begun))
        found.append(effect_of.get((parsed.get("intent") or {}).get("name") or KEEP, "save"))
    return found, statistics.median(took[-TEXTS_TIMED:])


def measure(model: Path, path: Path) -> dict:
    """The figures of a trained model, measured in this very process."""
    from understanding_scores import macro_f1, mistyped, rows  # noqa: PLC0415

    table = rows(path / "commands.tsv")
    meant, commands = [row[0] for row in table], [row[1] for row in table]
    kept = (path / "texts.txt").read_text(encoding="utf-8").splitlines()
    found, took = asyncio.run(_effects(model, [*commands, *mistyped(commands, 1), *kept]))
    plain, noisy, texts = found[: len(table)], found[len(table) : 2 * len(table)], found[2 * len(table) :]
    counted = Counter(texts)
    return {
        "F1": macro_f1(meant, plain),
        "mistyped": macro_f1(meant, noisy),
        "kept": counted["save"] / len(texts),
        "changed": sum(counted[effect] for effect in ("remove", "edit")),
        "ms": took,
        "MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _measured(model: Path, path: Path) -> dict:
    command = [sys.executable, "-W", "ignore", __file__, str(path), "--measure", str(model)]
    done = subprocess.run(command, cwd=BOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Trains and measures one after the other, and prints a row for each."""
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
    columns = ("F1", "mistyped", "kept", "changed", "ms", "MB", "training s")
    print(f"{'':<26}" + "".join(f"{name:>11}" for name in columns))
    for name in chosen.only or pipelines():
        with tempfile.TemporaryDirectory() as folder:
            seconds = train(pipelines()[name], Path(folder), chosen.epochs)
            figures = _measured(Path(folder) / "model.tar.gz", path) | {"training s": seconds}
        shown = "".join(f"{figures[name]:>11.{0 if figures[name] > 50 else 3}f}" for name in columns)
        print(f"{name:<26}{shown}", flush=True)


if __name__ == "__main__":
    os.environ.update(
        RASA_TELEMETRY_ENABLED="false",
        TF_CPP_MIN_LOG_LEVEL="3",
        SQLALCHEMY_SILENCE_UBER_WARNING="1",
        CUDA_VISIBLE_DEVICES="-1",
        PYTHONPATH=str(BOT),
    )
    sys.path[:0] = [str(BOT), str(Path(__file__).parent)]
    main()
