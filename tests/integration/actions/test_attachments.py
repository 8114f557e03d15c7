"""Pictures, videos, contact cards and files: listed by what they are, and sent back."""

import pytest

from scrapbook.store import Media
from tests.integration.actions.conversation import Conversation

LIVE = "6C1F2A34-9B7D-4E52-8A10-3F5E6D7C8B9A"


def file(name: str, content_type: str) -> Media:
    return Media(f"https://api.twilio.com/{name}", content_type)


def save(who: Conversation, *media: Media, caption: str = "", live: str | None = None) -> str:
    """Save a message with files, which are then downloaded."""
    said = who.text("action_save", caption, media)
    with who.store.transaction() as tx:
        for part in media:
            name = part.url.rpartition("/")[2]
            tx.files.mark_stored(part.url, part.content_type, name, 100, who.now, live)
    return said


def kinds(who: Conversation, kind: str) -> str:
    return who.text("action_browse", kind, kind=kind)


def show(who: Conversation, *numbers: int) -> str:
    named = [str(number) for number in numbers]
    return who.text("action_show", f"show {', '.join(named)}", entry=named)


def sent_back(who: Conversation) -> list[str]:
    return who.outcome.arguments.get("media_keys", "").split()


PICTURE, VIDEO = file("picture", "image/jpeg"), file("video", "video/mp4")
CARD, PDF, TEXT = file("card", "text/vcard"), file("pdf", "application/pdf"), file("text", "text/plain")
SOUND = file("sound", "audio/ogg")


def test_each_kind_lists_what_is_one(ann: Conversation) -> None:
    for kind in ("pictures", "videos", "contacts", "files"):
        assert kinds(ann, kind) == f"No {kind} yet."
    for media, caption in ((PICTURE, "a"), (VIDEO, "b"), (CARD, "c"), (PDF, "d"), (TEXT, "e"), (SOUND, "f")):
        save(ann, media, caption=caption)
    assert kinds(ann, "pictures") == "pictures:\n1 a (picture)"
    assert kinds(ann, "videos") == "videos:\n2 b (video)"
    assert kinds(ann, "contacts") == "contacts:\n3 c (contact)"
    assert kinds(ann, "files") == "files:\n5 e (text file)\n4 d (PDF)"
    assert ann.text("action_find", "find videos about b", query="videos about b").endswith("\n2 b (video)")


def test_the_passage_of_a_pdf_shows_why_it_was_found(ann: Conversation) -> None:
    save(ann, PDF, caption="from the workshop")
    with ann.store.transaction() as tx:
        text = "of spoons and bowls " * 20 + "the marmalade needs quinces" + " and sugar, and time" * 20
        tx.file_texts.record(PDF.url, text, "", ann.now)
    said = ann.text("action_find", "find quinces", query="quinces")
    assert said.startswith("quinces:\n1 from the workshop (PDF) (...")
    assert "marmalade needs quinces" in said
    assert (
        ann.text("action_find", "find workshop", query="workshop") == "workshop:\n1 from the workshop (PDF)"
    )


def test_a_topic_with_the_name_of_a_kind_is_listed_where_there_is_none_of_the_kind(ann: Conversation) -> None:
    ann.save("files: the drawer sticks")
    assert kinds(ann, "files") == "files:\n1 the drawer sticks"
    save(ann, PDF)
    assert kinds(ann, "files") == "files:\n2 (PDF)"


def test_show_sends_pictures_and_files_back(ann: Conversation) -> None:
    save(ann, PICTURE, VIDEO, PDF, CARD, TEXT, caption="from the fair")
    assert show(ann, 1) == "1:\nfrom the fair (picture, video, PDF, contact, text file)"
    assert sent_back(ann) == ["picture", "video", "pdf", "card", "text"]
    ann.save("no file")
    show(ann, 2)
    assert sent_back(ann) == []
    show(ann, 2, 1)
    assert sent_back(ann) == ["picture", "video", "pdf", "card", "text"]


def test_a_sound_is_sent_by_play_alone(ann: Conversation) -> None:
    save(ann, SOUND, PICTURE)
    show(ann, 1)
    assert sent_back(ann) == ["picture"]


def test_what_is_not_here_is_not_sent(ann: Conversation) -> None:
    ann.text("action_save", "on its way", [PICTURE])
    assert show(ann, 1) == (
        "1:\non its way (picture)\n\nWhat came with it is still on its way. Please try again in a minute."
    )
    assert sent_back(ann) == []


def test_no_reply_sends_more_than_ten_files(ann: Conversation) -> None:
    for number in range(3):
        save(ann, *(file(f"{number}-{part}", "image/jpeg") for part in range(5)))
    show(ann, 1, 2, 3)
    assert sent_back(ann) == [f"{number}-{part}" for number in range(2) for part in range(5)]


def test_the_same_file_is_sent_once(ann: Conversation) -> None:
    save(ann, PICTURE)
    save(ann, PICTURE)
    show(ann, 1, 2)
    assert sent_back(ann) == ["picture"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_live_photo_is_one_picture(ann: Conversation, order: tuple[int, int]) -> None:
    both = (PICTURE, VIDEO)
    save(ann, *(both[index] for index in order), caption="the wave", live=LIVE)
    assert kinds(ann, "pictures") == "pictures:\n1 the wave (live photo)"
    assert kinds(ann, "videos") == "No videos yet."
    show(ann, 1)
    assert sent_back(ann) == ["picture"]


def test_half_of_a_live_photo_is_what_it_is(ann: Conversation) -> None:
    save(ann, VIDEO, caption="only the video", live=LIVE)
    save(ann, PICTURE, caption="only the picture", live=LIVE)
    assert kinds(ann, "videos") == "videos:\n1 only the video (video)"
    assert kinds(ann, "pictures") == "pictures:\n2 only the picture (picture)"
    show(ann, 1)
    assert sent_back(ann) == ["video"]
