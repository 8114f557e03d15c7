"""Two phones that share a list: each sees, adds and ticks off by text, and each undoes their own."""

import pytest

from tests.support.installation import Installation


@pytest.fixture
def phones(installation: Installation, number: str, other_number: str) -> tuple[str, str]:
    """The numbers of Bo and of Ada, who has texted before, so that she can be told."""
    for name, own in ((f"Bo {number[-4:]}", number), (f"Ada {other_number[-4:]}", other_number)):
        renamed = installation.run("people", "rename", own, name)
        assert renamed.returncode == 0, renamed.stderr
    installation.say("hello", other_number)
    return number, other_number


def test_two_share_a_list_by_text_until_one_leaves(
    installation: Installation, phones: tuple[str, str]
) -> None:
    bo, ada = phones
    bos, adas = f"Bo {bo[-4:]}", f"Ada {ada[-4:]}"

    def say(text: str, who: str) -> list[str]:
        return installation.say(text, who).splitlines()

    for who in phones:
        say("quiet off", who)  # they are told at any hour
    say("shopping: milk", bo)
    told = len(installation.sent_to(ada))
    assert say(f"share shopping with {adas}", bo)[0].startswith(f"{adas} reads shopping from now on")
    [invitation] = installation.replies(ada, told + 1)[told:]
    assert invitation == (
        f"{bos} shares shopping with you. Text shopping to see it, or leave shopping to leave it."
    )

    assert say("add eggs to shopping", ada) == ["Saved 1 under shopping."]
    assert say("shopping", ada) == ["shopping:", "1 eggs", f"milk ({bos})"]
    assert say("what's on my shopping list", bo) == ["shopping:", f"eggs ({adas})", "1 milk"]

    assert say("got the milk", ada) == [f"Took milk ({bos}) off shopping. Text undo to take that back."]
    assert say("shopping", bo) == ["shopping:", f"eggs ({adas})"]
    assert say("undo", ada) == [f"Undone: milk ({bos}) back from the trash."]
    assert say("shopping", bo) == ["shopping:", f"eggs ({adas})", "1 milk"]
    assert say("tick off the first one", bo) == [
        f"Took eggs ({adas}) off shopping. Text undo to take that back."
    ]
    assert say("undo", bo) == [f"Undone: eggs ({adas}) back from the trash."]
    say("shopping", bo)
    assert say("delete the first one", bo)[0].startswith(f"eggs ({adas}): only who wrote it can")
    assert say("shared", ada) == ["Shared with people:", f"shopping: {bos}"]

    told = len(installation.sent_to(bo))
    assert say("leave shopping", ada) == [
        f"You have left shopping. You keep what you wrote; {bos} cannot read it any more."
    ]
    assert installation.replies(bo, told + 1)[told:] == [
        f"{adas} has left shopping, and keeps what they wrote there."
    ]
    assert say("shopping", ada) == ["shopping:", "1 eggs"]
    assert say("shopping", bo) == ["shopping:", "1 milk"]
    assert say("leave early tomorrow", ada)[0].startswith("Saved 2")
    assert say("share the cake with Tom", ada)[0].startswith("Saved 3")
