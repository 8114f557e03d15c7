import pytest

from scrapbook.errors import AddressInvalid, AddressTaken, NotFound, StoreError
from scrapbook.store import Person, Store
from scrapbook.text.parsed_text import ParsedText
from tests.integration.conftest import NOW


def test_a_person_is_known_by_each_of_their_addresses(store: Store, ann: Person, ben: Person):
    with store.transaction(read_only=True) as tx:
        assert tx.people.by_address("+15550100") == ann
        assert tx.people.by_address("whatsapp:+15550100") == ann
        assert tx.people.by_address("whatsapp:+15550101") is None
        assert tx.people.get(ben.id) == ben
        assert tx.people.list() == [ann, ben]


def test_a_person_may_have_an_address_on_each_channel(ann: Person):
    assert [address.value for address in ann.addresses] == ["+15550100", "whatsapp:+15550100"]


def test_a_new_person_lives_where_their_number_does(store: Store):
    with store.transaction() as tx:
        assert tx.people.add("Cat", ["+14155550132"]).timezone == "America/Los_Angeles"


def test_a_person_can_be_renamed_and_moved(store: Store, ann: Person):
    with store.transaction() as tx:
        tx.people.rename(ann.id, "Anna")
        tx.people.set_timezone(ann.id, "Asia/Tokyo")
        changed = tx.people.get(ann.id)
    assert (changed.name, changed.timezone) == ("Anna", "Asia/Tokyo")


def test_nobody_gets_an_address_that_is_somebody_elses(store: Store, ann: Person, ben: Person):
    with pytest.raises(AddressTaken), store.transaction() as tx:
        tx.people.add("Cat", ["+15550102", "+1 555 0100"])
    with pytest.raises(AddressTaken), store.transaction() as tx:
        tx.people.add_address(ben.id, "whatsapp:+15550100")
    with store.transaction(read_only=True) as tx:
        assert tx.people.list() == [ann, ben]


def test_addresses_come_and_go(store: Store, ben: Person):
    with store.transaction() as tx:
        tx.people.add_address(ben.id, "WhatsApp: +1 555 0101")
        tx.people.add_address(ben.id, "whatsapp:+15550101")
        assert [address.value for address in tx.people.get(ben.id).addresses] == [
            "+15550101",
            "whatsapp:+15550101",
        ]
        tx.people.remove_address(ben.id, "+15550101")
        assert tx.people.by_address("+15550101") is None


@pytest.mark.parametrize("addresses", [[], ["12"], ["+15550100", "Ann"]])
def test_a_person_needs_addresses_that_are_numbers(store: Store, addresses: list[str]):
    with pytest.raises(AddressInvalid), store.transaction() as tx:
        tx.people.add("Cat", addresses)


def test_an_opt_out_holds_until_the_opt_in(store: Store, ann: Person):
    with store.transaction() as tx:
        assert tx.people.set_opt_out("+15550100", NOW)
        assert not tx.people.set_opt_out("+15550100", NOW)
        assert tx.people.is_opted_out("+15550100")
        assert not tx.people.is_opted_out("whatsapp:+15550100")
        assert [address.opted_out_at for address in tx.people.get(ann.id).addresses] == [NOW, None]
        assert tx.people.set_opt_out("+15550100", None)
        assert not tx.people.set_opt_out("+15550100", None)
        assert not tx.people.is_opted_out("+15550100")


def test_an_opt_out_outlives_the_person(store: Store, ann: Person):
    with store.transaction() as tx:
        tx.people.set_opt_out("+15550100", NOW)
        tx.people.remove(ann.id)
        again = tx.people.add("Ann", ["+15550100"])
    assert again.addresses[0].opted_out_at == NOW


def test_a_person_with_entries_is_not_removed_by_mistake(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        topic = tx.topics.add(ann.id, "gpu")
        entry = tx.entries.add(ann.id, ParsedText("kernels"), topic.id, None, NOW)
        tx.entries.trash(entry.id, NOW)
        with pytest.raises(StoreError):
            tx.people.remove(ann.id)
        tx.people.remove(ann.id, with_entries=True)
        assert tx.people.list() == [ben]
        with pytest.raises(NotFound):
            tx.entries.get(entry.id)


def test_everything_of_a_person_goes_with_them(store: Store, ann: Person):
    with store.transaction() as tx:
        tx.messages.record(message_id="SM1", person_id=ann.id, from_="+1", to="+1", body="x", received_at=NOW)
        tx.outbound_messages.record_reply(ann.id, "SM1", "+1", "+1", ["y"], [1], NOW)
        with tx.changes.recording(ann.id, "SM1", "save", {}, NOW):
            topic = tx.topics.add(ann.id, "gpu")
            tx.entries.add(ann.id, ParsedText("kernels"), topic.id, "SM1", NOW)
        tx.people.remove(ann.id, with_entries=True)
        assert tx.messages.find("SM1") is None
        assert tx.outbound_messages.of_message("SM1") == []
        assert tx.topics.list(ann.id) == []


@pytest.mark.parametrize(
    "act",
    [
        lambda people: people.get(404),
        lambda people: people.rename(404, "x"),
        lambda people: people.set_timezone(404, "UTC"),
        lambda people: people.remove(404),
        lambda people: people.add_address(404, "+15550109"),
        lambda people: people.remove_address(404, "+15550109"),
    ],
)
def test_it_says_when_there_is_no_such_person(store: Store, act):
    with pytest.raises(NotFound), store.transaction() as tx:
        act(tx.people)
