"""What suggesting a topic goes by: the words of a person's entries under each, and how suggestions fared."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, text, update

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

# The best way to a word depends on how common it is, which a plan made for any word does not know.
_PLAN_ANEW = text("SET LOCAL plan_cache_mode = force_custom_plan")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A topic with ``entries`` in it, the trash left out; there is at least one."""

    topic_id: int
    name: str
    entries: int


class Suggestions:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._is_sqlite = work.dialect == "sqlite"

    def shelves(self, person_id: int) -> Sequence[Shelf]:
        """The topics that hold entries, the fullest first."""
        columns = select(TopicRow.id, TopicRow.name, TopicRow.entry_count)
        filled = columns.where(TopicRow.person_id == person_id, TopicRow.entry_count > 0)
        rows = self._work.session.execute(filled.order_by(TopicRow.entry_count.desc(), TopicRow.id))
        return [Shelf(*row) for row in rows.fetchmany(MOST_TOPICS)]

    def forms(self, person_id: int, stems: Collection[str]) -> Mapping[str, Sequence[str]]:
        """The person's words with each of the stems."""
        theirs = (WordRow.person_id == person_id) & WordRow.stem.in_(stems)
        rows = self._work.session.execute(select(WordRow.stem, WordRow.word).where(theirs).limit(MOST_FORMS))
        found: dict[str, list[str]] = {}
        for stem, word in rows:
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
        block, of_text = (_SQLITE, _fts5) if self._is_sqlite else (_POSTGRESQL, _tsquery)
        if not self._is_sqlite:
            self._work.session.execute(_PLAN_ANEW)
        statement = text(" UNION ALL ".join(block.format(place=place) for place in range(len(wanted))))
        words = {f"words_{place}": of_text(forms) for place, forms in enumerate(wanted)}
        values = {**words, "person_id": person_id, "most": most, "besides": besides}
        for row in self._work.session.execute(statement, values):
            found[row.place][row.topic_id] = row.entries
        return found

    def passed_over(self, topic_id: int) -> int:
        """How often the topic might have been suggested, before now, since it was last taken up."""
        row = update(TopicRow).where(TopicRow.id == topic_id)
        counted = row.values(passed_over=TopicRow.passed_over + 1).returning(TopicRow.passed_over)
        return self._work.session.execute(counted).scalar_one() - 1

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
