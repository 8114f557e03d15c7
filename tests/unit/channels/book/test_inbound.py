"""A message that was written on a page has an id that another form, text, file or person never has."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scrapbook.channels import address_kinds
from scrapbook.channels.book.inbound import inbound_message
from scrapbook.channels.book.transport import BookTransport
from scrapbook.errors import AddressInvalid, SendError
from scrapbook.messaging.addresses import normalize
from scrapbook.messaging.inbound import InboundMessage, StoredMedia
from scrapbook.messaging.written import WrittenMessage

WRITTEN = WrittenMessage(3, "a" * 32, "hello")
PICTURE = ("image/png", StoredMedia("aa/" + "a" * 64 + ".png", 10))
NOW = datetime(2026, 3, 14, tzinfo=UTC)


def message(written: WrittenMessage = WRITTEN, *stored: tuple[str, StoredMedia]) -> InboundMessage:
    return inbound_message(written, stored, NOW)


def test_the_same_form_has_the_same_id_at_any_time() -> None:
    later = inbound_message(WRITTEN, (), datetime(2027, 1, 1, tzinfo=UTC))
    assert later.message_id == message().message_id


def test_another_person_key_text_or_file_has_another_id() -> None:
    other = ("image/png", StoredMedia("bb/" + "b" * 64 + ".png", 10))
    ids = {
        made.message_id
        for made in (
            message(),
            message(replace(WRITTEN, person_id=4)),
            message(replace(WRITTEN, key="b" * 32)),
            message(replace(WRITTEN, text="hello ")),
            message(WRITTEN, PICTURE),
            message(WRITTEN, other),
            message(WRITTEN, PICTURE, PICTURE),
        )
    }
    assert len(ids) == 7


def test_each_file_has_a_name_of_its_own() -> None:
    made = message(WRITTEN, PICTURE, PICTURE)
    assert len({part.url for part in made.media}) == 2


def test_nobody_is_given_an_address_on_the_page() -> None:
    with pytest.raises(AddressInvalid):
        normalize("book:3", address_kinds())


def test_a_reply_that_was_not_recorded_cannot_be_left_for_the_page() -> None:
    with pytest.raises(SendError) as refused:
        asyncio.run(BookTransport().send("book:scrapbook", "book:3", "Saved 1."))
    assert refused.value.permanent
