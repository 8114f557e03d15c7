"""Rasa as it comes, with an action server that saves: what the app is compared with."""

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bench.stock_packages import stock_packages
from bench.turns.line import RestLine
from bench.turns.machine import family, free_port, megabytes
from scrapbook.assistant.training import RASA_ENVIRONMENT, fingerprint
from scrapbook.paths import BOT, BOT_PYTHON, TRAINING_DATA

FOLDER = Path(__file__).with_name("stock")
CACHE = Path(tempfile.gettempdir()) / "scrapbook-bench"
START_TIMEOUT = 240.0
STOP_TIMEOUT = 20.0
TURNS_AT_ONCE = 1_000


def model() -> Path:
    """Trained when something that it is made of has changed since the last time."""
    digest = hashlib.sha256((fingerprint() + (FOLDER / "config.yml").read_text()).encode()).hexdigest()
    trained = CACHE / f"stock-{digest[:16]}.tar.gz"
    if not trained.exists():
        CACHE.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            command = [
                *(str(BOT_PYTHON), str(BOT / "launch.py"), "train", "--quiet"),
                *("--config", str(FOLDER / "config.yml")),
                *("--domain", str(BOT / "domain"), "--data", str(TRAINING_DATA)),
                *("--out", folder, "--fixed-model-name", "stock"),
            ]
            with (CACHE / "training.log").open("w") as log:
                subprocess.run(command, cwd=folder, env=environment(), stdout=log, stderr=log, check=True)
            shutil.move(Path(folder) / "stock.tar.gz", trained)
    return trained


def environment(**more: str) -> dict[str, str]:
    return os.environ | RASA_ENVIRONMENT | {"PYTHONPATH": str(stock_packages())} | more


@dataclass
class StockRasa:
    """Runs in a folder of its own, on ports of its own, in any number beside one action server."""

    folder: Path
    actions_port: int = field(default_factory=free_port)
    ports: list[int] = field(default_factory=list)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @staticmethod
    def prepare() -> None:
        """Trains, where that is still to be done."""
        model()

    def start(self) -> None:
        self.folder.mkdir(parents=True)
        self._launch("actions", "-m", "rasa_sdk", "--actions", "actions", "--port", str(self.actions_port))
        self.add()
        wait_for(f"http://127.0.0.1:{self.actions_port}/health", self.processes[0])

    def add(self) -> None:
        """One more Rasa; returns when it has its model."""
        port = free_port()
        process = self._launch(
            f"rasa-{port}",
            *(str(BOT / "launch.py"), "run", "--model", str(model()), "--enable-api"),
            *("--interface", "127.0.0.1", "--port", str(port)),
            *("--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
        )
        wait_for(f"http://127.0.0.1:{port}/status", process)
        self.ports.append(port)

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            end(process)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports[0]}"

    def urls(self) -> list[str]:
        return [f"http://127.0.0.1:{port}" for port in self.ports]

    def pids(self) -> list[int]:
        return [pid for process in self.processes for pid in family(process.pid)]

    def megabytes(self) -> dict[str, float]:
        """Of each process, under the names that the app has for its own."""
        actions, *rasas = self.processes
        return {
            "actions": sum(megabytes(pid) for pid in family(actions.pid)),
            "rasa": sum(megabytes(pid) for pid in family(rasas[0].pid)),
        }

    def grow(self, sender: str, turns: int) -> None:
        """As if the sender had said the latest thing so many times more, and been answered."""
        conversation = f"{self.url}/conversations/{sender}/tracker"
        with httpx.Client(timeout=START_TIMEOUT, trust_env=False) as client:
            events = (
                client.get(conversation, params={"include_events": "ALL"}).raise_for_status().json()["events"]
            )
            said = max(place for place, event in enumerate(events) if event["event"] == "user")
            turn = [
                {key: value for key, value in event.items() if key != "timestamp"} for event in events[said:]
            ]
            for done in range(0, turns, TURNS_AT_ONCE):
                more = turn * min(TURNS_AT_ONCE, turns - done)
                client.post(f"{conversation}/events", json=more).raise_for_status()

    def line(self, sender: str, rasa: int = 0) -> RestLine:
        return RestLine(self.urls()[rasa % len(self.ports)], sender)

    def _launch(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        more = {
            "ACTION_SERVER_URL": f"http://127.0.0.1:{self.actions_port}/webhook",
            "STOCK_DATABASE": str(self.folder / "stock.db"),
        }
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [str(BOT_PYTHON), *words], cwd=FOLDER, env=environment(**more), stdout=log, stderr=log
            )
        self.processes.append(process)
        return process


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until it answers well; 409 is Rasa's for "no model yet"."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode}")
        try:
            if httpx.get(url, timeout=2, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"{url} did not answer within {START_TIMEOUT:.0f} s")


def end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
