"""What is answered about feeds that are followed: their names, what is new, what to be told of."""

from collections.abc import Sequence

import pytest

from scrapbook.core.feed_notices import notices_of, paused_notices
from scrapbook.core.unasked import leave
from scrapbook.feeds.identity import item_keys
from scrapbook.model.feeds import FeedKind, Freshness, ParsedItem
from scrapbook.store import Store
from tests.integration.actions.conversation import Conversation

FIRES = "https://fire.example/incidents.xml"
PLACES = ("Napa", "Sonoma", "Santa Rosa", "Calistoga", "Healdsburg")


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def store_url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(request.param)


def incident(number: int, place: str) -> ParsedItem:
    url = f"https://fire.example/{number}"
    return ParsedItem(str(number), url, f"Incident {number}", f"Burning near {place}, {number} acres")


def fetched(store: Store, person: Conversation, url: str, items: Sequence[ParsedItem], title: str) -> None:
    """Record what is on a feed, as it is when it was fetched."""
    with store.transaction() as tx:
        feed = tx.feeds.by_url(url)
        assert feed
        keyed = list(zip(items, item_keys(items), strict=True))
        tx.feeds.record_items(feed, keyed, person.now)
        tx.feeds.record_read(
            feed, Freshness(), person.now, person.now, None, url=url, kind=FeedKind.FEED, title=title
        )


def follow(person: Conversation, url: str = FIRES, more: str = "") -> str:
    return person.text("action_follow", f"follow {url}{more}")


@pytest.fixture
def told(ann: Conversation, action_store: Store) -> Conversation:
    """Ann, who follows incidents as "fires": five when she began to, none since."""
    assert follow(ann, more=" as fires") == "Following fires. To see what is new there, text: what's new"
    incidents = [incident(number, place) for number, place in enumerate(PLACES, 1)]
    fetched(action_store, ann, FIRES, incidents, "County incidents")
    return ann


def test_follow_takes_an_address_with_and_without_its_scheme(ann: Conversation):
    assert follow(ann, "https://xkcd.com").startswith("Following xkcd.com.")
    assert follow(ann, "xkcd.com").startswith("You follow xkcd.com already.")
    assert ann.text("action_follow", "follow") == "Follow which page? For example: follow https://xkcd.com"
    assert ann.text("action_follow", "follow up with Ada about it").startswith("Saved 1")


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("https://ann:@site.example/feed", "The URL contains a name or password."),
        ("https://site.example:8443/feed", "The URL has a port other than 80 and 443."),
        ("http://127.0.0.1/feed", "The address is not on the public internet."),
        ("http://[::1]/feed", "The address is not on the public internet."),
        ("http://localhost/feed", "The address is not on the public internet."),
    ],
)
def test_what_can_never_be_fetched_is_refused_at_once(ann: Conversation, address: str, reason: str):
    assert follow(ann, address) == f"I can't follow that. {reason}"
    assert ann.text("action_list_following", "following").startswith("You follow nothing.")


def test_following_lists_them_and_unfollow_ends_one_by_a_misspelled_name(
    told: Conversation, action_store: Store
):
    assert follow(told, "https://xkcd.com").startswith("Following xkcd.com.")
    told.text("action_watch_feed", "...", feed="fires", mentioned="napa")
    reply = told.text("action_list_following", "following")
    assert reply == "You follow 2:\nfires\nxkcd.com (not read yet)\nI tell you about napa."
    assert told.text("action_unfollow", "unfollow xkdc", feed="xkdc") == "xkcd.com is not followed any more."
    assert told.text("action_unfollow", "...", feed="fires") == "fires is not followed any more."
    assert told.text("action_list_following", "following").startswith("You follow nothing.")
    with action_store.transaction(read_only=True) as tx:
        feed = tx.feeds.by_url(FIRES)
        assert feed
        assert feed.next_fetch_at is None


def test_of_two_feeds_of_one_name_it_asks_which(told: Conversation):
    follow(told, "https://smoke.example/feed", " as fires")
    reply = told.text("action_unfollow", "unfollow fires", feed="fires")
    assert reply == "Which one: 1 fires (fire.example, 1), 2 fires (smoke.example, 2)? Text its number."
    reply = told.text("action_choose", "2", choice="2")
    assert reply == "fires (smoke.example, 2) is not followed any more."
    assert told.text("action_list_following", "following") == "You follow 1:\nfires"


def test_what_is_told_of_one_of_two_feeds_of_one_name_says_of_which(told: Conversation):
    follow(told, "https://smoke.example/feed", " as fires")
    told.text("action_watch_feed", "tell me when fires mentions napa", feed="fires", mentioned="napa")
    reply = told.text("action_choose", "2", choice="2")
    assert reply.startswith("I will tell you when fires (smoke.example, 2) mentions napa")


def test_the_first_fetch_is_not_new_and_what_comes_later_is_new_once(told: Conversation, action_store: Store):
    reply = told.text("action_whats_new", "what's new")
    assert reply.splitlines() == ["Nothing new. The latest:", "1 Incident 1", "2 Incident 2", "3 Incident 3"]
    fetched(action_store, told, FIRES, [incident(9, "Napa"), incident(1, "Napa")], "County incidents")
    reply = told.text("action_whats_new", "what's new on fiers", feed="fiers")
    assert reply == "On fires:\n1 Incident 9\nhttps://fire.example/9"
    assert told.text("action_whats_new", "what's new").startswith("Nothing new.")
    reply = told.text("action_whats_new", "what's new on fierz", feed="fierz")
    assert reply == "Which one: 1 fires? Text its number."
    assert told.text("action_choose", "1", choice="1").startswith("Nothing new.")


def test_it_says_what_is_not_followed_or_not_read_yet(ann: Conversation, told: Conversation):
    assert told.text("action_whats_new", "...", feed="gardening") == (
        "You don't follow gardening. To see what you do, text following"
    )
    told.text("action_unfollow", "unfollow fires", feed="fires")
    assert told.text("action_whats_new", "what's new").startswith("You follow nothing.")
    follow(told, "https://xkcd.com")
    reply = told.text("action_whats_new", "what's new")
    assert reply == "I haven't read xkcd.com yet. Ask again in a minute."


def test_of_a_feed_that_was_given_up_it_promises_nothing(ann: Conversation, action_store: Store):
    follow(ann, "https://xkcd.com")
    with action_store.transaction() as tx:
        [xkcd] = tx.subscriptions.of_person(ann.person.id)
        tx.feeds.record_failure(xkcd.feed, "gone", None)
    given_up = "I couldn't read xkcd.com and stopped trying. To try again, text follow and the address."
    assert ann.text("action_whats_new", "...", feed="xkcd.com") == given_up
    assert ann.text("action_whats_new", "what's new") == given_up
    follow(ann)
    waiting = "I haven't read fire.example yet. Ask again in a minute."
    assert ann.text("action_whats_new", "what's new") == waiting


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("napa", 1),
        ("nappa", 1),
        ("santa rosa", 3),
        ("snta rosa", 3),
        ("Calistoga", 4),
        ("callistoga", 4),
        ("healdsberg", 5),
        ("sonomma", 2),
    ],
)
def test_find_in_a_feed_takes_misspelled_places(told: Conversation, typed: str, number: int):
    query = f"{typed} in fires"
    reply = told.text("action_find", f"find {query}", query=query)
    assert f"1 Incident {number}. Burning near {PLACES[number - 1]}" in reply
    assert reply.count("Incident") == 1


def test_what_is_on_a_feed_is_never_mixed_with_ones_own_entries(told: Conversation):
    told.save("the Napa valley in autumn")
    reply = told.text("action_find", "find napa", query="napa")
    assert "autumn" in reply
    assert "Incident" not in reply
    reply = told.text("action_find", "find napa in fires", query="napa in fires")
    assert "autumn" not in reply
    assert told.text("action_find", "...", query="zebras in fires") == "Nothing on fires mentions zebras."
    reply = told.text("action_find", "find autumn in napa", query="autumn in napa")
    assert "autumn" in reply


def test_a_topic_of_that_very_name_comes_before_a_feed_that_is_only_like_it(told: Conversation):
    told.save("fire: napa was burning when we came")
    reply = told.text("action_find", "find napa in fire", query="napa in fire")
    assert "Incident" not in reply


def test_save_keeps_an_item_that_was_listed_as_an_entry(told: Conversation):
    assert told.text("action_save", "save 2").startswith("Saved 1")
    assert told.entries() == {1: ("save 2", None)}  # nothing was listed yet
    told.text("action_whats_new", "what's new")
    assert told.text("action_save", "save 2").startswith("Saved 2")
    assert told.entries()[2] == ("Incident 2\nhttps://fire.example/2", None)
    assert told.text("action_save", "save 7").startswith("Saved 3")  # there was no seventh
    assert told.entries()[3] == ("save 7", None)
    told.undo()
    told.undo()
    assert set(told.entries()) == {1}


def test_more_goes_on_with_a_list_of_items_and_counts_on(told: Conversation, action_store: Store):
    incidents = [incident(number, "Napa") for number in range(20, 60)]
    fetched(action_store, told, FIRES, incidents, "County incidents")
    first = told.text("action_whats_new", "what's new").splitlines()
    numbers = [int(line.split()[0]) for line in first if "Incident" in line]
    then = told.text("action_more", "more").splitlines()
    further = [int(line.split()[0]) for line in then if "Incident" in line]
    assert numbers + further == list(range(1, further[-1] + 1))
    assert told.text("action_save", f"save {further[0]}").startswith("Saved 1")
    assert told.entries()[1][0].startswith(f"Incident {19 + further[0]}\n")


def test_a_watch_is_ended_by_one_text_and_takes_the_word_that_the_feed_has(told: Conversation):
    reply = told.text("action_watch_feed", "...", feed="fires", mentioned="nappa")
    assert reply == (
        "I will tell you when fires mentions napa, five times a day at most. "
        "To end that, text: stop telling me about napa"
    )
    reply = told.text("action_unwatch_feed", "stop telling me about npaa", mentioned="npaa")
    assert reply == "I won't tell you about napa any more."
    told.text("action_watch_feed", "...", feed="fires", mentioned="napa")
    assert told.text("action_unwatch_feed", "stop it, no more on birds").startswith("I don't tell you")
    assert told.text("action_unwatch_feed", "no more alerts about napa").startswith("I won't tell you")
    assert told.text("action_unwatch_feed", "stop telling me what to do").startswith("Saved")


def test_stop_telling_of_a_feed_ends_what_is_told_of_it_and_then_the_feed(told: Conversation):
    for place in ("napa", "sonoma"):
        told.text("action_watch_feed", "...", feed="fires", mentioned=place)
    reply = told.text("action_unwatch_feed", "stop telling me about fires", mentioned="fires")
    assert reply.startswith("I won't tell you what fires says about napa, sonoma any more.")
    told.undo()
    assert "napa, sonoma" in told.text("action_list_following", "following")
    told.text("action_unwatch_feed", "stop telling me about fires", mentioned="fires")
    reply = told.text("action_unwatch_feed", "don't tell me about fires anymore", mentioned="fires anymore")
    assert reply == "fires is not followed any more."


def test_stop_telling_of_what_is_no_feed_may_mean_a_reminder(told: Conversation):
    told.text("action_remind", "remind me every day at 9am to take the pills")
    reply = told.text("action_unwatch_feed", "stop notifying me about the pills", mentioned="pills")
    assert reply.startswith("Deleted 1 ")


@pytest.mark.parametrize(
    "typed", ["everything", "all", "all my feeds", "all of them", "my feeds", "them all"]
)
def test_unfollow_everything_is_one_change(told: Conversation, typed: str):
    follow(told, "https://xkcd.com")
    before = told.text("action_list_following", "following")
    reply = told.text("action_unfollow", f"unfollow {typed}", feed=typed)
    assert reply == "No longer followed: 2. fires, xkcd.com. Text undo to take that back."
    assert told.text("action_unfollow", f"stop folowing {typed}").startswith("You follow nothing.")
    assert told.undo() == "Undone: you follow fires, xkcd.com again."
    assert told.text("action_list_following", "following") == before


def test_the_latest_on_what_is_no_feed_is_no_question_to_a_feed(told: Conversation):
    assert told.text("action_whats_new", "whats the latest on Ada", feed="Ada") == "Saved 1."


def test_to_be_told_of_what_is_no_feed_is_a_thought(told: Conversation):
    text = "tell me when mum says yes"
    assert told.text("action_watch_feed", text, feed="mum", mentioned="yes") == "Saved 1."


def test_nobody_sees_what_another_follows(told: Conversation, ben: Conversation):
    assert ben.text("action_list_following", "following").startswith("You follow nothing.")
    reply = ben.text("action_find", "find napa in fires", query="napa in fires")
    assert "Incident" not in reply
    follow(ben)
    assert ben.text("action_whats_new", "what's new").startswith("Nothing new.")


def test_to_unsubscribe_from_what_is_not_followed_is_something_to_do(told: Conversation) -> None:
    said = told.text("action_unfollow", "unsubscribe from the seed catalogue", feed="seed catalogue")
    assert said.startswith("Saved ")
    said = told.text("action_unfollow", "unfollow the seed catalogue", feed="seed catalogue")
    assert said.startswith("You don't follow seed catalogue")


def test_undo_takes_back_follow_and_unfollow_with_what_was_to_be_told(
    told: Conversation, action_store: Store
):
    told.text("action_watch_feed", "...", feed="fires", mentioned="napa")
    assert told.text("action_unfollow", "unfollow fires", feed="fires").startswith("fires is not followed")
    assert told.undo() == "Undone: you follow fires again."
    reply = told.text("action_list_following", "following")
    assert reply.splitlines()[1:] == ["fires", "I tell you about napa."]
    with action_store.transaction(read_only=True) as tx:
        feed = tx.feeds.by_url(FIRES)
        assert feed
        assert feed.next_fetch_at is not None
        assert len(tx.feeds.items([feed.id], 100)) == len(PLACES)
    assert told.undo() == "Undone: I won't tell you about napa."
    assert "napa" not in told.text("action_list_following", "following")
    assert told.undo() == "Undone: fires is not followed any more."
    assert told.text("action_list_following", "following").startswith("You follow nothing.")
    with action_store.transaction(read_only=True) as tx:
        feed = tx.feeds.by_url(FIRES)
        assert feed
        assert feed.next_fetch_at is None


def test_a_feed_that_is_called_everything_is_unfollowed_alone(told: Conversation):
    follow(told, "https://xkcd.com", more=" as everything")
    reply = told.text("action_unfollow", "unfollow everything", feed="everything")
    assert reply == "everything is not followed any more."


def test_what_is_told_already_is_not_confirmed_as_new(told: Conversation):
    told.text("action_watch_feed", "...", feed="fires", mentioned="napa")
    reply = told.text("action_watch_feed", "...", feed="fires", mentioned="Napa")
    assert reply == (
        "I tell you already when fires mentions napa. To end that, text: stop telling me about napa"
    )
    assert told.undo() == "Undone: I won't tell you about napa."


def test_undo_tells_of_words_again_and_gives_a_feed_its_name_again(told: Conversation):
    told.text("action_watch_feed", "...", feed="fires", mentioned="napa")
    told.text("action_unwatch_feed", "...", mentioned="napa")
    assert told.undo() == "Undone: I tell you about napa again."
    follow(told, more=" as incidents")
    assert "incidents" in told.text("action_list_following", "following")
    assert told.undo() == "Undone: fires has its name again."
    assert "incidents" not in told.text("action_list_following", "following")


def test_stop_everything_drops_what_waits_to_be_said_unasked_and_not_what_answers(
    ann: Conversation, ben: Conversation
):
    ann.save("hello")
    ben.save("hello")
    with ann.store.transaction() as tx:
        for person in (ann, ben):
            leave(tx, person.person.id, f"feed-paused:{person.person.id}", "It is paused.", ann.now)
        leave(tx, ann.person.id, "import:1", "The import is done.", ann.now, is_answer=True)
    ann.text("action_stop_everything", "stop everything")
    with ann.store.transaction() as tx:
        assert [one.body for one in tx.unasked.upcoming(9)] == ["It is paused.", "The import is done."]


def test_stop_everything_pauses_reminders_and_tells_nothing_and_one_undo_restores_both(
    told: Conversation, action_store: Store
):
    told.text("action_watch_feed", "...", feed="fires", mentioned="napa")
    told.text("action_remind", "remind me to call mum tomorrow at 5", note="call mum")
    assert told.text("action_stop_everything", "stop everything").startswith("Stopped: I say nothing")
    assert told.text("action_stop_everything", "stop everything").startswith("I say nothing unasked already.")
    assert "napa" not in told.text("action_list_following", "following")
    with action_store.transaction(read_only=True) as tx:
        assert len(tx.reminders.of_person(told.person.id, "paused")) == 1
    assert told.undo() == "Undone: I say everything again that I said before."
    assert "I tell you about napa" in told.text("action_list_following", "following")
    with action_store.transaction(read_only=True) as tx:
        assert len(tx.reminders.of_person(told.person.id, "waiting")) == 1


def test_after_stop_everything_only_what_was_asked_for_since_is_said_until_it_is_resumed(
    told: Conversation, action_store: Store
):
    def said_of_a_paused_feed() -> int:
        with action_store.transaction(read_only=True) as tx:
            feed = tx.feeds.by_url(FIRES)
            assert feed
            return len(list(paused_notices(tx, feed, "It is gone.", told.now)))

    told.text("action_remind", "remind me to call mum tomorrow at 5", note="call mum")
    told.text("action_stop_everything", "stop everything")
    assert said_of_a_paused_feed() == 0
    told.text("action_remind", "remind me to call dad tomorrow at 5", note="call dad")
    told.text("action_watch_feed", "...", feed="fires", mentioned="napa")
    with action_store.transaction() as tx:
        assert [one.number for one in tx.reminders.of_person(told.person.id, "waiting")] == [2]
        feed = tx.feeds.by_url(FIRES)
        assert feed
        assert len(list(notices_of(tx, feed, tx.feeds.items([feed.id], 10), told.now))) == 1
    resumed = told.text("action_resume_reminders", "resume everything")
    assert resumed.startswith("I speak up again when there is something to say. Reminders resumed: 1.")
    assert said_of_a_paused_feed() == 1
    assert told.undo() == "Undone: what was resumed is paused again."
    assert said_of_a_paused_feed() == 0
