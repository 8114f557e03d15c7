"""A quotation and who said it, read off a text: ``"Less is more" - Mies van der Rohe``.

Only what is clearly one is taken for one: the quotation begins its line, or stands behind a few words and a
colon, and nothing but its author and perhaps the source follows it there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

MOST_WORDS = 5
"""Of an author's name; more are a sentence."""

FEWEST_UNATTRIBUTED = 4
"""Words that a quotation must have to be one without an author: whoever marks fewer means them otherwise."""

DASHES = r"\-‐‑‒–—―⸺⸻➖﹘－−~"
"""For a class of a regular expression."""

_CLOSING = {
    '"': '"”“',
    "“": '”"“',
    "”": '”"',
    "„": '“”"',
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
    "‘": "’'",
    "‚": "‘’'",
    "'": "'’",
    "「": "」",
    "『": "』",
}
_SINGLE = frozenset("'‘‚")
_SPACED = frozenset("«»‹›")
"""Marks that stand off from what they enclose, in French."""

LOOKED_THROUGH = 10_000
"""Characters of a text; a message has 1,600 at most."""

_MOST_CLOSINGS, _MOST_MARKS = 20, 200
"""Of the marks behind an opening one, apostrophes among them, those that may close it: so that a text of
nothing but marks takes no longer than another."""

BULLET = rf"(?:(?:[*•·>{DASHES}]|\d{{1,2}}[.)])[ \t]+)?"
_OPENING = re.compile(
    rf"^[ \t]*{BULLET}(?:[^\n:\"“”„«»‹›「『]{{1,60}}:[ \t]+)?"
    rf"(?P<mark>[{''.join(_CLOSING)}])(?=\S|(?<=[{''.join(_SPACED)}])[ \u00a0\u202f]\S)",
    re.MULTILINE,
)

_WORD = r"(?:[^\W\d_]|@\w)[\w.’'‐-]*"
_NAME = rf"{_WORD}(?:[ \t]+(?:&[ \t]+)?(?!in\b){_WORD}){{0,{MOST_WORDS - 1}}}(?:,?[ \t]+(?:Jr|Sr)\b\.?)?"
_SOURCE = r"(?:(?:,[ \t]*|[ \t]+in[ \t]+|[ \t]*(?=\())(?P<source>[^\n]{1,80}?))?"
_TAGS = r"(?:[ \t]+#\w[\w+#-]{0,39}){0,5}"
_ATTRIBUTION = re.compile(
    rf"[ \t]*[.,;]?[ \t\r]*(?P<break>\n[ \t\r]*(?:\n[ \t]*(?=[{DASHES}]))?)?"
    rf"(?:(?P<dash>[{DASHES}]{{1,3}})[ \t]*(?:by[ \t]+)?|(?P<by>by[ \t]+)|(?P<round>\()|(?P<bare>))"
    rf"(?P<author>{_NAME})(?P<closed>\))?{_SOURCE}[.]?{_TAGS}[ \t\r]*$",
    re.MULTILINE | re.IGNORECASE,
)
_AROUND_AUTHOR = 240
"""Characters behind a quotation that are looked through for its author."""

_PARTICLES = frozenset(
    """
    a al an and ap bin bint da das de del della der des di do dos du e el ibn la las le les los ne
    of ter the und van von y zu
    """.split()  # noqa: SIM905 - as many literals would take forty lines
)
_NO_NAMES = frozenset(
    """
    after again all also am and any anyway are as asap at be because been before but bye can could
    did do does done everything exactly friday from fun get go good got great ha had haha has have
    he hello her here hi him his how i if in is it its just later lol maybe me mine monday more most
    never nice no nope not nothing now of off oh ok okay on or our out please really right same
    saturday see she should so some still sunday sure thank thanks that the their them then there
    these they thing think this those thursday to today tomorrow tonight too true tuesday until up
    us very wait was we wednesday well were what when where which while who why will with would wow
    yeah yep yes yesterday yet you your
    """.split()  # noqa: SIM905 - as many literals would take a hundred lines
)
_SMALL_IN_TITLES = frozenset("a an and as at by for from in into of on or the to with".split())  # noqa: SIM905
_SOMEBODY = frozenset({"a", "an", "my", "our"})


@dataclass(frozen=True, slots=True)
class Quote:
    """``author`` as written, None where none is named; ``start`` and ``end``: the lines, as for a slice."""

    author: str | None
    start: int
    end: int


def find_quotes(text: str) -> list[Quote]:
    """In order; none begins inside another."""
    return list(_quotes(text[:LOOKED_THROUGH]))


def read_quote(text: str) -> Quote | None:
    """The first quotation with an author; else the text itself if it is a quotation and nothing more."""
    return next(_quotes(text[:LOOKED_THROUGH]), None) or _unattributed(text)


def _quotes(text: str) -> Iterator[Quote]:
    place = 0
    while opening := _OPENING.search(text, place):
        quote = _attributed(text, opening)
        if quote:
            yield quote
        place = quote.end if quote else opening.end()


def _attributed(text: str, opening: re.Match[str]) -> Quote | None:
    """The quotation ends at the first closing mark behind which an author stands."""
    for end in islice(_closings(text, opening), _MOST_CLOSINGS):
        said = text[opening.end("mark") : end]
        found = _ATTRIBUTION.match(text, end + 1, end + _AROUND_AUTHOR)
        if found and (found.end() == len(text) or text[found.end()] == "\n") and _is_said_by(said, found):
            return Quote(" ".join(found["author"].split()).rstrip(","), opening.start(), found.end())
    return None


def _closings(text: str, opening: re.Match[str]) -> Iterator[int]:
    """Where the quotation may end; it holds no empty line."""
    mark = opening["mark"]
    last = text.find("\n\n", opening.end())
    end = len(text) if last < 0 else last
    marks = re.compile(f"[{_CLOSING[mark]}]").finditer(text, opening.end() + 1, end)
    for found in islice(marks, _MOST_MARKS):
        place = found.start()
        inside_a_word = mark in _SINGLE and text[place + 1 : place + 2].isalnum()
        if not inside_a_word and (mark in _SPACED or not text[place - 1].isspace()):
            yield place


def _is_said_by(said: str, found: re.Match[str]) -> bool:
    """``found`` is what follows the quotation."""
    if bool(found["round"]) != bool(found["closed"]) or not any(map(str.isalpha, said)):
        return False
    if (found["source"] or "")[:1].islower() or len((found["source"] or "").split()) > 8:
        return False
    names = _without_a_comma(found["author"]).split()
    if found["dash"]:
        return _is_name(names) or (len(said.split()) > 1 and _is_typed_in_lower_case(names))
    if found["by"]:
        return not _is_title(said) and (_is_name(names) or _is_typed_in_lower_case(names))
    # Nothing but brackets or a line of its own says that it is a name.
    is_set_apart = found["round"] or (found["break"] and not found["source"] and len(said.split()) > 2)
    return bool(is_set_apart) and _is_name(names) and not any(name.endswith((".", "!")) for name in names[1:])


def _without_a_comma(author: str) -> str:
    return author.replace(",", " ")


def _is_name(names: list[str]) -> bool:
    """Capitals as in a name, or letters of a script that has none."""
    if {name.lower().strip(".") for name in names} & _NO_NAMES - _PARTICLES:
        return False
    is_big = [not name[0].islower() for name in names]
    return is_big[-1] and all(big or name in _PARTICLES for name, big in zip(names, is_big, strict=True))


def _is_typed_in_lower_case(names: list[str]) -> bool:
    """``mies``, ``brett cannon``, ``my grandmother``"""
    rest = names[1:] if names[0].lower() in _SOMEBODY else names
    return 1 <= len(rest) <= 3 and not {name.lower().strip(".") for name in rest} & (_NO_NAMES | _SOMEBODY)


def _is_title(said: str) -> bool:
    """A book or a song is by somebody who does not say it: "Crime and Punishment"."""
    words = [word for word in said.split() if word.lower() not in _SMALL_IN_TITLES]
    return len(words) < 2 or not any(word[0].islower() for word in words)


def _unattributed(text: str) -> Quote | None:
    stripped = text.strip()
    closing = _CLOSING.get(stripped[:1], "")
    if len(stripped) < 2 or stripped[-1] not in closing:
        return None
    said = stripped[1:-1]
    is_one = not any(mark in said for mark in {stripped[0], *closing} - _SINGLE - {"’"})
    is_long_enough = len(said.split()) >= FEWEST_UNATTRIBUTED
    return Quote(None, 0, len(text)) if is_one and is_long_enough else None
