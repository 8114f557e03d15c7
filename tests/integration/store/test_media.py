from dataclasses import replace
from datetime import timedelta

from scrapbook.core.spoken_words import spoken_texts
from scrapbook.model.transcript import Segment, Transcript, Word
from scrapbook.store import Media, Person, Store, Transaction
from scrapbook.text.entry_facts import EntryKind
from scrapbook.text.parsed_text import ParsedText
from tests.integration.conftest import NOW

RECORDING = Media("https://api.example/1", "audio/ogg")
PICTURE = Media("https://api.example/2", "image/png")
KEY = f"ab/{'ab' * 32}.ogg"
LATER = NOW + timedelta(days=31)
TRANSCRIPT = Transcript(
    text="milk is in the fridge",
    language="en",
    language_probability=0.9,
    duration=2.5,
    speech_duration=2.0,
    avg_logprob=-0.2,
    segments=(Segment(0.2, 2.2, "milk is in the fridge", -0.2, 0.01),),
    model="test",
)


def add(tx: Transaction, person: Person, *media: Media, text: str = "", message_id: str | None = None) -> int:
    return tx.entries.add(person.id, ParsedText(text), None, message_id, NOW, media).id


def store_file(tx: Transaction, media: Media = RECORDING, key: str = KEY) -> None:
    tx.files.mark_stored(media.url, media.content_type, key, 5, NOW)


def test_a_recording_waits_until_it_is_stored(store: Store, ann: Person):
    with store.transaction() as tx:
        entry = add(tx, ann, RECORDING)
        assert tx.entries.get(entry).media == (RECORDING,)
        tx.files.mark_stored(RECORDING.url, "audio/amr", KEY, 1234, NOW)
        assert tx.entries.get(entry).media == (Media(RECORDING.url, "audio/amr", "kept", KEY, 1234),)


def test_a_recording_that_is_missing_may_be_stored_later(store: Store, ann: Person):
    with store.transaction() as tx:
        entry = add(tx, ann, RECORDING)
        tx.files.mark_missing(RECORDING.url, NOW)
        assert [part.state for part in tx.entries.get(entry).media] == ["missing"]
        store_file(tx)
        assert [part.state for part in tx.entries.get(entry).media] == ["kept"]


def test_the_pending_downloads_of_a_person_are_counted(store: Store, ann: Person, ben: Person):
    other = Media("https://api.example/3", "image/png")
    with store.transaction() as tx:
        for message_id, person, media in (
            ("SM1", ann, (RECORDING, PICTURE)),
            ("SM1-1", ann, (RECORDING,)),  # its memo
            ("SM2", ann, (other,)),
            ("SM3", ben, (Media("https://api.example/4", "image/png"),)),
        ):
            tx.messages.record(
                message_id=message_id,
                person_id=person.id,
                from_="+15550100",
                to="+1",
                body="",
                received_at=NOW,
                media=media,
            )
        assert tx.files.waiting(ann.id, NOW) == 3
        store_file(tx)
        tx.files.mark_missing(other.url, NOW)
        assert tx.files.waiting(ann.id, NOW) == 1
        assert tx.files.waiting(ann.id, LATER) == 0


def test_the_type_of_a_file_is_what_its_bytes_are(store: Store):
    with store.transaction() as tx:
        assert tx.files.of_key(KEY) is None
        tx.files.mark_stored(RECORDING.url, "image/png", KEY, 5, NOW)
        assert tx.files.of_key(KEY) == Media(RECORDING.url, "image/png", "kept", KEY, 5)


def test_entries_are_listed_by_what_came_with_them(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        sound, picture = add(tx, ann, RECORDING), add(tx, ann, PICTURE)
        add(tx, ann, text="no media")
        add(tx, ben, RECORDING)
        assert [entry.id for entry in tx.entries.list(ann.id, kind=EntryKind.MEMO)] == [sound]
        assert [entry.id for entry in tx.entries.list(ann.id, kind=EntryKind.PICTURE)] == [picture]
        tx.files.mark_stored(RECORDING.url, "image/jpeg", KEY, 5, NOW)  # declared as audio, which it is not
        assert [entry.id for entry in tx.entries.list(ann.id, kind=EntryKind.PICTURE)] == [picture, sound]


def test_a_transcript_is_stored_with_all_its_segments(store: Store):
    with store.transaction() as tx:
        assert tx.transcripts.of(RECORDING.url) is None
        store_file(tx)
        tx.transcripts.record(RECORDING.url, TRANSCRIPT, NOW)
        tx.transcripts.record(RECORDING.url, TRANSCRIPT, NOW)
        assert tx.transcripts.of(RECORDING.url) == TRANSCRIPT


def test_the_words_of_memos_are_read_with_their_times(store: Store, ann: Person):
    words = (Word(" milk", 0.2, 0.6, 0.9), Word(" is", 0.6, 0.8, 0.4))
    heard = replace(TRANSCRIPT, segments=(Segment(0.2, 0.8, "milk is", -0.2, 0.01, words),))
    second = Media("https://api.example/3", "audio/ogg")
    with store.transaction() as tx:
        memo = add(tx, ann, PICTURE, RECORDING, second, text="milk is")
        corrected, silent = add(tx, ann, RECORDING, text="bread is"), add(tx, ann, PICTURE, text="seen")
        store_file(tx)
        tx.transcripts.record(RECORDING.url, heard, NOW)
        found = spoken_texts(tx, [tx.entries.get(number) for number in (memo, corrected, silent)])
        assert found.keys() == {memo, corrected}
        assert (found[memo].index, found[memo].duration, found[memo].is_corrected) == (1, 2.5, False)
        [paragraph] = found[memo].paragraphs
        assert [(word.text, word.start, word.is_unsure) for word in paragraph.words] == [
            ("milk", 0.2, False),
            (" is", 0.6, True),
        ]
        assert found[corrected].is_corrected
        assert [word.start for word in found[corrected].paragraphs[0].words] == [None, 0.6]
        assert spoken_texts(tx, []) == {}


def test_a_file_is_unwanted_when_no_entry_contains_it(store: Store, ann: Person):
    with store.transaction() as tx:
        entry = add(tx, ann, RECORDING)
        store_file(tx)
        assert tx.files.unwanted(LATER, 10) == []
        tx.entries.erase(entry)
        assert tx.files.unwanted(NOW, 10) == []
        [file] = tx.files.unwanted(LATER, 10)
        assert file.key == KEY
        tx.files.forget([file.url])
        assert tx.files.unwanted(LATER, 10) == []


def test_a_file_is_wanted_while_its_message_is_not_answered(store: Store, ann: Person):
    with store.transaction() as tx:
        tx.messages.record(
            message_id="MM1",
            person_id=ann.id,
            from_="+15550100",
            to="+1",
            body="",
            received_at=NOW,
            media=[RECORDING],
        )
        store_file(tx)
        assert tx.files.unwanted(LATER, 10) == []
        tx.messages.set_state("MM1", "answered")
        assert [file.url for file in tx.files.unwanted(LATER, 10)] == [RECORDING.url]


def test_content_that_another_entry_contains_is_not_deleted(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        gone, used = Media("https://api.example/gone", "audio/ogg"), RECORDING
        entry = add(tx, ann, gone)
        add(tx, ben, used)
        store_file(tx, gone)
        store_file(tx, used)
        tx.entries.erase(entry)
        assert [(file.url, file.key) for file in tx.files.unwanted(LATER, 10)] == [(gone.url, None)]


def test_a_transcript_goes_with_its_file(store: Store):
    with store.transaction() as tx:
        store_file(tx)
        tx.transcripts.record(RECORDING.url, TRANSCRIPT, NOW)
        tx.files.forget([RECORDING.url])
        assert tx.transcripts.of(RECORDING.url) is None


def test_an_erased_entry_leaves_no_trace(store: Store, ann: Person):
    with store.transaction() as tx:
        with tx.changes.recording(ann.id, None, "save", {}, NOW):
            first = add(tx, ann, text="first")
        with tx.changes.recording(ann.id, None, "save", {}, NOW):
            second = tx.entries.add(ann.id, ParsedText(""), None, None, NOW, (RECORDING,))
        number = tx.entries.erase(second.id)
        assert number == second.number
        assert tx.entries.by_number(ann.id, number) is None
        assert tx.entries.count(ann.id) == 1
        tx.changes.undo_latest(ann.id, NOW)
        assert tx.entries.get(first).deleted_at == NOW


def test_a_number_that_is_free_again_can_be_given_to_another_entry(store: Store, ann: Person):
    with store.transaction() as tx:
        number = tx.entries.erase(add(tx, ann, RECORDING))
        assert tx.entries.add(ann.id, ParsedText("said"), None, None, NOW, number=number).number == number
        assert tx.entries.add(ann.id, ParsedText("next"), None, None, NOW).number == number + 1


def test_an_entry_is_touched_by_what_follows_its_addition(store: Store, ann: Person):
    with store.transaction() as tx:
        with tx.changes.recording(ann.id, None, "save", {}, NOW):
            entry = add(tx, ann, RECORDING)
        assert not tx.changes.touched(entry)
        with tx.changes.recording(ann.id, None, "edit", {}, NOW):
            tx.entries.change_text(entry, ParsedText("edited"), NOW)
        assert tx.changes.touched(entry)


def test_memos_are_messages_of_their_own(store: Store, ann: Person):
    with store.transaction() as tx:
        fields = {"person_id": ann.id, "from_": "+15550100", "to": "+1", "body": "", "received_at": NOW}
        parent = tx.messages.record(message_id="MM1", media=[RECORDING], **fields)
        memo = tx.messages.record(message_id="MM1-1", media=[RECORDING], is_memo=True, **fields)
        tx.messages.record(message_id="MM10-1", media=[RECORDING], is_memo=True, **fields)
        assert not parent.is_memo
        assert memo.is_memo
        assert tx.messages.memos_of(parent) == [memo]
        tx.messages.set_transcript("MM1-1", "what was said")
        assert tx.messages.get("MM1-1").body == "what was said"


def test_a_file_goes_out_with_the_first_part_of_a_reply(store: Store, ann: Person):
    with store.transaction() as tx:
        tx.messages.record(
            message_id="SM1", person_id=ann.id, from_="+15550100", to="+1", body="", received_at=NOW
        )
        tx.outbound_messages.record_reply(
            ann.id, "SM1", "+1", "+15550100", ["a", "b"], [1, 1], NOW, media_keys=[KEY, None]
        )
        assert [reply.media_key for reply in tx.outbound_messages.of_message("SM1")] == [KEY, None]


def test_a_call_is_remembered_for_a_while(store: Store):
    with store.transaction() as tx:
        assert tx.calls.parties("CA1") is None
        for _ in range(2):
            tx.calls.record("CA1", "+15550100", "+15550199", NOW)
        assert tx.calls.parties("CA1") == ("+15550100", "+15550199")
        assert tx.calls.forget(NOW) == 0
        assert tx.calls.forget(LATER) == 1
        assert tx.calls.parties("CA1") is None
