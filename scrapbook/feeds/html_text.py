"""Read HTML for the text and the links in it."""

from lxml import etree

from scrapbook.text.display import one_line

_LEFT_OUT = ("script", "style", "noscript", "template", "svg", "iframe", "head")


def parsed(text: str) -> etree.Element | None:
    """Return the root of an HTML text; None if it is empty."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def without(root: etree.Element, *tags: str) -> None:
    """Remove these elements, with all in them; the text behind them stays."""
    etree.strip_elements(root, *tags, with_tail=False)


def plain(markup: str) -> str:
    """Return the text of a piece of HTML in one line. A text without markup is returned as it is."""
    if "<" not in markup and "&" not in markup:
        return one_line(markup)
    root = parsed(f"<div>{markup}</div>")
    if root is None:
        return ""
    without(root, *_LEFT_OUT)
    return text_of(root)


def text_of(element: etree.Element) -> str:
    """Return the text in an element in one line, with a space between its parts."""
    return one_line(" ".join(element.itertext()))
