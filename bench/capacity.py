"""What a message costs each process: the figures that docs/scale.md computes with.

    python -m bench.capacity sqlite|postgresql [--texts 200] [--without-rasa]

Processor time, because a busy machine changes it little; what a process takes while nobody texts is measured
first and taken off. Twilio is a server of the bench's own; without Rasa, so are Rasa and the action server.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from scrapbook.ops.processes import answers
from scrapbook.store import Store
from tests.support.installation import wait_until
from tests.support.internal import AUTH
from tests.support.machines import PEOPLE, Machine, Outside
from tests.support.postgresql import postgresql_running
from tests.support.serving import serving

WARMING = 5
"""Texts of each before anything is measured: connections are made, statements prepared."""

IDLE = 10.0
"""Seconds."""

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a process and those that it started.

    Attributes:
        each: processor milliseconds of one message.
        idle: share of a processor that it takes when nobody texts.
        memory: proportional set size in MiB, after the load.
    """

    each: float
    idle: float
    memory: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", choices=("sqlite", "postgresql"))
    parser.add_argument("--texts", type=int, default=200)
    parser.add_argument("--without-rasa", action="store_true")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        outside = Outside()
        stack.enter_context(serving(outside))
        url, pids = f"sqlite:///{folder / 'scrapbook.db'}", {}
        if arguments.database == "postgresql":
            url, pids["postgresql"] = stack.enter_context(postgresql())
        store = Store.open(url)
        store.migrate()
        store.close()
        machine = Machine("app", folder, url, outside)
        if not arguments.without_rasa:
            machine.settings = assistant(machine)
            for name in ("actions", "rasa"):
                pids[name] = stack.enter_context(process(name, machine))
        stack.callback(machine.end)
        machine.start()
        assert machine.process is not None
        pids["app"] = machine.process.pid
        show(*measured(machine, outside, pids, arguments.texts // len(PEOPLE)))


@contextmanager
def postgresql() -> Generator[tuple[str, int]]:
    """Its URL and its process."""
    with postgresql_running() as server, server.connect() as connection:
        connection.exec_driver_sql("ALTER SYSTEM SET fsync = on")  # the tests have it off
        connection.exec_driver_sql("SELECT pg_reload_conf()")
        data = Path(str(connection.exec_driver_sql("SHOW data_directory").scalar_one()))
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        yield server.url.render_as_string(hide_password=False), pid


def assistant(machine: Machine) -> dict[str, str]:
    return {
        "SCRAPBOOK_RASA_URL": f"http://127.0.0.1:{machine.port + 3}",
        "SCRAPBOOK_ACTIONS_URL": f"http://127.0.0.1:{machine.port + 2}",
    }


@contextmanager
def process(name: str, machine: Machine) -> Generator[int]:
    """One of the app's, once it answers."""
    command = [sys.executable, "-m", "scrapbook", "serve", name]
    health = {"rasa": "SCRAPBOOK_RASA_URL", "actions": "SCRAPBOOK_ACTIONS_URL"}[name]
    started = subprocess.Popen(
        command, env=machine.variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until(
            lambda: answers(machine.settings[health] + "/health", AUTH),
            240,
            lambda: f"{name} does not answer",
        )
        yield started.pid
    finally:
        started.terminate()
        started.wait()


def measured(
    machine: Machine, outside: Outside, pids: Mapping[str, int], texts: int
) -> tuple[float, dict[str, Cost]]:
    """Messages a second by the clock, and what each process took; each person sends so many texts."""
    load(machine, outside, WARMING)
    before = spent(pids)
    time.sleep(IDLE)
    idle = {name: (now - before[name]) / IDLE for name, now in spent(pids).items()}
    before, began = spent(pids), time.monotonic()
    load(machine, outside, texts)
    took = time.monotonic() - began
    after, count = spent(pids), texts * len(PEOPLE)
    return count / took, {
        name: Cost(
            each=1000 * (after[name] - before[name] - idle[name] * took) / count,
            idle=idle[name],
            memory=sum(map(memory, family(pid))),
        )
        for name, pid in pids.items()
    }


def load(machine: Machine, outside: Outside, texts: int) -> None:
    """Everybody texts at once, one text after the other; ends when each has as many replies more."""
    before = {person: len(outside.sent[person]) for person in PEOPLE}

    def send(person: str) -> None:
        for n in range(texts):
            machine.take(person, f"thought {n}: decorators are just functions that take functions")

    with ThreadPoolExecutor(len(PEOPLE)) as pool:
        list(pool.map(send, PEOPLE))
    wait_until(
        lambda: all(len(outside.sent[person]) >= before[person] + texts for person in PEOPLE),
        300,
        lambda: "not all were answered",
    )


def spent(pids: Mapping[str, int]) -> dict[str, float]:
    """Processor seconds so far."""
    return {name: sum(map(_spent, family(pid))) for name, pid in pids.items()}


def _spent(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


def family(pid: int) -> list[int]:
    """The process, and all that it started."""
    found = [pid]
    for each in found:
        found += map(int, Path(f"/proc/{each}/task/{each}/children").read_text().split())
    return found


def memory(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def show(rate: float, costs: Mapping[str, Cost]) -> None:
    print(f"{rate:.1f} messages a second by the clock, at a load of {os.getloadavg()[0]:.1f}")
    print(f"{'':12}{'ms each':>10}{'idle, %':>10}{'MiB':>10}")
    for name, cost in costs.items():
        print(f"{name:12}{cost.each:10.1f}{100 * cost.idle:10.1f}{cost.memory:10.0f}")
    print(f"{'together':12}{sum(cost.each for cost in costs.values()):10.1f}")


if __name__ == "__main__":
    main()
