"""The spelling index: each person's own words."""

from itertools import islice

import sqlalchemy as sa
from alembic import op

from scrapbook.store.words import row_of, vocabulary

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BYTE_ORDERED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BATCH = 1000

TEXTS = sa.text("""
    SELECT text FROM entries WHERE person_id = :person_id
    UNION ALL SELECT name FROM topics WHERE person_id = :person_id
""")


def upgrade() -> None:
    words = op.create_table(
        "words",
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("word", sa.Text, nullable=False),
        sa.Column("key", BYTE_ORDERED, nullable=False),
        sa.Column("backwards", BYTE_ORDERED, nullable=False),
        sa.Column("stem", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_words_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "word", name="pk_words"),
        sqlite_with_rowid=False,
    )
    _fill(words)
    for column in ("key", "backwards", "stem"):
        op.create_index(f"ix_words_{column}", "words", ["person_id", column])


def downgrade() -> None:
    op.drop_table("words")


def _fill(words: sa.Table) -> None:
    for person_id in op.get_bind().scalars(sa.text("SELECT id FROM people")).all():
        rows = (row_of(person_id, word) for word in sorted(_words_of(person_id)))
        while batch := list(islice(rows, BATCH)):
            op.bulk_insert(words, batch)


def _words_of(person_id: int) -> set[str]:
    found: set[str] = set()
    texts = op.get_bind().execute(TEXTS, {"person_id": person_id}, execution_options={"yield_per": BATCH})
    for text in texts.scalars():
        found |= vocabulary(text)
    return found
