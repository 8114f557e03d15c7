"""Commands for what the assistant understands: ``train``, ``parse``, ``match``."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from scrapbook.cli.common import console, load_settings
from scrapbook.errors import SettingsError

app = typer.Typer()


@app.command()
def train(force: Annotated[bool, typer.Option(help="Train even if no source has changed.")] = False) -> None:
    """Train the assistant, unless none of its sources has changed."""
    from scrapbook.assistant import training

    if training.is_current() and not force:
        console().print("The assistant is trained already; nothing it is made of has changed.")
        return
    with console().status("Training the assistant ..."):
        training.train(force=force)
    console().print("Trained.")


@app.command()
def parse() -> None:
    """Print how each text is understood: one text per input line, one JSON object per output line."""
    from scrapbook.assistant import parse

    raise typer.Exit(parse.parse(sys.stdin, sys.stdout, load_settings()))


@app.command()
def match(
    topics: Annotated[
        Path, typer.Option(help="A file with one topic per line.", exists=True, dir_okay=False)
    ],
) -> None:
    """Print which topic is meant: one typed topic per input line, one JSON object per output line."""
    from scrapbook.text.fuzzy_match import Matcher

    try:
        names = [line for line in topics.read_text(encoding="utf-8").splitlines() if line.strip()]
    except UnicodeDecodeError:
        raise SettingsError(f"{topics} is not a text in UTF-8") from None
    matcher = Matcher(names)
    for line in sys.stdin:
        typed = line.rstrip("\n")
        found = matcher.match(typed)
        answer = {
            "typed": typed,
            "outcome": found.outcome.value,
            "topic": found.topic,
            "candidates": list(found.candidates),
        }
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
