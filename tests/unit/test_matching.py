import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.matching import MAX_CANDIDATES, Match, Matcher, Outcome, match

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
    assert match(typed, TOPICS).outcome is Outcome.EXACT


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
    assert (found.outcome, found.topic) == (Outcome.SURE, meant)


@pytest.mark.parametrize(
    ("typed", "topics", "offered"),
    [
        ("cpu", ["gpu", "bread"], {"gpu"}),
        ("carson", ["carbon", "carton"], {"carbon", "carton"}),
        ("carton", ["carbon"], {"carbon"}),
        ("garden", ["gardening"], {"gardening"}),
        ("learning", ["machine learning", "french learning"], {"machine learning", "french learning"}),
        ("book", ["books", "book list"], {"books", "book list"}),
    ],
)
def test_a_near_miss_is_offered_not_guessed(typed: str, topics: list[str], offered: set[str]) -> None:
    found = match(typed, topics)
    assert (found.outcome, found.topic) == (Outcome.TORN, None)
    assert set(found.candidates) == offered


@pytest.mark.parametrize("typed", ["xylophone", "tax return", "", "???"])
def test_it_says_none_when_nothing_is_near(typed: str) -> None:
    found = match(typed, TOPICS)
    assert found == Match(Outcome.NONE, None, ())


def test_what_comes_near_is_named_and_the_rest_is_not() -> None:
    found = match("shop", ["shopping", "python", "recipes"])
    assert found == Match(Outcome.NONE, None, ("shopping",))


@pytest.mark.parametrize("typed", ["ml", "ML", "nlp"])
def test_initials_mean_the_topic_of_several_words(typed: str) -> None:
    topics = ["machine learning", "natural language processing", "books", "gpu"]
    found = match(typed, topics)
    assert found.outcome is Outcome.SURE
    assert found.topic is not None
    assert [word[0] for word in found.topic.split()] == list(typed.lower())


def test_a_topic_named_like_the_initials_of_another_is_itself() -> None:
    assert match("ml", ["machine learning", "ML"]).topic == "ML"


def test_initials_of_several_topics_are_asked_about() -> None:
    found = match("ml", ["machine learning", "mountain lakes"])
    assert found.outcome is Outcome.TORN
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
    assert (found.topic is not None) == (found.outcome in {Outcome.EXACT, Outcome.SURE})


@given(st.lists(st.text("abcdef ", min_size=1, max_size=10).filter(str.strip), min_size=1, max_size=10))
def test_a_topic_always_finds_itself(topics: list[str]) -> None:
    for topic in topics:
        found = match(topic, topics)
        assert found.outcome is Outcome.EXACT
        assert (found.topic or "").replace(" ", "") == topic.replace(" ", "")


ALIASES = (("graphics cards", "gpu"), ("pesto", "recipes"))


@pytest.mark.parametrize(
    ("typed", "outcome", "meant"),
    [
        ("Graphics Cards", Outcome.EXACT, "gpu"),
        ("graphics card", Outcome.SURE, "gpu"),
        ("grahpics cards", Outcome.SURE, "gpu"),
        ("pestos", Outcome.SURE, "recipes"),
        ("gpu", Outcome.EXACT, "gpu"),
    ],
)
def test_an_alias_means_its_topic_however_it_is_spelled(typed: str, outcome: Outcome, meant: str) -> None:
    assert match(typed, TOPICS, ALIASES) == Match(outcome, meant, (meant,))


def test_a_topic_is_offered_once_by_whichever_of_its_names_comes_nearest() -> None:
    found = match("carten", ["carbon", "garden"], [("carton", "carbon"), ("cartoon", "carbon")])
    assert found.candidates.count("carbon") == 1


def test_a_topic_is_surely_meant_when_only_its_own_names_are_alike() -> None:
    assert match("recipies", ["recipe"], [("recipes", "recipe")]).topic == "recipe"


def test_a_topic_goes_before_an_alias_of_another() -> None:
    assert match("gpu", ["gpu", "cards"], [("gpu", "cards")]).topic == "gpu"
