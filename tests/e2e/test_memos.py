"""Voice memos, from the phone to the entry and back; the speech is real, and so is what hears it."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from scrapbook.emulators.handset import Attachment, Handset
from scrapbook.paths import ROOT
from tests.support.installation import Installation, wait_until
from tests.support.sounds import PNG

SOUNDS = ROOT / "tests" / "sounds"
SPOKEN = {sound["file"]: sound for sound in json.loads((SOUNDS / "sounds.json").read_text())}
NOTES = (
    "whatsapp.ogg",
    "quote.ogg",
    "amr_with_silence.amr",
    "amr_in_3gpp.3gp",
    "aac_in_3gpp.3gp",
    "aac.m4a",
    "wav_8_khz.wav",
    "wav_16_khz.wav",
)


def sound(file: str) -> Attachment:
    return Attachment(SPOKEN[file]["content_type"], (SOUNDS / file).read_bytes())


def entries(installation: Installation, number: str) -> list[tuple[int, str]]:
    """The number and the text of everything that the person has, but for the trash."""
    query = """
        SELECT entries.number, entries.text FROM entries
        JOIN addresses ON addresses.person_id = entries.person_id
        WHERE addresses.value = ? AND entries.deleted_at IS NULL ORDER BY entries.number
    """
    with closing(sqlite3.connect(installation.folder / "scrapbook.db")) as database:
        return database.execute(query, [number]).fetchall()


@pytest.mark.parametrize("file", NOTES)
def test_a_memo_is_written_down_and_found_by_its_words(
    installation: Installation, number: str, file: str
) -> None:
    spoken = SPOKEN[file]["text"]
    receipt = installation.show([sound(file)], number)
    assert "1" in receipt
    assert " ".join(spoken.split()[:3]) in receipt.lower()
    [(_, text)] = entries(installation, number)
    assert text.lower().strip(".") == spoken
    rarest = max(spoken.split(), key=len)
    assert spoken.split()[0] in installation.say(f"find {rarest}", number).lower()


def test_a_spoken_command_runs_and_leaves_no_entry(installation: Installation, number: str) -> None:
    installation.say("python: decorators are just functions", number)
    assert "decorators are just functions" in installation.show([sound("find_python.ogg")], number)
    assert [number for number, _ in entries(installation, number)] == [1]


def test_what_is_spoken_for_a_list_goes_on_it(installation: Installation, number: str) -> None:
    installation.show([sound("amr.amr")], number)
    assert "milk and butter" in installation.say("what's on my shopping list", number)


def test_a_topic_that_is_spoken_is_where_the_memo_is_filed(installation: Installation, number: str) -> None:
    assert "gpu" in installation.show([sound("gpu_topic.ogg")], number)
    assert "fewer larger kernels" in installation.say("find gpu", number)


def test_a_doubtful_memo_is_never_a_command(installation: Installation, number: str) -> None:
    """The speech model of the tests is not sure of two words alone."""
    installation.say("the first thought", number)
    assert "correct: " in installation.show([sound("delete_that.ogg")], number)
    assert [text for _, text in entries(installation, number)] == ["the first thought", "delete that"]


def test_a_long_memo_is_acknowledged_and_holds_up_nobody(installation: Installation, number: str) -> None:
    installation.send([sound("long_memo.ogg")], number)
    [acknowledgement] = installation.replies(number, 1)
    assert "39-second memo" in acknowledgement
    installation.send([], number, "meanwhile a text")
    receipt = "\n".join(installation.replies(number, 3)[1:])
    assert "Saved" in receipt
    assert "remember the letter is in the white car" in receipt
    texts = [text for _, text in entries(installation, number)]
    assert "meanwhile a text" in texts
    assert any("blue letter is for tom" in text for text in texts)


def test_each_of_several_sounds_is_an_entry(installation: Installation, number: str) -> None:
    installation.send([sound("quote.ogg"), sound("wav_16_khz.wav")], number)
    installation.replies(number, 2)
    texts = {text.lower().strip(".") for _, text in entries(installation, number)}
    assert texts == {SPOKEN["quote.ogg"]["text"], SPOKEN["wav_16_khz.wav"]["text"]}


def test_what_is_written_with_a_memo_stands_above_its_words(installation: Installation, number: str) -> None:
    installation.show([sound("quote.ogg")], number, "books: from the reading")
    [(_, text)] = entries(installation, number)
    assert text.startswith("from the reading\n")
    assert "good idea" in text
    assert "from the reading" in installation.say("find books", number)


def test_a_memo_can_be_listened_to_again(installation: Installation, number: str) -> None:
    installation.show([sound("whatsapp.ogg")], number)
    installation.say("play 1", number)
    wait_until(lambda: bool(installation.messages_to(number)[-1]["media"]), 10, lambda: "no sound came back")
    [media] = installation.messages_to(number)[-1]["media"]
    with Handset(installation.twilio) as handset:
        assert handset.media(media["sid"]) == sound("whatsapp.ogg")


def test_a_transcript_is_corrected_and_the_old_one_comes_back(
    installation: Installation, number: str
) -> None:
    installation.show([sound("whatsapp.ogg")], number)
    installation.say("correct: The milk is in the Wight box.", number)
    assert entries(installation, number) == [(1, "The milk is in the Wight box.")]
    installation.say("undo", number)
    [(_, text)] = entries(installation, number)
    assert text.lower().strip(".") == SPOKEN["whatsapp.ogg"]["text"]


def test_who_calls_leaves_a_memo_and_can_hear_it_again(installation: Installation, number: str) -> None:
    with Handset(installation.twilio) as handset:
        call = handset.call(number, sound("wav_8_khz.wav").content)
    assert call["status"] == "completed"
    [receipt] = installation.replies(number, 1)
    assert SPOKEN["wav_8_khz.wav"]["text"] in receipt.lower()
    installation.say("play 1", number)
    wait_until(lambda: bool(installation.messages_to(number)[-1]["media"]), 10, lambda: "no sound came back")


def test_a_unknown_sender_who_calls_is_not_recorded(installation: Installation) -> None:
    with Handset(installation.twilio) as handset:
        call = handset.call("+15559998", sound("wav_8_khz.wav").content)
    assert call["status"] == "rejected"
    assert call["recording_sid"] is None


@pytest.mark.parametrize("file", ["silence.ogg", "noise.ogg"])
def test_where_nothing_is_said_the_sound_is_kept(installation: Installation, number: str, file: str) -> None:
    assert "couldn't hear any speech" in installation.show([sound(file)], number)
    assert entries(installation, number) == [(1, "")]
    installation.say("play 1", number)
    wait_until(lambda: bool(installation.messages_to(number)[-1]["media"]), 10, lambda: "no sound came back")


@pytest.mark.parametrize(
    "content",
    [b"", bytes(range(256)) * 4096, (SOUNDS / "whatsapp.ogg").read_bytes()[:60]],
    ids=["empty", "noise", "cut off"],
)
def test_what_cannot_be_read_gets_a_plain_sentence(
    installation: Installation, number: str, content: bytes
) -> None:
    answer = installation.show([Attachment("audio/ogg", content)], number)
    assert "memo 1" in answer
    assert [number for number, _ in entries(installation, number)] == [1]
    assert "Saved 2" in installation.say("and the house goes on", number)


def test_a_transcript_is_only_in_the_scrapbook_and_not_in_a_log(
    installation: Installation, number: str
) -> None:
    installation.show([sound("quote.ogg")], number)
    logs = "".join(path.read_text(errors="replace") for path in (installation.folder / "logs").glob("*.log"))
    assert not re.search("good idea in memory", logs)
    assert number not in logs


def test_transcribe_prints_what_is_said(installation: Installation) -> None:
    done = installation.run("transcribe", str(SOUNDS / "amr_with_silence.amr"))
    assert done.returncode == 0, done.stderr
    transcript = json.loads(done.stdout)
    assert transcript["text"].lower().strip(".") == SPOKEN["amr_with_silence.amr"]["text"]
    assert transcript["language"] == "en"
    assert [segment["start"] < segment["end"] for segment in transcript["segments"]]


def test_transcribe_says_plainly_what_it_cannot_read(installation: Installation, tmp_path: Path) -> None:
    (tmp_path / "memo.ogg").write_bytes(PNG)
    done = installation.run("transcribe", str(tmp_path / "memo.ogg"))
    assert done.returncode == 1
    assert done.stderr.startswith("scrapbook: ")
    assert "Traceback" not in done.stderr


def test_a_memo_can_be_texted_from_the_terminal(installation: Installation, number: str) -> None:
    done = installation.run("text", "--from", number, "--attach", str(SOUNDS / "whatsapp.ogg"))
    assert done.returncode == 0, done.stderr
    assert "remember the milk" in done.stdout.lower()
