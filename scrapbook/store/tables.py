"""The tables. What must always hold is said here, so that the database itself refuses the rest."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from scrapbook.store.columns import ByteOrderedText, Id, Json, StorableText, UtcDateTime
from scrapbook.store.records import FileState, JsonValue, MessageState, ReplyState

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


EMPTY = text("''")

_NEWEST = ("person_id", "created_at", "number")


def _index_where(condition: str, name: str, *columns: str) -> Index:
    """Of the rows alone for which the condition holds."""
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: Id,
        str: StorableText,
        datetime: UtcDateTime,
        MessageState: StorableText,
        ReplyState: StorableText,
        FileState: StorableText,
    }


class PersonRow(Base):
    """``next_number`` is the number of the person's next entry; ``entry_count`` is kept by triggers;
    ``arrivals`` is not used any more, and stays because migrations only add."""

    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint("next_number > 0", name="next_number_positive"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    timezone: Mapped[str]
    next_number: Mapped[int] = mapped_column(server_default=text("1"))
    entry_count: Mapped[int] = mapped_column(server_default=text("0"))
    arrivals: Mapped[int] = mapped_column(server_default=text("0"))


class AddressRow(Base):
    __tablename__ = "addresses"
    __table_args__ = (
        CheckConstraint("value LIKE '+%' OR value LIKE 'whatsapp:+%'", name="value_is_an_address"),
    )

    value: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)


class OptOutRow(Base):
    """An address whose owner wants to be left alone, also when they are removed and added anew."""

    __tablename__ = "opt_outs"

    address: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class MessageRow(Base):
    """``id`` counts messages in the order of their arrival; the rest of the house knows them by ``sid``."""

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint("state IN ('received', 'answered', 'failed')", name="state_known"),
        Index("ix_messages_person_id_id", "person_id", "id"),
        _index_where("state <> 'answered'", "ix_messages_unfinished", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sid: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    from_: Mapped[str] = mapped_column("from_address")
    to: Mapped[str] = mapped_column("to_address")
    body: Mapped[str]
    received_at: Mapped[datetime]
    state: Mapped[MessageState]
    problem: Mapped[str | None]
    is_memo: Mapped[bool] = mapped_column(server_default=false())
    replied_to: Mapped[str | None]


class MessageMediaRow(Base):
    __tablename__ = "message_media"

    message_sid: Mapped[str] = mapped_column(ForeignKey("messages.sid", ondelete="CASCADE"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    url: Mapped[str]
    content_type: Mapped[str]


class InboxRow(Base):
    """A message that is to be answered; removed in the transaction that records its replies.

    ``id`` is the order in which one person's are answered. ``heard`` is what came of a memo, by name; NULL
    for a message that is to be answered as it was texted.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        Index("ix_inbox_person_id_id", "person_id", "id"),
        UniqueConstraint("message_sid", "round"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    message_sid: Mapped[str] = mapped_column(ForeignKey("messages.sid", ondelete="CASCADE"))
    round: Mapped[int]
    heard: Mapped[str | None]


class LeaseRow(Base):
    """Which app answers a person and sends to them; there only while something is to be done for them."""

    __tablename__ = "leases"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    worker: Mapped[str] = mapped_column(index=True)


class WorkerRow(Base):
    """An app that shares the database with others. Its leases may be taken from ``expires_at`` on, by the
    clock of the database."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]


class ReplyRow(Base):
    """``round`` counts how often the message was started anew by hand before it was answered so.

    ``counted_on`` is the day on whose account its segments are, ``held_until`` when it may go out
    that waits for another.
    """

    __tablename__ = "replies"
    __table_args__ = (
        CheckConstraint("state IN ('recorded', 'sending', 'sent', 'failed')", name="state_known"),
        CheckConstraint("segments >= 0", name="segments_not_negative"),
        UniqueConstraint("message_sid", "round", "ordinal"),
        _index_where("state <> 'sent'", "ix_replies_undelivered", "id"),
        _index_where("held_until IS NOT NULL", "ix_replies_held", "to_address", "id"),
        _index_where(
            "state IN ('recorded', 'sending') AND held_until IS NULL", "ix_replies_outbox", "message_sid"
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_sid: Mapped[str] = mapped_column(ForeignKey("messages.sid", ondelete="CASCADE"))
    round: Mapped[int]
    ordinal: Mapped[int]
    from_: Mapped[str] = mapped_column("from_address")
    to: Mapped[str] = mapped_column("to_address")
    body: Mapped[str]
    segments: Mapped[int]
    state: Mapped[ReplyState]
    twilio_sid: Mapped[str | None] = mapped_column(index=True)
    delivery_status: Mapped[str | None]
    delivery_status_at: Mapped[datetime | None]
    error_code: Mapped[int | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    media_key: Mapped[str | None]
    counted_on: Mapped[date | None]
    held_until: Mapped[datetime | None]


class TopicRow(Base):
    """``key`` is what makes two names the same; ``entry_count`` (without the trash) is kept by triggers;
    ``aliases`` is a list of names that it had, or that topics merged into it had.

    ``passed_over`` counts the times that it might have been suggested since an entry was last moved there.
    """

    __tablename__ = "topics"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        # What the entries refer to, so that no entry can be filed under somebody else's topic.
        UniqueConstraint("id", "person_id"),
        CheckConstraint("name <> ''", name="name_not_empty"),
        CheckConstraint("key <> ''", name="key_not_empty"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    name: Mapped[str]
    key: Mapped[str]
    entry_count: Mapped[int] = mapped_column(server_default=text("0"))
    passed_over: Mapped[int] = mapped_column(server_default=text("0"))
    aliases: Mapped[JsonValue] = mapped_column(Json, nullable=False, server_default=text("'[]'"))


class EntryRow(Base):
    """``link_titles`` is what the pages behind its links are called, to be searched: one line for each.

    ``is_quote`` to ``author`` are what ``kinds.Told`` reads off the text, kept to be asked for.
    """

    __tablename__ = "entries"
    __table_args__ = (
        UniqueConstraint("person_id", "number"),
        CheckConstraint("number > 0", name="number_positive"),
        ForeignKeyConstraint(["topic_id", "person_id"], ["topics.id", "topics.person_id"]),
        _index_where("deleted_at IS NULL", "ix_entries_newest", *_NEWEST),
        Index("ix_entries_of_topic", "person_id", "topic_id", "created_at", "number"),
        _index_where("pinned_at IS NOT NULL", "ix_entries_pinned", "person_id", "topic_id"),
        _index_where("deleted_at IS NOT NULL", "ix_entries_trash", "deleted_at"),
        _index_where("is_quote AND deleted_at IS NULL", "ix_entries_quotes", *_NEWEST),
        _index_where("has_link AND deleted_at IS NULL", "ix_entries_links", *_NEWEST),
        _index_where("is_location AND deleted_at IS NULL", "ix_entries_locations", *_NEWEST),
        _index_where(
            "author IS NOT NULL AND deleted_at IS NULL", "ix_entries_authors", "person_id", "author"
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # No cascade: the search index must see entries go while their topics still have names.
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    number: Mapped[int]
    text: Mapped[str]
    topic_id: Mapped[int | None]
    message_sid: Mapped[str | None] = mapped_column(
        ForeignKey("messages.sid", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    link_titles: Mapped[str] = mapped_column(server_default=EMPTY)
    is_quote: Mapped[bool] = mapped_column(server_default=false())
    has_link: Mapped[bool] = mapped_column(server_default=false())
    is_location: Mapped[bool] = mapped_column(server_default=false())
    author: Mapped[str | None]
    due_at: Mapped[datetime | None]
    pinned_at: Mapped[datetime | None]


class WordRow(Base):
    """A word of letters that the person's entries or topics hold, or held since the trash was emptied last.

    ``word`` is in lower case, ``key`` folded, ``backwards`` the key from its end.
    """

    __tablename__ = "words"
    __table_args__ = (
        Index("ix_words_key", "person_id", "key"),
        Index("ix_words_backwards", "person_id", "backwards"),
        Index("ix_words_stem", "person_id", "stem"),
        {"sqlite_with_rowid": False},
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(ByteOrderedText)
    backwards: Mapped[str] = mapped_column(ByteOrderedText)
    stem: Mapped[str]


class EntryMediaRow(Base):
    __tablename__ = "entry_media"
    __table_args__ = (Index("ix_entry_media_url", "url"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    url: Mapped[str]
    content_type: Mapped[str]


class EntryLinkRow(Base):
    """What came of looking at the page behind a link of an entry; no row for one not looked at yet."""

    __tablename__ = "entry_links"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    url: Mapped[str]
    final_url: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    site: Mapped[str]
    image: Mapped[str]
    canonical: Mapped[str]
    language: Mapped[str]
    failure: Mapped[str]
    at: Mapped[datetime]


class ChangeRow(Base):
    __tablename__ = "changes"
    __table_args__ = (
        _index_where("undone_at IS NULL", "ix_changes_to_undo", "person_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    message_sid: Mapped[str | None] = mapped_column(
        ForeignKey("messages.sid", ondelete="SET NULL"), index=True
    )
    kind: Mapped[str]
    arguments: Mapped[JsonValue] = mapped_column(Json, nullable=False)
    made_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class ImageRow(Base):
    """What a row was before a change wrote to it: the columns written, all of them for a row removed,
    nothing (NULL) for a row that the change added."""

    __tablename__ = "row_images"
    __table_args__ = (
        CheckConstraint("table_name IN ('entries', 'topics')", name="table_name_known"),
        Index("ix_row_images_row", "row_id", "table_name"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("changes.id", ondelete="CASCADE"), index=True)
    table_name: Mapped[str]
    row_id: Mapped[int]
    before: Mapped[JsonValue] = mapped_column(Json, nullable=True)


class ConversationRow(Base):
    """What must be remembered from one turn of a person's to the next."""

    __tablename__ = "conversations"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    question: Mapped[JsonValue] = mapped_column(Json, nullable=True)
    asked_at: Mapped[datetime | None]
    listing: Mapped[JsonValue] = mapped_column(Json, nullable=True)


class OutcomeRow(Base):
    """``arguments`` is NULL once they are forgotten."""

    __tablename__ = "outcomes"

    message_sid: Mapped[str] = mapped_column(ForeignKey("messages.sid", ondelete="CASCADE"), primary_key=True)
    response: Mapped[str]
    arguments: Mapped[JsonValue] = mapped_column(Json, nullable=True)


class SenderRow(Base):
    """``free_at`` is the moment from which the number may send its next segment."""

    __tablename__ = "senders"

    address: Mapped[str] = mapped_column(primary_key=True)
    free_at: Mapped[datetime]


class SpendingRow(Base):
    """``account`` is a person's id, or 0 for everybody; ``day`` is in UTC; ``told_by`` the reply that was
    the first to wait for the next day."""

    __tablename__ = "spending"

    day: Mapped[date] = mapped_column(primary_key=True)
    account: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    segments: Mapped[int] = mapped_column(server_default=text("0"))
    told_by: Mapped[int | None]


class MediaFileRow(Base):
    """What came of fetching a picture or a sound from ``url``; no row for one that is still to be fetched.

    ``key`` is where the media store keeps it; equal files of different addresses have the same.
    """

    __tablename__ = "media_files"
    __table_args__ = (
        CheckConstraint("state IN ('kept', 'missing')", name="state_known"),
        CheckConstraint("(state = 'kept') = (key IS NOT NULL)", name="kept_has_a_key"),
    )

    url: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[FileState]
    content_type: Mapped[str | None]
    key: Mapped[str | None] = mapped_column(index=True)
    size: Mapped[int | None]
    at: Mapped[datetime]


class TranscriptRow(Base):
    """What was heard in a sound; corrections change the entry and leave this as it is."""

    __tablename__ = "transcripts"

    url: Mapped[str] = mapped_column(ForeignKey("media_files.url", ondelete="CASCADE"), primary_key=True)
    transcript: Mapped[JsonValue] = mapped_column(Json, nullable=False)
    at: Mapped[datetime]


class CallRow(Base):
    """Who called, for the recording that comes later and does not say."""

    __tablename__ = "calls"

    sid: Mapped[str] = mapped_column(primary_key=True)
    from_: Mapped[str] = mapped_column("from_address")
    to: Mapped[str] = mapped_column("to_address")
    at: Mapped[datetime] = mapped_column(index=True)
