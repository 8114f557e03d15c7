"""What web pages say of themselves, however badly they are written."""

import pytest

from scrapbook.links import metadata
from scrapbook.links.charsets import decode
from scrapbook.links.metadata import read_page
from scrapbook.store import PageMetadata

URL = "https://www.site.example/dir/page?id=1"


def read(html: str, url: str = URL) -> PageMetadata:
    return read_page(html, url)


def test_a_page_is_what_its_open_graph_says() -> None:
    html = """<!doctype html><html lang="pt-br"><head>
        <title>A title - The Site</title>
        <meta property="og:title" content="Fish &amp; chips">
        <meta property="og:description" content="How to
            make them.">
        <meta property="og:site_name" content="The Site">
        <meta property="og:image" content="/pictures/1.png">
        <link rel="canonical" href="../fish">
        </head><body><h1>A heading</h1></body></html>"""
    assert read(html) == PageMetadata(
        title="Fish & chips",
        description="How to make them.",
        site="The Site",
        image="https://www.site.example/pictures/1.png",
        canonical="https://www.site.example/fish",
        language="pt-br",
    )


def test_a_page_without_open_graph_is_what_its_head_says() -> None:
    html = """<title> Plain </title><meta name="Description" content="Just so.">
        <meta name=application-name content=Plainly><link rel=image_src href=p.png>
        <meta http-equiv=content-language content="fr, en"><p>text"""
    assert read(html) == PageMetadata(
        "Plain", "Just so.", "Plainly", "https://www.site.example/dir/p.png", "", "fr"
    )


def test_a_card_for_another_network_does_as_well() -> None:
    html = """<meta name="twitter:title" content="T"><meta name="twitter:description" content="D">
        <meta name="twitter:image:src" content="//cdn.example/i.png">"""
    assert read(html) == PageMetadata("T", "D", "site.example", "https://cdn.example/i.png")


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<meta property=og:title content=''><title>Real</title>", "Real"),
        ("<title></title><h1>Only <em>heading</em></h1>", "Only heading"),
        ("<meta name=og:title content=Named>", "Named"),
        ("<meta property=og:title content=First><meta property=og:title content=Second>", "First"),
        ("<svg><g><title>icon</title></g></svg><h1>Heading</h1>", "Heading"),
        (
            "<title>Broken <b>title</title><meta property='og:description' content=\"unfinished",
            "Broken <b>title",
        ),
        ("</p></html><title>Late</title><div", "Late"),
        ("<?xml version='1.0' encoding='utf-16'?><html><title>X</title></html>", "X"),
        ("<title>a\u202eb\x07c\u200b</title>", "abc"),
        (
            "<title>\U0001f468\u200d\U0001f469\u200d\U0001f467</title>",
            "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        ),
        ("\ud800<title>T</title>", "T"),
        ("", ""),
        ("<!-- nothing -->", ""),
        ("\0", ""),
    ],
)
def test_a_title_is_found_in_broken_html(html: str, title: str) -> None:
    assert read(html).title == title


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:image/png;base64,AA", "file:///etc/passwd", "http://[", " ", "http:"],
)
def test_addresses_that_are_none_of_the_web_are_left_out(address: str) -> None:
    html = f"<meta property=og:image content='{address}'><link rel=canonical href='{address}'>"
    assert (read(html).image, read(html).canonical) == ("", "")


def test_addresses_follow_the_base_of_the_page() -> None:
    html = "<base href='https://cdn.example/x/'><meta property=og:image content=i.png>"
    assert read(html).image == "https://cdn.example/x/i.png"


def test_the_site_of_a_page_that_does_not_say_is_its_host() -> None:
    assert read("<p>", "https://www.xn--bcher-kva.example:443/").site == "bücher.example"


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ("<html lang=en_GB>", "en-GB"),
        ("<html xml:lang=de>", "de"),
        ("<meta property=og:locale content=pt_BR>", "pt-BR"),
        ("<html lang='not a language'><meta property=og:locale content=sv>", "sv"),
        ("<html lang='{{ lang }}'>", ""),
    ],
)
def test_a_language_is_told_by_its_tag(html: str, language: str) -> None:
    assert read(html).language == language


def test_what_is_too_long_is_cut_or_left_out() -> None:
    html = f"""<title>{"t " * 5000}</title><meta name=description content="{"d" * 5000}">
        <meta property=og:site_name content="{"s" * 5000}"><link rel=canonical href="/{"c" * 5000}">"""
    said = read(html)
    lengths = (len(said.title), len(said.description), len(said.site), said.canonical)
    assert lengths == (metadata.MAX_TITLE, metadata.MAX_DESCRIPTION, metadata.MAX_SITE, "")
    assert said.title.endswith("t...")


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 400_000,
        "<" * 2_000_000,
        "<a href='" * 200_000,
        "<!--" * 500_000,
        "<h1>" * 250 + " " * 1_900_000,
        "<title>" + "&" * 1_900_000,
    ],
    ids=["nested", "opening", "unquoted", "comments", "headings", "entities"],
)
@pytest.mark.timeout(30)
def test_a_page_that_is_made_to_take_long_does_not(html: str) -> None:
    read(html)


@pytest.mark.parametrize(
    ("content", "charset", "text"),
    [
        ("é".encode(), "", "é"),
        ("é".encode("cp1252"), "", "é"),
        ("é”".encode("cp1252"), "ISO-8859-1", "é”"),
        ("é".encode(), "utf8", "é"),
        ("ж".encode("koi8-r"), "KOI8-R", "ж"),
        ("日本".encode("shift_jis"), "Shift_JIS", "日本"),
        (b"\xef\xbb\xbf" + "é".encode(), "iso-8859-1", "é"),
        ("\ufeffé".encode("utf-16-le"), "", "é"),
        (b"<meta charset='windows-1251'>" + "ж".encode("cp1251"), "", "<meta charset='windows-1251'>ж"),
        (
            b'<meta http-equiv="Content-Type" content="text/html; charset=big5">' + "日".encode("big5"),
            "",
            '<meta http-equiv="Content-Type" content="text/html; charset=big5">日',
        ),
        ("é".encode(), "no-such-charset", "é"),
        (b"+AGEA-", "utf-7", "+AGEA-"),
        (b"abc", "punycode", "abc"),
        (b"abc", "base64", "abc"),
        (b"abc", "\0", "abc"),
        (b"a\xffb", "utf-8", "a\ufffdb"),
    ],
)
def test_a_page_is_read_in_its_own_charset(content: bytes, charset: str, text: str) -> None:
    assert decode(content, charset) == text
