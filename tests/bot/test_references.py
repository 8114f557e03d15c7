"""How texts name entries, without the trained model."""

import pytest
from components.amendments import amendment
from components.argument_extractor import arguments
from components.command_matching import recognise
from components.references import MAX_LENGTH, read, references_in
from hypothesis import given
from hypothesis import strategies as st

REFERENCES = {
    "the first note": ["oldest 1"],
    "the first one": ["first 1"],
    "my first note": ["oldest 1"],
    "first": ["first 1"],
    "the 1st": ["first 1"],
    "the last two": ["last 2"],
    "the last one": ["last 1"],
    "my last note": ["newest 1"],
    "last 3 entries": ["newest 3"],
    "the newest": ["newest 1"],
    "the most recent note": ["newest 1"],
    "my oldest two notes": ["oldest 2"],
    "the two oldest notes": ["oldest 2"],
    "the first couple of notes": ["oldest 2"],
    "the second one": ["nth 2"],
    "2nd": ["nth 2"],
    "the second and the fourth": ["nth 2", "nth 4"],
    "the first and third": ["first 1", "nth 3"],
    "notes 1 to 3": ["1-3"],
    "notes one through three": ["1-3"],
    "notes 2, 4 and 6-8": ["2", "4", "6-8"],
    "number one": ["1"],
    "memo 42": ["42"],
    "3, 5 and the last one": ["3", "5", "last 1"],
    "all": ["all"],
    "everything": ["all"],
    "all of it": ["all"],
    "all my notes": ["all"],
    "my notes": ["all"],
    "every single note": ["all"],
    "all but 3": ["all", "but 3"],
    "all but the last one": ["all", "but last 1"],
    "all except number 2": ["all", "but 2"],
    "everything but 3 and 5": ["all", "but 3", "but 5"],
    "all notes apart from 1-3": ["all", "but 1-3"],
    "all my work notes": ["all", "of work"],
    "my work notes": ["all", "of work"],
    "the first two work notes": ["oldest 2", "of work"],
    "the last picture": ["newest 1", "of pictures"],
    "all my pictures from last week": ["all", "of pictures", "of from last week"],
    "all reminders": ["all", "of reminders"],
    "everything from yesterday": ["all", "of from yesterday"],
    "everything i saved yesterday": ["all", "of yesterday"],
    "all notes about the boat": ["all", "of about the boat"],
    "notes about the boat": ["all", "of about the boat"],
    "every note under travel except 3 and the last one": ["all", "of under travel", "but 3", "but last 1"],
    "the last item off my shopping list": ["last 1", "of off my shopping list"],
    "the one about the boat": ["one", "of about the boat"],
    "the note about fog": ["one", "of about fog"],
    "my newest picture of fog": ["newest 1", "of pictures", "of of fog"],
    "the other one": ["other"],
    "them": ["them"],
    "all of them": ["them"],
    "both": ["them 2"],
    "these three": ["them 3"],
    "it": ["that"],
    "that one": ["that"],
    "the note i just made": ["that"],
    "the very first note": ["oldest 1"],
    "the very last one": ["last 1"],
    "the first thing i ever saved": ["oldest 1"],
    "the last thing I wrote here": ["newest 1"],
    "everything except the lentil soup": ["all", "but about lentil soup"],
    "all my notes but the one about the ferry": ["all", "but about ferry"],
    "all notes apart from those about my knee": ["all", "but about knee"],
    "all my work notes except the budget note": ["all", "of work", "but about budget"],
}

NO_REFERENCES = [
    "", "one", "the note", "the weeds", "all the weeds", "the last two chairs", "everything else",
    "last few notes", "the last but one", "the second to last", "the oldest ones", "all 4 notes",
    "4417 for the door",
    "everything except half of it", "everything but the soup and the tea", "all but him",
    "everything except the soup, and then wash up", "everything except the second to last one",
    "the photos of me", "the milk and the eggs", "all of my heart", "x" * (MAX_LENGTH + 1),
]  # fmt: skip


@pytest.mark.parametrize(("text", "terms"), REFERENCES.items())
def test_a_reference_is_read_whole(text, terms):
    found = read(text)
    assert found is not None
    assert [value for value, *_ in found.terms] == terms
    assert all(text[start:end].strip() == text[start:end] != "" for _, start, end in found.terms)


@pytest.mark.parametrize("text", NO_REFERENCES)
def test_what_is_not_read_whole_is_none(text):
    assert read(text) is None


COMMANDS = [
    ("delete the first note", "delete_entry", ["oldest 1"]),
    ("move everything except the tent to camping", "move", ["all", "but about tent"]),
    ("show me the very first thing I saved", "show", ["oldest 1"]),
    ("what was the first thing i ever saved?", "show", ["oldest 1"]),
    ("what's my oldest note?", "show", ["oldest 1"]),
    ("the other one", "show", ["other"]),
    ("and the other note?", "show", ["other"]),
    ("can you get rid of the first one", "delete_entry", ["first 1"]),
    ("remove notes one through three", "delete_entry", ["1-3"]),
    ("erase all except number 2", "delete_entry", ["all", "but 2"]),
    ("delete the newest", "delete_entry", ["newest 1"]),
    ("please delete my oldest two notes!", "delete_entry", ["oldest 2"]),
    ("delete notes 1 to 3", "delete_entry", ["1-3"]),
    ("delete all my notes", "delete_entry", ["all"]),
    ("delete everything but 3", "delete_entry", ["all", "but 3"]),
    ("delete 1 and not 2", "delete_entry", ["1", "but 2"]),
    ("delete the first two and not the fourth", "delete_entry", ["first 2", "but nth 4"]),
    ("throw away every note about the boat", "delete_entry", ["all", "of about the boat"]),
    ("trash them", "delete_entry", ["them"]),
    ("bin the other one", "delete_entry", ["other"]),
    ("delete the note about the heron", "delete_entry", ["one", "of about the heron"]),
    ("take everything off my shopping list", "delete_entry", ["all", "of off my shopping list"]),
    ("cross the last one off the packing list", "delete_entry", ["last 1", "of off the packing list"]),
    ("remove the first two from my shopping list", "delete_entry", ["first 2", "of from my shopping list"]),
    ("delete that", "delete_entry", []),
    ("delete last", "delete_entry", ["last 1"]),
    ("pin the last 3", "pin", ["last 3"]),
    ("pin the third", "pin", ["nth 3"]),
    ("unpin everything", "unpin", ["all"]),
    ("move the last two to garden", "move", ["last 2"]),
    ("move all my work notes to archive", "move", ["all", "of work"]),
    ("move the first and the third one to garden", "move", ["first 1", "nth 3"]),
    ("show the first note", "show", ["oldest 1"]),
    ("show me the second one", "show", ["nth 2"]),
    ("open the one about fog", "show", ["one", "of about fog"]),
    ("show the last two", "browse", []),
    ("restore the last one", "restore", ["last 1"]),
    ("bring them back", "restore", ["them"]),
]


@pytest.mark.parametrize(("text", "intent", "terms"), COMMANDS)
def test_a_command_names_its_entries(text, intent, terms):
    found = recognise(text)
    assert found is not None
    named = [entity.value for entity in found.entities if entity.entity == "entry"]
    assert (found.intent, named) == (intent, terms)


@pytest.mark.parametrize(
    "text",
    [
        "the other day", "the other one is broken", "what was the last film", "what is the latest",
        "throw away everything", "get rid of it all", "move everything to the garage",
        "pin the last button on", "remove all the weeds",
        "move the last two chairs to garden", "delete the milk and the eggs",
        "trash all my old clothes", "remove the first stain with soap", "show the other cheek",
        "move it to storage", "take the first one off the list of the day",
        "take everything off the table and wipe it",
        "open the last bottle", "file all the papers under taxes", "move the first one to next week",
    ],
)  # fmt: skip
def test_a_thought_that_begins_so_is_no_command(text):
    found = recognise(text)
    assert found is None or found.intent not in {"delete_entry", "move", "pin", "show"}


@pytest.mark.parametrize(
    ("intent", "text", "terms"),
    [
        ("delete_entry", "i don't need the first two notes any more", ["oldest 2"]),
        ("delete_entry", "you can throw out my oldest entry please", ["oldest 1"]),
        (
            "delete_entry",
            "all of my pictures from yesterday can go",
            ["all", "of pictures", "of from yesterday"],
        ),
        ("delete_entry", "please get rid of every note but not the third", ["all", "but nth 3"]),
        ("delete_entry", "delete the first 3 notes for me, will you", ["oldest 3"]),
        ("delete_entry", "delete the second to last note", ["unread second", "newest 1"]),
        ("delete_entry", "i no longer need it all", ["unread all"]),
        ("delete_entry", "delete note 3 unless somebody pinned it", ["3", "unread unless"]),
        ("delete_entry", "delete notes 3 and 5 but in the evening", ["3", "5", "unread but"]),
        ("pin", "put a pin on the last three", ["last 3"]),
        ("move", "the last two notes belong under garden", ["newest 2"]),
        ("delete_entry", "delete what i just saved", []),
    ],
)
def test_a_sentence_names_them_too_and_no_word_that_may_matter_is_dropped(intent, text, terms):
    found = arguments(intent, text, [])
    assert [entity["value"] for entity in found if entity["entity"] == "entry"] == terms


def test_a_word_of_a_topic_is_no_reference():
    found = arguments("move", "note 4 goes to first aid", [])
    assert [(entity["entity"], entity["value"]) for entity in found] == [
        ("topic", "first aid"),
        ("entry", "4"),
    ]


WORDS = st.lists(
    st.sampled_from(
        [
            "the",
            "first",
            "last",
            "two",
            "3",
            "all",
            "every",
            "my",
            "notes",
            "note",
            "about",
            "from",
            "but",
            "one",
        ]
    ),
    max_size=30,
).map(" ".join)


@given(st.text(max_size=300) | WORDS)
def test_any_text_is_read_without_an_error(text):
    found = read(text)
    spans = [(start, end) for _, start, end in [*(found.terms if found else []), *references_in(text)]]
    assert all(0 <= start < end <= len(text) for start, end in spans)


AMENDMENTS = [
    ("no, I meant 3", {"entry": ["3"]}),
    ("no, 3", {"entry": ["3"]}),
    ("I meant number 4", {"entry": ["4"]}),
    ("oops, i meant 3 and 5", {"entry": ["3", "5"]}),
    ("no, the second one", {"entry": ["nth 2"]}),
    ("No! Not that one, the first note", {"entry": ["oldest 1"]}),
    ("no the other one", {"entry": ["other"]}),
    ("no, I meant the one about fog", {"entry": ["one", "of about fog"]}),
    ("no, i meant under travel", {"topic": ["travel"]}),
    ("sorry, under my boat topic", {"topic": ["boat"]}),
    ("no I meant cottage", {"topic": ["cottage"]}),
    ("oops, I meant my boat notes", {"topic": ["boat"]}),
    ("i meant milk not silk", {"correction": ["milk"], "mistaken": ["silk"]}),
    ("no, I meant oat milk, not oak milk", {"correction": ["oat milk"], "mistaken": ["oak milk"]}),
    ("I meant not silk but milk", {"correction": ["milk"], "mistaken": ["silk"]}),
]


@pytest.mark.parametrize(("text", "found"), AMENDMENTS)
def test_an_amendment_says_what_is_meant_instead(text, found):
    command = amendment(text)
    assert command is not None
    values = {}
    for entity in command.entities:
        values.setdefault(entity.entity, []).append(entity.value)
    assert values == found
    assert all(0 <= entity.start < entity.end <= len(text) for entity in command.entities)


@pytest.mark.parametrize(
    "text",
    [
        "no", "no, it", "no everything", "no, thanks", "I meant well", "I mean it", "no way", "wait for me",
        "I meant the second one", "no, I said nine", "3", "the second one", "Actually, it rained",
        "no, 3 of them came", "I meant to call mum", "no, I meant 3?", "oh the places you'll go",
        "no, I meant tomorrow", "no I meant to call you", "no i meant you", "I meant cottage",
        "not that it matters", "wait in the car until tomorrow",
    ],
)  # fmt: skip
def test_a_text_that_begins_so_is_no_amendment(text):
    assert amendment(text) is None
