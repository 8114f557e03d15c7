"""``scrapbook upcoming``: what will be said to whom, and when, for the operator.

The words are read from the database when it is asked, and written to the terminal only.
"""

from typing import Annotated

import typer

from scrapbook.cli.common import console, load_settings, open_store

app = typer.Typer()

_WORDS = 60
"""Characters of a reminder."""

HELD = {
    "quiet": "waits for the end of the quiet hours",
    "limit": "waits for tomorrow: too many today",
    "opted_out": "waits: opted out",
    "no_way": "waits: no way to reach them; see SCRAPBOOK_WHATSAPP_TEMPLATE",
}
"""Why a due reminder waits, by ``reminders.held``."""


@app.command()
def upcoming(
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=1000, help="At most so many.")] = 20,
) -> None:
    """List what will be sent next unasked: when, by the person's clock, to whom, and what."""
    from zoneinfo import ZoneInfo

    from scrapbook.text.clock import clock
    from scrapbook.text.display import displayable
    from scrapbook.text.segments import shorten

    with open_store(load_settings()) as store, store.transaction(read_only=True) as tx:
        reminders, left = tx.reminders.upcoming(count), tx.unasked.upcoming(count)
        recurring = tx.recurring.upcoming(count)
        people = {person.id: person for person in tx.people.list()}
        stopped = [displayable(people[person_id].name) for person_id in tx.quiet_hours.stopped()]
    found = [
        (
            one.reminder.person_id,
            one.reminder.due_at,
            str(one.number),
            one.text,
            one.reminder.held,
            one.reminder.rule,
        )
        for one in reminders
    ]
    found += [(one.person_id, one.wakes_at, "", one.body, one.held, None) for one in left]
    found += [
        (one.person_id, one.occurs_at, "", one.kind.replace("_", " "), one.held, one.rule)
        for one in recurring
    ]
    from rich.table import Table
    from rich.text import Text

    if stopped:
        console().print(
            Text(f"Nothing but what they asked for since: {', '.join(stopped)} (stop everything)")
        )
    if not found:
        console().print("Nothing is to be sent.")
        return
    table = Table("When", "To", "Number", "What", "", box=None)
    for person_id, at, number, words, held, rule in sorted(found, key=lambda one: one[1])[:count]:
        person = people[person_id]
        local = at.astimezone(ZoneInfo(person.timezone))
        what = shorten(" ".join(words.split()), _WORDS)
        when = f"{local:%a %Y-%m-%d} {clock(local.hour, local.minute)} {local:%Z}"
        cells = (when, person.name, number, what, HELD.get(held or "", rule or ""))
        table.add_row(*(Text(displayable(cell)) for cell in cells))
    console().print(table)
