"""``scrapbook explain``: how one message was read and what came of it, for the operator.

The words are read from the database when it is asked, and written to the terminal only.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from scrapbook.cli.common import console, load_settings, open_store

if TYPE_CHECKING:
    from scrapbook.core.explaining import Reading, Trace

app = typer.Typer()


@app.command()
def explain(
    sid: Annotated[str, typer.Argument(help="The id of a message, as in the log or in scrapbook inbox.")],
) -> None:
    """Print how a message was read, by which evidence, and what it did."""
    from scrapbook.core.explaining import trace

    with open_store(load_settings()) as store, store.transaction(read_only=True) as tx:
        found = trace(tx, sid)
    for name, value in _lines(found):
        console().print(f"{name + ':':12}{value}", markup=False, soft_wrap=True)


def _lines(found: "Trace") -> Iterator[tuple[str, str]]:
    message = found.reading.message
    yield "message", f"{message.id}, {message.received_at:%Y-%m-%d %H:%M:%S} UTC, {message.state}"
    if message.problem:
        yield "problem", message.problem
    yield "text" if not message.is_memo else "transcript", message.body or "(none, or erased)"
    yield from _read(found.reading)
    yield "changed", f"{found.change.kind}" if found.change else "nothing, or undone"
    if found.entries:
        yield "entries", ", ".join(map(str, found.entries))
    for reply in found.replies:
        yield "replied", reply or "(erased)"
    if found.open_question:
        yield "open now", f"a question of {found.open_question}"


def _read(reading: "Reading") -> Iterator[tuple[str, str]]:
    evidence = reading.evidence
    if evidence is None:
        why = "not answered yet" if reading.result is None else "nothing is stored, or not any more"
        yield "read as", why
    else:
        yield "read as", f"{evidence.intent}, {evidence.chance:.3f}, by {evidence.by}"
        for guess in evidence.ranking:
            yield "likely", f"{guess.intent} {guess.chance:.3f}, believed from {guess.limit:.3f} on"
        yield "arguments", ", ".join(evidence.entities) or "none"
        yield "action", evidence.action
    if reading.result is not None:
        yield "answered", reading.result.response
