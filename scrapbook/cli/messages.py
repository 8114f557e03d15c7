"""Commands for messages that are not finished: ``inbox``, ``inbox retry``."""

from typing import Annotated

import typer

from scrapbook.cli.common import console, load_settings

app = typer.Typer(help="List or retry messages that are not finished.", invoke_without_command=True)


@app.callback()
def inbox(context: typer.Context) -> None:
    """List the messages that are waiting, being worked on, or failed."""
    from scrapbook.workflows.unfinished import open_unfinished

    if context.invoked_subcommand:
        return
    with open_unfinished(load_settings()) as unfinished:
        messages = unfinished.unfinished()
    if not messages:
        console().print("Every message is finished.")
        return
    from rich.table import Table

    table = Table("Message", "Received", "State", "Problem", box=None)
    for message in messages:
        table.add_row(
            message.message_id, f"{message.received_at:%Y-%m-%d %H:%M} UTC", message.state, message.problem
        )
    console().print(table)


@app.command()
def retry(
    message_id: Annotated[
        str, typer.Argument(help="The id of a message; without it, every failed message is retried.")
    ] = "",
) -> None:
    """Queue a failed message again."""
    from scrapbook.workflows.unfinished import open_unfinished

    with open_unfinished(load_settings()) as unfinished:
        failed = [message.message_id for message in unfinished.unfinished() if message.can_be_retried]
        message_ids = [message_id] if message_id else failed
        for one in message_ids:
            unfinished.retry(one)
            console().print(f"{one} is queued again.")
    if not message_ids:
        console().print("No message has failed.")
