from datetime import timedelta

from scrapbook.kinds import Kind
from scrapbook.store import Media, Person, Store, Transaction
from scrapbook.voice.transcript import Segment, Transcript
from tests.integration.conftest import NOW

SOUND = Media("https://api.example/1", "audio/ogg")
PICTURE = Media("https://api.example/2", "image/png")
KEY = f"ab/{'ab' * 32}.ogg"
LATER = NOW + timedelta(days=31)
HEARD = Transcript(
    text="milk is in the fridge",
    language="en",
    language_probability=0.9,
    duration=2.5,
    speech_duration=2.0,
    avg_logprob=-0.2,
    segments=(Segment(0.2, 2.2, "milk is in the fridge", -0.2, 0.01),),
    model="test",
)


def add(tx: Transaction, person: Person, *media: Media, text: str = "", sid: str | None = None) -> int:
    return tx.entries.add(person.id, text, None, sid, NOW, media).id


def keep(tx: Transaction, media: Media = SOUND, key: str = KEY) -> None:
    tx.files.kept(media.url, media.content_type, key, 5, NOW)


def test_a_sound_waits_until_it_is_kept(store: Store, ann: Person):
    with store.transaction() as tx:
        entry = add(tx, ann, SOUND)
        assert tx.entries.get(entry).media == (SOUND,)
        tx.files.kept(SOUND.url, "audio/amr", KEY, 1234, NOW)
        assert tx.entries.get(entry).media == (Media(SOUND.url, "audio/amr", "kept", KEY, 1234),)


def test_a_sound_that_is_missing_may_be_found_later(store: Store, ann: Person):
    with store.transaction() as tx:
        entry = add(tx, ann, SOUND)
        tx.files.missing(SOUND.url, NOW)
        assert [part.state for part in tx.entries.get(entry).media] == ["missing"]
        keep(tx)
        assert [part.state for part in tx.entries.get(entry).media] == ["kept"]


def test_it_is_known_how_many_files_of_a_person_are_still_to_be_fetched(
    store: Store, ann: Person, ben: Person
):
    other = Media("https://api.example/3", "image/png")
    with store.transaction() as tx:
        for sid, person, media in (
            ("SM1", ann, (SOUND, PICTURE)),
            ("SM1-1", ann, (SOUND,)),  # its memo
            ("SM2", ann, (other,)),
            ("SM3", ben, (Media("https://api.example/4", "image/png"),)),
        ):
            tx.messages.record(
                sid=sid,
                person_id=person.id,
                from_="+15550100",
                to="+1",
                body="",
                received_at=NOW,
                media=media,
            )
        assert tx.files.waiting(ann.id, NOW) == 3
        keep(tx)
        tx.files.missing(other.url, NOW)
        assert tx.files.waiting(ann.id, NOW) == 1
        assert tx.files.waiting(ann.id, LATER) == 0


def test_the_type_of_a_file_is_what_its_bytes_are(store: Store):
    with store.transaction() as tx:
        assert tx.files.of_key(KEY) is None
        tx.files.kept(SOUND.url, "image/png", KEY, 5, NOW)
        assert tx.files.of_key(KEY) == Media(SOUND.url, "image/png", "kept", KEY, 5)


def test_entries_are_listed_by_what_came_with_them(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        sound, picture = add(tx, ann, SOUND), add(tx, ann, PICTURE)
        add(tx, ann, text="no media")
        add(tx, ben, SOUND)
        assert [entry.id for entry in tx.entries.list(ann.id, kind=Kind.MEMO)] == [sound]
        assert [entry.id for entry in tx.entries.list(ann.id, kind=Kind.PICTURE)] == [picture]
        tx.files.kept(SOUND.url, "image/jpeg", KEY, 5, NOW)  # it was called a sound, and is none
        assert [entry.id for entry in tx.entries.list(ann.id, kind=Kind.PICTURE)] == [picture, sound]


def test_a_transcript_is_kept_to_the_last_segment(store: Store):
    with store.transaction() as tx:
        assert tx.transcripts.of(SOUND.url) is None
        keep(tx)
        tx.transcripts.record(SOUND.url, HEARD, NOW)
        tx.transcripts.record(SOUND.url, HEARD, NOW)
        assert tx.transcripts.of(SOUND.url) == HEARD


def test_a_file_is_unwanted_when_no_entry_holds_it(store: Store, ann: Person):
    with store.transaction() as tx:
        entry = add(tx, ann, SOUND)
        keep(tx)
        assert tx.files.unwanted(LATER, 10) == []
        tx.entries.take_back(entry)
        assert tx.files.unwanted(NOW, 10) == []
        [file] = tx.files.unwanted(LATER, 10)
        assert file.key == KEY
        tx.files.forget([file.url])
        assert tx.files.unwanted(LATER, 10) == []


def test_a_file_is_wanted_while_its_message_is_not_answered(store: Store, ann: Person):
    with store.transaction() as tx:
        tx.messages.record(
            sid="MM1", person_id=ann.id, from_="+15550100", to="+1", body="", received_at=NOW, media=[SOUND]
        )
        keep(tx)
        assert tx.files.unwanted(LATER, 10) == []
        tx.messages.set_state("MM1", "answered")
        assert [file.url for file in tx.files.unwanted(LATER, 10)] == [SOUND.url]


def test_content_that_another_entry_needs_is_not_thrown_away(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        gone, kept = Media("https://api.example/gone", "audio/ogg"), SOUND
        entry = add(tx, ann, gone)
        add(tx, ben, kept)
        keep(tx, gone)
        keep(tx, kept)
        tx.entries.take_back(entry)
        assert [(file.url, file.key) for file in tx.files.unwanted(LATER, 10)] == [(gone.url, None)]


def test_a_transcript_goes_with_its_file(store: Store):
    with store.transaction() as tx:
        keep(tx)
        tx.transcripts.record(SOUND.url, HEARD, NOW)
        tx.files.forget([SOUND.url])
        assert tx.transcripts.of(SOUND.url) is None


def test_an_entry_taken_back_has_never_been(store: Store, ann: Person):
    with store.transaction() as tx:
        with tx.changes.recording(ann.id, None, "save", {}, NOW):
            first = add(tx, ann, text="first")
        with tx.changes.recording(ann.id, None, "save", {}, NOW):
            second = tx.entries.add(ann.id, "", None, None, NOW, (SOUND,))
        number = tx.entries.take_back(second.id)
        assert number == second.number
        assert tx.entries.by_number(ann.id, number) is None
        assert tx.entries.count(ann.id) == 1
        tx.changes.undo_latest(ann.id, NOW)
        assert tx.entries.get(first).deleted_at == NOW


def test_a_number_that_is_free_again_can_be_given_to_another_entry(store: Store, ann: Person):
    with store.transaction() as tx:
        number = tx.entries.take_back(add(tx, ann, SOUND))
        assert tx.entries.add(ann.id, "said", None, None, NOW, number=number).number == number
        assert tx.entries.add(ann.id, "next", None, None, NOW).number == number + 1


def test_an_entry_is_touched_by_what_follows_its_addition(store: Store, ann: Person):
    with store.transaction() as tx:
        with tx.changes.recording(ann.id, None, "save", {}, NOW):
            entry = add(tx, ann, SOUND)
        assert not tx.changes.touched(entry)
        with tx.changes.recording(ann.id, None, "edit", {}, NOW):
            tx.entries.change_text(entry, "edited", NOW)
        assert tx.changes.touched(entry)


def test_memos_are_messages_of_their_own(store: Store, ann: Person):
    with store.transaction() as tx:
        fields = {"person_id": ann.id, "from_": "+15550100", "to": "+1", "body": "", "received_at": NOW}
        parent = tx.messages.record(sid="MM1", media=[SOUND], **fields)
        memo = tx.messages.record(sid="MM1-1", media=[SOUND], is_memo=True, **fields)
        tx.messages.record(sid="MM10-1", media=[SOUND], is_memo=True, **fields)
        assert not parent.is_memo
        assert memo.is_memo
        assert tx.messages.memos_of(parent) == [memo]
        tx.messages.write_down("MM1-1", "what was said")
        assert tx.messages.get("MM1-1").body == "what was said"


def test_a_file_goes_out_with_the_first_part_of_a_reply(store: Store, ann: Person):
    with store.transaction() as tx:
        tx.messages.record(sid="SM1", person_id=ann.id, from_="+15550100", to="+1", body="", received_at=NOW)
        tx.replies.record("SM1", "+1", "+15550100", ["a", "b"], [1, 1], NOW, media_key=KEY)
        assert [reply.media_key for reply in tx.replies.of_message("SM1")] == [KEY, None]


def test_a_call_is_remembered_for_a_while(store: Store):
    with store.transaction() as tx:
        assert tx.calls.parties("CA1") is None
        for _ in range(2):
            tx.calls.record("CA1", "+15550100", "+15550199", NOW)
        assert tx.calls.parties("CA1") == ("+15550100", "+15550199")
        assert tx.calls.forget(NOW) == 0
        assert tx.calls.forget(LATER) == 1
        assert tx.calls.parties("CA1") is None
