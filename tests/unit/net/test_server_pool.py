"""Each conversation has one of several servers, and another one while that is away."""

from collections import Counter

import pytest

from scrapbook.errors import SettingsError
from scrapbook.net.server_pool import COOLDOWN, ServerPool
from scrapbook.settings import Settings

THREE = ("http://rasa-1:8003", "http://rasa-2:8003", "http://rasa-3:8003")
PEOPLE = [f"person-{number}" for number in range(3000)]


def firsts(addresses: ServerPool) -> dict[str, str]:
    return {person: addresses.in_order(person)[0] for person in PEOPLE}


def test_the_order_of_a_conversation_is_the_same_whoever_works_it_out() -> None:
    assert firsts(ServerPool(THREE)) == firsts(ServerPool(THREE[::-1]))


def test_it_is_the_same_in_every_release() -> None:
    assert ServerPool(THREE).in_order("person-5") == [THREE[1], THREE[2], THREE[0]]


def test_each_server_gets_its_share() -> None:
    shares = Counter(firsts(ServerPool(THREE)).values())
    assert set(shares) == set(THREE)
    assert all(900 < share < 1100 for share in shares.values())


def test_what_a_server_that_is_away_leaves_is_shared_by_all_others() -> None:
    addresses = ServerPool(THREE)
    before = firsts(addresses)
    addresses.mark_failed(THREE[0])
    after = firsts(addresses)
    assert all(after[person] == before[person] for person in PEOPLE if before[person] != THREE[0])
    inherited = Counter(after[person] for person in PEOPLE if before[person] == THREE[0])
    assert all(inherited[url] > 400 for url in THREE[1:])


def test_a_further_server_takes_its_share_and_the_others_keep_theirs() -> None:
    two, three = firsts(ServerPool(THREE[:2])), firsts(ServerPool(THREE))
    moved = {person for person in PEOPLE if two[person] != three[person]}
    assert 900 < len(moved) < 1100
    assert {three[person] for person in moved} == {THREE[2]}


def test_a_server_that_failed_is_asked_last_until_its_time_is_over() -> None:
    now = 1000.0
    addresses = ServerPool(THREE, lambda: now)
    order = addresses.in_order("person-1")
    addresses.mark_failed(order[0])
    assert addresses.in_order("person-1") == [*order[1:], order[0]]
    now += COOLDOWN
    assert addresses.in_order("person-1") == order


def test_when_all_have_failed_they_are_asked_as_ever() -> None:
    addresses = ServerPool(THREE)
    order = addresses.in_order("person-1")
    for url in THREE:
        addresses.mark_failed(url)
    assert addresses.in_order("person-1") == order


# The setting


def urls(value: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    monkeypatch.setenv("SCRAPBOOK_RASA_URL", value)
    return Settings.load().rasa_urls


def test_several_servers_are_named_with_commas_between_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert urls("http://rasa-1:8003/, http://rasa-2:8003,http://rasa-3:8003", monkeypatch) == THREE


def test_one_server_is_named_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    assert urls("http://rasa-1:8003", monkeypatch) == THREE[:1]


@pytest.mark.parametrize(
    ("value", "refusal"),
    [
        ("rasa:8003", "'rasa:8003' is not a URL"),
        ("http://rasa-1:8003 http://rasa-2:8003", "separate several with commas"),
        ("http://rasa-1:8003,,http://rasa-2:8003", "'' is not a URL"),
        ("http://rasa-1:8003,", "'' is not a URL"),
        ("http://rasa-1:port,http://rasa-2:8003", "'http://rasa-1:port' is not a URL"),
        ("http://[rasa-1,http://rasa-2:8003", "'http://[rasa-1' is not a URL"),
        ("http://rasa-1:8003,http://rasa-1:8003/", "http://rasa-1:8003 is named more than once"),
    ],
)
def test_a_bad_list_is_refused_in_plain_words(
    monkeypatch: pytest.MonkeyPatch, value: str, refusal: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        urls(value, monkeypatch)
    assert str(refused.value).startswith("SCRAPBOOK_RASA_URL: ")
    assert refusal in str(refused.value)
    assert "\n" not in str(refused.value)
