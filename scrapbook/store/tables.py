"""The tables, with the constraints that the database enforces."""

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

from scrapbook.model.records import FileState, JsonValue, MessageState, OutboundState, ReminderState
from scrapbook.store.column_types import ByteOrderedText, Id, Json, StorableText, UtcDateTime

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
    """Return a partial index of the rows for which the condition holds."""
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: Id,
        str: StorableText,
        datetime: UtcDateTime,
        MessageState: StorableText,
        OutboundState: StorableText,
        ReminderState: StorableText,
        FileState: StorableText,
    }


class PersonRow(Base):
    """A person with a scrapbook.

    ``next_number`` is the number of the person's next entry. Triggers update ``entry_count``. ``arrivals`` is
    not used any more, and remains because migrations only add.
    """

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
    """An address from which a person texts."""

    __tablename__ = "addresses"
    __table_args__ = (CheckConstraint("value LIKE '+%' OR value LIKE '_%:_%'", name="value_is_an_address"),)

    value: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)


class OptOutRow(Base):
    """An address whose owner has opted out; the row remains when the person is removed and added again."""

    __tablename__ = "opt_outs"

    address: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class MessageRow(Base):
    """A received message. ``id`` is the order of arrival; other rooms use ``message_id``."""

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint("state IN ('received', 'answered', 'failed')", name="state_known"),
        Index("ix_messages_person_id_id", "person_id", "id"),
        _index_where("state <> 'answered'", "ix_messages_unfinished", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    from_: Mapped[str] = mapped_column("from_address")
    to: Mapped[str] = mapped_column("to_address")
    body: Mapped[str]
    received_at: Mapped[datetime]
    state: Mapped[MessageState]
    problem: Mapped[str | None]
    is_memo: Mapped[bool] = mapped_column(server_default=false())
    replied_to: Mapped[str | None]
    is_forwarded: Mapped[bool] = mapped_column(server_default=false())
    answers: Mapped[str | None]


class MessageMediaRow(Base):
    """A picture or recording that came with a message."""

    __tablename__ = "message_media"

    message_id: Mapped[str] = mapped_column(
        ForeignKey("messages.message_id", ondelete="CASCADE"), primary_key=True
    )
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    url: Mapped[str]
    content_type: Mapped[str]


class InboxRow(Base):
    """A message that is to be answered; removed in the transaction that records its replies.

    ``id`` is the order in which one person's messages are answered. ``memo_result`` names the result of a
    memo; NULL for a message that is answered as it was texted.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        Index("ix_inbox_person_id_id", "person_id", "id"),
        UniqueConstraint("message_id", "attempt"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.message_id", ondelete="CASCADE"))
    attempt: Mapped[int]
    memo_result: Mapped[str | None]


class LeaseRow(Base):
    """The app that answers a person and sends to them; the row exists only while work for them waits."""

    __tablename__ = "leases"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    worker: Mapped[str] = mapped_column(index=True)


class WorkerRow(Base):
    """An app that shares the database with others.

    From ``expires_at`` on, by the database's clock, others may take over its leases.
    """

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]


class OutboundRow(Base):
    """A message to a person, recorded before it is sent. The outbox consists of those still to be sent.

    ``in_reply_to`` is the message that it answers; NULL for one that the scrapbook sends on its own, which
    has a ``dedup_key`` instead, under which it is recorded once. ``attempt`` counts the answers to the same
    message, ``part`` the messages into which one reply is split. ``counted_on`` is the day to whose quota its
    segments count; ``not_before`` is set while it waits for a later day; quotas do not apply where
    ``is_exempt``. It is sent in the approved template of a provider where ``in_template``.
    """

    __tablename__ = "outbound_messages"
    __table_args__ = (
        CheckConstraint("state IN ('recorded', 'sending', 'sent', 'failed')", name="state_known"),
        CheckConstraint("segments >= 0", name="segments_not_negative"),
        CheckConstraint("(in_reply_to IS NULL) = (dedup_key IS NOT NULL)", name="reply_or_named"),
        UniqueConstraint("in_reply_to", "attempt", "part"),
        UniqueConstraint("dedup_key"),
        _index_where("state <> 'sent'", "ix_outbound_messages_undelivered", "id"),
        _index_where("not_before IS NOT NULL", "ix_outbound_messages_held", "to_address", "id"),
        _index_where("in_reply_to IS NULL", "ix_outbound_messages_unasked", "person_id", "created_at"),
        _index_where(
            "state IN ('recorded', 'sending') AND not_before IS NULL",
            "ix_outbound_messages_outbox",
            "person_id",
            "id",
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    in_reply_to: Mapped[str | None] = mapped_column(ForeignKey("messages.message_id", ondelete="CASCADE"))
    dedup_key: Mapped[str | None]
    attempt: Mapped[int]
    part: Mapped[int]
    from_: Mapped[str] = mapped_column("from_address")
    to: Mapped[str] = mapped_column("to_address")
    body: Mapped[str]
    segments: Mapped[int]
    state: Mapped[OutboundState]
    provider_id: Mapped[str | None] = mapped_column(index=True)
    delivery_status: Mapped[str | None]
    delivery_status_at: Mapped[datetime | None]
    error_code: Mapped[int | None]
    failure_reason: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    media_key: Mapped[str | None]
    counted_on: Mapped[date | None]
    not_before: Mapped[datetime | None]
    is_exempt: Mapped[bool] = mapped_column(server_default=false())
    in_template: Mapped[bool] = mapped_column(server_default=false())


class TopicRow(Base):
    """A topic of a person.

    ``key`` is the normalized name, by which names are compared. Triggers update ``entry_count``, without the
    trash. ``aliases`` lists its former names and those of topics merged into it. ``passed_over`` counts how
    often a suggestion of it was skipped since an entry was last moved to it. ``description`` is what the
    person wrote about it; empty for nothing.
    """

    __tablename__ = "topics"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        # Referenced by entries, so that no entry can have a topic of another person.
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
    description: Mapped[str] = mapped_column(server_default=text("''"))


class EntryRow(Base):
    """An entry of a person.

    ``attached_words`` holds the titles of the pages behind its links and the words of its files, for the
    full-text search. Its column has the name of what it held first. ``character_terms`` are those of the text
    and the attached words (``text/character_pairs.py``), each followed by a space; NULL until they are read.
    ``is_quote`` to ``author`` are the ``EntryFacts`` of the text, stored for filters.
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
        _index_where(
            "deleted_at IS NOT NULL", "ix_entries_trash_of_person", "person_id", "deleted_at", "number"
        ),
        _index_where(
            "deleted_at IS NOT NULL",
            "ix_entries_trash_of_topic",
            "person_id",
            "topic_id",
            "deleted_at",
            "number",
        ),
        _index_where("is_quote AND deleted_at IS NULL", "ix_entries_quotes", *_NEWEST),
        _index_where("has_link AND deleted_at IS NULL", "ix_entries_links", *_NEWEST),
        _index_where("is_location AND deleted_at IS NULL", "ix_entries_locations", *_NEWEST),
        _index_where(
            "author IS NOT NULL AND deleted_at IS NULL", "ix_entries_authors", "person_id", "author"
        ),
        _index_where("character_terms IS NULL", "ix_entries_without_character_terms", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # No cascade: the triggers of the search index need the names of the topics of deleted entries.
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    number: Mapped[int]
    text: Mapped[str]
    topic_id: Mapped[int | None]
    message_id: Mapped[str | None] = mapped_column(
        ForeignKey("messages.message_id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    attached_words: Mapped[str] = mapped_column("link_titles", server_default=EMPTY)
    is_quote: Mapped[bool] = mapped_column(server_default=false())
    has_link: Mapped[bool] = mapped_column(server_default=false())
    is_location: Mapped[bool] = mapped_column(server_default=false())
    author: Mapped[str | None]
    due_at: Mapped[datetime | None]
    pinned_at: Mapped[datetime | None]
    character_terms: Mapped[str | None]


class EntryVectorRow(Base):
    """What an entry means to the model ``model``; removed when the entry is changed, and made again.

    So a row that was made later has a higher id.
    """

    __tablename__ = "entry_vectors"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), unique=True)
    model: Mapped[str]
    vector: Mapped[bytes]


class ImportedEntryRow(Base):
    """What was imported from elsewhere, under a key that names it there; so nothing is imported twice.

    ``key`` and ``text_digest`` are BLAKE2b hashes in hexadecimal, the second that of the text as it was
    imported. ``entry_id`` is NULL once the entry is purged: what was deleted here does not come back, unless
    the import was undone, at ``undone_at``: then it does.
    """

    __tablename__ = "imported_entries"
    __table_args__ = ({"sqlite_with_rowid": False},)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id", ondelete="SET NULL"), index=True)
    text_digest: Mapped[str]
    undone_at: Mapped[datetime | None]


class ImportedChangeRow(Base):
    """A change of an entry before it was imported: what happened to it where it comes from.

    It cannot be undone here, so it is in no ``ChangeRow``. ``before`` is as in a snapshot.
    """

    __tablename__ = "imported_changes"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(index=True)
    undone_at: Mapped[datetime | None]
    before: Mapped[JsonValue] = mapped_column(Json, nullable=False)


class WordRow(Base):
    """A word of the person's entries or topics, of letters only; unused words are deleted with the trash.

    ``word`` is in lower case, ``key`` is folded, ``backwards`` is the key reversed.
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
    """A picture or recording of an entry."""

    __tablename__ = "entry_media"
    __table_args__ = (Index("ix_entry_media_url", "url"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    url: Mapped[str]
    content_type: Mapped[str]


class EntryLinkRow(Base):
    """The preview of the page behind a link, or why there is none; no row until the page is read."""

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
    """A change of entries and topics within one message, in the undo journal."""

    __tablename__ = "changes"
    __table_args__ = (
        _index_where("undone_at IS NULL", "ix_changes_to_undo", "person_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[str | None] = mapped_column(
        ForeignKey("messages.message_id", ondelete="SET NULL"), index=True
    )
    kind: Mapped[str]
    arguments: Mapped[JsonValue] = mapped_column(Json, nullable=False)
    made_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class RowSnapshotRow(Base):
    """A snapshot of a row before a change: the changed columns, or all columns of a deleted row.

    ``before`` is NULL for a row that the change inserted.
    """

    __tablename__ = "row_images"
    __table_args__ = (
        CheckConstraint(
            "table_name IN ('entries', 'topics', 'shares', 'topic_members', 'reminders', 'quiet_hours', "
            "'feed_subscriptions', 'feed_watches', 'recurring_messages')",
            name="table_name_known",
        ),
        Index("ix_row_images_row", "row_id", "table_name"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("changes.id", ondelete="CASCADE"), index=True)
    table_name: Mapped[str]
    row_id: Mapped[int]
    before: Mapped[JsonValue] = mapped_column(Json, nullable=True)


class ConversationRow(Base):
    """The state of a person's conversation between two turns."""

    __tablename__ = "conversations"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    question: Mapped[JsonValue] = mapped_column(Json, nullable=True)
    asked_at: Mapped[datetime | None]
    listing: Mapped[JsonValue] = mapped_column(Json, nullable=True)


class TurnResultRow(Base):
    """The result of a turn, and how its message was read. ``arguments`` and ``evidence`` are NULL if erased.

    ``continues`` is the id of the earlier message that the message belongs to; NULL where it stands alone.
    """

    __tablename__ = "outcomes"

    message_id: Mapped[str] = mapped_column(
        ForeignKey("messages.message_id", ondelete="CASCADE"), primary_key=True
    )
    response: Mapped[str]
    arguments: Mapped[JsonValue] = mapped_column(Json, nullable=True)
    evidence: Mapped[JsonValue] = mapped_column(Json, nullable=True)
    continues: Mapped[str | None]


class SendSlotRow(Base):
    """A sending number, and the time ``free_at`` from which it may send its next segment."""

    __tablename__ = "senders"

    address: Mapped[str] = mapped_column(primary_key=True)
    free_at: Mapped[datetime]


class SegmentUsageRow(Base):
    """The segments of an account on a day, in UTC.

    ``account`` is a person's id, or 0 for all people. ``reported_by`` is the outbound message that claimed
    the report that the limit is reached; 0 once it was made.
    """

    __tablename__ = "spending"

    day: Mapped[date] = mapped_column(primary_key=True)
    account: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    segments: Mapped[int] = mapped_column(server_default=text("0"))
    reported_by: Mapped[int | None]


class MediaFileRow(Base):
    """The result of downloading a picture or recording from ``url``; no row while it is to be downloaded.

    ``key`` names the file in the media store; files with equal content have the same key. The picture and the
    video of a Live Photo have the same ``live_photo_id``. ``width`` and ``height`` of a picture are pixels;
    ``picture_problem`` says why it cannot be shown. All three are NULL until its sizes are made.
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
    live_photo_id: Mapped[str | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    picture_problem: Mapped[str | None]


class FileTextRow(Base):
    """The words of a file, or why there are none; no row for a file that was not read.

    What of them is shown became words of its entry, and is not repeated here.
    """

    __tablename__ = "file_texts"

    url: Mapped[str] = mapped_column(ForeignKey("media_files.url", ondelete="CASCADE"), primary_key=True)
    text: Mapped[str]
    failure: Mapped[str]
    at: Mapped[datetime]


class TranscriptRow(Base):
    """The transcript of a recording; a correction changes the entry, not this row."""

    __tablename__ = "transcripts"

    url: Mapped[str] = mapped_column(ForeignKey("media_files.url", ondelete="CASCADE"), primary_key=True)
    transcript: Mapped[JsonValue] = mapped_column(Json, nullable=False)
    at: Mapped[datetime]


class CallRow(Base):
    """The parties of a call, for its recording, which comes later without them."""

    __tablename__ = "calls"

    call_id: Mapped[str] = mapped_column("sid", primary_key=True)
    from_: Mapped[str] = mapped_column("from_address")
    to: Mapped[str] = mapped_column("to_address")
    at: Mapped[datetime] = mapped_column(index=True)


class SignInLinkRow(Base):
    """A link that signs a person in to the book once, unless it has expired.

    ``token_hash`` is the SHA-256 of its token, in hexadecimal.
    """

    __tablename__ = "sign_in_links"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class ExportLinkRow(Base):
    """A link under which a person downloads all that they saved, once, unless it has expired.

    ``token_hash`` is the SHA-256 of its token, in hexadecimal.
    """

    __tablename__ = "export_links"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class BookSessionRow(Base):
    """A device on which a person is signed in to the book.

    ``token_hash`` is the SHA-256 of the token in its cookie, in hexadecimal. ``csrf`` is what its forms send,
    ``flash`` a line that its next page shows once.
    """

    __tablename__ = "book_sessions"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    csrf: Mapped[str]
    device: Mapped[str]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    flash: Mapped[str | None]


class ShareRow(Base):
    """A topic that anybody with its address can read, until the row is deleted.

    ``token`` is in the address, and is stored as it is, so that the address can be shown again. Whoever reads
    this table can read the entries, too.
    """

    __tablename__ = "shares"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"), unique=True)
    token: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]


class TopicMemberRow(Base):
    """A person, ``member_id``, with whom ``person_id`` shares a topic, until the row is deleted.

    Each has a topic of their own for it, with their own entries. Whoever has one of these topics reads the
    entries of all of them.
    """

    __tablename__ = "topic_members"
    __table_args__ = (UniqueConstraint("topic_id", "member_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    member_topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"), unique=True)
    created_at: Mapped[datetime]


class ReminderRow(Base):
    """When a person is to be reminded of an entry; an entry has one at most.

    ``occurs_at`` is the time that was asked for; of one that comes again (``rule``, RFC 5545 without DTSTART,
    in local wall time), the next one. ``due_at`` is when it is to be said: later, if it was put off. It is
    looked at from ``wakes_at`` on: later still while it is held, for the reason ``held``. ``has_time`` says
    whether a time of day was named. ``timezone`` is that in which ``occurs_at`` was computed.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'paused', 'said', 'done')", name="state_known"),
        CheckConstraint(
            "held IS NULL OR held IN ('quiet', 'limit', 'opted_out', 'no_way')", name="held_known"
        ),
        UniqueConstraint("entry_id"),
        _index_where("state = 'waiting'", "ix_reminders_waiting", "wakes_at", "person_id"),
        Index("ix_reminders_of_person", "person_id", "state", "due_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"))
    occurs_at: Mapped[datetime]
    due_at: Mapped[datetime]
    wakes_at: Mapped[datetime]
    rule: Mapped[str | None]
    timezone: Mapped[str]
    has_time: Mapped[bool]
    state: Mapped[ReminderState]
    held: Mapped[str | None]


class SaidReminderRow(Base):
    """A reminder that was said, once for each time at which it was due. ``late_ms`` are milliseconds."""

    __tablename__ = "said_reminders"
    __table_args__ = (
        Index("ix_said_reminders_of_person", "person_id", "said_at"),
        Index("ix_said_reminders_said_at", "said_at"),
        Index("ix_said_reminders_outbound_id", "outbound_id"),
    )

    reminder_id: Mapped[int] = mapped_column(
        ForeignKey("reminders.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    outbound_id: Mapped[int] = mapped_column(ForeignKey("outbound_messages.id", ondelete="CASCADE"))
    said_at: Mapped[datetime]
    late_ms: Mapped[int]


class QuietHoursRow(Base):
    """The quiet hours of a person who has others than the usual ones, in minutes of the local day.

    There are none where they begin when they end. ``is_stopped``: nothing is said unasked at any hour.
    """

    __tablename__ = "quiet_hours"
    __table_args__ = (
        CheckConstraint("begins BETWEEN 0 AND 1439 AND ends BETWEEN 0 AND 1439", name="of_a_day"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), unique=True)
    begins: Mapped[int]
    ends: Mapped[int]
    is_stopped: Mapped[bool] = mapped_column(server_default=false())


class FeedRow(Base):
    """A feed, or a page without one, fetched once for everybody who follows it.

    ``url`` is what is fetched: what somebody texted, until a feed is found there. ``next_fetch_at`` is NULL
    where it is paused. An app that fetches it moves that time on first, so that no other does it too.
    ``unfollowed_at``: since when nobody follows it; it is kept for as long as that can be undone.
    """

    __tablename__ = "feeds"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str | None]
    title: Mapped[str] = mapped_column(server_default=EMPTY)
    etag: Mapped[str] = mapped_column(server_default=EMPTY)
    modified: Mapped[str] = mapped_column(server_default=EMPTY)
    read_at: Mapped[datetime | None]
    last_read_at: Mapped[datetime | None]
    next_fetch_at: Mapped[datetime | None] = mapped_column(index=True)
    robots_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    failure: Mapped[str | None]
    unfollowed_at: Mapped[datetime | None]


class FeedItemRow(Base):
    """An item of a feed, kept for 30 days, and for as long as the feed has it.

    ``is_news``: it came after the first fetch. ``left_at``: since when the feed does not have it any more.
    """

    __tablename__ = "feed_items"
    __table_args__ = (
        Index("ix_feed_items_feed_id_id", "feed_id", "id"),
        _index_where("left_at IS NOT NULL", "ix_feed_items_found_at_where_left", "found_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feeds.id", ondelete="CASCADE"))
    url: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str]
    published_at: Mapped[datetime | None]
    found_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    is_news: Mapped[bool]


class FeedItemKeyRow(Base):
    """A key by which an item of a feed is recognised."""

    __tablename__ = "feed_item_keys"

    feed_id: Mapped[int] = mapped_column(ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("feed_items.id", ondelete="CASCADE"), index=True)


class SubscriptionRow(Base):
    """A feed that a person follows. ``seen_item_id`` is the newest item that they were shown, or 0.

    ``address`` is what they texted; ``name`` what they called it, if anything.
    """

    __tablename__ = "feed_subscriptions"
    __table_args__ = (UniqueConstraint("person_id", "feed_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    feed_id: Mapped[int] = mapped_column(ForeignKey("feeds.id", ondelete="CASCADE"), index=True)
    address: Mapped[str]
    name: Mapped[str | None]
    seen_item_id: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime]


class WatchRow(Base):
    """Words of which a person is told when an item of a feed mentions them.

    ``told_count`` is how often that was done on ``told_on``, a day where the person is.
    """

    __tablename__ = "feed_watches"
    __table_args__ = (UniqueConstraint("subscription_id", "words"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("feed_subscriptions.id", ondelete="CASCADE"))
    words: Mapped[str]
    told_on: Mapped[date | None]
    told_count: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime]


class UnaskedMessageRow(Base):
    """What is to be said to a person unasked, until it is recorded among the outbound messages.

    It is looked at from ``wakes_at`` on: later while it is held, for the reason ``held``. What ``is_answer``
    says what became of something that the person did: it waits for no morning.
    """

    __tablename__ = "unasked_messages"
    __table_args__ = (
        CheckConstraint(
            "held IS NULL OR held IN ('quiet', 'limit', 'opted_out', 'no_way')", name="held_known"
        ),
        UniqueConstraint("dedup_key"),
        Index("ix_unasked_messages_wakes_at", "wakes_at"),
        Index("ix_unasked_messages_of_person", "person_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    dedup_key: Mapped[str]
    body: Mapped[str]
    left_at: Mapped[datetime]
    wakes_at: Mapped[datetime]
    held: Mapped[str | None]
    is_answer: Mapped[bool] = mapped_column(server_default=false())


class RecurringMessageRow(Base):
    """What is said to a person again and again; one of each kind at most.

    ``rule`` is RFC 5545 without DTSTART, in local wall time, and ``occurs_at`` its next time. It is looked at
    from ``wakes_at`` on: later while it is held, for the reason ``held``. ``has_time`` says whether the
    person named a time of day. ``question`` was asked at ``asked_at`` and is not answered yet.
    """

    __tablename__ = "recurring_messages"
    __table_args__ = (
        CheckConstraint("kind IN ('prompts', 'on_this_day', 'round_ups')", name="kind_known"),
        CheckConstraint(
            "held IS NULL OR held IN ('quiet', 'limit', 'opted_out', 'no_way')", name="held_known"
        ),
        UniqueConstraint("person_id", "kind"),
        Index("ix_recurring_messages_wakes_at", "wakes_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[str]
    rule: Mapped[str]
    has_time: Mapped[bool]
    occurs_at: Mapped[datetime]
    wakes_at: Mapped[datetime]
    held: Mapped[str | None]
    question: Mapped[str | None]
    asked_at: Mapped[datetime | None]


class ErasureRow(Base):
    """A person's wish to have everything of theirs erased, and what is still to be done for it.

    It names no row that is erased, so that it outlives them; ``person_id`` is no foreign key. From
    ``asked_at`` on ``code`` may be answered from ``address``. ``message_id`` is the message that did so;
    empty where the erasure was ordered in the terminal; NULL until then. ``files`` are the keys of stored
    files, and ``message_ids`` the messages of which DBOS may have workflows: both NULL until the rows are
    erased, and empty once the files and the workflows are.
    """

    __tablename__ = "erasures"

    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    address: Mapped[str]
    code: Mapped[str]
    asked_at: Mapped[datetime]
    message_id: Mapped[str | None]
    files: Mapped[JsonValue] = mapped_column(Json, nullable=True)
    message_ids: Mapped[JsonValue] = mapped_column(Json, nullable=True)


class UploadedExportRow(Base):
    """An export that a person has uploaded in the book, or sent with a message.

    A person has one at most, and beside it files that were sent and are still looked at. The file is in the
    data folder of the app ``worker``, in a folder named by the id. ``state`` is ``uploading`` until the file
    is there, ``reading`` until it is known what would come (``preview``), then ``read``; ``wanted`` from the
    press of the button until it is ``imported``, with its ``result``; or ``failed``, for the ``problem``.
    ``count`` is how many entries were read so far. ``message_id`` is that of the message, if it came with
    one: then the person is told what would come, and when it is done.
    """

    __tablename__ = "uploaded_exports"
    __table_args__ = (
        CheckConstraint(
            "state IN ('uploading', 'reading', 'read', 'wanted', 'imported', 'failed')", name="state_known"
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    worker: Mapped[str]
    name: Mapped[str]
    state: Mapped[str]
    count: Mapped[int] = mapped_column(server_default=text("0"))
    preview: Mapped[JsonValue] = mapped_column(Json, nullable=True)
    result: Mapped[JsonValue] = mapped_column(Json, nullable=True)
    message_id: Mapped[str | None]
    problem: Mapped[str | None]
    at: Mapped[datetime]
