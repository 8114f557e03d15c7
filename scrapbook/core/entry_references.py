"""Resolve how a person named entries: by number, by their order, by a restriction, or as "them".

A reference comes as terms, in the language that ``bot/components/references.py`` defines. Each term is
resolved or reported as not understood; none is ever left out.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from scrapbook.core.book import AmbiguousTopic, Book
from scrapbook.core.entry_names import number_of_term
from scrapbook.core.entry_scopes import filter_of, scope_of
from scrapbook.core.lists import the_list
from scrapbook.core.recent_entries import Recent, recent
from scrapbook.core.reminders import REMINDERS
from scrapbook.errors import NotFound
from scrapbook.store import Entry, EntryFilter, Shown, Topic
from scrapbook.text.entry_facts import EntryKind
from scrapbook.text.fuzzy_match import MatchOutcome
from scrapbook.text.query import Query
from scrapbook.text.query_filters import parse

MAX_ENTRIES = 500
"""Entries that one reference may name: more than a person checks before they answer."""

MAX_OPTIONS = 5
"""Entries of which a person is asked which one they mean."""

LIST_TIMEOUT = timedelta(hours=1)
"""How long "the second one" means one of the list that was sent last."""

_TERM = re.compile(r"(?P<name>first|last|nth|oldest|newest|them) (?P<count>\d{1,6})")
_BY_WORDS_TERM = "about "
_LEAD = re.compile(
    r"(?P<how>about|regarding|concerning|mentioning|that mentions?|containing|with|on|of|by|under|in"
    r"|inside|from|off|out of|tagged|filed under|called|for) (?:of )?(?P<rest>.+)",
    re.IGNORECASE,
)
_BY_WORDS = frozenset(
    {
        "about",
        "regarding",
        "concerning",
        "mentioning",
        "containing",
        "with",
        "called",
        "by",
        "for",
        "on",
        "of",
    }
)
_TOPIC = re.compile(
    r"(?:(?:my|the|our|topic) )*(?P<name>.+?)(?: (?:list|topic|notes|folder|category))?", re.IGNORECASE
)
_A_LIST = re.compile(r"(?:my|the|our) list", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class EntryReference:
    """What a person named, and what they excepted: numbers, and terms in other words.

    ``restrictions`` are the words that narrow both, such as ``work``, ``from yesterday``, ``about the boat``.
    """

    numbers: tuple[int, ...] = ()
    terms: tuple[str, ...] = ()
    excepted_numbers: tuple[int, ...] = ()
    excepted_terms: tuple[str, ...] = ()
    restrictions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OneOfSeveral:
    """One entry was named, and several may be meant: ``options``, at most ``MAX_OPTIONS``."""

    options: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class ShownTopic:
    """A topic was named by its place in the list of topics."""

    name: str


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """It cannot be told which entries are meant by ``words``."""

    words: str


@dataclass(frozen=True, slots=True)
class NoneSuch:
    """No entry is like that: ``words`` is what was said of it; empty if there is no entry at all."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class TooMany:
    """More entries are meant than ``MAX_ENTRIES``."""

    count: int


Unresolved = OneOfSeveral | ShownTopic | NotUnderstood | NoneSuch | TooMany | AmbiguousTopic


class _Failed(Exception):
    def __init__(self, result: Unresolved) -> None:
        super().__init__()
        self.result = result


def resolve(book: Book, reference: EntryReference) -> list[int] | Unresolved:
    """Return the numbers of the entries that are meant, each once; else why it is not clear."""
    try:
        return _Resolver(book, reference).numbers()
    except _Failed as failed:
        return failed.result


def resolve_that(book: Book) -> list[int] | OneOfSeveral:
    """Return the number of the entry that "that" means: none if there is no entry.

    ``OneOfSeveral`` if the last thing that happened was a list of several.
    """
    if not book.replied_to and (listed := _listed(book)) and len(listed.ids) > 1:
        last = next(iter(recent(book.tx, book.person.id)))
        present = book.tx.entries.by_ids(book.person.id, listed.ids)
        if last.is_list and len(present) > 1:
            return OneOfSeveral(tuple(present[:MAX_OPTIONS]))
    latest = book.latest()
    return [latest.number] if latest else []


def last_of_list(book: Book, count: int) -> tuple[int, ...]:
    """Return the ids of the last entries of the list that was sent last; none if it has not so many."""
    listed = _listed(book)
    return listed.ids[-count:] if listed and 0 < count < len(listed.ids) else ()


def _listed(book: Book) -> Recent | None:
    """Return the list that was sent last; None if it is old, or something else was saved or changed since."""
    shown = _list_shown(book)
    if shown is None or not shown.entry_ids:
        return None
    newest = book.newest()
    if newest and newest.created_at > shown.at and newest.id not in shown.entry_ids:
        return None
    limit = len(shown.entry_ids) + 1
    changed = book.tx.changes.entries_changed_since(book.person.id, shown.at, limit)
    return Recent(shown.at, shown.entry_ids, is_list=True) if changed <= set(shown.entry_ids) else None


def _list_shown(book: Book) -> Shown | None:
    listing = book.tx.conversations.listing(book.person.id)
    shown = listing.listed if listing else None
    return shown if shown and abs(book.now - shown.at) <= LIST_TIMEOUT else None


@dataclass
class _Pool:
    """The entries that the restrictions leave. ``found``: those that have the words, if words were named."""

    which: EntryFilter = field(default_factory=EntryFilter)
    found: tuple[Entry, ...] | None = None


class _Resolver:
    def __init__(self, book: Book, reference: EntryReference) -> None:
        self._book, self._reference = book, reference
        self._listed = _listed(book)
        self._pool = _pool(book, reference.restrictions)

    def numbers(self) -> list[int]:
        named = [*self._reference.numbers, *self._all(self._reference.terms)]
        by_words = [term for term in self._reference.excepted_terms if term.startswith(_BY_WORDS_TERM)]
        others = [term for term in self._reference.excepted_terms if term not in by_words]
        excepted = {*self._reference.excepted_numbers, *self._all(others)}
        excepted |= {number for term in by_words for number in self._having(term, named)}
        meant = [number for number in dict.fromkeys(named) if number not in excepted]
        if len(meant) > MAX_ENTRIES:
            raise _Failed(TooMany(self._count() - len(excepted)))
        # "1, not 2" is clear; in "all but 99" it must be seen that 99 names none.
        if self._reference.terms and (missing := excepted - set(named)):
            raise _Failed(NotUnderstood(f"but {min(missing)}"))
        if not meant:
            raise _Failed(NoneSuch(" ".join(self._reference.restrictions)))
        return meant

    def _having(self, term: str, named: Collection[int]) -> set[int]:
        """Return those of the named entries that an exception in words is about.

        Raises:
            _Failed: it is about none of them.
        """
        pool = _pool(self._book, [term])
        entries = (
            self._book.tx.entries.list(self._book.person.id, limit=MAX_ENTRIES, **pool.which)
            if pool.found is None
            else pool.found
        )
        having = {entry.number for entry in entries} & set(named)
        if not having:
            raise _Failed(NoneSuch(term))
        return having

    def _all(self, terms: Iterable[str]) -> list[int]:
        return [entry.number for term in terms for entry in self._one_term(term)]

    def _one_term(self, term: str) -> Sequence[Entry]:
        if term == "all":
            return self._present(self._newest(MAX_ENTRIES + 1))
        if term == "one":
            return self._single(self._newest(MAX_OPTIONS))
        if term == "that":
            that = resolve_that(self._book)
            if isinstance(that, OneOfSeveral):
                raise _Failed(that)
            return self._of_numbers(that)
        if term == "other":
            return [self._other()]
        if term == "them":
            return self._them(None)
        return self._matched(term)

    def _matched(self, term: str) -> Sequence[Entry]:
        if counted := _TERM.fullmatch(term):
            return self._counted(counted["name"], int(counted["count"]))
        if (number := number_of_term(term)) is not None:
            return self._of_numbers([number])
        raise _Failed(NotUnderstood(term.removeprefix("unread ")))

    def _counted(self, name: str, count: int) -> Sequence[Entry]:
        if name == "them":
            return self._them(count)
        if name == "nth":
            return [self._nth(count)]
        if name in {"first", "last"} and (of_list := self._of_list(name, count)):
            return of_list
        if count > MAX_ENTRIES:
            raise _Failed(TooMany(count))
        return self._present(self._newest(count) if name in {"last", "newest"} else self._oldest(count))

    def _of_list(self, name: str, count: int) -> Sequence[Entry]:
        """Return the first or last entries of the list that was sent; none if that is not what is meant."""
        if self._reference.restrictions or not count:
            return ()
        if self._listed is None:
            self._refuse_topics(0 if name == "first" else -1, is_single=count == 1)
            return ()
        ids = self._listed.ids
        if count > len(ids):
            return ()
        chosen = ids[:count] if name == "first" else ids[-count:]
        present = self._book.tx.entries.by_ids(self._book.person.id, chosen)
        return present or [self._listed_entry(id_) for id_ in chosen]

    def _nth(self, place: int) -> Entry:
        if self._reference.restrictions:
            raise _Failed(NotUnderstood(_ordinal(place)))
        if self._listed is None:
            self._refuse_topics(place - 1, is_single=True)
        if self._listed is None or place > len(self._listed.ids):
            raise _Failed(NotUnderstood(_ordinal(place)))
        return self._listed_entry(self._listed.ids[place - 1])

    def _listed_entry(self, id_: int) -> Entry:
        """Return an entry of the list, also one in the trash: the reply says that it is there."""
        try:
            return self._book.tx.entries.seen(self._book.person.id, id_)
        except NotFound:
            raise _Failed(NoneSuch()) from None

    def _refuse_topics(self, index: int, *, is_single: bool) -> None:
        """Raise the topic at that place, if the list that was sent last is one of topics."""
        shown = _list_shown(self._book)
        if not shown or not shown.topic_ids or not is_single or index >= len(shown.topic_ids):
            return
        newest = self._book.newest()
        if newest and newest.created_at > shown.at:
            return
        topic = next((one for one in self._book.topics() if one.id == shown.topic_ids[index]), None)
        if topic:
            raise _Failed(ShownTopic(topic.name))

    def _them(self, count: int | None) -> Sequence[Entry]:
        for one in recent(self._book.tx, self._book.person.id):
            if abs(self._book.now - one.at) > LIST_TIMEOUT or (one.is_list and self._listed is None):
                continue
            present = self._book.tx.entries.by_ids(self._book.person.id, one.ids)
            if len(present) == count or (count is None and len(present) > 1):
                return present
        raise _Failed(NotUnderstood("them"))

    def _other(self) -> Entry:
        """Return the one of two that was not shown or changed after the two were listed."""
        events = recent(self._book.tx, self._book.person.id)
        pair = next((one for one in events if one.is_list and len(one.ids) == 2), None)
        if pair is None or self._listed is None:
            raise _Failed(NotUnderstood("the other one"))
        touched = next(
            (
                one.ids[0]
                for one in events
                if one.at > pair.at and len(one.ids) == 1 and one.ids[0] in pair.ids
            ),
            None,
        )
        left = [id_ for id_ in pair.ids if id_ != touched]
        return self._single(self._book.tx.entries.by_ids(self._book.person.id, left))[0]

    def _single(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        if len(entries) > 1:
            raise _Failed(OneOfSeveral(tuple(entries[:MAX_OPTIONS])))
        return self._present(entries)

    def _present(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        if not entries:
            raise _Failed(NoneSuch(" ".join(self._reference.restrictions)))
        return entries

    def _of_numbers(self, numbers: Iterable[int]) -> Sequence[Entry]:
        return self._present([entry for number in numbers if (entry := self._book.entry(number))])

    def _newest(self, count: int) -> Sequence[Entry]:
        if self._pool.found is not None:
            return self._pool.found[:count]
        return self._book.tx.entries.list(self._book.person.id, limit=count, **self._pool.which)

    def _oldest(self, count: int) -> Sequence[Entry]:
        """Return the oldest entries, the oldest first."""
        if self._pool.found is not None:
            return self._pool.found[::-1][:count]
        first = max(self._count() - count, 0)
        listed = self._book.tx.entries.list(
            self._book.person.id, limit=count, offset=first, **self._pool.which
        )
        return listed[::-1]

    def _count(self) -> int:
        if self._pool.found is not None:
            return len(self._pool.found)
        return self._book.tx.entries.count_of(self._book.person.id, **self._pool.which)


def _ordinal(place: int) -> str:
    names = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
    return f"the {names[place - 1]}" if place <= len(names) else f"number {place} of a list"


def _pool(book: Book, restrictions: Sequence[str]) -> _Pool:
    """Return the entries that all restrictions leave.

    Raises:
        _Failed: one of them means nothing, or several topics.
    """
    which: EntryFilter = {}
    searched: list[str] = []
    for said in sorted(restrictions, key=lambda said: said != REMINDERS):
        which, words = _narrowed(book, said, which)
        searched += [words] if words else []
    if not searched:
        return _Pool(which)
    query = Query.parse(" ".join(searched)).without_stop_words()
    hits = book.tx.entries.find(book.person.id, query, MAX_ENTRIES + 1, scope_of(which))
    entries = book.tx.entries.by_ids(book.person.id, hits.found)
    found = [entry for entry in entries if "topic_id" not in which or entry.topic_id == which["topic_id"]]
    if not found:
        raise _Failed(NoneSuch(" ".join(restrictions)))
    return _Pool(
        which, tuple(sorted(found, key=lambda entry: (entry.created_at, entry.number), reverse=True))
    )


def _narrowed(book: Book, said: str, which: EntryFilter) -> tuple[EntryFilter, str]:
    """Return the filter with a restriction, and the words that are to be looked for.

    Raises:
        _Failed: it names no topic, kind or time and no words, or several topics.
    """
    if said in set(EntryKind):
        return _both(which, {"kind": EntryKind(said)}, said), ""
    if said == "reminders" and (topic := book.topic(REMINDERS)):
        return _both(which, {"topic_id": topic.id}, said), ""
    filters = parse(said, book.now, ZoneInfo(book.person.timezone))
    narrowed = _both(which, filter_of(filters.scope), said)
    if filters.narrows and not filters.words:
        return narrowed, ""
    lead = _LEAD.fullmatch(said)
    how, name = (lead["how"].lower(), lead["rest"]) if lead else ("", said)
    # In "the stamps reminder" the topic is said, so that "stamps" is none.
    is_by_words = how.startswith("that mention") or how in _BY_WORDS or (not how and "topic_id" in which)
    has_words = is_by_words and _has(book, filters.words, narrowed)
    if (
        topic := None
        if has_words and how not in {"on", "of"}
        else _topic(book, name, is_sure=not is_by_words)
    ):
        return _both(which, {"topic_id": topic.id}, said), ""
    # What stands before the noun, as in "my bike notes", is a topic; without one of that name, it is words.
    if (is_by_words or not how) and filters.words:
        return narrowed, filters.words
    raise _Failed(NoneSuch(said))


def _both(which: EntryFilter, more: EntryFilter, said: str) -> EntryFilter:
    """Return the filter that both make.

    Raises:
        _Failed: they contradict each other, so that no entry passes both.
    """
    both: EntryFilter = {**which, **more}
    if any(both.get(name) != value for name, value in which.items()):
        raise _Failed(NoneSuch(said))
    return both


def _has(book: Book, words: str, which: EntryFilter) -> bool:
    query = Query.parse(words).without_stop_words()
    return bool(book.tx.entries.find(book.person.id, query, 1, scope_of(which)).found)


def _topic(book: Book, said: str, *, is_sure: bool) -> Topic | None:
    """Return the topic that is named; None if there is none.

    Args:
        said: may have "my" before the name and "list" behind it.
        is_sure: whether it can only be a topic. If so, a misspelled name counts, and several topics may be
            meant.

    Raises:
        _Failed: several topics may be meant.
    """
    if _A_LIST.fullmatch(said):
        meant = the_list(book)
        if isinstance(meant, AmbiguousTopic):
            raise _Failed(meant)
        return meant
    found = _TOPIC.fullmatch(said)
    for name in dict.fromkeys((said, found["name"] if found else said)):
        match = book.match_topic(name, with_empty=False)
        if match.topic and (is_sure or match.outcome is MatchOutcome.EXACT):
            return book.topic(match.topic)
        if is_sure and match.outcome is MatchOutcome.AMBIGUOUS:
            raise _Failed(AmbiguousTopic(name, match.candidates))
    return None
