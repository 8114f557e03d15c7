"""Share a topic with other people: each reads it, adds to it, and ticks off what is on it.

Each has a topic of their own for it. An entry stays its writer's: it has a number in their scrapbook only,
and nobody else edits or deletes it. What is read under the topic are the entries of all of them
(``store/topic_members.py``).
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from scrapbook.core.book import AmbiguousTopic, Book, match_among
from scrapbook.core.people import MAX_NAME
from scrapbook.core.reminders import REMINDERS
from scrapbook.core.unasked import notify
from scrapbook.errors import AddressInvalid
from scrapbook.messaging.addresses import normalize, without_channel
from scrapbook.store import Person, Topic, TopicMember
from scrapbook.text.display import one_line
from scrapbook.text.fuzzy_match import MatchOutcome, match
from scrapbook.text.segments import shorten
from scrapbook.text.spelling import normalized_name

MAX_MEMBERS = 10
"""People with whom a topic is shared, at most: each costs every list of it a little."""

_LAST_DIGITS = 4
_NAME_IN_TOPIC = 30


@dataclass(frozen=True, slots=True)
class PersonNotFound:
    """Nobody is meant by a typed name or number."""

    typed: str


@dataclass(frozen=True, slots=True)
class AmbiguousPerson:
    """Several people may be meant by a typed name, or one whose name it is not quite."""

    typed: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A topic is not shared with a person. ``response`` says why."""

    response: str
    topic: str
    person: str


@dataclass(frozen=True, slots=True)
class SharedWith:
    """A topic is shared with a person, who has ``their_topic`` for it.

    Attributes:
        is_told: whether they are sent a message about it.
    """

    topic: str
    person: str
    their_topic: str
    is_told: bool


@dataclass(frozen=True, slots=True)
class EndedTogether:
    """A topic is not shared any more with these people, by their names.

    Attributes:
        is_owner: whether the person shared it; else they have left it.
    """

    topic: str
    people: tuple[str, ...]
    is_owner: bool


def person_meant(book: Book, typed: str) -> Person | AmbiguousPerson | PersonNotFound:
    """Return the person that is meant by a name, a first name or a phone number.

    A name that is not quite theirs is asked about: what the wrong person has read cannot be taken back.
    """
    if by_number := _with_number(book, typed):
        return by_number
    people = dict(_labelled(book.tx.people.list()))
    firsts = Counter(_first(person) for person in people.values())
    aliases = [(person.name.split()[0], label) for label, person in people.items() if _first(person)]
    sure = [(alias, label) for alias, label in aliases if firsts[normalized_name(alias)] == 1]
    several = [label for alias, label in aliases if normalized_name(alias) == normalized_name(typed)]
    found = match(typed, list(people), sure, proper=True)
    if found.topic and found.outcome is MatchOutcome.EXACT:
        return people[found.topic]
    if len(several) > 1:
        return AmbiguousPerson(typed, tuple(several[:MAX_MEMBERS]))
    options = (found.topic,) if found.topic else found.candidates
    is_close = found.outcome in {MatchOutcome.SURE, MatchOutcome.AMBIGUOUS}
    return AmbiguousPerson(typed, options) if is_close and options else PersonNotFound(typed)


def share_with(book: Book, topic: Topic, person: Person) -> SharedWith | Refusal:
    """Share a topic with a person, and send them a message that says so.

    Their topic has the same name. If they have one of that name, it stays theirs alone, and the other is
    called "Ann's shopping".
    """
    name = shown(person)
    if refused := _refusal(book, topic, person):
        return Refusal(refused, topic.name, name)
    theirs = book.tx.topics.add(person.id, _free_name(book, topic.name, person))
    arguments = {"topic": topic.name, "person": name}
    with book.recording("share_with", **arguments):
        book.tx.topic_members.add(book.person.id, topic.id, person.id, theirs.id, book.now)
    member = next(one for one in members_of(book, topic.id) if one.member_id == person.id)
    is_same = normalized_name(theirs.name) == normalized_name(topic.name)
    is_told = notify(
        book.tx,
        person,
        "utter_notice_shared_with" if is_same else "utter_notice_shared_with_as",
        cause=f"share-with:{member.id}",
        at=book.now,
        person=shown(book.person),
        topic=topic.name,
        their_topic=theirs.name,
    )
    return SharedWith(topic.name, name, theirs.name, is_told)


def end_with(
    book: Book, typed: str, person: str | None = None
) -> EndedTogether | AmbiguousTopic | AmbiguousPerson | PersonNotFound | None:
    """End what is shared together under a typed name: end it for others, or leave it if it is another's.

    Args:
        person: with whom it is not shared any more; None for everybody. Of another's topic it does not count.

    Returns:
        None if no such topic is shared with anybody.
    """
    topics = [topic for topic in book.topics() if topic.others]
    found = match_among(typed, topics)
    if found.outcome is MatchOutcome.AMBIGUOUS:
        return AmbiguousTopic(typed, found.candidates)
    topic = next((topic for topic in topics if topic.name == found.topic), None)
    if topic is None:
        return None
    if person is not None and (own := members_of(book, topic.id)):
        return _end_for(book, topic, own, person)
    return end(book, topic)


def end(book: Book, topic: Topic) -> EndedTogether | None:
    """End what is shared of a topic with everybody, or leave it if it is another's. None if it is not."""
    if own := members_of(book, topic.id):
        return _end(book, topic, own)
    members = book.tx.topic_members.concerning(book.person.id)
    mine = next((one for one in members if _is_mine(book, one, topic)), None)
    return _leave(book, topic, mine) if mine else None


def members_of(book: Book, topic_id: int) -> list[TopicMember]:
    """Return with whom the person shares a topic of theirs."""
    members = book.tx.topic_members.concerning(book.person.id)
    return [one for one in members if one.topic_id == topic_id and one.person_id == book.person.id]


def together(book: Book) -> list[Topic]:
    """Return the topics that the person shares with people, or people with them, by their names."""
    return sorted((topic for topic in book.topics() if topic.others), key=lambda topic: topic.name.casefold())


def tell_of_ended(book: Book, before: Collection[TopicMember]) -> None:
    """Tell those with whom the person shared topics before, and does not any more, that it has ended."""
    left = {one.id for one in book.tx.topic_members.concerning(book.person.id)}
    for one in before:
        if one.id not in left and one.person_id == book.person.id:
            _tell_member(book, one)


def shown(person: Person) -> str:
    """Return the name of a person as others are shown it."""
    return shorten(one_line(person.name), MAX_NAME)


def _end_for(
    book: Book, topic: Topic, members: Sequence[TopicMember], typed: str
) -> EndedTogether | AmbiguousPerson | PersonNotFound:
    who = person_meant(book, typed)
    if isinstance(who, AmbiguousPerson | PersonNotFound):
        return who
    ended = [one for one in members if one.member_id == who.id]
    return _end(book, topic, ended) if ended else PersonNotFound(typed)


def _end(book: Book, topic: Topic, ended: Sequence[TopicMember]) -> EndedTogether:
    with book.recording("unshare_with", topic=topic.name):
        for one in ended:
            book.tx.topic_members.remove(one)
    for one in ended:
        _tell_member(book, one)
    return EndedTogether(topic.name, tuple(one.member for one in ended), is_owner=True)


def _leave(book: Book, topic: Topic, mine: TopicMember) -> EndedTogether:
    with book.recording("leave", topic=topic.name):
        book.tx.topic_members.remove(mine)
    book.tx.topics.remove_if_empty(mine.member_topic_id)
    _tell(book, mine.person_id, "utter_notice_left", f"leave-topic:{mine.id}", mine.topic)
    return EndedTogether(topic.name, topic.others, is_owner=False)


def _tell_member(book: Book, one: TopicMember) -> None:
    book.tx.topics.remove_if_empty(one.member_topic_id)
    _tell(book, one.member_id, "utter_notice_unshared_with", f"unshare-with:{one.id}", one.member_topic)


def _tell(book: Book, person_id: int, response: str, cause: str, topic: str) -> None:
    """Tell a person what this one has ended. ``topic`` is their name of it."""
    to = book.tx.people.get(person_id)
    notify(book.tx, to, response, cause=cause, at=book.now, person=shown(book.person), topic=topic)


def _is_mine(book: Book, one: TopicMember, topic: Topic) -> bool:
    return one.member_id == book.person.id and one.member_topic_id == topic.id


def _refusal(book: Book, topic: Topic, person: Person) -> str | None:
    """Return the response that says why a topic is not shared with a person; None if it may be."""
    members = members_of(book, topic.id)
    if person.id == book.person.id:
        return "utter_share_with_yourself"
    if normalized_name(topic.name) == REMINDERS:
        return "utter_share_no_reminders"
    if topic.others and not members:
        return "utter_share_only_owner"
    if any(one.member_id == person.id for one in members):
        return "utter_shared_with_already"
    return "utter_share_with_too_many" if len(members) >= MAX_MEMBERS else None


def _free_name(book: Book, wanted: str, person: Person) -> str:
    """Return a name for the topic of another person that none of their topics has, or had."""
    theirs = book.tx.topics.list(person.id)
    taken = {normalized_name(name) for topic in theirs for name in (topic.name, *topic.aliases)}
    return next(name for name in _names(book, wanted) if normalized_name(name) not in taken)


def _names(book: Book, wanted: str) -> Iterator[str]:
    with_person = f"{shorten(one_line(book.person.name), _NAME_IN_TOPIC)}'s {wanted}"
    yield from (wanted, with_person)
    count = 2
    while True:
        yield f"{with_person} {count}"
        count += 1


def _with_number(book: Book, typed: str) -> Person | None:
    try:
        address = normalize(typed)
    except AddressInvalid:
        return None
    number = without_channel(address)
    return next((one for one in book.tx.people.list() if number in _numbers(one)), None)


def _numbers(person: Person) -> set[str]:
    return {without_channel(address.value) for address in person.addresses}


def _labelled(people: Sequence[Person]) -> Iterator[tuple[str, Person]]:
    """Yield each person under their name; people of the same name with their last digits behind it."""
    names = Counter(normalized_name(person.name) for person in people)
    for person in people:
        is_only = names[normalized_name(person.name)] == 1
        digits = without_channel(person.addresses[0].value)[-_LAST_DIGITS:] if person.addresses else ""
        yield (person.name if is_only else f"{person.name} {digits}"), person


def _first(person: Person) -> str:
    """Return the normalized first name of a person whose name has letters; else an empty text."""
    has_letters = any(character.isalpha() for character in person.name)
    return normalized_name(person.name.split()[0]) if has_letters else ""
