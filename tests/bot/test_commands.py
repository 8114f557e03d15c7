"""Recognition of commands at the start of a text: pure functions, no model."""

import string

import pytest
from components.commands import COMMANDS
from components.free_corrections import free_correction
from components.matching import recognise
from components.spelling import SHORTEST_MISSPELLABLE, is_ordinary
from hypothesis import assume, example, given
from hypothesis import strategies as st

COMMAND = [
    # text, intent, arguments
    ("find gpu", "find", {"query": ["gpu"]}),
    ("Find my notes about sourdough", "find", {"query": ["sourdough"]}),
    ("search for roses please", "find", {"query": ["roses"]}),
    ("notes on pyhton", "find", {"query": ["pyhton"]}),
    ("can you find the note about tiles?", "find", {"query": ["tiles"]}),
    ("gpu?", "find", {"query": ["gpu"]}),
    ("topics", "list_topics", {}),
    ("last 5", "browse", {"count": ["5"]}),
    ("last five", "browse", {"count": ["5"]}),
    ("show me the last 3 notes", "browse", {"count": ["3"]}),
    ("today", "browse", {"period": ["today"]}),
    ("Last week", "browse", {"period": ["last week"]}),
    ("show 42", "show", {"entry": ["42"]}),
    ("more", "more", {}),
    ("on this day", "on_this_day", {}),
    ("On this day in history", "on_this_day", {}),
    ("surprise me", "surprise", {}),
    ("suprise me", "surprise", {}),
    ("random note", "surprise", {}),
    ("pin 42", "pin", {"entry": ["42"]}),
    ("pin notes 3 and 4", "pin", {"entry": ["3", "4"]}),
    ("pin that", "pin", {}),
    ("unpin 42", "unpin", {"entry": ["42"]}),
    ("delete 3", "delete_entry", {"entry": ["3"]}),
    ("delete 3, 4 and 17", "delete_entry", {"entry": ["3", "4", "17"]}),
    ("Delete that.", "delete_entry", {}),
    ("take milk off shopping", "take_off_topic", {"note": ["milk"], "topic": ["shopping"]}),
    (
        "remove oat milk from my shopping list",
        "take_off_topic",
        {"note": ["oat milk"], "topic": ["shopping"]},
    ),
    ("restore 42", "restore", {"entry": ["42"]}),
    ("undo", "undo", {}),
    ("move 42 to python", "move", {"entry": ["42"], "topic": ["python"]}),
    ("under gpu", "file_under", {"topic": ["gpu"]}),
    ("save this under gpu", "file_under", {"topic": ["gpu"]}),
    ("edit 42 the meeting is at nine", "edit", {"entry": ["42"]}),
    ("add: see also Numba", "append", {}),
    ("add: buy a ticket to oslo", "append", {}),
    ("add milk to shopping", "add_to_topic", {"note": ["milk"], "topic": ["shopping"]}),
    ("put eggs on my shopping list", "add_to_topic", {"note": ["eggs"], "topic": ["shopping"]}),
    ("rename gpus to gpu", "rename_topic", {"topic": ["gpus"], "new_topic": ["gpu"]}),
    ("merge gpus into gpu", "merge_topics", {"topic": ["gpus"], "new_topic": ["gpu"]}),
    ("timezone Europe/London", "set_timezone", {"timezone": ["Europe/London"]}),
    ("remind me to call mum", "remind", {}),
    ("commands", "commands", {}),
    ("status", "status", {}),
    ("repeat", "repeat", {}),
    ("hi", "greet", {}),
    ("thank you", "thanks", {}),
    ("save", "keep_question", {}),
    ("Save it.", "keep_question", {}),
    ("save that please", "keep_question", {}),
    ("keep it", "keep_question", {}),
    ("keep my question", "keep_question", {}),
    ("yes save it", "keep_question", {}),
    ("yes, keep that", "keep_question", {}),
    ("2", "choose", {"choice": ["2"]}),
    ("2.", "choose", {"choice": ["2"]}),
    ("the first one", "choose", {"choice": ["1"]}),
    ("edit 42: the meeting is at nine", "edit", {"entry": ["42"]}),
    ("correct: the meeting is at nine", "correct", {}),
    ("correct: 2, not 3, eggs", "correct", {}),
    ("correct 42: the meeting is at nine", "correct", {"entry": ["42"]}),
    ("correction: nine", "correct", {}),
    ("play 42", "play", {"entry": ["42"]}),
    ("play it", "play", {}),
    ("play the last memo", "play", {}),
    ("could you play memo 42?", "play", {"entry": ["42"]}),
    ("listen to my last memo", "play", {}),
    ("memos", "browse", {"kind": ["memos"]}),
    ("quotes", "browse", {"kind": ["quotes"]}),
    ("show me all my links", "browse", {"kind": ["links"]}),
    ("places", "browse", {"kind": ["locations"]}),
    ("quotes by Brett Cannon", "quotes_by", {"author": ["Brett Cannon"]}),
    ("show me the quotes by mies van der rohe", "quotes_by", {"author": ["mies van der rohe"]}),
    ("quotes from Adam Smith", "quotes_by", {"source": ["Adam Smith"]}),
    ("quotes of adam smith", "quotes_by", {"source": ["adam smith"]}),
    ("quote by Mies", "quotes_by", {"source": ["Mies"]}),
    ("quotes from last month", "find", {"query": ["quotes from last month"]}),
    ("reminders", "find", {"query": ["reminders"]}),
    ("my reminders", "find", {"query": ["reminders"]}),
    ("show me all my reminders", "find", {"query": ["reminders"]}),
    (
        "add milk, eggs and bread to shopping",
        "add_to_topic",
        {"note": ["milk, eggs and bread"], "topic": ["shopping"]},
    ),
    (
        "put rye bread, oat milk on the shopping list",
        "add_to_topic",
        {"note": ["rye bread, oat milk"], "topic": ["shopping"]},
    ),
    ("edit 42", "edit", {"entry": ["42"]}),
    ("edit note 42", "edit", {"entry": ["42"]}),
    ("edit", "edit", {}),
    ("move 42", "move", {"entry": ["42"]}),
    ("restore", "restore", {}),
    ("pictures by the lake", "find", {"query": ["pictures by the lake"]}),
    ("quotes about work", "find", {"query": ["quotes about work"]}),
    ("takeaway: fewer, larger kernels", "takeaway", {}),
    ("Takeaways:\n- fewer\n- larger", "takeaway", {}),
    ("voice memos", "browse", {"kind": ["memos"]}),
    ("show me my photos", "browse", {"kind": ["pictures"]}),
    ("save note 4 under books", "move", {"entry": ["4"], "topic": ["books"]}),
]

# As a transcript has them
SPOKEN = [
    ("Find my notes about Python.", "find", {"query": ["Python"]}),
    ("Delete number seven.", "delete_entry", {"entry": ["7"]}),
    ("Delete number one.", "delete_entry", {"entry": ["1"]}),
    ("Delete notes three, four and forty two.", "delete_entry", {"entry": ["3", "4", "42"]}),
    ("Show forty-two.", "show", {"entry": ["42"]}),
    ("Show number one hundred and twelve.", "show", {"entry": ["112"]}),
    ("Show the last three notes.", "browse", {"count": ["3"]}),
    ("Last twenty.", "browse", {"count": ["20"]}),
    ("Move number forty two to Python.", "move", {"entry": ["42"], "topic": ["Python"]}),
    ("Save number eight under Books.", "move", {"entry": ["8"], "topic": ["Books"]}),
    ("Edit number forty two the meeting is at nine.", "edit", {"entry": ["42"]}),
    ("Edit forty two, the meeting is at nine.", "edit", {"entry": ["42"]}),
    ("Correct number five the meeting is at nine.", "correct", {"entry": ["5"]}),
    ("Correction, the meeting is at nine.", "correct", {}),
    ("Restore number twelve.", "restore", {"entry": ["12"]}),
    ("Play number seven.", "play", {"entry": ["7"]}),
    ("Play me the memo number seven.", "play", {"entry": ["7"]}),
    ("Takeaway, fewer, larger kernels.", "takeaway", {}),
    ("Two.", "choose", {"choice": ["2"]}),
    ("Number two.", "choose", {"choice": ["2"]}),
    ("Undo that.", "undo", {}),
]

MISSPELLED = [
    ("fnid gpu", "find"),
    ("serach gpus", "find"),
    ("delte 3", "delete_entry"),
    ("dleete 3 and 5", "delete_entry"),
    ("udno", "undo"),
    ("topcis", "list_topics"),
    ("lsat 5", "browse"),
    ("yestreday", "browse"),
    ("mroe", "more"),
    ("merge gpus inot gpu", "merge_topics"),
    ("mrege gpus into gpu", "merge_topics"),
    ("renmae gpus to gpu", "rename_topic"),
    ("mvoe 42 to python", "move"),
    ("restroe 42", "restore"),
    ("eidt 42 new words", "edit"),
    ("tiemzone Europe/Oslo", "set_timezone"),
    ("comands", "commands"),
    ("staus", "status"),
    ("repaet", "repeat"),
]

THOUGHTS = [
    "Delete my number please",
    "delete the photos of me",
    "remove it from the oven at six",
    "take the day off work",
    "take me off your list",
    "Move on",
    "move it to friday",
    "under the bridge downtown I saw a heron",
    "under pressure",
    "keep it under control",
    "put it under the bed",
    "combine flour with butter",
    "look up flights to oslo",
    "move it to storage",
    "last night was fun",
    "last",
    "find out what time the shop opens",
    "find a plumber",
    "show me love",
    "more milk please",
    "edit: typo",
    "edit the video tonight",
    "today I saw a heron",
    "today?",
    "merge onto the motorway",
    "add me to the group",
    "rename the file before sending it to him",
    "Really?",
    "ok?",
    "pub tonight?",
    "where are you?",
    "lost 5",
    "fine art",
    "mode 7",
    "undo the top button",
    "quote him by friday please, twice",
    "quote: be brief",
    "reminders are not promises",
    "add butter, sugar and eggs to the bowl",
    "add it, he said, to taste",
    "add a pinch of salt, then stir, to my surprise",
    "restore the chair",
    "/undo",
    "/delete 3",
    "2 tickets please",
    "two tickets please",
    "edit two videos tonight",
    "correct 5 of the answers",
    "correct, see you at five",
    "you are correct: it is nine",
    "play with the kids",
    "play the guitar",
    "hear that?",
    "listen to this song",
    "photos from oslo",
    "memo to self",
    "pin the tail on the donkey",
    "pin 4417 for the door",
    "on this day I met her",
    "surprise him on friday",
    "open two windows",
    "read one",
    "",
    "   ",
]


@pytest.mark.parametrize(("text", "intent", "arguments"), COMMAND + SPOKEN)
def test_it_recognises_a_command_and_its_arguments(text, intent, arguments):
    found = recognise(text)
    assert found is not None
    values = {}
    for entity in found.entities:
        values.setdefault(entity.entity, []).append(entity.value)
    assert (found.intent, values) == (intent, arguments)


def test_a_number_in_words_is_where_it_stands_in_the_text():
    text = "Please edit number forty two: nine"
    [entity] = recognise(text).entities
    assert (entity.value, text[entity.start : entity.end]) == ("42", "forty two")


@pytest.mark.parametrize(("text", "intent"), MISSPELLED)
def test_it_recognises_a_misspelled_command_and_is_less_sure(text, intent):
    found = recognise(text)
    assert found is not None
    assert found.intent == intent
    assert found.similarity < 1 or "inot" in text


@pytest.mark.parametrize("text", THOUGHTS)
def test_it_leaves_a_look_alike_to_be_a_thought(text):
    assert recognise(text) is None


@pytest.mark.parametrize(
    "word", ["fine", "lost", "mode", "shoe", "fund", "kind", "rest", "love", "mere", "note"]
)
def test_it_never_takes_an_ordinary_word_for_a_misspelled_keyword(word):
    assert is_ordinary(word)


@pytest.mark.parametrize("text", [text for text, _, _ in COMMAND])
def test_it_does_not_mind_case_space_and_a_full_stop(text):
    plain = recognise(text)
    loud = recognise(f"  {text.upper()}! ".replace("?!", "?"))
    assert (plain.intent, len(plain.entities)) == (loud.intent, len(loud.entities))


@given(st.text(max_size=80))
@example("add:")
@example("\u200b")
@example("delete \u0663")
def test_it_takes_any_text_and_its_offsets_are_right(text):
    found = recognise(text)
    for entity in found.entities if found else ():
        assert 0 <= entity.start < entity.end <= len(text)


KEYWORDS = sorted(
    {word for command in COMMANDS for word in command.keywords if len(word) >= SHORTEST_MISSPELLABLE}
)


@given(st.sampled_from(["delete 3", "restore 42", "rename gpus to gpu", "search gpu"]), st.integers(0, 4))
def test_two_swapped_letters_do_not_change_the_command(text, at):
    word, rest = text.split(" ", 1)
    typed = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    assume(typed == word or not is_ordinary(typed))
    assert recognise(f"{typed} {rest}").intent == recognise(text).intent


@given(st.sampled_from(KEYWORDS), st.text(string.ascii_lowercase, min_size=1, max_size=3))
def test_a_keyword_with_other_words_around_it_is_no_command(keyword, letters):
    found = recognise(f"she said {keyword} {letters} and then we left, didn't we")
    assert found is None


CORRECTIONS = [
    ("that should say see you at nine", "see you at nine"),
    ("No, it should have said: salt!", "salt"),
    ("The memo was supposed to say thirteen, not thirty", "thirteen, not thirty"),
    ("i actually said malt vinegar", "malt vinegar"),
    ("What I said was malt vinegar.", "malt vinegar"),
    ("no, I said thirteen not thirty", "thirteen not thirty"),
]


@pytest.mark.parametrize(("text", "words"), CORRECTIONS)
def test_a_memo_is_corrected_in_free_words(text, words):
    found = free_correction(text)
    assert found.intent == "correct"
    [entity] = found.entities
    assert (entity.entity, entity.value, text[entity.start : entity.end]) == ("correction", words, words)
    assert recognise(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "I said malt vinegar",
        "no I said that already",
        "I actually said I would think about it",
        "it should say so on the box",
        "it should say on the label",
        "that should say something about him",
        "Anna said no, I said yes",
        "the sign should say closed",
        "that should say nine?",
        "that should say",
        "no, I said",
    ],
)
def test_what_somebody_said_is_no_correction(text):
    assert free_correction(text) is None


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("delete 1-3", ["1", "2", "3"]),
        ("delete 3-1", ["3", "1"]),
        ("delete 5, 7-8", ["5", "7", "8"]),
    ],
)
def test_a_range_is_all_that_lies_in_it(text, entries):
    command = recognise(text)
    assert command.intent == "delete_entry"
    assert [entity.value for entity in command.entities] == entries
