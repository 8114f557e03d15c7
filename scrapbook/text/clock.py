"""Write a time of day, in the one form in which it is said: ``7:00``, ``16:30``."""


def clock(hour: int, minute: int) -> str:
    """Return the time on a clock of 24 hours."""
    return f"{hour}:{minute:02}"
