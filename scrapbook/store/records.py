"""What the store hands out: frozen values, detached from the database. All times are aware and in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from scrapbook.file_types import is_sound

JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"

MessageState = Literal["received", "answered", "failed"]
ReplyState = Literal["recorded", "sending", "sent", "failed"]
FileState = Literal["kept", "missing"]
MediaState = Literal["waiting", "kept", "missing"]


@dataclass(frozen=True, slots=True)
class Address:
    """``value`` is in E.164 form (``+15550100``), with ``whatsapp:`` before it for that channel."""

    value: str
    opted_out_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """``timezone`` is an IANA name."""

    id: int
    name: str
    timezone: str
    addresses: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Media:
    """A picture or a sound.

    Attributes:
        url: where Twilio has it, or had it.
        content_type: what its bytes are; until it is fetched, what the sender's phone says.
        state: "waiting" to be fetched, "kept", or "missing" for good.
        key: where the media store keeps it.
        size: in bytes.
    """

    url: str
    content_type: str
    state: MediaState = "waiting"
    key: str | None = None
    size: int | None = None

    @property
    def is_sound(self) -> bool:
        return is_sound(self.content_type)


@dataclass(frozen=True, slots=True)
class Message:
    """``problem`` says in plain words why a failed message failed.

    ``is_memo``: a sound that came with a message, as a message of its own; ``body`` is its transcript.
    ``replied_to``: Twilio's sid of the message that it answers, ours or theirs, where the sender chose one.
    """

    sid: str
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


@dataclass(frozen=True, slots=True)
class Reply:
    """``state`` is what became of handing it to Twilio, ``delivery_status`` what Twilio reports since then.

    "sending" is a reply that was given to Twilio, or was about to be, when its answer was last waited for.

    ``round`` counts how often the message was started anew by hand before it was answered so. ``media_key``
    names the file that goes with it. ``held_until``: when it may go out
    that waits because a daily limit is reached.
    """

    id: int
    message_sid: str
    round: int
    ordinal: int
    from_: str
    to: str
    body: str
    segments: int
    state: ReplyState
    twilio_sid: str | None
    delivery_status: str | None
    error_code: int | None
    error: str | None
    created_at: datetime
    sent_at: datetime | None
    delivery_status_at: datetime | None
    media_key: str | None = None
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """``number`` is what its owner calls it by: 1, 2, 3 … for each person, never given twice.

    ``author`` is who said the quote that it holds. ``due_at``: when its owner wants to be reminded of it.
    """

    id: int
    person_id: int
    number: int
    text: str
    topic_id: int | None
    topic: str | None
    message_sid: str | None
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    author: str | None = None
    due_at: datetime | None = None
    pinned_at: datetime | None = None
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """What a web page says of itself; empty where it says nothing.

    Attributes:
        site: the name of the site, or its host.
        image: the address of the picture that stands for the page.
        canonical: the address by which the page wants to be known.
        language: as in BCP 47, such as "en" or "pt-BR".
    """

    title: str = ""
    description: str = ""
    site: str = ""
    image: str = ""
    canonical: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What came of looking at the page behind a link.

    Attributes:
        url: as it stands in the entry, with a scheme.
        final_url: where the redirects from there ended; empty when nothing came of it.
        failure: why nothing came of it, in plain words; else empty.
    """

    url: str
    final_url: str = ""
    page: Page = Page()
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """``entry_count`` and ``last_used_at`` (when its newest entry was made) leave out the trash.

    ``aliases`` are names that it had, or that topics merged into it had: no topic of the person's has one.
    """

    id: int
    person_id: int
    name: str
    entry_count: int
    last_used_at: datetime | None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a person did to their scrapbook, undone as one."""

    id: int
    person_id: int
    message_sid: str | None
    kind: str
    arguments: Mapping[str, JsonValue]
    made_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Question:
    """What the person was asked last: which ``action`` goes on, once slot ``asks`` is filled by a choice."""

    action: str
    slots: Mapping[str, JsonValue]
    asks: str
    options: tuple[str, ...]
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Listing:
    """What ``more`` goes on with: the entries not sent yet, and the ``words`` by which they were found; or
    topics."""

    title: str
    entry_ids: tuple[int, ...]
    words: tuple[str, ...] = ()
    topic_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a turn came to: the name of the response, and the arguments of its wording.

    ``is_forgotten``: there were arguments once, which had to go with an entry that they may have quoted.
    """

    response: str
    arguments: Mapping[str, str]
    is_forgotten: bool = False
