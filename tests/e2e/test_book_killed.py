"""What is written in the book while the processes are killed."""

import httpx
import pytest

from tests.support.book_pages import Reader
from tests.support.installation import Installation, wait_until


# Nobody else in the installation that is killed has these numbers.
@pytest.mark.parametrize(("process", "number"), [("app", "+15550160"), ("actions", "+15550161")])
def test_what_was_written_survives_a_kill_and_is_answered_once(
    killed_installation: Installation, process: str, number: str
) -> None:
    words = f"the {process} was killed"
    book = Reader(killed_installation, number)
    texts, csrf = len(killed_installation.sent_to(number)), book.csrf
    location = book.write(words, csrf, key="c" * 32).headers["location"]
    killed_installation.kill(process)

    def sent_again() -> bool:
        try:
            return book.write(words, csrf, key="c" * 32).headers["location"] == location
        except httpx.TransportError:  # the app is starting again
            return False

    wait_until(sent_again, 120, lambda: "the app is away")
    wait_until(lambda: "data-waiting" not in book.client.get(location).text, 120, lambda: "no receipt")
    assert book.client.get(location).text.count('class="reply"') == 1
    assert book.client.get("/book").text.count(words) == 1
    assert len(killed_installation.sent_to(number)) == texts
