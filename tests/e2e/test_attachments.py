"""Pictures, videos, contact cards and files, from the phone to the entry and back."""

import json
import sqlite3
from contextlib import closing

import pytest

from scrapbook.emulators.handset import Attachment, Handset
from scrapbook.text.file_types import PDF
from tests.e2e.test_memos import SPOKEN, entries, sound
from tests.support import files
from tests.support.installation import Installation, wait_until
from tests.support.sounds import PNG

PICTURE = Attachment("image/png", PNG)
CARD = Attachment("text/x-vcard", files.IPHONE.encode())


def wait_for_words(installation: Installation, number: str, words: str) -> None:
    """Wait until the words of a file are found."""
    wait_until(
        lambda: "\n1 " in installation.say(f"find {words}", number), 60, lambda: f"{words} is not found"
    )


def wait_for_files(installation: Installation, number: str, count: int) -> None:
    """Wait until so many files of the person are downloaded."""
    query = """
        SELECT count(*) FROM media_files
        JOIN entry_media ON entry_media.url = media_files.url
        JOIN entries ON entries.id = entry_media.entry_id
        JOIN addresses ON addresses.person_id = entries.person_id
        WHERE addresses.value = ? AND media_files.state = 'kept'
    """

    def downloaded() -> int:
        with closing(sqlite3.connect(installation.folder / "scrapbook.db")) as database:
            return database.execute(query, [number]).fetchone()[0]

    wait_until(lambda: downloaded() == count, 60, lambda: f"{downloaded()} of {count} files are here")


def sent_back(installation: Installation, number: str, count: int) -> list[Attachment]:
    """The files of the latest messages, once so many came."""

    def media() -> list[str]:
        return [part["sid"] for message in installation.messages_to(number) for part in message["media"]]

    wait_until(lambda: len(media()) >= count, 30, lambda: f"{media()} came back")
    with Handset(installation.twilio) as handset:
        return [handset.media(sid) for sid in media()]


def test_a_contact_is_found_by_name_and_number_and_sent_back(installation: Installation, number: str) -> None:
    assert installation.show([CARD], number).startswith("Saved 1.")
    wait_for_words(installation, number, "lovelace")
    assert "Ada Lovelace" in installation.say("find +44 20 7946 0018", number)
    assert "+44 20 7946 0018 (mobile)" in installation.say("show 1", number)
    assert sent_back(installation, number, 1) == [Attachment("text/vcard", CARD.content)]


def test_the_words_of_a_text_file_are_the_entry(installation: Installation, number: str) -> None:
    installation.show([Attachment("text/plain", "Grüße\naus Köln".encode("latin-1"))], number)
    wait_for_words(installation, number, "Köln")
    assert entries(installation, number) == [(1, "Grüße\naus Köln")]


def test_a_pdf_is_found_by_its_text_and_sent_back(installation: Installation, number: str) -> None:
    installation.show([Attachment("application/octet-stream", files.PDF)], number, "from the workshop")
    wait_for_words(installation, number, "quinces")
    installation.say("show 1", number)
    assert sent_back(installation, number, 1) == [Attachment(PDF, files.PDF)]


def test_pictures_and_videos_come_back_in_their_order(installation: Installation, number: str) -> None:
    video = Attachment("video/mp4", files.VIDEO)
    installation.show([PICTURE, video], number, "from the fair")
    wait_for_files(installation, number, 2)
    assert installation.say("videos", number) == "videos:\n1 from the fair (picture, video)"
    installation.say("show 1", number)
    assert sent_back(installation, number, 2) == [PICTURE, video]


def test_a_live_photo_is_one_picture(installation: Installation, number: str) -> None:
    picture = Attachment("image/jpeg", files.LIVE_PICTURE)
    installation.show([picture, Attachment("video/quicktime", files.LIVE_VIDEO)], number, "the wave")
    wait_for_files(installation, number, 2)
    assert installation.say("pictures", number) == "pictures:\n1 the wave (live photo)"
    assert installation.say("videos", number) == "No videos yet."
    installation.say("show 1", number)
    assert sent_back(installation, number, 1) == [picture]


@pytest.mark.parametrize(
    "content_type", ["application/octet-stream", "video/3gpp", "text/plain", "image/jpeg"]
)
def test_a_voice_message_under_a_wrong_type_is_written_down(
    installation: Installation, number: str, content_type: str
) -> None:
    installation.send([Attachment(content_type, sound("whatsapp.ogg").content)], number)
    receipt, transcript = installation.replies(number, 2)
    assert receipt.startswith("Saved 1.")
    spoken = SPOKEN["whatsapp.ogg"]["text"]
    assert " ".join(spoken.split()[:3]) in transcript.lower()
    [(_, text)] = entries(installation, number)
    assert text.lower().strip(".") == spoken


def test_a_command_in_a_voice_message_under_a_wrong_type_leaves_no_entry(
    installation: Installation, number: str
) -> None:
    installation.say("python: decorators are just functions", number)
    installation.send([Attachment("video/mp4", sound("find_python.ogg").content)], number)
    assert "decorators are just functions" in installation.replies(number, 3)[-1]
    assert [number for number, _ in entries(installation, number)] == [1]


def test_what_only_has_the_type_of_a_recording_is_what_it_is(installation: Installation, number: str) -> None:
    assert installation.show([Attachment("audio/ogg", PNG)], number) == "Saved 1."
    assert installation.say("pictures", number) == "pictures:\n1 (picture)"
    assert installation.show([Attachment("audio/amr", CARD.content)], number) == "Saved 2."
    wait_until(lambda: "Lovelace" in installation.say("contacts", number), 30, lambda: "the card is not read")


def test_an_export_is_offered_and_taken_and_stays_an_attachment(
    installation: Installation, number: str
) -> None:
    memo = {"visibility": "PRIVATE", "createTime": "2024-03-02T07:15:00Z"}
    memos = [{"name": f"memos/{n}", "content": f"Oar number{n} of ash", **memo} for n in range(3)]
    export = Attachment("application/json", json.dumps({"memos": memos}).encode())
    assert installation.show([export], number).startswith("Saved 1.")
    wait_for_message(installation, number, "From Memos: 3 entries. Text import to take all of it")
    assert len(entries(installation, number)) == 1
    assert installation.say("import", number).startswith("Importing from Memos: 3 entries.")
    wait_for_message(installation, number, "Imported from Memos: 3 new entries. Text undo")
    assert len(entries(installation, number)) == 4
    assert "Oar number2 of ash" in installation.say("find number2", number)
    assert installation.say("undo", number).startswith("Undone: 3 imported entries in the trash.")
    wait_for_files(installation, number, 1)
    assert "memos/0" in installation.say("show 1", number)  # the text of the file


def wait_for_message(installation: Installation, number: str, beginning: str) -> None:
    """Wait until a message to the person begins so."""

    def bodies() -> list[str]:
        return [message["body"] for message in installation.messages_to(number)]

    wait_until(lambda: any(body.startswith(beginning) for body in bodies()), 60, lambda: f"{bodies()}")
