"""Speech beside the alternatives: the same dimensions, the same threads, the same sound, in the same run.

    python bench/speech.py [SIZE ...] [--minutes 2] [--tokens 100] [--threads 2] [--rounds 3] [--ways]

Models of real dimensions with random weights (bench/random_whisper.py) write a fixed number of tokens into
each window, so that nothing need be fetched. Each contender runs in a process of its own, the contenders in
turn in each round; the table has the medians. With ``--ways``, the ways of decoding a long memo with
faster-whisper are compared instead of the programs.

The contenders that are installed take part; openai-whisper and pywhispercpp are not among the project's
dependencies. This has them all:

    uv run --extra voice --with openai-whisper --with pywhispercpp python bench/speech.py

The sound is espeak-ng's; ``--sound FILE`` takes another, of speech without long pauses.
"""
# ruff: noqa: PLC0415 - each contender imports what is its own

import argparse
import importlib.util
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Iterable
from pathlib import Path

import random_whisper
from random_whisper import SIZES

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

BEAM = 5
TEXT = "Remember to buy milk and bread on Monday, and to read the chapter about gardens before we go there. "
SAMPLE_RATE = 16_000

# Given the folder with the models of a size, the sound and the number of threads: the loaded work.
Contender = Callable[[Path, Path, int], Callable[[], str]]


def ours(folder: Path, sound: Path, threads: int) -> Callable[[], str]:
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    return _transcriber(folder, sound)


def _transcriber(folder: Path, sound: Path) -> Callable[[], str]:
    from scrapbook.voice.transcriber import Transcriber

    transcriber = Transcriber(str(folder / "ctranslate2"))
    transcriber.transcribe(_short(sound))
    return lambda: transcriber.transcribe(sound).text


def one_window_at_a_time(folder: Path, sound: Path, threads: int) -> Callable[[], str]:
    """Ours, all threads for each window in turn."""
    from scrapbook.voice import model, transcriber

    model.workers_and_threads = transcriber.workers_and_threads = lambda _cores: (1, threads)
    return ours(folder, sound, threads)


def sequential(folder: Path, sound: Path, threads: int) -> Callable[[], str]:
    """faster-whisper as its documentation has it, with the settings that memos need."""
    from faster_whisper import WhisperModel

    model = WhisperModel(str(folder / "ctranslate2"), device="cpu", compute_type="int8", cpu_threads=threads)
    options = {"beam_size": BEAM, "vad_filter": True, "condition_on_previous_text": False}
    return lambda: " ".join(one.text for one in model.transcribe(str(sound), **options)[0])


def batched(folder: Path, sound: Path, threads: int) -> Callable[[], str]:
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    model = WhisperModel(str(folder / "ctranslate2"), device="cpu", compute_type="int8", cpu_threads=threads)
    options = {"beam_size": BEAM, "batch_size": 8, "without_timestamps": False}
    pipeline = BatchedInferencePipeline(model)
    return lambda: " ".join(one.text for one in pipeline.transcribe(str(sound), **options)[0])


def openai_whisper(folder: Path, sound: Path, threads: int) -> Callable[[], str]:
    """The reference."""
    import torch
    import whisper

    torch.set_num_threads(threads)
    model = whisper.load_model(str(folder / "openai.pt"), device="cpu")
    audio = _samples(sound)
    options = {"beam_size": BEAM, "condition_on_previous_text": False, "fp16": False}

    def run() -> str:
        segments = model.transcribe(audio, **options)["segments"]
        return " ".join(
            f"w{token}" for one in segments for token in one["tokens"] if token < random_whisper.EOT
        )

    return run


def whisper_cpp(folder: Path, sound: Path, threads: int) -> Callable[[], str]:
    return _whisper_cpp(folder / "ggml-f16.bin", sound, threads)


def whisper_cpp_q8_0(folder: Path, sound: Path, threads: int) -> Callable[[], str]:
    return _whisper_cpp(folder / "ggml-q8_0.bin", sound, threads)


def _whisper_cpp(path: Path, sound: Path, threads: int) -> Callable[[], str]:
    from pywhispercpp.model import Model

    beam = {"beam_size": BEAM, "patience": -1.0}
    model = Model(str(path), params_sampling_strategy=1, redirect_whispercpp_logs_to=None)
    audio = _samples(sound)
    options = {"n_threads": threads, "print_progress": False, "language": "", "beam_search": beam}
    return lambda: " ".join(one.text for one in model.transcribe(audio, **options))


PROGRAMS: dict[str, tuple[Contender, str]] = {
    "openai-whisper": (openai_whisper, "whisper"),
    "whisper.cpp f16": (whisper_cpp, "pywhispercpp"),
    "whisper.cpp q8_0": (whisper_cpp_q8_0, "pywhispercpp"),
    "scrapbook": (ours, "faster_whisper"),
}
WAYS: dict[str, tuple[Contender, str]] = {
    "sequential": (sequential, "faster_whisper"),
    "batched, 8": (batched, "faster_whisper"),
    "one window at a time": (one_window_at_a_time, "faster_whisper"),
    "side by side": (ours, "faster_whisper"),
}


# In a process of its own


def measure(name: str, folder: Path, sound: Path, threads: int) -> dict[str, float]:
    """Wall and processor seconds of one transcription, loading left out; peak memory of the process in MB."""
    run = (PROGRAMS | WAYS)[name][0](folder, sound, threads)
    wall, processor = time.perf_counter(), time.process_time()
    words = len(run().split())
    return {
        "seconds": time.perf_counter() - wall,
        "processor": time.process_time() - processor,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "words": words,
    }


def prepare(size: str, folder: Path, tokens: int) -> None:
    """Write a model of that size for every program that is installed."""
    dimensions = SIZES[size]
    weights = random_whisper.weights(dimensions, tokens)
    random_whisper.write_ctranslate2(weights, dimensions, folder / "ctranslate2")
    if importlib.util.find_spec("pywhispercpp"):
        for name, kind in (("f16", random_whisper.F16), ("q8_0", random_whisper.Q8_0)):
            path = folder / f"ggml-{name}.bin"
            random_whisper.write_ggml(weights, dimensions, _mel_filters(), path, kind)
    if importlib.util.find_spec("whisper"):
        _write_openai(weights, dimensions, folder / "openai.pt")


def _mel_filters() -> "random_whisper.np.ndarray":
    from faster_whisper.feature_extractor import FeatureExtractor

    return FeatureExtractor().mel_filters


def _write_openai(weights: random_whisper.Weights, dimensions: random_whisper.Dimensions, path: Path) -> None:
    import torch

    state = {name: torch.from_numpy(values) for name, values in weights.items()}
    torch.save({"dims": random_whisper.named_dimensions(dimensions), "model_state_dict": state}, path)


def _samples(sound: Path) -> "random_whisper.np.ndarray":
    from faster_whisper.audio import decode_audio

    return decode_audio(str(sound))


def _short(sound: Path) -> Path:
    """A sound to load the model with."""
    return sound.with_name("short.wav")


# The run


def run_apart(arguments: Iterable[str], threads: int) -> str:
    """What this script prints with these arguments."""
    environment = os.environ | {"OMP_NUM_THREADS": str(threads), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, __file__, *arguments, "--threads", str(threads)]
    answer = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return answer.stdout.splitlines()[-1] if answer.stdout else ""


def speak(path: Path, minutes: float) -> None:
    """Speech without pauses, mono at 16 kHz, cut to length."""
    text = TEXT * int(12 * minutes + 2)
    whole = path.with_name("whole.wav")
    subprocess.run(["espeak-ng", "-w", str(whole), text], check=True)
    samples = (_samples(whole)[: int(minutes * 60 * SAMPLE_RATE)] * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())


def table(size: str, rows: dict[str, list[dict[str, float]]], minutes: float) -> None:
    """Seconds and processor seconds per minute of sound, and how often faster than the first contender.

    On a busy machine the seconds of the processor are the ones to compare, with one thread:
    several wait for one another by spinning.
    """
    columns = ("s/min", "x", "CPU s/min", "x", "MB", "words")
    print(f"\n{size:22}" + "".join(f"{name:>11}" for name in columns))
    medians = {name: _medians(measured) for name, measured in rows.items()}
    first = next(iter(medians.values()))
    for name, own in medians.items():
        values = [
            *(own["seconds"] / minutes, first["seconds"] / own["seconds"]),
            *(own["processor"] / minutes, first["processor"] / own["processor"]),
        ]
        print(
            f"{name:22}"
            + "".join(f"{value:11.2f}" for value in values)
            + f"{own['megabytes']:11.0f}{own['words']:11.0f}"
        )


def _medians(measured: list[dict[str, float]]) -> dict[str, float]:
    return {key: statistics.median(one[key] for one in measured) for key in measured[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sizes", nargs="*", default=list(SIZES), metavar="SIZE")
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--tokens", type=int, default=100)
    parser.add_argument("--threads", type=int, default=min(4, len(os.sched_getaffinity(0))))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ways", action="store_true")
    parser.add_argument("--sound", type=Path)
    parser.add_argument("--measure", nargs=2, metavar=("CONTENDER", "FOLDER"), help=argparse.SUPPRESS)
    parser.add_argument("--prepare", nargs=2, metavar=("SIZE", "FOLDER"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.prepare:
        prepare(chosen.prepare[0], Path(chosen.prepare[1]), chosen.tokens)
    elif chosen.measure:
        name, folder = chosen.measure
        print(json.dumps(measure(name, Path(folder), chosen.sound, chosen.threads)))
    else:
        compare(chosen)


def compare(chosen: argparse.Namespace) -> None:
    entered = WAYS if chosen.ways else PROGRAMS
    names = [name for name, (_, module) in entered.items() if importlib.util.find_spec(module)]
    with tempfile.TemporaryDirectory() as scratch:
        sound = Path(scratch) / "speech.wav"
        speak(_short(sound), 0.1)
        if chosen.sound:
            shutil.copy(chosen.sound, sound)
        else:
            speak(sound, chosen.minutes)
        minutes = len(_samples(sound)) / SAMPLE_RATE / 60
        print(f"{minutes:.1f} minutes of speech, {chosen.tokens} tokens a window, beam {BEAM},")
        print(f"{chosen.threads} threads, medians of {chosen.rounds} rounds")
        for size in chosen.sizes:
            table(size, measured(size, names, sound, chosen), minutes)


def measured(
    size: str, names: list[str], sound: Path, chosen: argparse.Namespace
) -> dict[str, list[dict[str, float]]]:
    """What ``measure`` found for each contender in each round."""
    folder = sound.with_name(size)
    folder.mkdir()
    run_apart(["--prepare", size, str(folder), "--tokens", str(chosen.tokens)], chosen.threads)
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for _ in range(chosen.rounds):
        for name in names:
            answer = run_apart(["--measure", name, str(folder), "--sound", str(sound)], chosen.threads)
            rows[name].append(json.loads(answer))
    shutil.rmtree(folder)
    return rows


if __name__ == "__main__":
    main()
