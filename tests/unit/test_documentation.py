"""The documentation and the code name the same things."""

import re
from pathlib import Path

import typer.main
from typer.core import TyperGroup

from scrapbook.cli.main import app
from scrapbook.ops import processes
from scrapbook.paths import ROOT
from scrapbook.settings import Settings

README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> set[str]:
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    names: set[str] = set()
    for name, command in root.commands.items():
        names.add(name)
        if isinstance(command, TyperGroup):
            names |= {f"{name} {sub}" for sub in command.commands}
    return names


def test_every_setting_is_in_the_readme_and_nothing_else() -> None:
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE))
    assert documented == {str(field.validation_alias) for field in Settings.model_fields.values()}


def test_every_command_is_in_the_readme_and_nothing_else() -> None:
    section = README.split("## The `scrapbook` command")[1].split("\n## ")[0]
    documented: set[str] = set()
    for row in re.findall(r"^\| (`.+?) \| ", section, re.MULTILINE):
        words = [piece.removeprefix("scrapbook ").split() for piece in re.findall(r"`([^`]+)`", row)]
        first = words[0][0]
        for part in words:
            named = [word for word in part if re.fullmatch(r"[a-z]+(-[a-z]+)*", word)]
            documented.add(named[0])
            documented.add(" ".join(named) if named[0] == first else f"{first} {named[0]}")
            documented.discard(named[0] if named[0] != first else "")
    assert documented == commands()


def test_every_page_that_is_linked_exists() -> None:
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for link in re.findall(r"\]\((?!http)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name} links to {link}"


def test_the_procfile_names_the_processes() -> None:
    named = re.findall(r"^(\w+): scrapbook serve \1$", Path(ROOT / "Procfile").read_text(), re.MULTILINE)
    assert set(named) == set(processes.names(Settings(TWILIO_ACCOUNT_SID="")))


def test_every_file_that_the_architecture_names_exists() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page.split("## Where do I change ...?")[1].split("\n## ")[0]
    named = re.findall(r"`((?:scrapbook|bot|data|actions|tests)/[\w/.]*)`", page)
    missing = [name for name in named if not (ROOT / name).exists()]
    assert missing == []
    assert len(re.findall(r"^\| (?!to change|---)", table, re.MULTILINE)) >= 10


def test_every_module_that_a_path_of_the_architecture_names_exists() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = "|".join(sorted(path.name for path in (ROOT / "scrapbook").iterdir() if path.is_dir()))
    named = set(re.findall(rf"(?<![\w/])((?:{rooms})/(?:\w+/)*\w+\.\w+)", page))
    assert named
    assert [name for name in sorted(named) if not (ROOT / "scrapbook" / name).exists()] == []


def test_every_test_that_an_attack_names_exists() -> None:
    named = re.findall(
        r"`(tests/[\w/.]+?\.py)(?:::(\w+))?`", (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    )
    assert len(named) > 40
    for path, name in named:
        source = (ROOT / path).read_text(encoding="utf-8")
        assert not name or f"def {name}(" in source, (path, name)
