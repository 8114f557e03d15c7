"""Where links begin and end in what people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.text.links import find_links, has_link
from tests.support.texts import TEXTS, URLS


def found(text: str) -> list[str]:
    return [link.url for link in find_links(text)]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://site.example", "https://site.example"),
        ("read https://site.example/a?b=c#d today", "https://site.example/a?b=c#d"),
        ("HTTPS://SITE.EXAMPLE/A", "HTTPS://SITE.EXAMPLE/A"),
        ("www.site.example/a is good", "http://www.site.example/a"),
        ("WWW.Site.example", "http://WWW.Site.example"),
        ("takeaway:https://site.example/a", "https://site.example/a"),
        ("見てhttps://site.example/a", "https://site.example/a"),
        ("https://bücher.example/ä", "https://bücher.example/ä"),
        ("https://例え.テスト/パス", "https://例え.テスト/パス"),
        ("https://site.example/a|b", "https://site.example/a|b"),
        ("https://site.example/a,b;c:d", "https://site.example/a,b;c:d"),
        ("http://[2001:db8::1]/a", "http://[2001:db8::1]/a"),
        ("look https://xn--i-7iq.ws/", "https://xn--i-7iq.ws/"),
        ("https://xn--ls8h.la/", "https://xn--ls8h.la/"),
        ("https://XN--LS8H.la", "https://XN--LS8H.la"),
        ("http://site.example./a", "http://site.example./a"),
        ("http://localhost:8000/", "http://localhost:8000/"),
    ],
)
def test_a_link_is_found(text: str, url: str) -> None:
    assert found(text) == [url]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "."),
        ("", "?!"),
        ("", "..."),
        ("", "…"),
        ("(", ")"),
        ("(see ", ")."),
        ("[", "]"),
        ("<", ">"),
        ('"', '"'),
        ("“", "”"),
        ("‘", "’,"),
        ("**", "**"),
        ("`", "`"),
        ("", "。続き"),
        ("「", "」"),
        ("", "\u200b"),
        ("\u2067", "\u2069"),
        ("\u202e", "\u202c"),
        ("", "\u061c"),
        ("", "\nnext line"),
    ],
)
def test_what_stands_around_a_link_is_left_out(before: str, after: str) -> None:
    assert found(f"{before}https://site.example/a{after}") == ["https://site.example/a"]


@pytest.mark.parametrize("path", ["a_(b)", "a_(b)_c", "(a)", "a[1]", "((a))"])
def test_brackets_that_open_in_a_link_may_close_in_it(path: str) -> None:
    assert found(f"(https://site.example/{path})") == [f"https://site.example/{path}"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no link",
        "main.py and/or e.g. 3.5",
        "ann@www.example",
        "http://",
        "https://.",
        "www.",
        "xhttps://site.example",
        "git+https://site.example/a",
        "ftp://site.example",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://[::1",
        "https://site.example:port/",
        "http://xn--/",
        "http://a.xn--.example/",
        "https://💩.la/",
        "http://a..example/",
        "http://\u00ad/",
        "http://" + "a" * 64 + ".example/",
        "http://" + "a." * 127 + "example/",
        "http://site.example:" + "9" * 5000 + "/",
        "http://a%20b.example/",
    ],
)
def test_what_is_no_link_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_several_links_come_in_order_and_with_their_places() -> None:
    text = "one https://a.example, two (www.b.example) and https://a.example again"
    links = find_links(text)
    assert [link.url for link in links] == ["https://a.example", "http://www.b.example", "https://a.example"]
    assert [text[link.start : link.end] for link in links] == [
        "https://a.example",
        "www.b.example",
        "https://a.example",
    ]


@given(st.text(st.sampled_from("htps:/w.()[]!?,x \n”@1é"), max_size=60))
def test_links_never_overlap_and_end_in_nothing_that_follows(text: str) -> None:
    end = 0
    for link in find_links(text):
        assert end <= link.start < link.end <= len(text)
        assert not text[link.end - 1].isspace()
        assert text[link.end - 1] not in ".,:;!?"
        end = link.end


@given(st.one_of(URLS, TEXTS))
def test_links_are_looked_for_in_any_text(text: str) -> None:
    assert has_link(text) == bool(find_links(text))
