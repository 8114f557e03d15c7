"""Count which texts are kept, and whether ``save`` brings back each that is only answered.

    .venv/bin/python -m bench.keeping FILE... [--people N]

Each line of a file is texted to a running installation, and ``save`` right after it. The people among whom
the lines are dealt have entries that have nothing to do with them (``bench/questions/others.txt``). Prints
for each file how many texts were kept at once, how many ``save`` brought back, and those that it did not.
"""

import argparse
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

from scrapbook.store import Store
from tests.support.installation import Installation, wait_until

OTHERS = Path(__file__).parent / "questions" / "others.txt"
TIMEOUT = 1800
KEPT = frozenset({"utter_kept", "utter_kept_suggested"})
KEPT_BEFORE = "utter_kept_before"


def report(store: Store, path: Path, texted: Sequence[tuple[str, str, str]]) -> bool:
    """Print the figures of a file; return whether each text has an entry.

    Args:
        texted: each text, the id of its message, and that of the ``save`` after it.
    """
    kept, brought_back, lost = 0, 0, list[str]()
    with store.transaction(read_only=True) as tx:
        for text, message_id, save_id in texted:
            result = tx.turn_results.of(save_id)
            response = result.response if result else ""
            kept += response == KEPT_BEFORE
            if response in KEPT and [entry.text for entry in tx.entries.of_message(message_id)] == [text]:
                brought_back += 1
            elif response != KEPT_BEFORE:
                lost.append(f"{text} ({response})")
    share = kept / max(len(texted), 1)
    print(f"{path.name}: {kept} of {len(texted)} kept at once ({share:.3f})")
    print(f"{path.name}: {brought_back} of {len(texted) - kept} others brought back by save")
    for text in lost:
        print(f"  not brought back: {text}")
    return not lost


def text_all(installation: Installation, number: str, texts: Sequence[str]) -> list[tuple[str, str, str]]:
    """Text each line and ``save``, in order, without waiting for the replies."""
    return [(text, installation.text(text, number), installation.text("save", number)) for text in texts]


def main() -> int:
    """Return 0, or 1 if a text could not be brought back."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("paths", nargs="+", type=Path)
    options.add_argument("--people", type=int, default=8, metavar="N")
    chosen = options.parse_args()
    numbers = tuple(f"+1555{n:06}" for n in range(1000, 1000 + chosen.people))
    files = [(path, path.read_text(encoding="utf-8").splitlines()) for path in chosen.paths]
    others = OTHERS.read_text(encoding="utf-8").splitlines()
    complete = True
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(Path(folder), numbers)
        try:
            installation.start()
            with closing(Store.open(installation.database_url)) as store:

                def is_done() -> bool:
                    with store.transaction(read_only=True) as tx:
                        return not tx.messages.unfinished()

                with ThreadPoolExecutor(chosen.people) as pool:
                    list(
                        pool.map(lambda number: [installation.text(text, number) for text in others], numbers)
                    )
                    for path, texts in files:
                        dealt = [texts[first :: chosen.people] for first in range(chosen.people)]
                        texting = pool.map(partial(text_all, installation), numbers, dealt)
                        texted = [one for of_person in texting for one in of_person]
                        wait_until(is_done, TIMEOUT, lambda: "some messages are not answered")
                        complete = report(store, path, texted) and complete
        finally:
            installation.stop()
    return 0 if complete else 1


if __name__ == "__main__":
    raise SystemExit(main())
