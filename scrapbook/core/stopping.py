"""Stop all that is said to a person unasked, as one change, and let it begin again."""

from dataclasses import dataclass

from scrapbook.core import reminders
from scrapbook.core.book import Book
from scrapbook.core.following import unwatch_all
from scrapbook.core.recurring import switch_all_off


@dataclass(frozen=True, slots=True)
class Resumed:
    """What is said again. ``reminders`` were paused; ``was_stopped``: nothing was said unasked at all."""

    reminders: int
    was_stopped: bool

    def __bool__(self) -> bool:
        return bool(self.reminders) or self.was_stopped


def stop_everything(book: Book) -> bool:
    """Say nothing to a person that they do not ask for from now on, until ``resume``.

    The reminders are paused, words of what they follow are not told any more, and what recurs is off.

    Returns:
        Whether that changes anything.
    """
    was_stopped = book.tx.quiet_hours.is_stopped(book.person.id)
    with book.recording("stop_everything"):
        # What waits for the end of the quiet hours is unasked, too, whatever it is about.
        book.tx.unasked.drop(book.person.id, "")
        book.tx.quiet_hours.set_stopped(book.person.id, is_stopped=True)
        paused = book.tx.reminders.change_state_of_all(book.person.id, "waiting", "paused")
        return bool(paused + unwatch_all(book) + switch_all_off(book)) or not was_stopped


def resume(book: Book) -> Resumed:
    """Say the paused reminders again, and what comes up unasked. What was switched off stays off."""
    was_stopped = book.tx.quiet_hours.is_stopped(book.person.id)
    with book.recording("resume_reminders"):
        book.tx.quiet_hours.set_stopped(book.person.id, is_stopped=False)
        return Resumed(reminders.go_on(book), was_stopped)
