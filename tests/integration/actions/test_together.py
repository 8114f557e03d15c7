"""What is answered where people share a topic: each sees, adds and ticks off, and each undoes their own."""

from datetime import timedelta

import pytest

from scrapbook.core.sharing import read_shared
from scrapbook.core.unasked import OwnSender, say_left
from scrapbook.store import Store
from tests.integration.actions.conversation import Conversation, notices


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def store_url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SCRAPBOOK_PUBLIC_URL", "https://scrapbook.example.org")
    return request.getfixturevalue(request.param)


@pytest.fixture
def cleo(action_store: Store) -> Conversation:
    with action_store.transaction() as tx:
        return Conversation(action_store, tx.people.add("Cleo", ["+15550102"]))


def share(person: Conversation, topic: str, name: str) -> str:
    return person.text("action_share_with", f"share {topic} with {name}", topic=topic, person=name)


def unshare(person: Conversation, topic: str, name: str | None = None) -> str:
    body = f"unshare {topic}" if name is None else f"stop sharing {topic} with {name}"
    return person.text("action_unshare_topic", body, topic=topic, person=name)


def leave(person: Conversation, topic: str) -> str:
    return person.text("action_leave_topic", f"leave {topic}", topic=topic)


def add(person: Conversation, item: str, topic: str = "shopping") -> str:
    return person.text("action_add_to_topic", f"{item} to {topic}", note=item, notes=[item], topic=topic)


def see(person: Conversation, topic: str = "shopping") -> list[str]:
    return person.text("action_find", topic, query=topic).splitlines()


def bodies(store: Store, person: Conversation) -> list[str]:
    return [notice.body for notice in notices(store, person)]


@pytest.fixture
def shopping(ann: Conversation, ben: Conversation) -> None:
    """Ann and Ben share shopping: she has put milk on it, and he eggs."""
    ben.save("the plumber comes on friday")
    ann.save("shopping: milk")
    assert share(ann, "shopping", "Ben").startswith("Ben reads shopping from now on")
    add(ben, "eggs")


@pytest.mark.usefixtures("shopping")
class TestReading:
    def test_both_see_both_entries_told_apart(self, ann: Conversation, ben: Conversation):
        assert see(ann) == ["shopping:", "eggs (Ben)", "1 milk"]
        assert see(ben) == ["shopping:", "2 eggs", "milk (Ann)"]

    def test_each_entry_is_its_writers_with_their_own_number(self, ann: Conversation, ben: Conversation):
        assert ann.entries() == {1: ("milk", "shopping")}
        assert ben.entries() == {1: ("the plumber comes on friday", None), 2: ("eggs", "shopping")}

    def test_who_is_not_a_member_sees_nothing_of_it(self, cleo: Conversation):
        cleo.save("a thought of her own")
        assert see(cleo)[0].startswith('Nothing about "shopping" yet')
        assert see(cleo, "milk")[0].startswith('Nothing about "milk" yet')

    def test_nothing_else_of_the_others_is_seen(self, ann: Conversation):
        assert "plumber" not in "\n".join(see(ann))
        assert see(ann, "plumber")[0].startswith('Nothing about "plumber" yet')

    def test_a_topic_that_only_the_other_has_written_to_is_listed(self, ann: Conversation, ben: Conversation):
        ann.save("packing: tent")
        share(ann, "packing", "Ben")
        assert "packing 1" in ben.text("action_topics", "topics")
        assert see(ben, "packing") == ["packing:", "tent (Ann)"]

    def test_what_is_on_it_already_is_not_put_on_it_again_by_the_other(self, ben: Conversation):
        assert add(ben, "milk").startswith("Under shopping already: milk (Ann).")
        assert len(ben.entries()) == 2

    def test_a_page_goes_on_where_the_one_before_ended(self, ann: Conversation, ben: Conversation):
        for number in range(40):
            add(ann if number % 2 else ben, f"thing number {number}")
        seen = see(ann)
        while "more" in seen[-1]:
            seen = [*seen[:-1], *ann.text("action_more", "more").splitlines()[1:]]
        assert [line.removesuffix(" (Ben)").split("thing number ")[-1] for line in seen[1:41]] == [
            str(number) for number in reversed(range(40))
        ]

    def test_an_entry_of_the_other_is_shown_by_its_place_in_the_list(self, ann: Conversation):
        see(ann)
        shown = ann.text("action_show", "show the first one", entry=["nth 1"])
        assert shown == "(Ben) shopping:\neggs"

    def test_a_public_page_has_ones_own_entries_only(self, ann: Conversation, action_store: Store):
        token = ann.text("action_share_topic", "share shopping", topic="shopping").rpartition("/")[2]
        with action_store.transaction(read_only=True) as tx:
            shared = read_shared(tx, token)
        assert shared
        assert [entry.text for entry in shared.entries] == ["milk"]


@pytest.mark.usefixtures("shopping")
class TestTickingOff:
    def got(self, person: Conversation, body: str) -> str:
        return person.text("action_save", body)

    def test_either_ticks_off_what_the_other_wrote(self, ann: Conversation, ben: Conversation):
        assert self.got(ben, "got the milk").startswith("Took milk (Ann) off shopping.")
        assert see(ann) == ["shopping:", "eggs (Ben)"]
        assert ann.entries() == {}

    def test_what_is_taken_off_by_name_may_be_of_both(self, ann: Conversation, ben: Conversation):
        reply = ann.text(
            "action_take_off_topic",
            "take milk and eggs off shopping",
            notes=["milk and eggs"],
            topic="shopping",
        )
        assert reply.startswith("Took 1 milk, eggs (Ben) off shopping.")
        assert see(ben) == ["Nothing under shopping."]

    def test_who_ticked_may_undo_and_nobody_else(self, ann: Conversation, ben: Conversation):
        self.got(ben, "got the milk")
        assert ann.undo() == "Undone: shopping is not shared with Ben any more."

    def test_undo_brings_back_what_one_has_ticked_off_oneself(self, ann: Conversation, ben: Conversation):
        self.got(ben, "got the milk")
        assert ben.undo() == "Undone: milk (Ann) back from the trash."
        assert see(ann) == ["shopping:", "eggs (Ben)", "1 milk"]

    def test_undo_touches_nothing_that_its_writer_did_since(self, ann: Conversation, ben: Conversation):
        self.got(ben, "got the milk")
        ann.text("action_restore", "restore 1", entry=["1"])
        ann.text("action_delete", "delete 1", entry=["1"])
        assert (
            ben.undo()
            == "That was changed by somebody else since, or is not shared any more, so it stays as it is."
        )
        assert ann.entries() == {}
        ann.undo()
        assert ann.entries() == {1: ("milk", "shopping")}

    def test_an_entry_whose_saving_was_undone_does_not_come_back(self, ann: Conversation, ben: Conversation):
        add(ann, "bread")
        self.got(ben, "got the bread")
        assert ann.undo().startswith("Undone: 2 is no longer saved.")
        ben.undo()
        assert "bread" not in "\n".join(see(ben))

    def test_by_its_place_in_the_list(self, ann: Conversation, ben: Conversation):
        see(ann)
        assert ann.text("action_delete", "tick off the first one", entry=["nth 1"]).startswith(
            "Took eggs (Ben) off shopping."
        )
        assert "eggs" not in "\n".join(see(ben))

    def test_one_of_several_is_asked_about(self, ann: Conversation, ben: Conversation):
        add(ben, "brown bread")
        add(ann, "white bread")
        reply = ann.text(
            "action_take_off_topic", "take bread off shopping", notes=["bread"], topic="shopping"
        )
        assert reply == "Which one: 1 white bread, 2 brown bread (Ben)? Text its number."
        assert ann.text("action_choose", "2", choice="2").startswith("Took brown bread (Ben) off shopping.")
        assert "brown bread" not in "\n".join(see(ben))

    def test_it_goes_to_the_trash_of_its_writer_who_can_restore_it(
        self, ann: Conversation, ben: Conversation
    ):
        self.got(ben, "got the milk")
        assert ann.text("action_restore", "restore 1", entry=["1"]) == "Restored 1."
        assert see(ben) == ["shopping:", "2 eggs", "milk (Ann)"]


@pytest.mark.usefixtures("shopping")
class TestWhatIsAnothers:
    REFUSED = "eggs (Ben): only who wrote it can change or delete it."

    def test_it_is_not_deleted(self, ann: Conversation, ben: Conversation):
        see(ann)
        assert ann.text("action_delete", "delete the first one", entry=["nth 1"]).startswith(self.REFUSED)
        assert ben.entries()[2] == ("eggs", "shopping")

    def test_nor_filed_or_pinned(self, ann: Conversation, ben: Conversation):
        see(ann)
        filed = ann.text("action_move", "move the first one to gpu", entry=["nth 1"], topic="gpu")
        assert filed.startswith(self.REFUSED)
        assert ann.text("action_pin", "pin the first one", entry=["nth 1"]).startswith(self.REFUSED)
        assert ben.entries()[2] == ("eggs", "shopping")

    def test_nor_appended_to_as_the_latest_one(self, ann: Conversation, ben: Conversation):
        see(ann)
        ann.text("action_show", "show the first one", entry=["nth 1"])
        ann.text("action_append", "add: free-range")
        ann.text("action_takeaway", "takeaway: free-range")
        assert ben.entries()[2] == ("eggs", "shopping")

    def test_a_number_means_ones_own(self, ann: Conversation, ben: Conversation):
        see(ann)
        assert ann.text("action_delete", "delete 2", entry=["2"]) == "There is no entry 2."
        assert ben.entries()[2] == ("eggs", "shopping")

    def test_a_negative_number_names_nothing(self, ann: Conversation, ben: Conversation):
        for number in range(1, 9):
            ann.text("action_delete", f"delete -{number}", entry=[f"-{number}"])
            ann.text("action_edit", f"edit -{number} x", entry=[f"-{number}"], words="x")
        assert ben.entries()[2] == ("eggs", "shopping")

    def test_what_is_on_no_list_is_not_taken_off(self, ann: Conversation, ben: Conversation):
        ann.save("ideas: a long sentence about the garden that nobody would put on a list")
        share(ann, "ideas", "Ben")
        ben.save("ideas: another sentence of some length about what grows between the stones")
        reply = ann.text("action_take_off_topic", "take stones off ideas", notes=["stones"], topic="ideas")
        assert reply.startswith("another sentence of some length about... (Ben): only who wrote it can")
        assert len(see(ben, "ideas")) == 3


class TestInviting:
    def test_the_other_is_told_by_a_message_of_its_own(
        self, ann: Conversation, ben: Conversation, action_store: Store
    ):
        ben.save("hello")
        ann.save("shopping: milk")
        reply = share(ann, "shopping", "Ben")
        assert reply == (
            "Ben reads shopping from now on, adds to it and ticks off what is on it. I tell them. "
            "To end that, text unshare shopping"
        )
        [notice] = notices(action_store, ben)
        assert notice.body == (
            "Ann shares shopping with you. Text shopping to see it, or leave shopping to leave it."
        )
        assert (notice.from_, notice.to, notice.state) == ("+15550199", "+15550101", "recorded")
        assert notices(action_store, ann) == []

    def test_whoever_never_texted_is_not_sent_anything(
        self, ann: Conversation, ben: Conversation, action_store: Store
    ):
        ann.save("shopping: milk")
        assert share(ann, "shopping", "Ben").endswith("I couldn't text them: tell them to text shopping")
        assert notices(action_store, ben) == []

    def test_who_is_reached_by_a_template_alone_is_told_in_it(self, ann: Conversation, action_store: Store):
        with action_store.transaction() as tx:
            dora = Conversation(action_store, tx.people.add("Dora", ["whatsapp:+15550103"]))
        dora.now = ann.now - timedelta(days=2)
        dora.save("hello")
        ann.save("shopping: milk")
        assert share(ann, "shopping", "Dora").endswith("I couldn't text them: tell them to text shopping")
        with action_store.transaction() as tx:
            said = say_left(tx, dora.person.id, ann.now, OwnSender(has_template=True)).message
        assert said
        assert said.body.startswith("Ann shares shopping with you.")
        assert said.in_template

    def test_whoever_opted_out_is_not_sent_anything(
        self, ann: Conversation, ben: Conversation, action_store: Store
    ):
        ben.save("hello")
        with action_store.transaction() as tx:
            tx.people.set_opt_out("+15550101", ben.now)
            tx.people.add_address(ben.person.id, "+15550109")
        ann.save("shopping: milk")
        share(ann, "shopping", "Ben")
        assert notices(action_store, ben) == []

    def test_whoever_stopped_everything_is_not_sent_anything_until_they_resume(
        self, ann: Conversation, ben: Conversation, action_store: Store
    ):
        ben.text("action_stop_everything", "stop everything")
        ann.save("shopping: milk")
        assert share(ann, "shopping", "Ben").endswith("I couldn't text them: tell them to text shopping")
        assert notices(action_store, ben) == []
        ben.text("action_resume_reminders", "resume everything")
        unshare(ann, "shopping")
        assert len(notices(action_store, ben)) == 1

    def test_a_topic_of_that_name_is_not_mixed_with_it(
        self, ann: Conversation, ben: Conversation, action_store: Store
    ):
        ben.save("shopping: a present for ann")
        ann.save("shopping: milk")
        share(ann, "shopping", "Ben")
        assert see(ben) == ["shopping:", "1 a present for ann"]
        assert see(ben, "Ann's shopping") == ["Ann's shopping:", "milk (Ann)"]
        assert see(ann) == ["shopping:", "1 milk"]
        [body] = bodies(action_store, ben)
        assert body.startswith(
            "Ann shares shopping with you. You have a topic shopping, so this one is called"
        )

    def test_by_a_first_name_or_a_number(self, ann: Conversation, ben: Conversation, action_store: Store):
        with action_store.transaction() as tx:
            tx.people.rename(ben.person.id, "Ben Okafor")
        ann.save("shopping: milk")
        assert share(ann, "shopping", "ben").startswith("Ben Okafor reads shopping")
        ann.save("packing: tent")
        assert share(ann, "packing", "+1 555 0101").startswith("Ben Okafor reads packing")

    def test_a_name_that_is_nearly_right_or_that_several_have_is_asked_about(
        self, ann: Conversation, ben: Conversation, cleo: Conversation, action_store: Store
    ):
        ann.save("shopping: milk")
        assert share(ann, "shopping", "Clea") == "Which one: 1 Cleo? Text its number."
        assert see(cleo)[0] != "shopping:"
        assert ann.agree().startswith("Cleo reads shopping")
        with action_store.transaction() as tx:
            tx.people.rename(cleo.person.id, "Ben")
        ann.save("packing: tent")
        assert share(ann, "packing", "Ben") == "Which one: 1 Ben 0101, 2 Ben 0102? Text its number."
        assert ann.text("action_choose", "2", choice="2").startswith("Ben reads packing")
        assert see(cleo, "packing") == ["packing:", "tent (Ann)"]

    def test_what_only_begins_like_it_is_a_thought(self, ann: Conversation, ben: Conversation):
        assert share(ann, "the cake", "Tom").startswith("Saved 1")
        assert ann.text("action_leave_topic", "leave early", topic="early").startswith("Saved 2")
        ann.save("shopping: milk")
        assert share(ann, "shopping", "Zebedee").startswith("Nobody called Zebedee has a scrapbook here.")

    def test_it_is_refused_where_it_makes_no_sense(
        self, ann: Conversation, ben: Conversation, cleo: Conversation
    ):
        ann.save("shopping: milk")
        assert share(ann, "shopping", "Ann").startswith("That is you")
        share(ann, "shopping", "Ben")
        assert share(ann, "shopping", "Ben") == "Ben reads shopping already."
        assert share(ben, "shopping", "Cleo") == "Only who shares shopping with you can share it with Cleo."
        ann.save("reminders: call the plumber")
        assert share(ann, "reminders", "Ben").startswith("Reminders are for you alone")

    def test_a_paraphrase_is_confirmed_first(self, ann: Conversation, ben: Conversation):
        ann.save("shopping: milk")
        slots = {"topic": "shopping", "person": "Ben"}
        tracker = ann.tracker(ann.receive("let ben see my shopping list"), (), slots)
        tracker.latest_message["is_paraphrase"] = True
        assert ann.answered("action_share_with", tracker).startswith("Share shopping with Ben?")
        assert "milk" not in "\n".join(see(ben))
        assert ann.agree().startswith("Ben reads shopping")

    def test_three_share_one_topic(self, ann: Conversation, ben: Conversation, cleo: Conversation):
        ann.save("shopping: milk")
        share(ann, "shopping", "Ben")
        share(ann, "shopping", "Cleo")
        add(ben, "eggs")
        add(cleo, "bread")
        assert sorted(see(cleo)) == ["1 bread", "eggs (Ben)", "milk (Ann)", "shopping:"]
        unshare(ann, "shopping", "Ben")
        assert sorted(see(cleo)) == ["1 bread", "milk (Ann)", "shopping:"]
        assert see(ben) == ["shopping:", "1 eggs"]


@pytest.mark.usefixtures("shopping")
class TestEnding:
    def test_unshare_ends_it_and_each_keeps_what_they_wrote(
        self, ann: Conversation, ben: Conversation, action_store: Store
    ):
        reply = unshare(ann, "shopping")
        assert reply == "shopping is not shared with Ben any more. Everybody keeps what they wrote."
        assert see(ann) == ["shopping:", "1 milk"]
        assert see(ben) == ["shopping:", "2 eggs"]
        assert bodies(action_store, ben)[-1] == (
            "Ann does not share shopping with you any more. You keep what you wrote there."
        )

    def test_leave_does_the_same_for_the_other(
        self, ann: Conversation, ben: Conversation, action_store: Store
    ):
        reply = leave(ben, "shopping")
        assert reply == "You have left shopping. You keep what you wrote; Ann cannot read it any more."
        assert see(ann) == ["shopping:", "1 milk"]
        assert see(ben) == ["shopping:", "2 eggs"]
        assert bodies(action_store, ann) == ["Ben has left shopping, and keeps what they wrote there."]

    def test_who_wrote_nothing_has_no_topic_left(self, ann: Conversation, ben: Conversation):
        ann.save("packing: tent")
        share(ann, "packing", "Ben")
        leave(ben, "packing")
        assert "packing" not in ben.text("action_topics", "topics")

    @pytest.mark.parametrize("ends", [unshare, leave])
    def test_ending_is_not_undone_because_nobody_reads_on(self, ends, ann: Conversation, ben: Conversation):
        who, stays = (ann, "shopping stays") if ends is unshare else (ben, "You stay out of shopping")
        ends(who, "shopping")
        add(ben, "a present for ann")
        add(ann, "a present for ben")
        assert who.undo().startswith("Undone: ")
        assert who.undo().startswith(stays)
        assert "ben" not in "\n".join(see(ben))
        assert "ann" not in "\n".join(see(ann))

    def test_undo_takes_back_what_was_shared_last(
        self, ann: Conversation, ben: Conversation, action_store: Store
    ):
        assert ann.undo() == "Undone: shopping is not shared with Ben any more."
        assert see(ann) == ["shopping:", "1 milk"]
        assert see(ben) == ["shopping:", "2 eggs"]
        assert bodies(action_store, ben)[-1].startswith("Ann does not share shopping with you any more.")

    def test_after_the_end_undo_does_not_reach_into_the_others_scrapbook(
        self, ann: Conversation, ben: Conversation
    ):
        ben.text("action_save", "got the milk")
        unshare(ann, "shopping")
        ben.undo()
        assert ann.entries() == {}

    def test_a_list_that_was_sent_before_the_end_names_nothing_any_more(
        self, ann: Conversation, ben: Conversation
    ):
        see(ann)
        leave(ben, "shopping")
        shown = ann.text("action_show", "show the first one", entry=["nth 1"])
        assert "eggs" not in shown
        ann.text("action_delete", "tick off the first one", entry=["nth 1"])
        assert ben.entries()[2] == ("eggs", "shopping")

    def test_shared_again_old_topics_are_not_mixed(self, ann: Conversation, ben: Conversation):
        leave(ben, "shopping")
        share(ann, "shopping", "Ben")
        assert see(ben) == ["shopping:", "2 eggs"]
        assert see(ben, "Ann's shopping") == ["Ann's shopping:", "milk (Ann)"]

    def test_shared_lists_both_kinds(self, ann: Conversation, ben: Conversation):
        assert ben.text("action_list_shared", "shared") == "Shared with people:\nshopping: Ann"
        ann.text("action_share_topic", "share shopping", topic="shopping")
        lines = ann.text("action_list_shared", "shared").splitlines()
        assert lines[0] == "Anybody with the address can read:"
        assert lines[2:] == ["Shared with people:", "shopping: Ben"]

    def test_unshare_ends_the_public_page_too(self, ann: Conversation):
        ann.text("action_share_topic", "share shopping", topic="shopping")
        assert unshare(ann, "shopping").startswith("shopping is not shared any more, with Ben or anybody.")
        assert ann.text("action_list_shared", "shared").startswith("Nothing is shared.")

    def test_what_is_shared_is_not_merged(self, ann: Conversation):
        ann.save("groceries: rice")
        reply = ann.text(
            "action_merge_topics", "merge groceries into shopping", topic="groceries", new_topic="shopping"
        )
        assert reply.startswith("shopping is shared with others, so it is not merged.")

    def test_whoever_is_removed_leaves_the_other_their_own(
        self, ann: Conversation, ben: Conversation, action_store: Store
    ):
        ben.text("action_save", "got the milk")
        with action_store.transaction() as tx:
            tx.people.remove(ann.person.id, with_entries=True)
        assert see(ben) == ["shopping:", "2 eggs"]
        ben.undo()
        assert ben.entries()[2] == ("eggs", "shopping")
        assert ben.text("action_list_shared", "shared").startswith("Nothing is shared.")

    def test_a_topic_stays_shared_when_its_last_entry_is_moved_away(
        self, ann: Conversation, ben: Conversation
    ):
        ann.text("action_move", "move 1 to gpu", entry=["1"], topic="gpu")
        add(ann, "butter")
        assert see(ben) == ["shopping:", "butter (Ann)", "2 eggs"]
