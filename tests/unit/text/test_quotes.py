import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.text.parsed_message import ParsedMessage
from scrapbook.text.parsed_text import ParsedText
from scrapbook.text.quotes import MAX_SEARCHED, Quote, find_quotes, without_marks


def read_quote(text: str) -> Quote | None:
    return ParsedText(text).quote


@pytest.mark.parametrize(
    ("text", "author"),
    [
        ('"Came for the language" - Brett Cannon', "Brett Cannon"),
        ("“Came for the language” — Ann Example", "Ann Example"),
        ('“Came for the language" – Ann Example', "Ann Example"),
        ("”Came for the language” ― Ann Example", "Ann Example"),
        ("„Ich denke“ -- R. D.", "R. D."),
        ("«Je pense» – R. D.", "R. D."),
        ("« Je pense » – R. D.", "R. D."),
        ("»Ich denke« – R. D.", "R. D."),
        ("‹Je pense› ‒ Descartes", "Descartes"),
        ("“Less is more” ⸺ Mies", "Mies"),
        ("“Less is more” ⸻ Mies", "Mies"),
        ("“Less is more” ➖ Mies", "Mies"),
        ("“Less is more” ﹘ Mies", "Mies"),
        ("“Less is more”－Mies", "Mies"),
        ("‚Ich denke‘ ‐ Descartes", "Descartes"),
        ("‘Less is more’ ~ Mies", "Mies"),
        ("'It isn't over' - Yogi Berra", "Yogi Berra"),
        ("''Less is more'' --- Mies", "Mies"),
        ("「少ないほど豊か」— 村上春樹", "村上春樹"),
        ('"Less is more"-Mies', "Mies"),
        ('"less is more"~mies', "mies"),
        ('"Less is more" by Mies', "Mies"),
        ('"Less is more" – by Mies', "Mies"),
        ('"Less is more" (Mies van der Rohe)', "Mies van der Rohe"),
        ('"Less is more"\n- Mies van der Rohe', "Mies van der Rohe"),
        ('"Less is more"\n\n— Mies', "Mies"),
        ('"Less is more"\r\n- Mies', "Mies"),
        ('"Less is more"\nMies van der Rohe', "Mies van der Rohe"),
        ('"Less is more".\n- Mies\n\nheard on the radio', "Mies"),
        ('"Who are you?" — George Orwell, 1984', "George Orwell"),
        ('"Less is more" - Mies in Domus Magazine', "Mies"),
        ('"I have a dream" - Martin Luther King, Jr.', "Martin Luther King, Jr."),
        ('"eat your greens" - my grandmother', "my grandmother"),
        ('"be kind" - the Dalai Lama', "the Dalai Lama"),
        ('"Play long games" - @naval', "@naval"),
        ('"He said "no" and left" - Jane', "Jane"),
        ('"One line\nand another" - Jane Roe\ntakeaway: x', "Jane Roe"),
        ('in the news: "Less is more" - Mies', "Mies"),
        ('1. "Less is more" - Mies #houses', "Mies"),
    ],
)
def test_a_quotation_with_its_author_is_a_quote(text: str, author: str):
    quote = read_quote(text)
    assert quote is not None
    assert quote.author == author


@pytest.mark.parametrize(
    "text",
    [
        "",
        '"',
        'He said "no" - and left',
        '"No" - and he left',
        '"No", he said, "never" - and he left',
        'the "best" one - Anna',
        "well-known",
        "5'10 - 6'2",
        "don't - it isn't",
        '"Best pizza" - the new place',
        '"Great" - Anna, who came by',
        '"done" - thanks',
        '"done" - Thanks',
        '"Buy milk" - tomorrow at 5',
        '"Buy milk" - Friday',
        '"Great" - 5 stars',
        '"Dune" by Frank Herbert',
        '"Crime and Punishment" by Dostoevsky',
        '"Yesterday" by the Beatles',
        '"Some book or other" (1984)',
        '"Less is more" (sic)',
        '"Less is more" (Mies',
        '"The red one here"\nBuy milk\nand eggs',
        '"Less is more"\n\nMies',
        '"..." - Anna',
    ],
)
def test_what_is_not_clearly_one_is_none(text: str):
    assert read_quote(text) is None


def author_of(text: str) -> str | None:
    """The author that an entry of this message gets: its topic, if it names one, is not part of it."""
    quote = ParsedMessage.of(text).thought.text.quote
    return quote.author if quote else None


@pytest.mark.parametrize(
    ("text", "author"),
    [
        ("“Stay curious” [Ada Reyes]", "Ada Reyes"),
        ("«Reste curieux» (Inès Moreau)", "Inès Moreau"),
        ("„Bleib neugierig“ (Hanna Weiß)", "Hanna Weiß"),
        ("»Bleib wach« – Hanna Weiß", "Hanna Weiß"),
        ("「静けさ」(村上春樹)", "村上春樹"),
        ("'Keep going' (Ada Reyes)", "Ada Reyes"),
        ("‘Keep going’\nAda Reyes", "Ada Reyes"),
        ('"Keep going"\n\n- Ada Reyes', "Ada Reyes"),
        ('"Onward!"\nAda Reyes', "Ada Reyes"),
        ('"Keep going" (my grandma)', "my grandma"),
        ('"Keep going"\nmy grandma', "my grandma"),
        ('my grandma: "keep going, then rest"', "my grandma"),
        ('My grandma: "Keep going"', "My grandma"),
        ('Ada Reyes: "Measure twice"', "Ada Reyes"),
        ("Ada Reyes: “Measure twice, cut once.”", "Ada Reyes"),
        ('Ada Reyes - "Measure twice"', "Ada Reyes"),
        ('Ada Reyes:\n"Measure twice"', "Ada Reyes"),
        ('Ada Reyes once said: "Measure twice"', "Ada Reyes"),
        ('Dr. Hale: "Walk more, sit less"', "Dr. Hale"),
        ('Seneca: "We suffer more in imagination than in reality"', "Seneca"),
        ("Inès Moreau : « Mesurez deux fois »", "Inès Moreau"),
        ("Hanna Weiß: „Miss zweimal“", "Hanna Weiß"),
        ('"Miss nothing" (Seneca, Letters)', "Seneca"),
        ('"Miss nothing" (Ada Reyes, 1947)', "Ada Reyes"),
        ('"Miss nothing" - Ada Reyes, architect', "Ada Reyes"),
        ('"Miss nothing" — Ada Reyes (1902–1980)', "Ada Reyes"),
        ('"first line\nsecond line"\nAda Reyes', "Ada Reyes"),
        ('Ada Reyes: "first line\nsecond line"', "Ada Reyes"),
        ('"miss nothing" - ada reyes', "ada reyes"),
        ('"Be kind" (Thich Nhat Hanh)', "Thich Nhat Hanh"),
        ('"Be kind" (Marcus Aurelius, Meditations)', "Marcus Aurelius"),
        ('"Be kind"\n(Marcus Aurelius)', "Marcus Aurelius"),
        ('"Be kind" [Marcus Aurelius, Meditations 4.3]', "Marcus Aurelius"),
        ("“Be kind” (– Marcus Aurelius)", "Marcus Aurelius"),
        ('"April is cruel" - April Ludgate', "April Ludgate"),
        ("“Be kind” (Sœur Emmanuelle)", "Sœur Emmanuelle"),
        ("« Soyez bons » (Sœur Emmanuelle)", "Sœur Emmanuelle"),
        ("《道可道》（老子）", "老子"),
        ('As Ada Reyes said: "Measure twice"', "Ada Reyes"),
        ('• Ada Reyes: "Measure twice"', "Ada Reyes"),
        ('"Be kind" (Ada Reyes) #quotes', "Ada Reyes"),
        ('"Never iron on a sunday" (granny)', "granny"),
        ('"Never iron on a sunday" [Uncle]', "Uncle"),
        ('"Never iron on a sunday"\nnana', "nana"),
        ('dad: "never iron on a sunday"', "dad"),
        ('"Never iron on a sunday." (my old teacher)', "my old teacher"),
        ("“Walk on.”\nAda Reyes, Field Notes", "Ada Reyes"),
        ("“Walk on.”\nAda Reyes (1983)", "Ada Reyes"),
        ('"Never iron on a sunday" (ada maria reyes)', "ada maria reyes"),
    ],
)
def test_an_author_may_stand_in_brackets_below_or_in_front(text: str, author: str):
    assert author_of(text) == author
    assert ParsedMessage.of(text).thought.topic in {None, "quotes"}


@pytest.mark.parametrize(
    "text",
    [
        '"Be kind" (Paris)',
        '"Be kind" (Paris, 1968)',
        '"Be kind" (May 1968)',
        '"Be kind" (Monday)',
        '"Be kind" - Berlin',
        '"Be kind" - Japan, 1990',
        '"Be kind" (New York)',
        '"Be kind" (12 March)',
        '"Be kind" [sic]',
        '"Be kind" (again)',
        '"Be kind" (not me)',
        'Anna said "see you at five"',
        'Anna said: "see you at five"',
        'Sign on the door: "Push"',
        'Monday: "Push harder than last week"',
        'Good News: "We won the big match"',
        'London: "We will fight on the beaches"',
        'London, 1940: "We will fight on the beaches"',
        '"Wet paint"\nCall Anna',
        '"Wet paint"\nBuy Milk',
        'I told Ada Reyes: "measure twice" and she laughed',
        'Title: "Measure twice and then cut"',
        'Books: "The Trial"',
        '"Dune"\nCall Anna',
        'Call Anna: "milk is out"',
        'Recipes: "toast with honey"',
        '"Dune" (Wow!)',
        'note: "buy milk"',
        'Book Club: "The Long Road Home"',
        'the sign says: "no dogs"',
        'Ada Reyes "measure twice" is what I think',
        '"Fine" (Ok)',
        'Shopping: "oat milk"',
        'python: "explicit is better than implicit"',
        'He: "no" She: "yes"',
        'Ask Anna: "Do we need more chairs?"',
        '"Be kind" (May)',
        '"Be kind" (Europe)',
        '"Be kind" (Summer 2020)',
        'quotes: "Less is more and more"',
        '"Be kind" (seen in Oxford)',
        'Today: "Nothing happened at all."',
        'In Paris: "Ceci est une rue"',
        '"Never iron on a sunday" (true)',
        '"Never iron on a sunday" (that was fun)',
        '"Never iron on a sunday" (she said so)',
        '"Walk on" (ada reyes)',
        '"Never iron on a sunday" (unknown)',
        "“Walk on.”\nBuy Milk, eggs",
        "“Walk on.”\nAda, are you coming",
        '"Sorry" (dad)',
        'kids: "we want pizza again"',
    ],
)
def test_places_dates_labels_tasks_and_sentences_are_no_authors(text: str):
    assert author_of(text) is None


def test_a_topic_that_exists_comes_before_an_author_in_front():
    message = ParsedMessage.of('Seneca: "We suffer more in imagination"', {"Seneca"}.__contains__)
    assert message.thought.topic == "Seneca"
    assert message.thought.text.text == '"We suffer more in imagination"'


def test_a_text_that_is_all_quotation_needs_no_author():
    assert read_quote(" “The unexamined life is not worth living” ") is not None
    assert read_quote('"not so fast"') is None
    assert read_quote('"this one here" or "that one there"') is None


def test_several_quotes_are_found_where_they_stand():
    text = 'two:\n"Less is more" - Mies\n\n“Form follows function”\n— Louis Sullivan\nboth are old'
    found = find_quotes(text)
    assert [(quote.author, text[quote.start : quote.end]) for quote in found] == [
        ("Mies", '"Less is more" - Mies'),
        ("Louis Sullivan", "“Form follows function”\n— Louis Sullivan"),
    ]


MARKS = st.text(st.sampled_from("\"“”„«»'‘’-—~()., \n\taAbyBY#1:"))


@given(st.text() | MARKS)
def test_any_text_is_read_and_quotes_lie_in_it_in_order(text: str):
    place = 0
    for quote in find_quotes(text):
        assert place <= quote.start < quote.end <= len(text)
        assert quote.author
        assert " ".join(text[quote.start : quote.end].split()).find(quote.author) >= 0
        place = quote.end


@pytest.mark.parametrize("piece", ['"', '"a\n', '"a" - ', "'a ", '"a" - A a ', "«\n", '"a"\n\n- ', "1. a: "])
def test_a_long_text_is_read_in_no_time(piece: str):
    """Seconds of processor time: what is not linear would take minutes. No promise of speed."""
    started = time.process_time()
    read_quote(piece * (200_000 // len(piece)))
    assert time.process_time() - started < 2


def test_a_quote_far_down_a_long_text_is_not_looked_for():
    assert read_quote("a\n" * MAX_SEARCHED + '"Less is more" - Mies') is None
    assert read_quote('"Less is more" - Mies\n' + "a\n" * MAX_SEARCHED) == Quote("Mies", 0, 21)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('"rye bread"', "rye bread"),
        ("“tea”", "tea"),
        (" « thé » ", "thé"),
        ("'tea'", "tea"),
        ("„Tee“", "Tee"),
        ("tea", "tea"),
        ('"tea" and "milk"', '"tea" and "milk"'),
        ('""', '""'),
        ('"tea', '"tea'),
    ],
)
def test_marks_around_a_whole_text_are_removed(text: str, words: str):
    assert without_marks(text) == words
