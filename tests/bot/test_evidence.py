"""What is seen of a text beside its chances, and what it is worth."""

import pytest
from components.calibration import MIN_CASES, Case, fit_all, in_folds
from components.command_matching import recognise
from components.doubtful_commands import is_doubtful
from components.evidence import FEATURES, Evidence, WordCount, names_something, words_meant, words_of
from components.spelling_correction import CorrectedText
from components.training_importer import TEMPLATE
from components.turn_context import TurnContext
from components.word_corrector import CORRECTED
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

THANKS = Evidence(frozenset({"thanks", "a", "lot"}), longest=5)
LISTS = frozenset({"shopping", "to do"})


def _features(text):
    return dict(zip(FEATURES, THANKS.features(text, 0.8, 0.2, names_something=False), strict=True))


def test_each_word_that_no_example_has_is_counted():
    (name,) = (name for name in FEATURES if "no example" in name)
    counts = [_features(text)[name] for text in ("thanks a lot", "thanks a fish", "thanks fish heron")]
    assert counts[0] == 0
    assert counts == sorted(set(counts))


@pytest.mark.parametrize("text", ["", "\U0001f600", "lunch 3 thanks", "thanks a lot a lot a lot a lot"])
def test_a_text_without_words_with_a_number_or_longer_than_any_example_is_no_such_command(text):
    assert THANKS.excludes(text)
    assert not THANKS.excludes("thanks a lot")


@pytest.mark.parametrize(
    "text",
    ["delete the note about bees", "bin that", "no longer need 44, erase it", "cancel my reminder",
     "drop the last one", "erase what i just sent", "stop reminding me of it", "mark the boiler as done",
     "tick off the bread"],
)  # fmt: skip
def test_a_change_names_an_entry_a_list_or_what_was_just_said(text):
    assert names_something(text, TurnContext())


@pytest.mark.parametrize(
    "text",
    ["delete one thing a day", "drop that pickle", "remove half", "remove 3 screws",
     "get rid of everything that is not essential", "edit ruthlessly",
     "that one time in the rain", "forget the past"],
)  # fmt: skip
def test_a_thought_that_begins_like_a_change_names_nothing_of_the_scrapbook(text):
    assert not names_something(text, TurnContext())


def test_a_topic_that_exists_is_something_of_the_scrapbook():
    assert names_something("get rid of pickles", TurnContext(topics=("pickles",)))
    assert not names_something("get rid of pickles", TurnContext())


def test_the_topics_come_with_the_message():
    message = Message({TEXT: "delete photos from camera", "metadata": {"context": {"topics": ["Camera"]}}})
    assert TurnContext.of(message).has_topic("camera")


def _messages(*texts):
    return [Message({TEXT: text}) for text in texts]


REMOVALS = _messages(*(f"please delete {what} {number}" for what in ("note", "lap") for number in "2345"))
THOUGHTS = _messages(*(f"lap {number} was quick please" for number in "123456789"))
REMOVING = Evidence.of(REMOVALS, WordCount.of(REMOVALS), WordCount.of(THOUGHTS))


def test_a_word_that_thoughts_have_as_often_does_not_say_what_to_do():
    assert REMOVING.telling == {"delete"}


@pytest.mark.parametrize(
    "text", ["thought 5 of 10", "note 3 and note 4", "that entry", "lap 4 of note 2 please"]
)
def test_names_alone_say_nothing_of_what_to_do(text):
    assert REMOVING.only_names(words_of(text))
    assert not REMOVING.only_names(words_of(f"delete {text}"))


def test_evidence_is_read_back_as_it_was_stored():
    assert Evidence.from_stored(REMOVING.stored()) == REMOVING


@pytest.mark.parametrize(("typed", "meant"), [("batch 2", "batch 2"), ("delte 2", "delete 2")])
def test_a_word_that_english_uses_for_itself_is_not_corrected_into_one_that_says_what_to_do(typed, meant):
    corrected = CorrectedText(typed.replace("batch", "watch").replace("delte", "delete"))
    assert words_meant(Message({TEXT: typed, CORRECTED: corrected})) == meant.split()


DOUBTFUL = [
    ("delete blurry pictures from camera", TurnContext(topics=("camera",))),
    ("remove stickers from laptop", TurnContext(topics=("laptop",))),
    ("edit 3 chapters a week", TurnContext(is_known=True, last_entry=7)),
    ("edit 3 long letters", TurnContext(is_known=True, last_entry=3)),
]


@pytest.mark.parametrize(("text", "context"), DOUBTFUL)
def test_a_task_that_reads_like_a_command_is_one_only_if_the_scrapbook_has_what_it_names(text, context):
    assert _is_doubtful(text, TurnContext())
    assert not _is_doubtful(text, context)


@pytest.mark.parametrize(
    "text",
    ["remove milk from shopping", "remove milk from pantry list",
     "edit 2: two pages", "delete all photos", "delete my photos from yesterday",
     "edit note 2 two pages", "edit 2 bus at nine",
     "edit 123 pages of it", "take milk off our list"],
)  # fmt: skip
def test_a_command_that_says_what_it_is_about_is_not_doubtful(text):
    assert not _is_doubtful(text, TurnContext())


def _is_doubtful(text, context):
    command = recognise(text)
    assert command is not None
    entities = [entity._asdict() for entity in command.entities]
    message = Message({TEXT: text, INTENT: {"name": command.intent}, ENTITIES: entities})
    return is_doubtful(message, LISTS, context)


def _case(strength, *, is_right):
    return Case("retrieve", (float(strength),), is_right=is_right, is_thought=not is_right)


def test_a_calibration_learns_from_which_evidence_on_an_effect_is_right():
    numbers = [number for number in range(-MIN_CASES, MIN_CASES + 1) if number]
    calibration = fit_all(_case(number, is_right=number > 0) for number in numbers)["retrieve"]
    assert calibration.chance((40.0,)) > 0.9
    assert calibration.chance((-40.0,)) < 0.1


def test_of_a_few_cases_nothing_is_learnt():
    assert fit_all([_case(1, is_right=True), _case(-1, is_right=False)]) == {}


def test_each_example_is_once_looked_at_without_any_of_its_template_being_trained_on():
    examples = [
        Message({TEXT: f"{intent} {number}", INTENT: intent, TEMPLATE: f"{intent} {number % 9}"})
        for intent in ("find", "show")
        for number in range(60)
    ]
    looked_at = []
    for positions in in_folds(examples):
        known, others = ([examples[position] for position in some] for some in positions)
        assert not {one.get(TEMPLATE) for one in known} & {one.get(TEMPLATE) for one in others}
        looked_at += [one.get(TEXT) for one in others]
    assert sorted(looked_at) == sorted(one.get(TEXT) for one in examples)
