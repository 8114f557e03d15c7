"""The records that the store returns: frozen, detached from the database. All times are aware and in UTC."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias, TypedDict

from typing_extensions import TypeAliasType

from scrapbook.model.delivery_status import DeliveryStatus
from scrapbook.text.entry_facts import EntryKind
from scrapbook.text.file_types import is_audio

if TYPE_CHECKING:
    JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"
else:  # pydantic follows a recursive type only by its name
    JsonValue = TypeAliasType(
        "JsonValue", str | int | float | bool | list["JsonValue"] | dict[str, "JsonValue"] | None
    )

MessageState = Literal["received", "answered", "failed"]
OutboundState = Literal["recorded", "sending", "sent", "failed"]
FileState = Literal["kept", "missing"]
RecurringKind = Literal["prompts", "on_this_day", "round_ups"]
ReminderState = Literal["waiting", "paused", "said", "done"]
MediaState = Literal["waiting", "kept", "missing"]


@dataclass(frozen=True, slots=True)
class PersonAddress:
    """An address of a person: an E.164 number (``+15550100``), with ``whatsapp:`` before it for WhatsApp."""

    value: str
    opted_out_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A person with a scrapbook. ``timezone`` is an IANA name."""

    id: int
    name: str
    timezone: str
    addresses: tuple[PersonAddress, ...]


@dataclass(frozen=True, slots=True)
class Media:
    """An attachment: a picture, audio or another file.

    Attributes:
        url: its address at the provider, where it may be deleted by now.
        content_type: the type of its bytes; until it is downloaded, the type that the sender's phone named.
        state: "waiting" to be downloaded, "kept" in the media store, or "missing" for good.
        key: its key in the media store.
        size: in bytes.
        live_photo_id: the same for the picture and the video of a Live Photo.
        width, height: of a picture, in pixels, as it is to be held; None until its sizes are made.
        picture_problem: why a picture cannot be shown, in plain words.
    """

    url: str
    content_type: str
    state: MediaState = "waiting"
    key: str | None = None
    size: int | None = None
    live_photo_id: str | None = None
    width: int | None = None
    height: int | None = None
    picture_problem: str | None = None

    @property
    def is_audio(self) -> bool:
        """Whether it is a recording."""
        return is_audio(self.content_type)


@dataclass(frozen=True, slots=True)
class Message:
    """A message from a person.

    Attributes:
        body: its text as it was sent; of a memo, the transcript.
        problem: why a failed message failed, in plain words.
        is_memo: whether it is the audio of a message, which is a message of its own.
        replied_to: the provider's id of the message that it answers, if its sender chose one. It may be a
            message from the scrapbook or from the person.
        is_forwarded: whether its sender passed on what somebody else had written.
        answers: the id of the message whose question it answers by a button of the book; None for any other.
    """

    id: str
    person_id: int
    from_: str
    to: str
    body: str
    media: tuple[Media, ...]
    received_at: datetime
    state: MessageState = "received"
    problem: str | None = None
    is_memo: bool = False
    replied_to: str | None = None
    is_forwarded: bool = False
    answers: str | None = None


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message to a person, recorded before it is sent.

    Attributes:
        in_reply_to: the id of the message that it answers; None for one that the scrapbook sends by itself.
        attempt: how often the answered message was retried by hand before.
        part: its index among the messages into which one reply is split.
        segments: the segments that carriers bill.
        state: how far sending has come; "sending": the provider may have it.
        provider_id: its id at the provider.
        delivery_status: the latest status that the provider has reported.
        failure_reason: why sending failed, in plain words.
        media_key: the key of the file that is sent with it, in the media store.
        not_before: when it may be sent, if it is held because a daily limit is reached.
        is_exempt: whether daily limits do not apply to it.
        in_template: whether it is sent in the approved template of the provider.
    """

    id: int
    person_id: int
    in_reply_to: str | None
    attempt: int
    part: int
    from_: str
    to: str
    body: str
    segments: int
    state: OutboundState
    provider_id: str | None
    delivery_status: DeliveryStatus | None
    error_code: int | None
    failure_reason: str | None
    created_at: datetime
    sent_at: datetime | None
    delivery_status_at: datetime | None
    media_key: str | None = None
    not_before: datetime | None = None
    is_exempt: bool = False
    in_template: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that a person saved.

    Attributes:
        number: the number by which the person calls it: 1, 2, 3 and so on, never used twice. One that another
            person wrote has none in this person's scrapbook; there it is a negative number that nobody sees.
        topic: the name of its topic.
        message_id: the message that made it.
        author: the author of its quote.
        due_at: when the person wants to be reminded of it.
        writer: the name of the one who wrote it, if that is not the person for whom it is read.
    """

    id: int
    person_id: int
    number: int
    text: str
    topic_id: int | None
    topic: str | None
    message_id: str | None
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    author: str | None = None
    due_at: datetime | None = None
    pinned_at: datetime | None = None
    media: tuple[Media, ...] = ()
    writer: str = ""


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """What a web page says of itself. A field is empty if the page does not say.

    Attributes:
        site: the name of the site, or its host.
        image: the address of a picture of the page.
        canonical: the page's canonical address.
        language: a BCP 47 tag, such as "en" or "pt-BR".
    """

    title: str = ""
    description: str = ""
    site: str = ""
    image: str = ""
    canonical: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """The result of fetching the page behind a link.

    Attributes:
        url: the link in the entry, with a scheme.
        final_url: the address after all redirects; empty if fetching failed.
        failure: why fetching failed, in plain words; else empty.
    """

    url: str
    final_url: str = ""
    page: PageMetadata = PageMetadata()
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of a person.

    Attributes:
        entry_count: its entries, without the trash.
        last_used_at: when its newest entry was made, without the trash.
        aliases: its earlier names, and those of topics that were merged into it. No topic of the person has
            one of them as its name.
        others: the names of the people with whom it is shared; their entries count, too.
    """

    id: int
    person_id: int
    name: str
    entry_count: int
    last_used_at: datetime | None
    aliases: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A change that a person made to their scrapbook, undone as one."""

    id: int
    person_id: int
    message_id: str | None
    kind: str
    arguments: Mapping[str, JsonValue]
    made_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class EntryChange:
    """What a change did to one entry.

    Attributes:
        kind: of the change, such as "edit".
        before: the columns that it wrote, with their values before it, times in ISO 8601; empty if it added
            the entry.
    """

    kind: str
    made_at: datetime
    undone_at: datetime | None
    before: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class PendingQuestion:
    """The question that a person was asked last.

    Attributes:
        action: the action that is resumed when it is answered.
        slots: the slots of that action.
        asks: the slot that the chosen option fills.
        message_id: the message that it was the reply to; empty if an earlier release asked it.
    """

    action: str
    slots: Mapping[str, JsonValue]
    asks: str
    options: tuple[str, ...]
    asked_at: datetime
    message_id: str = ""


class EntryFilter(TypedDict, total=False):
    """What narrows a list of entries, which is in the order of their time, the newest first.

    Attributes:
        topic_id: only those of that topic.
        since: only those made then or later.
        until: only those made before.
        kind: only those of that kind.
        authors: only quotes of one of these authors, with their names spelled exactly so.
        pinned: only those that are pinned, or only those that are not.
        after: only those that come after the entry of that time and number: older ones.
        before: only those that come before the entry of that time and number: newer ones.
    """

    topic_id: int
    since: datetime
    until: datetime
    kind: EntryKind
    authors: Collection[str]
    pinned: bool
    after: tuple[datetime, int]
    before: tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Shown:
    """The entries, or else the topics, that a reply showed, in its order. ``at``: when (aware)."""

    at: datetime
    entry_ids: tuple[int, ...] = ()
    topic_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PendingList:
    """The list that a person was sent last, of entries or topics, and what is left of it for ``more``.

    Attributes:
        entry_ids: the next entries.
        words: the words by which the entries were found.
        is_cut: whether a search may find more than the list has.
        further: the entries that come after those; None if none do.
        further_limit: how many of them at most; None for all.
        listed: the page that was sent last.
        opened: the entries that were sent in full since.
        item_ids: of a list of items of feeds, all of them.
        items_listed: how many of them were sent, from the first on.
    """

    title: str
    entry_ids: tuple[int, ...]
    words: tuple[str, ...] = ()
    topic_ids: tuple[int, ...] = ()
    is_cut: bool = False
    further: EntryFilter | None = None
    further_limit: int | None = None
    listed: Shown | None = None
    opened: Shown | None = None
    item_ids: tuple[int, ...] = ()
    items_listed: int = 0


@dataclass(frozen=True, slots=True)
class TurnResult:
    """The result of a turn: the name of the response, and the arguments of its wording.

    Attributes:
        is_forgotten: the arguments were purged with an entry that they may have quoted.
        continues: the id of the earlier message that this one belongs to: it answers the question that the
            earlier one led to, or it kept that.
    """

    response: str
    arguments: Mapping[str, str]
    is_forgotten: bool = False
    continues: str | None = None


@dataclass(frozen=True, slots=True)
class BookSession:
    """A device on which a person is signed in to the book.

    Attributes:
        csrf: the token that forms of this session send.
        device: in plain words, such as "Safari on iPhone".
        last_seen_at: the last request, to a few minutes.
    """

    id: int
    person_id: int
    csrf: str
    device: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Share:
    """A topic that anybody with its address can read.

    Attributes:
        topic: its name.
        token: stands in the address.
    """

    id: int
    person_id: int
    topic_id: int
    topic: str
    token: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TopicMember:
    """A person with whom another one shares a topic.

    Attributes:
        person_id, person: who shares it, and their name.
        topic_id, topic: the topic of that person.
        member_id, member: with whom, and their name.
        member_topic_id, member_topic: the topic that the member has for it.
    """

    id: int
    person_id: int
    person: str
    topic_id: int
    topic: str
    member_id: int
    member: str
    member_topic_id: int
    member_topic: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Reminder:
    """When a person is to be reminded of an entry.

    Attributes:
        occurs_at: the time that was asked for; of one that comes again, its next.
        due_at: when it is to be said; later, if it was put off.
        rule: how it comes again, as a recurrence of RFC 5545 in local wall time; None if it does not.
        timezone: the IANA name of that in which ``occurs_at`` was computed.
        has_time: whether a time of day was named.
        held: why it waits although it is due; None if it does not.
    """

    id: int
    person_id: int
    entry_id: int
    occurs_at: datetime
    due_at: datetime
    rule: str | None
    timezone: str
    has_time: bool
    state: ReminderState
    held: str | None


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The hours in which nothing is said unasked, in minutes of the local day; none where both are equal."""

    begins: int = 22 * 60
    ends: int = 7 * 60
