"""Read what topic suggestions are based on: the words under each topic, and how often one was suggested."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import TextClause, bindparam, select, text, update

from scrapbook.store.prepared import Prepared, numbered, placeholders
from scrapbook.store.tables import TopicRow, WordRow
from scrapbook.store.unit_of_work import UnitOfWork

MAX_TOPICS = 1000
"""Topics that are considered at most: those with the most entries."""

MAX_FORMS = 200
"""Words of one entry, in all their forms, at most."""

# Of the text alone: the name of the topic is in the index too, and would be evidence for itself.
_SQLITE = """
    SELECT {ordinal} AS ordinal, topic_id, count(*) AS entries FROM (
        SELECT entries.topic_id
        FROM entries_fts CROSS JOIN entries ON entries.id = entries_fts.rowid
        WHERE entries_fts MATCH :words_{ordinal} AND entries.person_id = :person_id
            AND entries.deleted_at IS NULL AND entries.id <> :besides
        ORDER BY entries_fts.rowid DESC LIMIT :most
    ) AS holding GROUP BY topic_id
"""

_POSTGRESQL = """
    SELECT {ordinal} AS ordinal, topic_id, count(*) AS entries FROM (
        SELECT entries.topic_id
        FROM entry_words JOIN entries ON entries.id = entry_words.entry_id
        WHERE entry_words.words @@ scrapbook_query(:words_{ordinal}) AND entries.person_id = :person_id
            AND entries.deleted_at IS NULL AND entries.id <> :besides
        ORDER BY entries.id DESC LIMIT :most
    ) AS holding GROUP BY topic_id
"""

_TOPIC_STATS = Prepared(
    lambda _: (
        select(TopicRow.id.label("topic_id"), TopicRow.name, TopicRow.entry_count.label("entries"))
        .where(TopicRow.person_id == bindparam("person_id"), TopicRow.entry_count > 0)
        .order_by(TopicRow.entry_count.desc(), TopicRow.id)
        .limit(MAX_TOPICS)
    )
)

_SKIPPED = Prepared(
    lambda _: (
        update(TopicRow)
        .where(TopicRow.id == bindparam("topic_id"))
        .values(passed_over=TopicRow.passed_over + 1)
        .returning(TopicRow.passed_over)
    )
)


@cache
def _forms(count: int) -> Prepared:
    """Return the statement for so many stems."""
    return Prepared(
        lambda _: (
            select(WordRow.stem, WordRow.word)
            .where(WordRow.person_id == bindparam("person_id"), WordRow.stem.in_(placeholders("stem", count)))
            .limit(MAX_FORMS)
        )
    )


@cache
def _spreads(count: int) -> Prepared:
    """Return the statement for so many words."""

    def build(dialect: str) -> TextClause:
        block = _SQLITE if dialect == "sqlite" else _POSTGRESQL
        return text(" UNION ALL ".join(block.format(ordinal=ordinal) for ordinal in range(count)))

    return Prepared(build)


@dataclass(frozen=True, slots=True)
class TopicStats:
    """A topic, and how many entries it has without the trash: at least one."""

    topic_id: int
    name: str
    entries: int


class Suggestions:
    """Reads what suggestions are based on, within one transaction."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def topic_stats(self, person_id: int) -> Sequence[TopicStats]:
        """Return the topics that have entries, those with the most first."""
        return [TopicStats(**row) for row in _TOPIC_STATS.records(self._work.connection, person_id=person_id)]

    def forms(self, person_id: int, stems: Collection[str]) -> Mapping[str, Sequence[str]]:
        """Return the person's words by stem."""
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
        """Count for each word the entries whose text contains it, by the id of their topic.

        None is the key of those without a topic.

        Args:
            wanted: the words, each in all its forms, as ``spelling.words`` has them.
            most: only the newest entries with a word are counted, at most so many.
            besides: the id of an entry that is not counted.
        """
        found: list[dict[int | None, int]] = [{} for _ in wanted]
        if not wanted:
            return found
        of_text = _fts5 if self._work.dialect == "sqlite" else _tsquery
        words = numbered("words", map(of_text, wanted))
        values = {**words, "person_id": person_id, "most": most, "besides": besides}
        for ordinal, topic_id, entries in _spreads(len(wanted)).rows(self._work.connection, **values):
            found[ordinal][topic_id] = entries
        return found

    def times_skipped(self, topic_id: int) -> int:
        """Return how often there was reason to suggest the topic since it was taken up, and add one."""
        [[counted]] = _SKIPPED.rows(self._work.connection, topic_id=topic_id)
        return counted - 1

    def taken_up(self, topic_id: int) -> None:
        """Set the count back. To be called when a saved entry is filed under the topic."""
        row = update(TopicRow).where(TopicRow.id == topic_id, TopicRow.passed_over > 0)
        self._work.session.execute(row.values(passed_over=0))


def _fts5(words: Iterable[str]) -> str:
    any_of = " OR ".join(f'"{word}"' for word in words)
    return f"text : ({any_of})"


def _tsquery(words: Iterable[str]) -> str:
    """Return a tsquery for any of the words. D is the weight of the text, A that of the topic's name."""
    return " | ".join(f"'{word}':d" for word in words)
