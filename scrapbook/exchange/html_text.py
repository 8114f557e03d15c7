"""Turn the HTML of notes into text: lists, boxes, tables and links as in Markdown, all else as words."""

import re
from collections.abc import Callable

from lxml import html
from lxml.etree import ParserError
from lxml.html import HtmlElement

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tr",
        "ul",
        "en-note",
        "body",
        "html",
    ]
)
_UNSHOWN = frozenset({"script", "style", "head", "title", "template", "colgroup", "noscript", "object"})
_SPACE = re.compile(r"[ \t\n\r\f]+")
_BLANK_LINES = re.compile(r"\n{3,}")

Embedded = Callable[[HtmlElement], str | None]
"""Returns what stands for an element in place of its content; None to go on with its content."""


def text_of_html(source: str, embedded: Embedded = lambda _: None) -> str:
    """Return the words of HTML.

    Args:
        embedded: is asked for each element.
    """
    root = parsed(source)
    return "" if root is None else text_of_element(root, embedded)


def parsed(source: str) -> HtmlElement | None:
    """Return HTML as elements, nested 255 deep at most; None if there is nothing in it."""
    without_declaration = re.sub(r"^\s*<\?xml[^>]*\?>", "", source)
    try:
        parser = html.HTMLParser(no_network=True, huge_tree=False)
        return html.document_fromstring(without_declaration, parser=parser)
    except (ValueError, ParserError):
        return None


def text_of_element(element: HtmlElement, embedded: Embedded = lambda _: None) -> str:
    """Return the words of an element."""
    writer = _Writer(embedded)
    writer.write(element, "")
    return writer.text()


class _Writer:
    """The lines that are written so far. Within ``pre`` spaces stay as they are."""

    def __init__(self, embedded: Embedded) -> None:
        self._embedded = embedded
        self._lines: list[str] = [""]
        self._preformatted = 0
        self._is_marked = False
        """Whether nothing but the mark of an item is on the last line."""

    def text(self) -> str:
        """Return all lines, without blanks at their ends, and one empty line where there are several."""
        joined = "\n".join(line.rstrip() for line in self._lines)
        return _BLANK_LINES.sub("\n\n", joined).strip("\n")

    def write(self, element: HtmlElement, indent: str) -> None:  # noqa: C901 - a case for each element
        """Write an element, without what follows it."""
        name = element.tag if isinstance(element.tag, str) else ""
        if not name or name in _UNSHOWN:
            return
        if (replacement := self._embedded(element)) is not None:
            self._inline(replacement, indent)
        elif name == "br":
            self._line(force=True)
        elif name == "hr":
            self._line()
            self._inline("---", indent)
            self._line()
        elif name == "li":
            self._item(element, indent)
        elif name == "table":
            self._table(element, indent)
        elif name == "a":
            self._link(element, indent)
        elif name in {"ul", "ol"}:
            self._line()
            self._children(element, indent if _is_outermost(element) else f"{indent}  ")
            self._line()
        else:
            self._other(element, name, indent)

    def _other(self, element: HtmlElement, name: str, indent: str) -> None:
        is_block = name in _BLOCKS
        if is_block:
            self._line()
        self._preformatted += name == "pre"
        self._children(element, f"{indent}> " if name == "blockquote" else indent)
        self._preformatted -= name == "pre"
        if is_block:
            self._line()
        if name in {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"}:
            self._line(force=True)

    def _children(self, element: HtmlElement, indent: str) -> None:
        self._words(element.text, indent)
        for child in element:
            self.write(child, indent)
            self._words(child.tail, indent)

    def _item(self, element: HtmlElement, indent: str) -> None:
        self._line()
        self._lines[-1] = indent + _mark_of(element)
        self._is_marked = True
        before = len(self._lines)
        self._children(element, f"{indent}  ")
        self._is_marked = False
        if len(self._lines) > before and not self._lines[-1].strip():
            self._lines.pop()
        self._line()

    def _table(self, element: HtmlElement, indent: str) -> None:
        self._line()
        for row in element.iter("tr"):
            cells = [
                " ".join(text_of_element(cell, self._embedded).split())
                for cell in row
                if cell.tag in {"td", "th"}
            ]
            self._inline(" | ".join(cells), indent)
            self._line()

    def _link(self, element: HtmlElement, indent: str) -> None:
        inner = _Writer(self._embedded)
        inner._children(element, "")
        words, address = inner.text(), (element.get("href") or "").strip()
        if not address or address == words or address.startswith(("evernote:", "javascript:", "#")):
            self._inline(words, indent)
        else:
            self._inline(f"[{words}]({address})" if words else address, indent)

    def _words(self, words: str | None, indent: str) -> None:
        if not words:
            return
        if self._preformatted:
            for number, line in enumerate(words.split("\n")):
                if number:
                    self._lines.append(indent)
                self._lines[-1] += line
            return
        plain = _SPACE.sub(" ", words)
        if not self._lines[-1].strip() or self._is_marked or self._lines[-1].endswith(" "):
            plain = plain.lstrip(" ")
        self._inline(plain, indent)

    def _inline(self, words: str, indent: str) -> None:
        if not words:
            return
        self._is_marked = False
        if not self._lines[-1]:
            self._lines[-1] = indent
        first, *rest = words.split("\n")
        self._lines[-1] += first
        self._lines += [indent + line for line in rest]

    def _line(self, *, force: bool = False) -> None:
        """Begin a line, unless nothing is on the last one yet."""
        if force or (self._lines[-1].strip(" >") and not self._is_marked):
            self._is_marked = False
            self._lines.append("")


def _is_outermost(element: HtmlElement) -> bool:
    return next(element.iterancestors("ul", "ol"), None) is None or _within_item(element)


def _within_item(element: HtmlElement) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag == "li"


def _mark_of(item: HtmlElement) -> str:
    """Return the mark of an item of a list: a box, a number or a hyphen."""
    style = (item.get("style") or "") + " " + (item.get("class") or "")
    parent = item.getparent()
    if "--en-checked:true" in style or "checked" in style.split():
        return "- [x] "
    in_checklist = parent is not None and "checklist" in (parent.get("class") or "")
    if "--en-checked:false" in style or "unchecked" in style.split() or in_checklist:
        return "- [ ] "
    if parent is not None and parent.tag == "ol":
        return f"{sum(1 for _ in item.itersiblings('li', preceding=True)) + 1}. "
    return "- "
