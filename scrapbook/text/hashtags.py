"""Find the tags of a Markdown text: ``#birds``, ``#walk/morning``; not those in code, links and addresses."""

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

_WIKI_LINK = re.compile(r"!?\[\[[^\]\n]{0,500}\]\]|https?://\S+|%%.*?%%", re.DOTALL)
_TAG = re.compile(r"(?<!\S)#([\w/-]+)")
_NO_LETTER = re.compile(r"[\d/_-]*")
MAX_SEARCHED = 100_000
"""Characters of a text that are searched, in about two seconds at worst."""

_OTHER = "\0"
"""Stands for what is no text, such as code. No tag begins directly behind it."""


def hashtags(text: str) -> tuple[str, ...]:
    """Return the tags in order, each once as it is written first, without the mark.

    A tag has a letter at least, so that ``#42`` is none; ``/`` nests it.
    """
    if not _TAG.search(text):
        return ()
    found: dict[str, str] = {}
    for block in _parser().parse(text[:MAX_SEARCHED]):
        if block.type != "inline":
            continue
        for match in _TAG.finditer(_WIKI_LINK.sub(_OTHER, _prose(block.children or []))):
            name = match[1].strip("/-")
            if not _NO_LETTER.fullmatch(name):
                found.setdefault(name.casefold(), name)
    return tuple(found.values())


@cache
def _parser() -> MarkdownIt:
    # An escaped mark stays a token of its own, and is told from a tag.
    return MarkdownIt("commonmark").disable("text_join")


def _prose(children: list[Token]) -> str:
    """Return the text of a paragraph without what is in code and in links."""
    parts: list[str] = []
    in_links = 0
    for child in children:
        in_links += {"link_open": 1, "link_close": -1}.get(child.type, 0)
        if child.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
        elif child.type == "text" and not in_links:
            parts.append(child.content)
        elif child.type not in {"em_open", "strong_open"}:
            parts.append(_OTHER)
    return "".join(parts)
