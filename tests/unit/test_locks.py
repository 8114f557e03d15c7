"""What the locks name can be installed, without a compiler, on every machine that the README names."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename

ROOT = Path(__file__).parents[2]
BOT = ROOT / "bot"

Package = dict[str, Any]

# Older than Ubuntu 22.04, which WSL may have, and than Debian 12, on which Raspberry Pi OS stands.
GLIBC = (2, 34)
LEGACY_NAMES = {(2, 17): "manylinux2014", (2, 12): "manylinux2010", (2, 5): "manylinux1"}
MACOS = (14, 0)

# What has no wheel, or none for macOS on ARM, and is made from its source without a compiler.
SOURCES = {
    "docopt": "one module of Python",
    "randomname": "Python and lists of words",
    "sqlalchemy": "1.4 leaves its parts in C out where they cannot be compiled",
}


@dataclass(frozen=True)
class Machine:
    """A kind of machine, as markers and wheels name it."""

    sys_platform: str
    platform_machine: str

    def platforms(self) -> list[str]:
        """The platform tags that it takes."""
        if self.sys_platform == "darwin":
            return list(mac_platforms(MACOS, self.platform_machine))
        major, newest = GLIBC
        numbers = [(major, minor) for minor in range(newest, 4, -1)]
        names = [f"manylinux_{major}_{minor}" for major, minor in numbers]
        names += [LEGACY_NAMES[number] for number in numbers if number in LEGACY_NAMES]
        return [f"{name}_{self.platform_machine}" for name in names]


MACHINES = {
    "Linux on x86-64": Machine("linux", "x86_64"),
    "Linux on ARM": Machine("linux", "aarch64"),
    "macOS on ARM": Machine("darwin", "arm64"),
}
INSTALLATIONS = {
    **{f"the scrapbook on 3.{minor}": (ROOT, (3, minor)) for minor in (11, 12, 13)},
    "Rasa on 3.10": (BOT, (3, 10)),
}


@cache
def _lock(project: Path) -> list[Package]:
    return tomllib.loads((project / "uv.lock").read_text(encoding="utf-8"))["package"]


def _environment(machine: Machine, python: tuple[int, int]) -> dict[str, str]:
    number = ".".join(map(str, python))
    return {
        "sys_platform": machine.sys_platform,
        "platform_machine": machine.platform_machine,
        "platform_system": {"linux": "Linux", "darwin": "Darwin"}[machine.sys_platform],
        "os_name": "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "python_version": number,
        "python_full_version": f"{number}.9",
        "extra": "",
    }


def _holds(marker: str | None, environment: dict[str, str]) -> bool:
    return marker is None or Marker(marker).evaluate(environment)


def _named(lock: list[Package], wanted: Package, environment: dict[str, str]) -> Package:
    """The entry of a dependency; of a package with several versions, the one for this environment."""
    [found] = [
        package
        for package in lock
        if package["name"] == wanted["name"]
        and wanted.get("version", package.get("version")) == package.get("version")
        and any(_holds(marker, environment) for marker in package.get("resolution-markers", [None]))
    ]
    return found


def _asked_for(lock: list[Package], development: bool) -> Iterator[Package]:
    """What the project itself depends on."""
    [project] = [package for package in lock if {"editable", "virtual"} & package["source"].keys()]
    if development:
        yield from project["dev-dependencies"]["dev"]
    else:
        yield from project["dependencies"]
        for extra in project.get("optional-dependencies", {}).values():
            yield from extra


def _installed(lock: list[Package], development: bool, environment: dict[str, str]) -> list[Package]:
    """All packages that are installed there."""
    waiting = list(_asked_for(lock, development))
    found: dict[tuple[str, str], Package] = {}
    while waiting:
        wanted = waiting.pop()
        if not _holds(wanted.get("marker"), environment):
            continue
        package = _named(lock, wanted, environment)
        for extra in ("", *wanted.get("extra", [])):
            if (package["name"], extra) not in found:
                found[package["name"], extra] = package
                waiting += _needs(package, extra)
    return [package for (_, extra), package in found.items() if not extra]


def _needs(package: Package, extra: str) -> list[Package]:
    """What it depends on; with an extra, what that adds."""
    return (
        package.get("optional-dependencies", {}).get(extra, []) if extra else package.get("dependencies", [])
    )


def _tags(machine: Machine, python: tuple[int, int]) -> set[Tag]:
    platforms = machine.platforms()
    interpreter = f"cp{python[0]}{python[1]}"
    return {
        *cpython_tags(python, platforms=platforms),
        *compatible_tags(python, interpreter=interpreter, platforms=platforms),
    }


def _has_wheel(package: Package, tags: set[Tag]) -> bool:
    names = [wheel["url"].rpartition("/")[2] for wheel in package.get("wheels", [])]
    return any(parse_wheel_filename(name)[3] & tags for name in names)


def _misfits(project: Path, python: tuple[int, int], machine: Machine, development: bool) -> list[str]:
    tags = _tags(machine, python)
    packages = _installed(_lock(project), development, _environment(machine, python))
    assert len(packages) > 5
    return sorted(
        package["name"]
        for package in packages
        if package["name"] not in SOURCES and not _has_wheel(package, tags)
    )


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("installation", INSTALLATIONS)
def test_everything_has_a_wheel_for_the_machine(installation: str, machine: str):
    assert _misfits(*INSTALLATIONS[installation], MACHINES[machine], development=False) == []


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("installation", INSTALLATIONS)
def test_what_the_tests_need_has_a_wheel_for_the_machine_too(installation: str, machine: str):
    assert _misfits(*INSTALLATIONS[installation], MACHINES[machine], development=True) == []


def test_each_exception_is_needed_somewhere():
    needed = {
        package["name"]
        for project, python in INSTALLATIONS.values()
        for machine in MACHINES.values()
        for package in _installed(_lock(project), False, _environment(machine, python))
        if not _has_wheel(package, _tags(machine, python))
    }
    assert needed == SOURCES.keys()


@pytest.mark.parametrize("project", [ROOT, BOT])
def test_the_locks_name_the_public_index_alone(project: Path):
    hosts = {"https://pypi.org/simple", None}
    assert {package["source"].get("registry") for package in _lock(project)} <= hosts
