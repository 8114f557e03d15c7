"""``scrapbook due``: lines of local time, time zone and text in, JSON lines out."""

import json
import subprocess
import sys

from scrapbook.paths import ROOT


def run(lines: bytes) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "scrapbook", "due"]
    return subprocess.run(command, input=lines, capture_output=True, cwd=ROOT, timeout=120, check=False)


def objects(printed: bytes) -> list[dict[str, str | None]]:
    return [json.loads(line) for line in printed.splitlines()]


def test_each_line_is_answered_in_local_time() -> None:
    lines = (
        "2026-03-03T10:15\tEurope/London\tremind me to call mum tomorrow at 5\n"
        "2026-03-03T10:15\tAsia/Kolkata\tremind me every friday at 9am\r\n"
        "2026-03-03T10:15\tEurope/London\tremind me to call mum"
    )
    done = run(lines.encode())
    assert done.returncode == 0, done.stderr
    assert objects(done.stdout) == [
        {"at": "2026-03-04T17:00", "rule": None},
        {"at": "2026-03-06T09:00", "rule": "FREQ=WEEKLY;BYDAY=FR;BYHOUR=9;BYMINUTE=0"},
        {"at": None, "rule": None},
    ]


def test_a_line_that_cannot_be_read_is_named_and_the_others_go_on() -> None:
    good = b"2026-03-03T10:15\tEurope/London\ttomorrow at 5\n"
    bad = [
        b"\n",
        b"tomorrow\tEurope/London\tat 5\n",
        b"2026-03-03T10:15\tEurope/Lodnon\tat 5\n",
        b"2026-03-03T10:15\t../../etc/passwd\tat 5\n",
        b"2026-03-03T10:15\tEurope/London\tat \xff 5\n",
    ]
    done = run(good + b"".join(bad) + good)
    assert done.returncode == 1
    found = objects(done.stdout)
    assert [one["at"] for one in found] == ["2026-03-04T17:00", *[None] * len(bad), "2026-03-04T17:00"]
    errors = done.stderr.decode().splitlines()
    assert [error.split(":")[1].strip() for error in errors] == [
        f"line {2 + number}" for number in range(len(bad))
    ]
    assert "Traceback" not in done.stderr.decode()
