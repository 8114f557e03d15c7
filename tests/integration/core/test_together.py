"""Whatever people do who share topics, one after the other or at once: who sees what, and what is lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scrapbook.core import Book, deleting, together
from scrapbook.core.together import SharedWith
from scrapbook.core.undo import undo
from scrapbook.store import Entry, Person, Store
from scrapbook.text.parsed_text import ParsedText
from tests.integration.conftest import NOW

NAMES = ("Ann", "Ben", "Cleo")
SHARED, PRIVATE = "shopping", "diary"

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "add", "write", "share", "end", "tick", "tick", "undo", "delete", "restore"]),
        st.integers(0, len(NAMES) - 1),
        st.integers(0, 7),
    ),
    min_size=1,
    max_size=24,
)
"""What is done, by whom, and to which: the place among those that there are."""

_people = count(1)


@dataclass
class Together:
    """Three people, and what is known of them without the tables of what is shared.

    ``pairs``: who shares shopping with whom. ``added``: the texts of each.
    """

    store: Store
    people: list[Person] = field(default_factory=list)
    now: datetime = NOW
    pairs: set[tuple[int, int]] = field(default_factory=set)
    added: dict[int, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.store.transaction() as tx:
            for name in NAMES:
                self.people.append(tx.people.add(name, [f"+1555{next(_people):07}"]))
        self.added = {person.id: [] for person in self.people}

    def of(self, person: Person, act) -> Any:
        self.now += timedelta(seconds=1)
        now = self.now
        return self.store.write(lambda tx: act(Book(tx, tx.people.get(person.id), "", now)))

    def step(self, what: str, who: int, which: int) -> None:
        getattr(self, what)(self.people[who], which)

    def add(self, person: Person, _which: int) -> None:
        self._add(person, SHARED)

    def write(self, person: Person, _which: int) -> None:
        self._add(person, PRIVATE)

    def _add(self, person: Person, topic: str) -> None:
        text = f"{topic} {person.id} {len(self.added[person.id])}"
        self.added[person.id].append(text)

        def act(book: Book) -> None:
            with book.recording("save"):
                topic_id = book.topic_meant_or_new(topic).id
                book.tx.entries.add(person.id, ParsedText(text), topic_id, None, book.now)

        self.of(person, act)

    def share(self, person: Person, which: int) -> None:
        other = self.people[which % len(self.people)]

        def act(book: Book) -> object:
            topic = book.topic(SHARED)
            return together.share_with(book, topic, book.tx.people.get(other.id)) if topic else None

        if isinstance(self.of(person, act), SharedWith):
            self.pairs.add((person.id, other.id))

    def end(self, person: Person, which: int) -> None:
        def act(book: Book) -> Any:
            shared = together.together(book)
            topic = shared[which % len(shared)] if shared else None
            if topic is None:
                return None
            members = together.members_of(book, topic.id)
            concerning = book.tx.topic_members.concerning(person.id)
            mine = [one for one in concerning if one.member_topic_id == topic.id]
            together.end(book, topic)
            return {(one.person_id, one.member_id) for one in (members or mine)}

        self.pairs -= self.of(person, act) or set()

    def tick(self, person: Person, which: int) -> None:
        def act(book: Book) -> None:
            seen = [entry for entry in self._seen(book) if entry.topic != PRIVATE]
            if seen:
                deleting.take_off_entries(book, (seen[which % len(seen)],))

        self._changes_of_others_are_ticks(person, act)

    def undo(self, person: Person, _which: int) -> None:
        with self.store.transaction(read_only=True) as tx:
            latest = tx.changes.latest(person.id)
        self._changes_of_others_are_ticks(person, undo)
        if latest and latest.kind == "share_with":
            named = str(latest.arguments["person"])
            self.pairs -= {(person.id, other.id) for other in self.people if other.name == named}

    def delete(self, person: Person, which: int) -> None:
        def act(book: Book) -> None:
            own = book.tx.entries.list(person.id)
            if own:
                deleting.delete(book, [own[which % len(own)].number])

        self._changes_of_others_are_ticks(person, act)

    def restore(self, person: Person, which: int) -> None:
        def act(book: Book) -> None:
            trashed = book.tx.entries.trashed(person.id, 50)
            if trashed:
                deleting.restore(book, [trashed[which % len(trashed)].number])

        self._changes_of_others_are_ticks(person, act)

    def _changes_of_others_are_ticks(self, person: Person, act) -> None:
        """Of the others, only what is on the list may change, and undo restores one's own ticks only."""
        before = self.rows()
        self.of(person, act)
        for entry_id, row in self.rows().items():
            was = before[entry_id]
            if row == was or row.person_id == person.id:
                continue
            assert (row.text, row.topic_id, row.pinned_at) == (was.text, was.topic_id, was.pinned_at)
            if row.deleted_at is None:
                assert act is undo
                with self.store.transaction(read_only=True) as tx:
                    changes = tx.changes.of_entry(entry_id, 100)
                # The change that is undone is this person's: it was made when the entry was ticked off.
                [ticked] = [one for one in changes if one.made_at == was.deleted_at]
                assert (ticked.kind, ticked.undone_at) == ("take_off", self.now)
            else:
                assert row.deleted_at == self.now

    def rows(self) -> dict[int, Entry]:
        """All entries of everybody, as their writers have them."""
        with self.store.transaction(read_only=True) as tx:
            entries = [
                entry
                for person in self.people
                for entry in (*tx.entries.list(person.id), *tx.entries.trashed(person.id, 1000))
            ]
        return {entry.id: entry for entry in entries}

    def _seen(self, book: Book) -> list[Entry]:
        """Everything that the person can list."""
        everything = [*book.tx.entries.list(book.person.id)]
        for topic in book.topics():
            everything += book.tx.entries.list(book.person.id, topic_id=topic.id)
        return list({entry.id: entry for entry in everything}.values())

    def check(self) -> None:
        rows = self.rows()
        for person in self.people:
            own = sorted(entry.text for entry in rows.values() if entry.person_id == person.id)
            assert own == sorted(self.added[person.id]), "an entry is lost, or was changed"
        for person in self.people:
            seen = {entry.id for entry in self.of(person, self._seen)}
            live = {entry.id: entry for entry in rows.values() if entry.deleted_at is None}
            for id_, entry in live.items():
                assert (id_ in seen) == self._may_see(person, entry), (person.name, entry.text)
            assert seen <= live.keys()

    def _may_see(self, person: Person, entry: Entry) -> bool:
        """Whether it is one's own, or in the topic by which its writer takes part in what one shares."""
        if entry.person_id == person.id:
            return True
        with self.store.transaction(read_only=True) as tx:
            members = tx.topic_members.concerning(entry.person_id)
        pairs = {(one.person_id, one.member_id) for one in members}
        assert pairs == {pair for pair in self.pairs if self._concerns(pair, entry.person_id)}
        return any(
            person.id in everybody and entry.topic_id == topics[entry.person_id]
            for everybody, topics in self._groups(members)
            if entry.person_id in everybody
        )

    def _concerns(self, pair: tuple[int, int], person_id: int) -> bool:
        owners = {owner for owner, member in self.pairs if person_id in {owner, member}}
        return pair[0] in owners

    def _groups(self, members) -> Iterator[tuple[set[int], dict[int, int]]]:
        for owner in {one.person_id for one in members}:
            group = [one for one in members if one.person_id == owner]
            topics = {one.member_id: one.member_topic_id for one in group} | {owner: group[0].topic_id}
            yield set(topics), topics


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
# Sharing is undone when all that the other wrote is in the trash: it stays filed as it was.
@example(steps=[("tick", 1, 0), ("undo", 0, 0)])
def test_whatever_two_people_do_nobody_sees_what_is_not_shared_and_no_entry_is_lost(
    store: Store, steps: list[tuple[str, int, int]]
):
    people = Together(store)
    ann, ben, cleo = people.people
    for person in (ann, ben, cleo):
        people.write(person, 0)
    for person in (ann, cleo):
        people.add(person, 0)
    people.share(ann, 1)
    people.share(cleo, 0)  # Ann takes part in two
    people.add(ben, 0)
    people.check()
    for what, who, which in steps:
        people.step(what, who, which)
        people.check()


def test_at_the_same_time_nothing_is_lost_and_everything_is_undone(store: Store):
    people = Together(store)
    ann, ben, _ = people.people
    for _ in range(12):
        people.add(ann, 0)
    people.share(ann, 1)
    for _ in range(12):
        people.add(ben, 0)
    before = people.rows()

    def at_once(person: Person, turn: int) -> None:
        def act(book: Book) -> None:
            seen = [entry for entry in people._seen(book) if entry.topic == SHARED]
            deleting.take_off_entries(book, tuple(seen[turn : turn + 3]))

        now = NOW + timedelta(hours=1, seconds=turn, microseconds=person.id)
        store.write(lambda tx: act(Book(tx, tx.people.get(person.id), "", now)))

    with ThreadPoolExecutor(4) as pool:
        work = [pool.submit(at_once, person, turn) for turn in range(8) for person in (ann, ben)]
        for one in work:
            one.result()
    people.check()
    assert any(row.deleted_at for row in people.rows().values())
    for person in (ann, ben):
        while _latest_kind(store, person) == "take_off":
            people.undo(person, 0)
    assert people.rows() == before
    people.check()


def _latest_kind(store: Store, person: Person) -> str:
    with store.transaction(read_only=True) as tx:
        latest = tx.changes.latest(person.id)
    return latest.kind if latest else ""


@pytest.mark.parametrize("first", [0, 1])
def test_when_both_tick_off_the_same_thing_only_who_was_first_undoes_it(store: Store, first: int):
    people = Together(store)
    ann, ben, _ = people.people
    people.add(ann, 0)
    people.share(ann, 1)
    one, other = (ann, ben) if first == 0 else (ben, ann)
    [shown_to_one], [shown_to_other] = (people.of(who, people._seen) for who in (one, other))
    people.of(one, lambda book: deleting.take_off_entries(book, (shown_to_one,)))
    latest = _latest_kind(store, other)
    people.of(other, lambda book: deleting.take_off_entries(book, (shown_to_other,)))
    assert _latest_kind(store, other) == latest  # who was second has done nothing that could be undone
    people.of(one, lambda book: book.undo())
    assert [row.deleted_at for row in people.rows().values()] == [None]
