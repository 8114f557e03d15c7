"""What the store hands out: frozen values, detached from the database. All times are aware and in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"

MessageState = Literal["received", "answered", "failed"]
ReplyState = Literal["recorded", "sending", "sent", "failed"]


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
    url: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Message:
    """``problem`` says in plain words why a failed message failed."""

    sid: str
    person_id: int
    from_: str
    to: str
    body: str
    media: tuple[Media, ...]
    received_at: datetime
    state: MessageState = "received"
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """``state`` is what became of handing it to Twilio, ``delivery_status`` what Twilio reports since then.

    "sending" is a reply that was given to Twilio, or was about to be, when its answer was last waited for.

    ``round`` counts how often the message was started anew by hand before it was answered so.
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


@dataclass(frozen=True, slots=True)
class Entry:
    """``number`` is what its owner calls it by: 1, 2, 3 … for each person, never given twice."""

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
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """``entry_count`` and ``last_used_at`` (when its newest entry was made) leave out the trash."""

    id: int
    person_id: int
    name: str
    entry_count: int
    last_used_at: datetime | None


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
    """What ``more`` goes on with: the entries that have not been sent yet."""

    title: str
    entry_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a turn came to: the name of the response, and the arguments of its wording.

    ``is_forgotten``: there were arguments once, which had to go with an entry that they may have quoted.
    """

    response: str
    arguments: Mapping[str, str]
    is_forgotten: bool = False
