"""Erase everything of a person, and what is still to be done for it.

``personal_rows`` says of each table which rows are a person's. A test fails for a table that is neither in it
nor in ``IMPERSONAL``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, delete, exists, false, func, or_, select, update
from sqlalchemy.orm import aliased

from scrapbook.messaging.addresses import guess_timezone, without_channel
from scrapbook.store.people import People
from scrapbook.store.purge import forget_changes, forget_quotations
from scrapbook.store.sql_helpers import chunks, insert_or_update, rows_written
from scrapbook.store.tables import (
    AddressRow,
    Base,
    BookSessionRow,
    CallRow,
    ChangeRow,
    ConversationRow,
    EntryLinkRow,
    EntryMediaRow,
    EntryRow,
    EntryVectorRow,
    ErasureRow,
    ExportLinkRow,
    FeedItemKeyRow,
    FeedItemRow,
    FeedRow,
    FileTextRow,
    ImportedChangeRow,
    ImportedEntryRow,
    InboxRow,
    LeaseRow,
    MediaFileRow,
    MessageMediaRow,
    MessageRow,
    OptOutRow,
    OutboundRow,
    PersonRow,
    QuietHoursRow,
    RecurringMessageRow,
    ReminderRow,
    RowSnapshotRow,
    SaidReminderRow,
    SegmentUsageRow,
    SendSlotRow,
    ShareRow,
    SignInLinkRow,
    SubscriptionRow,
    TopicMemberRow,
    TopicRow,
    TranscriptRow,
    TurnResultRow,
    UnaskedMessageRow,
    UploadedExportRow,
    WatchRow,
    WordRow,
    WorkerRow,
)
from scrapbook.store.unit_of_work import UnitOfWork
from scrapbook.text.query import Index

IMPERSONAL: frozenset[type[Base]] = frozenset({WorkerRow, SendSlotRow})
"""Tables in which nothing is a person's: the apps, and the scrapbook's own numbers."""

LASTING: tuple[type[Base], ...] = (
    ErasureRow,
    SegmentUsageRow,
    LeaseRow,
    OptOutRow,
    AddressRow,
    PersonRow,
)
"""Tables whose rows of a person are needed until the receipt is sent. In this order they are deleted."""

SAID_OR_SHOWN: tuple[type[Base], ...] = (
    BookSessionRow,
    SignInLinkRow,
    ExportLinkRow,
    ShareRow,
    TopicMemberRow,
    ReminderRow,
    UnaskedMessageRow,
    RecurringMessageRow,
    UploadedExportRow,
)
"""Tables by which somebody could see, or be told, what is half erased; they are emptied first."""

PART = 500
"""Rows of a large table that are erased in one transaction: nobody who texts meanwhile waits long for it."""

WITH_WORKFLOWS = timedelta(days=31)
"""For as long DBOS may have a workflow of a message; failed ones stay for 30 days."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """A person's wish to have everything of theirs erased; see ``ErasureRow``."""

    person_id: int
    address: str
    code: str
    asked_at: datetime
    message_id: str | None
    files: tuple[str, ...]
    message_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holdings:
    """How many rows of each kind are a person's. ``memos`` are recordings, ``files`` all other files."""

    entries: int
    trashed: int
    topics: int
    files: int
    memos: int
    reminders: int
    shares: int
    devices: int
    messages: int


def personal_rows(person_id: int, kept_from: int | None = None) -> Mapping[type[Base], ColumnElement[bool]]:
    """Return for each table which rows are a person's.

    Args:
        kept_from: ``messages.id`` of the first message that does not count, with its replies and what came
            with it; None to count all.
    """
    # Aliases: SQLAlchemy would take the table of a statement for that of a subquery in its condition.
    message, entry, address = aliased(MessageRow), aliased(EntryRow), aliased(AddressRow)
    entry_file, message_file = aliased(EntryMediaRow), aliased(MessageMediaRow)
    change = aliased(ChangeRow)
    entries = select(entry.id).where(entry.person_id == person_id)
    addresses = select(address.value).where(address.person_id == person_id)
    is_kept = message.id >= kept_from if kept_from is not None else false()
    kept = select(message.message_id).where(message.person_id == person_id, is_kept)
    messages = select(message.message_id).where(message.person_id == person_id, ~is_kept)
    their_files = select(entry_file.url).where(entry_file.entry_id.in_(entries))
    sent_files = select(message_file.url).where(message_file.message_id.in_(messages))
    others_files = exists().where(entry_file.url == MediaFileRow.url, entry_file.entry_id.not_in(entries))
    kept_files = exists().where(message_file.url == MediaFileRow.url, message_file.message_id.in_(kept))
    is_theirs = (
        or_(MediaFileRow.url.in_(their_files), MediaFileRow.url.in_(sent_files)) & ~others_files & ~kept_files
    )
    files = select(MediaFileRow.url).where(is_theirs)
    subscription = aliased(SubscriptionRow)
    followed = select(subscription.feed_id).where(subscription.person_id == person_id)
    by_others = select(subscription.feed_id).where(subscription.person_id != person_id)
    feeds = followed.except_(by_others)
    return {
        PersonRow: PersonRow.id == person_id,
        AddressRow: AddressRow.person_id == person_id,
        OptOutRow: OptOutRow.address.in_(addresses),
        MessageRow: MessageRow.message_id.in_(messages),
        MessageMediaRow: MessageMediaRow.message_id.in_(messages),
        InboxRow: InboxRow.message_id.in_(messages),
        LeaseRow: LeaseRow.person_id == person_id,
        OutboundRow: (OutboundRow.person_id == person_id)
        & (OutboundRow.in_reply_to.is_(None) | OutboundRow.in_reply_to.not_in(kept)),
        TopicRow: TopicRow.person_id == person_id,
        EntryRow: EntryRow.person_id == person_id,
        EntryVectorRow: EntryVectorRow.entry_id.in_(entries),
        ImportedEntryRow: ImportedEntryRow.person_id == person_id,
        ImportedChangeRow: ImportedChangeRow.entry_id.in_(entries),
        WordRow: WordRow.person_id == person_id,
        EntryMediaRow: EntryMediaRow.entry_id.in_(entries),
        EntryLinkRow: EntryLinkRow.entry_id.in_(entries),
        ChangeRow: ChangeRow.person_id == person_id,
        RowSnapshotRow: RowSnapshotRow.change_id.in_(select(change.id).where(change.person_id == person_id)),
        ConversationRow: ConversationRow.person_id == person_id,
        TurnResultRow: TurnResultRow.message_id.in_(
            select(message.message_id).where(message.person_id == person_id, message.id <= kept_from)
            if kept_from is not None
            else messages
        ),
        SegmentUsageRow: SegmentUsageRow.account == person_id,
        MediaFileRow: is_theirs,
        FileTextRow: FileTextRow.url.in_(files),
        TranscriptRow: TranscriptRow.url.in_(files),
        CallRow: CallRow.from_.in_(addresses) | CallRow.to.in_(addresses),
        SignInLinkRow: SignInLinkRow.person_id == person_id,
        BookSessionRow: BookSessionRow.person_id == person_id,
        ShareRow: ShareRow.person_id == person_id,
        TopicMemberRow: (TopicMemberRow.person_id == person_id) | (TopicMemberRow.member_id == person_id),
        ReminderRow: ReminderRow.person_id == person_id,
        SaidReminderRow: SaidReminderRow.person_id == person_id,
        QuietHoursRow: QuietHoursRow.person_id == person_id,
        UploadedExportRow: UploadedExportRow.person_id == person_id,
        ExportLinkRow: ExportLinkRow.person_id == person_id,
        FeedRow: FeedRow.id.in_(feeds),
        FeedItemRow: FeedItemRow.feed_id.in_(feeds),
        FeedItemKeyRow: FeedItemKeyRow.feed_id.in_(feeds),
        SubscriptionRow: SubscriptionRow.person_id == person_id,
        WatchRow: WatchRow.person_id == person_id,
        UnaskedMessageRow: UnaskedMessageRow.person_id == person_id,
        RecurringMessageRow: RecurringMessageRow.person_id == person_id,
        ErasureRow: ErasureRow.person_id == person_id,
    }


class Erasures:
    """Erases people, within one transaction."""

    def __init__(self, work: UnitOfWork, index: Index, people: People) -> None:
        self._work = work
        self._index = index
        self._people = people

    def ask(self, person_id: int, address: str, code: str, at: datetime) -> None:
        """Record a code that may be answered from ``address``, in place of an earlier one."""
        values = {"address": address, "code": code, "asked_at": at}
        undone = {"message_id": None, "files": None, "message_ids": None}
        insert_or_update(self._work.session, ErasureRow, {"person_id": person_id}, {**values, **undone})

    def of(self, person_id: int) -> Erasure | None:
        """Return the wish of a person; None where there is none."""
        row = self._work.session.scalar(select(ErasureRow).where(ErasureRow.person_id == person_id))
        return None if row is None else _erasure(row)

    def withdraw(self, person_id: int) -> None:
        """Forget the wish of a person."""
        self._work.session.execute(delete(ErasureRow).where(ErasureRow.person_id == person_id))

    def withdraw_unconfirmed(self, before: datetime) -> int:
        """Forget the wishes that were asked before then, and not confirmed. Returns how many."""
        old = (ErasureRow.message_id.is_(None), ErasureRow.asked_at < before)
        return rows_written(self._work.session, delete(ErasureRow).where(*old))

    def confirm(self, person_id: int, message_id: str) -> None:
        """Record the message that answered the code."""
        row = update(ErasureRow).where(ErasureRow.person_id == person_id)
        self._work.session.execute(row.values(message_id=message_id))

    def holdings(self, person_id: int) -> Holdings:
        """Count what is stored of a person."""
        rows = personal_rows(person_id)
        is_memo = MediaFileRow.content_type.like("audio/%")
        return Holdings(
            entries=self._count(EntryRow, rows[EntryRow] & EntryRow.deleted_at.is_(None)),
            trashed=self._count(EntryRow, rows[EntryRow] & EntryRow.deleted_at.is_not(None)),
            topics=self._count(TopicRow, rows[TopicRow]),
            files=self._count(MediaFileRow, rows[MediaFileRow] & ~func.coalesce(is_memo, false())),
            memos=self._count(MediaFileRow, rows[MediaFileRow] & is_memo),
            reminders=self._count(ReminderRow, rows[ReminderRow]),
            shares=self._count(ShareRow, rows[ShareRow]) + self._count(TopicMemberRow, rows[TopicMemberRow]),
            devices=self._count(BookSessionRow, rows[BookSessionRow]),
            messages=self._count(MessageRow, rows[MessageRow]) + self._count(OutboundRow, rows[OutboundRow]),
        )

    def erase_part(self, person_id: int, message_id: str) -> bool:
        """Erase a part of what is most: in a transaction each until there is no more; then call ``erase``.

        The first call locks the person out of the book. Killed in between, it is gone on with.

        Args:
            message_id: of the message that has confirmed the wish; empty for ``erase_everything``.

        Returns:
            Whether anything was erased.
        """
        wish = self._work.session.scalar(
            select(ErasureRow).where(ErasureRow.person_id == person_id, ErasureRow.message_ids.is_(None))
        )
        if wish is None or wish.message_id != message_id:
            return False
        if wish.files is None:
            self._begin(person_id, message_id)
            return True
        return (
            self._erase_changes(person_id)
            or self._erase_imports(person_id)
            or self._erase_entries(person_id)
            or self._erase_messages(person_id, message_id)
            or self._erase_unasked(person_id)
        )

    def erase(self, person_id: int, message_id: str) -> None:
        """Erase everything that was a person's when they sent a message, but what its receipt needs.

        Those are the message, its replies and where they go. Later messages stay, to be answered in a
        scrapbook that is new. Does nothing where it is done.
        """
        wish = self._work.session.scalar(
            select(ErasureRow).where(ErasureRow.person_id == person_id, ErasureRow.message_ids.is_(None))
        )
        confirmed = select(MessageRow.id).where(MessageRow.message_id == message_id)
        kept_from = self._work.session.scalar(confirmed)
        if wish is None or wish.message_id != message_id or kept_from is None:
            return
        self._record_files(person_id, kept_from)
        self._delete(person_id, personal_rows(person_id, kept_from))
        address = wish.address
        self._work.session.execute(
            update(PersonRow)
            .where(PersonRow.id == person_id)
            .values(name=without_channel(address), timezone=guess_timezone(address), next_number=1)
        )

    def begin_everything(self, person_id: int, at: datetime) -> None:
        """Have ``erase_part`` erase a person to whom no receipt is sent. Goes on with one that was begun.

        Raises:
            NotFound: there is no such person.
        """
        self._people.get(person_id)
        wish = self.of(person_id)
        if wish is None or wish.message_id != "":
            self.ask(person_id, "", "", at)
            self.confirm(person_id, "")

    def erase_everything(self, person_id: int, at: datetime) -> None:
        """Erase a person, to whom no receipt is sent.

        Raises:
            NotFound: there is no such person.
        """
        self.begin_everything(person_id, at)
        self._record_files(person_id, None)
        rows = personal_rows(person_id)
        self._delete(person_id, rows)
        self._delete_lasting(rows, but=ErasureRow)

    def unfinished(self) -> list[Erasure]:
        """Return the erasures whose rows are erased, and for which something is still to be done."""
        rows = self._work.session.scalars(select(ErasureRow).where(ErasureRow.message_ids.is_not(None)))
        return [_erasure(row) for row in rows]

    def mark_cleaned(self, person_id: int) -> None:
        """Record that the files and the workflows of a person are erased."""
        row = update(ErasureRow).where(ErasureRow.person_id == person_id)
        self._work.session.execute(row.values(files=[], message_ids=[]))

    def finish(self, erasure: Erasure) -> bool:
        """Erase the receipt once it is sent, and the person unless they have texted again.

        Returns:
            Whether that is done; not while the receipt is still to be sent.
        """
        person_id = erasure.person_id
        if not erasure.message_id:
            self.withdraw(person_id)
            return True
        unsent = OutboundRow.state.in_(("recorded", "sending"))
        if self._count(OutboundRow, unsent & (OutboundRow.in_reply_to == erasure.message_id)):
            return False
        self._work.session.execute(delete(MessageRow).where(MessageRow.message_id == erasure.message_id))
        rows = personal_rows(person_id)
        if any(self._count(row, rows[row]) for row in (MessageRow, EntryRow, TopicRow, TopicMemberRow)):
            self.withdraw(person_id)
        else:
            self._delete(person_id, rows)
            self._delete_lasting(rows)
        return True

    def _record_files(self, person_id: int, kept_from: int | None) -> None:
        """Record what is erased after this transaction: files that nobody else has, and workflows."""
        rows = personal_rows(person_id, kept_from)
        keys = select(MediaFileRow.key).where(rows[MediaFileRow], MediaFileRow.key.is_not(None)).distinct()
        newest = select(func.max(MessageRow.received_at)).where(rows[MessageRow])
        since = self._work.session.scalar(newest)
        messages: list[str] = []
        if since is not None:
            recent = (rows[MessageRow], MessageRow.received_at >= since - WITH_WORKFLOWS)
            messages.extend(self._work.session.scalars(select(MessageRow.message_id).where(*recent)))
        row = update(ErasureRow).where(ErasureRow.person_id == person_id)
        files = self._files_so_far(person_id) | {key for key in self._work.session.scalars(keys) if key}
        self._work.session.execute(row.values(files=sorted(files), message_ids=messages))

    def _files_so_far(self, person_id: int) -> set[str]:
        wish = self.of(person_id)
        return set(wish.files) if wish else set()

    def _begin(self, person_id: int, message_id: str) -> None:
        """Lock a person out, and record the files whose rows go with the entries."""
        kept_from = self._work.session.scalar(
            select(MessageRow.id).where(MessageRow.message_id == message_id)
        )
        rows = personal_rows(person_id, kept_from)
        keys = select(MediaFileRow.key).where(rows[MediaFileRow], MediaFileRow.key.is_not(None)).distinct()
        files = list(self._work.session.scalars(keys))
        self._work.session.execute(
            update(ErasureRow).where(ErasureRow.person_id == person_id).values(files=files)
        )
        self._forget_elsewhere(person_id)
        self._delete_feeds(person_id)  # those that changes tell of
        by_address = () if message_id else (CallRow, OptOutRow, AddressRow)
        for row in (*SAID_OR_SHOWN, *by_address):
            self._work.session.execute(delete(row).where(rows[row]))

    def _erase_changes(self, person_id: int) -> bool:
        """Erase changes, each after what it can undo."""
        theirs = select(ChangeRow.id).where(ChangeRow.person_id == person_id).order_by(ChangeRow.id)
        changes = self._work.session.scalars(theirs.limit(PART)).all()
        undone = select(RowSnapshotRow.id).where(RowSnapshotRow.change_id.in_(changes)).limit(PART)
        if ids := self._work.session.scalars(undone).all():
            self._work.session.execute(delete(RowSnapshotRow).where(RowSnapshotRow.id.in_(ids)))
        else:
            self._work.session.execute(delete(ChangeRow).where(ChangeRow.id.in_(changes)))
        return bool(changes)

    def _erase_imports(self, person_id: int) -> bool:
        row = ImportedEntryRow
        keys = self._work.session.scalars(select(row.key).where(row.person_id == person_id).limit(PART)).all()
        self._work.session.execute(delete(row).where(row.person_id == person_id, row.key.in_(keys)))
        return bool(keys)

    def _erase_entries(self, person_id: int) -> bool:
        """Erase entries, and what only they have; files that came with messages are left to ``erase``."""
        theirs = select(EntryRow.id).where(EntryRow.person_id == person_id).order_by(EntryRow.id).limit(PART)
        ids = self._work.session.scalars(theirs).all()
        other, sent = aliased(EntryMediaRow), aliased(MessageMediaRow)
        files = select(EntryMediaRow.url).where(
            EntryMediaRow.entry_id.in_(ids),
            ~exists().where(other.url == EntryMediaRow.url, other.entry_id.not_in(ids)),
            ~exists().where(sent.url == EntryMediaRow.url),
        )
        for chunk in chunks(self._work.session.scalars(files.distinct()).all()):
            self._work.session.execute(delete(MediaFileRow).where(MediaFileRow.url.in_(chunk)))
        self._work.session.execute(delete(EntryRow).where(EntryRow.id.in_(ids)))
        return bool(ids)

    def _erase_messages(self, person_id: int, message_id: str) -> bool:
        """Erase messages with their replies, results, and the files that only they have.

        Those that DBOS may still know are left to ``erase``, which records their ids.
        """
        row, entry, sent = MessageRow, aliased(EntryMediaRow), aliased(MessageMediaRow)
        theirs = row.person_id == person_id
        latest = select(row.received_at).where(theirs).order_by(row.id.desc()).limit(1)
        newest = self._work.session.scalar(latest)
        if newest is None:
            return False
        old = (theirs, row.received_at < newest - WITH_WORKFLOWS, row.message_id != message_id)
        oldest = select(row.message_id).where(*old).order_by(row.id).limit(PART)
        ids = self._work.session.scalars(oldest).all()
        files = select(MessageMediaRow.url).where(
            MessageMediaRow.message_id.in_(ids),
            ~exists().where(sent.url == MessageMediaRow.url, sent.message_id.not_in(ids)),
            ~exists().where(entry.url == MessageMediaRow.url),
        )
        for chunk in chunks(self._work.session.scalars(files.distinct()).all()):
            self._work.session.execute(delete(MediaFileRow).where(MediaFileRow.url.in_(chunk)))
        self._work.session.execute(delete(row).where(row.message_id.in_(ids)))
        return bool(ids)

    def _erase_unasked(self, person_id: int) -> bool:
        """Erase what was said to a person that answers nothing."""
        row = OutboundRow
        theirs = select(row.id).where(row.person_id == person_id, row.in_reply_to.is_(None)).limit(PART)
        ids = self._work.session.scalars(theirs).all()
        self._work.session.execute(delete(row).where(row.id.in_(ids)))
        return bool(ids)

    def _delete(self, person_id: int, rows: Mapping[type[Base], ColumnElement[bool]]) -> None:
        self._forget_elsewhere(person_id)
        self._delete_feeds(person_id)
        of_files = (FileTextRow, TranscriptRow, MediaFileRow)  # found by the rows that name them
        for row in of_files:
            self._work.session.execute(delete(row).where(rows[row]))
        others = {row.__tablename__: row for row in rows if row not in {*of_files, *LASTING}}
        for table in reversed(Base.metadata.sorted_tables):
            if row := others.get(table.name):
                self._work.session.execute(delete(row).where(rows[row]))
        self._index.forget_deleted()

    def _delete_lasting(
        self, rows: Mapping[type[Base], ColumnElement[bool]], but: type[Base] | None = None
    ) -> None:
        for row in LASTING:
            if row is not but:
                self._work.session.execute(delete(row).where(rows[row]))

    def _delete_feeds(self, person_id: int) -> None:
        """Delete the feeds that only this person follows, or can follow again by undoing."""
        theirs = self._followed(SubscriptionRow.person_id == person_id, ChangeRow.person_id == person_id)
        if not theirs:  # else all that others follow is looked through
            return
        others = self._followed(SubscriptionRow.person_id != person_id, ChangeRow.person_id != person_id)
        for chunk in chunks(theirs - others):
            self._work.session.execute(delete(FeedRow).where(FeedRow.id.in_(chunk)))

    def _followed(self, subscribed: ColumnElement[bool], changed: ColumnElement[bool]) -> set[int]:
        """Return the ids of the feeds that somebody follows, or can follow again by undoing."""
        snapshots = (
            select(RowSnapshotRow.before)
            .join(ChangeRow, ChangeRow.id == RowSnapshotRow.change_id)
            .where(changed, RowSnapshotRow.table_name == SubscriptionRow.__tablename__)
        )
        rows = self._work.session.scalars(snapshots)
        feed_ids = (before.get("feed_id") for before in rows if isinstance(before, dict))
        left = {feed_id for feed_id in feed_ids if isinstance(feed_id, int)}
        return left | set(self._work.session.scalars(select(SubscriptionRow.feed_id).where(subscribed)))

    def _forget_elsewhere(self, person_id: int) -> None:
        """Forget a person in what others can undo and are asked, and their entries where others list them."""
        changed = select(RowSnapshotRow.row_id).join(ChangeRow, ChangeRow.id == RowSnapshotRow.change_id)
        by_others = set(
            self._work.session.scalars(
                changed.where(
                    ChangeRow.person_id != person_id,
                    RowSnapshotRow.table_name == EntryRow.__tablename__,
                    RowSnapshotRow.row_id.in_(select(EntryRow.id).where(EntryRow.person_id == person_id)),
                )
            )
        )
        for chunk in chunks(by_others):
            forget_changes(self._work.session, chunk)
        member = TopicMemberRow
        together = select(member.topic_id).where(
            (member.member_id == person_id) | (member.person_id == person_id)
        )
        groups = select(member.person_id, member.member_id, member.topic_id).where(
            member.topic_id.in_(together)
        )
        others = {one for owner, other, _ in self._work.session.execute(groups) for one in (owner, other)} - {
            person_id
        }
        for one in others:
            forget_quotations(self._work.session, one, None)
        self._forget_sharing(person_id)

    def _forget_sharing(self, person_id: int) -> None:
        """Forget the changes by which others shared topics with a person, or ended that: they name them."""
        name = self._people.get(person_id).name
        kinds = ("share_with", "unshare_with", "leave")
        changes = select(ChangeRow.id, ChangeRow.arguments).where(
            ChangeRow.kind.in_(kinds), ChangeRow.person_id != person_id
        )
        naming = {
            id_
            for id_, arguments in self._work.session.execute(changes)
            if isinstance(arguments, dict) and arguments.get("person") == name
        }
        sharing = TopicMemberRow.__tablename__
        snapshots = (
            select(RowSnapshotRow.change_id, RowSnapshotRow.before)
            .join(ChangeRow, ChangeRow.id == RowSnapshotRow.change_id)
            .where(RowSnapshotRow.table_name == sharing, ChangeRow.person_id != person_id)
        )
        for change_id, before in self._work.session.execute(snapshots):
            if isinstance(before, dict) and person_id in (before.get("person_id"), before.get("member_id")):
                naming.add(change_id)
        for chunk in chunks(naming):
            self._work.session.execute(delete(ChangeRow).where(ChangeRow.id.in_(chunk)))

    def _count(self, row: type[Base], where: ColumnElement[bool]) -> int:
        counted = select(func.count()).select_from(row).where(where)
        return self._work.session.scalar(counted) or 0


def _erasure(row: ErasureRow) -> Erasure:
    return Erasure(
        person_id=row.person_id,
        address=row.address,
        code=row.code,
        asked_at=row.asked_at,
        message_id=row.message_id,
        files=tuple(_texts(row.files)),
        message_ids=tuple(_texts(row.message_ids)),
    )


def _texts(value: Any) -> Iterable[str]:  # noqa: ANN401 - JSON
    return cast("list[str]", value or [])
