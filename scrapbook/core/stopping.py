"""Stop all that is said to a person unasked, as one change."""

from dataclasses import dataclass

from scrapbook.core.book import Book
from scrapbook.core.following import unwatch_all
from scrapbook.core.recurring import switch_all_off


@dataclass(frozen=True, slots=True)
class Stopped:
    """What was stopped. ``reminders`` are paused; of ``mentions`` the person is told no more,
    and what is ``recurring`` is off."""

    reminders: int
    mentions: int
    recurring: int

    def __bool__(self) -> bool:
        return bool(self.reminders or self.mentions or self.recurring)


def stop_everything(book: Book) -> Stopped:
    """Pause the reminders of a person, tell them nothing of what they follow, and switch the rest off."""
    with book.recording("stop_everything"):
        # What waits for the end of the quiet hours is unasked, too, whatever it is about.
        book.tx.unasked.drop(book.person.id, "")
        paused = book.tx.reminders.change_state_of_all(book.person.id, "waiting", "paused")
        return Stopped(paused, unwatch_all(book), switch_all_off(book))
