"""What suggesting a topic goes by: the words of a person's entries under each, and how suggestions fared."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import TextClause, bindparam, select, text, update

from scrapbook.store.prepared import Prepared, numbered, placeholders
from scrapbook.store.tables import TopicRow, WordRow
from scrapbook.store.unit_of_work import UnitOfWork

MOST_TOPICS = 1000
"""Nobody keeps so many in mind; of more, those with the most entries."""

MOST_FORMS = 200
"""Words of one thought, in all their forms, at most."""

# Of the text alone: the name of the topic is in the index too, and would speak for itself.
_SQLITE = """
    SELECT {place} AS place, topic_id, count(*) AS entries FROM (
        SELECT entries.topic_id
        FROM entries_fts CROSS JOIN entries ON entries.id = entries_fts.rowid
        WHERE entries_fts MATCH :words_{place} AND entries.person_id = :person_id
            AND entries.deleted_at IS NULL AND entries.id <> :besides
        ORDER BY entries_fts.rowid DESC LIMIT :most
    ) AS holding GROUP BY topic_id
"""

_POSTGRESQL = """
    SELECT {place} AS place, topic_id, count(*) AS entries FROM (
        SELECT entries.topic_id
        FROM entry_words JOIN entries ON entries.id = entry_words.entry_id
        WHERE entry_words.words @@ scrapbook_query(:words_{place}) AND entries.person_id = :person_id
            AND entries.deleted_at IS NULL AND entries.id <> :besides
        ORDER BY entries.id DESC LIMIT :most
    ) AS holding GROUP BY topic_id
"""

_SHELVES = Prepared(
    lambda _: (
        select(TopicRow.id.label("topic_id"), TopicRow.name, TopicRow.entry_count.label("entries"))
        .where(TopicRow.person_id == bindparam("person_id"), TopicRow.entry_count > 0)
        .order_by(TopicRow.entry_count.desc(), TopicRow.id)
        .limit(MOST_TOPICS)
    )
)

_PASSED_OVER = Prepared(
    lambda _: (
        update(TopicRow)
        .where(TopicRow.id == bindparam("topic_id"))
        .values(passed_over=TopicRow.passed_over + 1)
        .returning(TopicRow.passed_over)
    )
)


@cache
def _forms(count: int) -> Prepared:
    """For so many stems."""
    return Prepared(
        lambda _: (
            select(WordRow.stem, WordRow.word)
            .where(WordRow.person_id == bindparam("person_id"), WordRow.stem.in_(placeholders("stem", count)))
            .limit(MOST_FORMS)
        )
    )


@cache
def _spreads(count: int) -> Prepared:
    """For so many words."""

    def build(dialect: str) -> TextClause:
        block = _SQLITE if dialect == "sqlite" else _POSTGRESQL
        return text(" UNION ALL ".join(block.format(place=place) for place in range(count)))

    return Prepared(build)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A topic with ``entries`` in it, the trash left out; there is at least one."""

    topic_id: int
    name: str
    entries: int


class Suggestions:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def shelves(self, person_id: int) -> Sequence[Shelf]:
        """The topics that hold entries, the fullest first."""
        return [Shelf(**row) for row in _SHELVES.records(self._work.connection, person_id=person_id)]

    def forms(self, person_id: int, stems: Collection[str]) -> Mapping[str, Sequence[str]]:
        """The person's words with each of the stems."""
        found: dict[str, list[str]] = {}
        if not stems:
            return found
        values = numbered("stem", stems)
        for stem, word in _forms(len(values)).rows(self._work.connection, person_id=person_id, **values):
            found.setdefault(stem, []).append(word)
        return found

    def spreads(
        self, person_id: int, wanted: Sequence[Collection[str]], most: int, besides: int
    ) -> list[dict[int | None, int]]:
        """For each of the ``wanted`` words, in any of its forms: of the entries whose text holds it, at most
        the newest ``most``, how many are under which topic, by its id; None is for those under none. The
        entry ``besides`` is left out.

        The words are some of ``spelling.words``.
        """
        found: list[dict[int | None, int]] = [{} for _ in wanted]
        if not wanted:
            return found
        of_text = _fts5 if self._work.dialect == "sqlite" else _tsquery
        words = numbered("words", map(of_text, wanted))
        values = {**words, "person_id": person_id, "most": most, "besides": besides}
        for place, topic_id, entries in _spreads(len(wanted)).rows(self._work.connection, **values):
            found[place][topic_id] = entries
        return found

    def passed_over(self, topic_id: int) -> int:
        """How often the topic might have been suggested, before now, since it was last taken up."""
        [[counted]] = _PASSED_OVER.rows(self._work.connection, topic_id=topic_id)
        return counted - 1

    def taken_up(self, topic_id: int) -> None:
        """To be told when an entry is filed there after it was saved."""
        row = update(TopicRow).where(TopicRow.id == topic_id, TopicRow.passed_over > 0)
        self._work.session.execute(row.values(passed_over=0))


def _fts5(words: Iterable[str]) -> str:
    any_of = " OR ".join(f'"{word}"' for word in words)
    return f"text : ({any_of})"


def _tsquery(words: Iterable[str]) -> str:
    """D is the weight of the text, A that of the topic's name."""
    return " | ".join(f"'{word}':d" for word in words)
