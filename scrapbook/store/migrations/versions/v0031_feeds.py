"""Feeds that people follow, what they hold, and what people are told of."""

import sqlalchemy as sa
from alembic import op

from scrapbook.store.migrations.journaled_tables import journal

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "feeds",
        sa.Column("id", _ID, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("kind", sa.Text),
        sa.Column("title", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("etag", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("modified", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("read_at", _AT),
        sa.Column("next_fetch_at", _AT),
        sa.Column("robots_until", _AT),
        sa.Column("failures", _ID, nullable=False, server_default=sa.text("0")),
        sa.Column("failure", sa.Text),
        sa.Column("unfollowed_at", _AT),
        sa.PrimaryKeyConstraint("id", name="pk_feeds"),
        sa.UniqueConstraint("url", name="uq_feeds_url"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feeds_next_fetch_at", "feeds", ["next_fetch_at"])
    op.create_table(
        "feed_items",
        sa.Column("id", _ID, nullable=False),
        sa.Column("feed_id", _ID, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("published_at", _AT),
        sa.Column("found_at", _AT, nullable=False),
        sa.Column("left_at", _AT),
        sa.Column("is_news", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feeds.id"], name="fk_feed_items_feed_id_feeds", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_feed_items"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feed_items_feed_id_id", "feed_items", ["feed_id", "id"])
    left = sa.text("left_at IS NOT NULL")
    op.create_index(
        "ix_feed_items_found_at_where_left",
        "feed_items",
        ["found_at"],
        sqlite_where=left,
        postgresql_where=left,
    )
    op.create_table(
        "feed_item_keys",
        sa.Column("feed_id", _ID, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("item_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feeds.id"], name="fk_feed_item_keys_feed_id_feeds", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["feed_items.id"], name="fk_feed_item_keys_item_id_feed_items", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("feed_id", "key", name="pk_feed_item_keys"),
    )
    op.create_index("ix_feed_item_keys_item_id", "feed_item_keys", ["item_id"])
    op.create_table(
        "feed_subscriptions",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("feed_id", _ID, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("seen_item_id", _ID, nullable=False, server_default=sa.text("0")),
        sa.Column("created_at", _AT, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_feed_subscriptions_person_id_people", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feeds.id"], name="fk_feed_subscriptions_feed_id_feeds", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_feed_subscriptions"),
        sa.UniqueConstraint("person_id", "feed_id", name="uq_feed_subscriptions_person_id_feed_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feed_subscriptions_feed_id", "feed_subscriptions", ["feed_id"])
    op.create_table(
        "feed_watches",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("subscription_id", _ID, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("told_on", sa.Date),
        sa.Column("told_count", _ID, nullable=False, server_default=sa.text("0")),
        sa.Column("created_at", _AT, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_feed_watches_person_id_people", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["feed_subscriptions.id"],
            name="fk_feed_watches_subscription_id_feed_subscriptions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_feed_watches"),
        sa.UniqueConstraint("subscription_id", "words", name="uq_feed_watches_subscription_id_words"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feed_watches_person_id", "feed_watches", ["person_id"])
    journal("feed_subscriptions", "feed_watches")


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
