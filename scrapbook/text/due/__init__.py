"""Read when a reminder is due, once or again and again, compute its next time, and write it in words.

``read_due`` reads a text, ``following`` computes the occurrences of a rule, ``say_due`` writes both in words
that ``read_due`` reads as the same, but for the hours from 1 to 6.
"""

from scrapbook.text.due.model import Due
from scrapbook.text.due.reading import is_past, mentions_time, read_due, weekday_named
from scrapbook.text.due.recurrence import following, used_up
from scrapbook.text.due.writing import format_due_date, say_due, say_rule

__all__ = [
    "Due",
    "following",
    "format_due_date",
    "is_past",
    "mentions_time",
    "read_due",
    "say_due",
    "say_rule",
    "used_up",
    "weekday_named",
]
