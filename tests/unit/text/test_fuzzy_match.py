import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.text.fuzzy_match import MAX_CANDIDATES, Match, Matcher, MatchOutcome, match

TOPICS = (
    "python",
    "pytorch",
    "machine learning",
    "gpu",
    "shopping list",
    "Café notes",
    "gardening",
    "recipes",
)


@pytest.mark.parametrize("typed", ["python", "PYTHON", " Python ", "machinelearning", "cafe notes", "GPU"])
def test_case_accents_and_spaces_make_no_difference(typed: str) -> None:
    assert match(typed, TOPICS).outcome is MatchOutcome.EXACT


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pyhton", "python"),
        ("pythonn", "python"),
        ("pytorh", "pytorch"),
        ("gpus", "gpu"),
        ("recipe", "recipes"),
        ("my recipes", "recipes"),
        ("shopping", "shopping list"),
        ("learning machine", "machine learning"),
        ("machine lerning", "machine learning"),
        ("gardning", "gardening"),
        ("garden-ing", "gardening"),
    ],
)
def test_it_is_sure_of_common_slips(typed: str, meant: str) -> None:
    found = match(typed, TOPICS)
    assert (found.outcome, found.topic) == (MatchOutcome.SURE, meant)


@pytest.mark.parametrize(
    ("typed", "topics", "offered"),
    [
        ("carpon", ["carbon", "carton"], {"carbon", "carton"}),
        ("pyton", ["python", "pylon"], {"python", "pylon"}),
        ("recieve", ["receive", "bread"], {"receive"}),
        ("learning", ["machine learning", "french learning"], {"machine learning", "french learning"}),
        ("book", ["books", "book list"], {"books", "book list"}),
    ],
)
def test_a_near_miss_is_offered_not_guessed(typed: str, topics: list[str], offered: set[str]) -> None:
    found = match(typed, topics)
    assert (found.outcome, found.topic) == (MatchOutcome.AMBIGUOUS, None)
    assert set(found.candidates) == offered


@pytest.mark.parametrize(
    ("typed", "topics"),
    [
        ("cpu", ["gpu", "bread"]),
        ("carson", ["carbon", "carton"]),
        ("carton", ["carbon"]),
        ("computer", ["compiler"]),
        ("where", ["wheel", "hare"]),
        ("tax return", ["text return"]),
    ],
)
def test_a_common_word_is_no_slip_of_another(typed: str, topics: list[str]) -> None:
    found = match(typed, topics)
    assert (found.outcome, found.topic) == (MatchOutcome.NONE, None)


@pytest.mark.parametrize(
    ("typed", "topics", "meant"),
    [
        ("garden", ["gardening", "garlic"], "gardening"),
        ("tests", ["test", "nests"], "test"),
        ("discussed", ["discussion", "disgust"], "discussion"),
    ],
)
def test_a_common_word_means_the_topic_of_its_stem(typed: str, topics: list[str], meant: str) -> None:
    found = match(typed, topics)
    assert (found.outcome, found.topic) == (MatchOutcome.SURE, meant)


def test_a_common_word_with_several_topics_of_its_stem_is_asked_about() -> None:
    found = match("discussed", ["discussion", "discussing", "bread"])
    assert (found.outcome, set(found.candidates)) == (MatchOutcome.AMBIGUOUS, {"discussion", "discussing"})


@pytest.mark.parametrize("typed", ["xylophone", "tax return", "", "???"])
def test_it_says_none_when_nothing_is_near(typed: str) -> None:
    found = match(typed, TOPICS)
    assert found == Match(MatchOutcome.NONE, None, ())


def test_what_comes_near_is_named_and_the_rest_is_not() -> None:
    found = match("whopping", ["shopping", "python", "recipes"])
    assert found == Match(MatchOutcome.NONE, None, ("shopping",))


@pytest.mark.parametrize("typed", ["ml", "ML", "nlp"])
def test_initials_mean_the_topic_of_several_words(typed: str) -> None:
    topics = ["machine learning", "natural language processing", "books", "gpu"]
    found = match(typed, topics)
    assert found.outcome is MatchOutcome.SURE
    assert found.topic is not None
    assert [word[0] for word in found.topic.split()] == list(typed.lower())


def test_a_topic_named_like_the_initials_of_another_is_itself() -> None:
    assert match("ml", ["machine learning", "ML"]).topic == "ML"


def test_initials_of_several_topics_are_asked_about() -> None:
    found = match("ml", ["machine learning", "mountain lakes"])
    assert found.outcome is MatchOutcome.AMBIGUOUS
    assert set(found.candidates) == {"machine learning", "mountain lakes"}


def test_there_may_be_no_topics() -> None:
    assert match("python", ()).candidates == ()


def test_names_without_letters_are_matched_as_they_are() -> None:
    assert match("🎉", ["🎉", "C"]).topic == "🎉"
    assert match("c++", ["C", "C++", "C#"]).topic == "C++"


@given(st.lists(st.text(max_size=12), max_size=12), st.text(max_size=12))
def test_whatever_is_typed_it_answers_with_topics_only(topics: list[str], typed: str) -> None:
    found = Matcher(topics).match(typed)
    assert set(found.candidates) <= set(topics)
    assert len(found.candidates) <= MAX_CANDIDATES
    assert (found.topic is not None) == (found.outcome in {MatchOutcome.EXACT, MatchOutcome.SURE})


@given(st.lists(st.text("abcdef ", min_size=1, max_size=10).filter(str.strip), min_size=1, max_size=10))
def test_a_topic_always_finds_itself(topics: list[str]) -> None:
    for topic in topics:
        found = match(topic, topics)
        assert found.outcome is MatchOutcome.EXACT
        assert (found.topic or "").replace(" ", "") == topic.replace(" ", "")


ALIASES = (("graphics cards", "gpu"), ("pesto", "recipes"))


@pytest.mark.parametrize(
    ("typed", "outcome", "meant"),
    [
        ("Graphics Cards", MatchOutcome.EXACT, "gpu"),
        ("graphics card", MatchOutcome.SURE, "gpu"),
        ("grahpics cards", MatchOutcome.SURE, "gpu"),
        ("pestos", MatchOutcome.SURE, "recipes"),
        ("gpu", MatchOutcome.EXACT, "gpu"),
    ],
)
def test_an_alias_means_its_topic_however_it_is_spelled(
    typed: str, outcome: MatchOutcome, meant: str
) -> None:
    assert match(typed, TOPICS, ALIASES) == Match(outcome, meant, (meant,))


def test_a_topic_is_offered_once_by_whichever_of_its_names_comes_nearest() -> None:
    found = match("carten", ["carbon", "garden"], [("carton", "carbon"), ("cartoon", "carbon")])
    assert found.candidates.count("carbon") == 1


def test_a_topic_is_surely_meant_when_only_its_own_names_are_alike() -> None:
    assert match("recipies", ["recipe"], [("recipes", "recipe")]).topic == "recipe"


def test_a_topic_goes_before_an_alias_of_another() -> None:
    assert match("gpu", ["gpu", "cards"], [("gpu", "cards")]).topic == "gpu"


@pytest.mark.parametrize(("typed", "name"), [("bret canon", "Brett Cannon"), ("calcutta", "Kolkata")])
def test_an_ordinary_word_may_be_a_slip_for_the_name_of_a_person_or_place(typed: str, name: str) -> None:
    assert name in match(typed, [name, "Berlin"], proper=True).candidates
