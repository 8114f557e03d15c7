"""People text as they do, and are understood: dialogues of every kind, played through the running app."""

from collections.abc import Iterator
from itertools import islice

from tests.support.dialogues import ROOT, play_all, read
from tests.support.installation import Installation

GOAL = 0.95


def test_dialogues_of_everyday_people_go_right(installation: Installation, unused: Iterator[str]) -> None:
    dialogues = [dialogue for path in sorted(ROOT.glob("*.yml")) for dialogue in read(path)]
    numbers = list(islice(unused, len(dialogues)))

    played = play_all(installation, dialogues, numbers)

    wrong = [str(one) for one in played if not one.is_right]
    assert len(wrong) <= (1 - GOAL) * len(played), "\n\n".join(wrong)
