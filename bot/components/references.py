"""Reads how a text names entries: "3 and 5-7", "the first two", "all my work notes but 3".

A reference is read as terms, the values of the entity ``entry``. Only the action knows the entries, so the
terms say in a fixed form what was said (``scrapbook/core/entry_references.py`` resolves them):

============================ ==========================================================================
``17``, ``1-3``, ``-5``      the numbers of entries, as typed
``first 2``, ``last 1``      counted in the list that was shown last; if there is none, by time
``nth 3``                    the third of the list that was shown last
``oldest 2``, ``newest 1``   by time
``all``                      all entries
``one``                      a single entry, which a restriction describes
``them``                     those that were shown last; ``them 2`` says how many that must be
``that``, ``other``          the entry that "that" means, and the other one of two
``of WORDS``                 a restriction: ``of work``, ``of about the boat``, ``of from yesterday``
``but TERM``                 an exception: ``but 3``, ``but last 2``, ``but about the boat``
``unread WORDS``             words that may change what is meant, and are not understood
============================ ==========================================================================

A term that counts always has its number, so that each meaning has one form.
"""

import re
from functools import lru_cache
from typing import Dict, List, NamedTuple, Optional, Pattern, Tuple

from components.arguments import ENTRY_KINDS, NUMBER_LIST, ArgumentType, Values, all_numbers
from components.number_words import WORDS, in_digits
from components.vocabulary import DETERMINERS, FUNCTION_WORDS, PRONOUNS

MAX_LENGTH = 160
"""Characters of a reference; a longer text is none."""

MAX_RESTRICTION_WORDS = 8

_SINGULAR = "one|note|entry|thought|item|thing|message|task"
_PLURAL = "ones|notes|entries|thoughts|items|things|messages|tasks"
# "Memo 42" is any entry, but "my last memo" is one.
_COUNTED = rf"{_SINGULAR}|{_PLURAL}|numbers?|nos?\.?"
_OF_TIME = "notes?|entry|entries|thoughts?|messages?"
_KINDS: Dict[str, str] = {
    **ENTRY_KINDS,
    **{name[:-1]: kind for name, kind in ENTRY_KINDS.items()},
    "reminder": "reminders",
    "reminders": "reminders",
}
_KIND = "|".join(name.replace(" ", r"\s+") for name in sorted(_KINDS, key=len, reverse=True))
_DETERMINER = r"(?:the|my|our|those|these|that|this)\b\s*"
_COUNT = rf"\d{{1,3}}\b|(?:{WORDS})|couple\s+of\b|couple\b"
_POSITION = "first|1st|oldest|earliest|last|latest|newest|(?:the\\s+)?most\\s+recent|previous"
_BY_TIME = {"oldest": "oldest", "earliest": "oldest", "latest": "newest", "newest": "newest"}
_NTH = {
    name: index
    for index, names in enumerate(
        (
            "second|2nd", "third|3rd", "fourth|4th", "fifth|5th", "sixth|6th", "seventh|7th", "eighth|8th",
            "ninth|9th", "tenth|10th",
        ),
        2,
    )
    for name in names.split("|")
}  # fmt: skip
_BUT = (
    r"(?:but\s+not|but(?:\s+for)?|except(?:ing)?(?:\s+for)?|apart\s+from|"
    r"aside\s+from|other\s+than|"
    r"besides|excluding|without|not\s+counting|save\s+for|(?:and\s+)?not)"
)
_PERIOD = r"today|yesterday|(?:this|last)\s+(?:week|month|year|weekend)"
_PREPOSITION = (
    "about|regarding|concerning|mentioning|that\\s+mentions?|containing|with|on|of|by|under|in|inside|"
    "from|off|out\\s+of|since|before|after|tagged|filed\\s+under|called|for"
)
_SAID = (
    r"(?:(?:that|which)\s+)?(?:i|we)(?:['’]ve|\s+have)?(?:\s+ever)?\s+"
    r"(?:saved|wrote|made|sent|added|texted|took|recorded)(?:\s+(?:in\s+)?here)?"
)
_JUST = r"(?:(?:that|which)\s+)?i(?:['’]ve|\s+have)?\s+(?:just|last)\s+\w+(?:\s+down)?"
_SCRAPBOOK = r"(?:from|in|of|out\s+of)\s+(?:my|the|this)\s+(?:scrapbook|book)"
_NOT_IN_REFERENCE = (
    r"can|could|should|may|must|is|are|was|were|any\s*more|please|now|then|so|because|if|unless|when|and|"
    r"to|into"
)
_EXCEPTED = (
    rf"(?:{_DETERMINER})?(?:(?:(?:{_SINGULAR}|{_PLURAL})\s+)?(?:about|on|regarding|mentioning|with)\s+"
    rf"(?:{_DETERMINER})?)?(?P<words>[^\s,;:.!?()\"“”]+(?:\s+[^\s,;:.!?()\"“”]+){{0,3}}?)"
    rf"(?:\s+(?:{_SINGULAR}|{_PLURAL}))?(?=\s*$)"
)
_JOINING = frozenset(
    {"and", "or", "to", "into", "if", "because", "so", "then", "please", "now", "from", "off"}
)
_SAVED = re.compile(rf"\b(?:notes?|entry|entries|{_SAID})\b", re.IGNORECASE)
_NUMBERS = re.compile(r"[-\d]+")
_OFF_A_LIST = re.compile(
    r"of (?:off|from|out of)(?: of)? (?:(?:my|the|our) )?(?!lists?\b)\S+(?: \S+){0,2}", re.IGNORECASE
)
_NOT_IN_RESTRICTION = re.compile(r"[;:.!?()\"“”\n]")
_NOT_AN_ADJECTIVE = (
    PRONOUNS
    | DETERMINERS
    | FUNCTION_WORDS
    | _NTH.keys()
    | frozenset(_POSITION.split("|"))
    | {
        "most",
        "recent",
        "all",
        "every",
        "each",
        "both",
        "other",
        "else",
        "of",
        "and",
        "or",
        "but",
        "next",
        "few",
    }
)
_JOIN = r",(?:\s*and)?|and|&"


class Reference(NamedTuple):
    """A reference found in a text, from ``start`` to ``end`` in characters."""

    terms: Values
    start: int
    end: int
    has_noun: bool

    @property
    def is_general(self) -> bool:
        """Whether it is just "all" or "everything", which may be about anything."""
        return not self.has_noun and [value for value, *_ in self.terms] == ["all"]


@lru_cache(maxsize=None)
def _compiled(pattern: str) -> Pattern[str]:
    return re.compile(rf"\s*(?:{pattern})(?!\w)", re.IGNORECASE)


class _Scanner:
    """Reads a text from left to right."""

    def __init__(self, text: str, start: int, *, is_whole: bool) -> None:
        self.text, self.at, self.is_whole = text, start, is_whole
        self.terms: Values = []
        self.has_noun = False

    def take(self, pattern: str) -> "Optional[re.Match[str]]":
        """Read what the pattern matches here, before the end of a word. None if it does not match."""
        found = _compiled(pattern).match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def add(self, value: str, start: int) -> None:
        begun = start + len(self.text[start : self.at]) - len(self.text[start : self.at].lstrip(" ,"))
        self.terms.append((value, begun, self.at))

    def rest(self) -> str:
        return self.text[self.at :].strip(" ,")


def read(text: str) -> Optional[Reference]:
    """Return the reference that the whole text is; None if it is none."""
    found = _read_at(text, 0, is_whole=True) if len(text) <= MAX_LENGTH else None
    return found if found and found.end == len(text) else None


def _read_at(text: str, start: int, *, is_whole: bool) -> Optional[Reference]:
    """Return the reference that begins there; None if there is none.

    Args:
        is_whole: whether nothing else may follow it.
    """
    scanner = _Scanner(text, start, is_whole=is_whole)
    if not _core(scanner):
        return None
    while _restriction(scanner) or _exception(scanner):
        pass
    scanner.take(_SCRAPBOOK)
    end = len(text) if not scanner.rest() else scanner.at
    return Reference(scanner.terms, start, end, scanner.has_noun) if _is_complete(scanner.terms) else None


def _is_complete(terms: Values) -> bool:
    """Return whether "one" has a restriction and numbers have none: "pin 4417 for the door"."""
    values = [value for value, *_ in terms]
    is_restricted = any(value.startswith("of ") for value in values)
    if is_restricted and any(_NUMBERS.fullmatch(value) for value in values):
        return False
    return "one" not in values or is_restricted


def _core(scanner: _Scanner) -> bool:
    return _general(scanner) or _series(scanner) or _described(scanner)


def _tried(scanner: _Scanner, begun: Tuple[int, int]) -> bool:
    """Go back to where an attempt began. Returns False."""
    scanner.at = begun[0]
    del scanner.terms[begun[1] :]
    return False


def _numbers(scanner: _Scanner) -> bool:
    begun = scanner.at, len(scanner.terms)
    scanner.take(_DETERMINER)
    named = scanner.take(rf"(?:{_COUNTED}|{_KIND})(?:\s+numbers?)?(?=\s|#)")
    start = scanner.at
    found = scanner.take(NUMBER_LIST)
    if not found or (not named and found[0].strip().lower() == "one"):
        return _tried(scanner, begun)
    scanner.has_noun = bool(named)
    scanner.terms += [(value, start + at, start + end) for value, at, end in all_numbers(found[0])]
    return True


def _general(scanner: _Scanner) -> bool:
    begun = scanner.at, len(scanner.terms)
    if scanner.take(r"everything(?!\s+else)"):
        scanner.add("all", begun[0])
        return True
    if not scanner.take(r"all|every(?:\s+(?:single|last))?|each(?:\s+and\s+every)?"):
        return False
    scanner.take(r"of(?!\s+it)")
    if scanner.take(r"(?:them|those|these)(?!\s+\w)"):
        scanner.add("them", begun[0])
        return True
    while scanner.take(_DETERMINER):
        pass
    if scanner.take(r"of\s+it"):
        scanner.add("all", begun[0])
        return True
    before = scanner.at
    may_follow = _compiled(rf"{_BUT}|{_PREPOSITION}|{_SAID}|{_SCRAPBOOK}")
    if not _noun(scanner) and scanner.rest() and not may_follow.match(scanner.text, scanner.at):
        return _tried(scanner, begun)
    scanner.terms.insert(begun[1], ("all", *_stripped(scanner.text, begun[0], before)))
    return True


def _stripped(text: str, start: int, end: int) -> Tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), start + len(part.rstrip())


def _series(scanner: _Scanner) -> bool:
    """Read "the first", "the second and the fourth", "3, 5 and the last one", "them"."""
    if not _one_of_series(scanner):
        return False
    while True:
        at, count = scanner.at, len(scanner.terms)
        if not (scanner.take(_JOIN) and _one_of_series(scanner)):
            scanner.at = at
            del scanner.terms[count:]
            return True


def _one_of_series(scanner: _Scanner) -> bool:
    at, count = scanner.at, len(scanner.terms)
    for one in (_position, _pointing, _numbers):
        if one(scanner):
            return True
        scanner.at = at
        del scanner.terms[count:]
    return False


def _position(scanner: _Scanner) -> bool:
    start = scanner.at
    is_mine = False
    while found := scanner.take(_DETERMINER):
        is_mine = is_mine or found[0].strip().lower() in {"my", "our"}
    scanner.take(r"very(?=\s)")
    before = scanner.take(_COUNT)
    index = len(scanner.terms)
    if nth := (
        None if before else scanner.take(rf"(?:{'|'.join(_NTH)})(?!\s*(?:to|from|last|but|newest|oldest)\b)")
    ):
        _noun(scanner)
        _insert(scanner, f"nth {_NTH[nth[0].strip().lower()]}", start, index)
        return True
    said = scanner.take(_POSITION)
    if not said:
        return False
    word = " ".join(said[0].lower().split()).replace("the ", "")
    count = before or scanner.take(_COUNT)
    if scanner.take("few|several|but|half"):
        return False
    name = _BY_TIME.get(word) or ("newest" if word in {"most recent", "previous"} else "")
    at = scanner.at
    of_time = bool(_compiled(_OF_TIME).match(scanner.text, at)) or is_mine
    number = _number(count[0]) if count else "1"
    if _noun(scanner) and not count and _is_plural(scanner, start):
        return False
    if not name:
        is_said = _compiled(_SAID).match(scanner.text, scanner.at) is not None
        by_time = of_time or is_said or len(scanner.terms) > index
        name = (
            ("oldest" if by_time else "first")
            if word in {"first", "1st"}
            else ("newest" if by_time else "last")
        )
    _insert(scanner, f"{name} {number}", start, index)
    return True


def _insert(scanner: _Scanner, value: str, start: int, index: int) -> None:
    """Insert a term before those that its noun gave."""
    scanner.terms.insert(index, (value, *_stripped(scanner.text, start, scanner.at)))


def _is_plural(scanner: _Scanner, start: int) -> bool:
    """Return whether the last word that was read is a plural."""
    said = scanner.text[start : scanner.at].split()[-1].lower()
    return said in {*_PLURAL.split("|"), *ENTRY_KINDS, "reminders"}


def _number(said: str) -> str:
    words = said.strip().lower()
    return "2" if words.startswith("couple") else in_digits(words)


def _noun(scanner: _Scanner) -> bool:
    """Read "notes", "pictures", "work notes", "one". A kind or a word before the noun is a restriction."""
    at = scanner.at
    if found := scanner.take(_KIND):
        scanner.add(f"of {_KINDS[' '.join(found[0].lower().split())]}", at)
        scanner.has_noun = True
        return True
    if scanner.take(f"{_SINGULAR}|{_PLURAL}"):
        scanner.has_noun = True
        scanner.take(_JUST)
        return True
    found = scanner.take(
        rf"(?P<words>[^\W\d_]\S*(?:\s+[^\W\d_]\S*){{0,2}}?)\s+(?:(?P<kind>{_KIND})|{_SINGULAR}|{_PLURAL})"
    )
    if (
        not found
        or _NOT_AN_ADJECTIVE & set(found["words"].lower().split())
        or re.search(r"[,;:.!?]", found["words"])
    ):
        scanner.at = at
        return False
    scanner.has_noun = True
    scanner.terms.append((f"of {found['words']}", found.start("words"), found.end("words")))
    if found["kind"]:
        kind = _KINDS[" ".join(found["kind"].lower().split())]
        scanner.terms.append((f"of {kind}", found.start("kind"), found.end("kind")))
    return True


def _pointing(scanner: _Scanner) -> bool:
    start = scanner.at
    if scanner.take(r"(?:the\s+|that\s+)?other(?:\s+(?:one|note|entry|thought))?(?!\s+\w)"):
        scanner.add("other", start)
        return True
    found = scanner.take(
        rf"both(?:\s+of)?(?:\s+(?:them|those|these))?(?:\s+(?:{_PLURAL}))?(?!\s+(?:about|on|from|under))"
        rf"|(?:them|those|these)(?:\s+(?P<count>{_COUNT}))?(?:\s+(?:{_PLURAL}|all|both))?"
        r"(?!\s+(?:about|on|from|under)\b)"
    )
    if found:
        is_pair = "both" in found[0].lower()
        count = "2" if is_pair else _number(found["count"]) if found["count"] else ""
        scanner.add(f"them {count}".strip(), start)
        return True
    at = rf"(?:that|this)(?:\s+(?:last\s+)?(?:{_SINGULAR}))?|it|the\s+(?:one|note|entry|thing)\s+{_JUST}"
    if scanner.take(rf"(?:{at})(?!\s+\w)"):
        scanner.add("that", start)
        return True
    return False


def _described(scanner: _Scanner) -> bool:
    """Read "the one about fog", "my work notes", "notes on fog": a noun with a restriction."""
    start, index = scanner.at, len(scanner.terms)
    is_definite = False
    while scanner.take(_DETERMINER):
        is_definite = True
    if not _noun(scanner):
        return _tried(scanner, (start, index))
    is_plural = _is_plural(scanner, start)
    if not is_definite and not is_plural:
        return _tried(scanner, (start, index))
    begun = len(scanner.terms)
    is_restricted = begun > index and not _is_kind(scanner.terms[index][0])
    if not (_restriction(scanner) or is_restricted or (is_plural and is_definite)):
        return _tried(scanner, (start, index))
    scanner.terms.insert(index, ("all" if is_plural else "one", *_stripped(scanner.text, start, scanner.at)))
    return True


def _is_kind(value: str) -> bool:
    return value[len("of ") :] in {*ENTRY_KINDS.values(), "reminders"}


def _restriction(scanner: _Scanner) -> bool:
    at = scanner.at
    if scanner.take(_SCRAPBOOK):
        return True
    said = scanner.take(_SAID)
    begun = scanner.at
    stop = rf"{_BUT}" if scanner.is_whole else rf"{_BUT}|{_NOT_IN_REFERENCE}"
    words = scanner.take(rf"(?:{_PERIOD})|(?:{_PREPOSITION})\s+\S(?:(?!\s+(?:{stop})(?!\w)).){{0,80}}")
    if said and not words and not scanner.rest():
        return True
    if not words or _NOT_IN_RESTRICTION.search(words[0]) or len(words[0].split()) > MAX_RESTRICTION_WORDS + 1:
        scanner.at = at
        return False
    text = words[0].strip(" ,")
    if text.split()[-1].lower() in PRONOUNS:
        scanner.at = at
        return False
    scanner.terms.append((f"of {text}", *_stripped(scanner.text, begun, scanner.at)))
    return True


def _exception(scanner: _Scanner) -> bool:
    at = scanner.at
    if not scanner.take(rf",?\s*{_BUT}"):
        return False
    inner = _Scanner(scanner.text, scanner.at, is_whole=scanner.is_whole)
    if not _series(inner):
        return _excepted_words(scanner) or _back_to(scanner, at)
    if any(value.startswith("of ") for value, *_ in inner.terms):
        scanner.at = at
        return False  # it would be read as a restriction of the whole
    scanner.terms += [(f"but {value}", start, end) for value, start, end in inner.terms]
    scanner.at = inner.at
    return True


def _back_to(scanner: _Scanner, at: int) -> bool:
    scanner.at = at
    return False


def _excepted_words(scanner: _Scanner) -> bool:
    """Read what is excepted by its words, to the end: ``the one about soup``, ``my lentil soup``."""
    if not scanner.is_whole:
        return False
    found = scanner.take(_EXCEPTED)
    words = found["words"].lower().split() if found else []
    is_read = words and not _QUALIFIERS.search(scanner.text, found.start("words")) if found else False
    if not found or not is_read or scanner.rest() or {*words} & (PRONOUNS | _JOINING) or words[0].isdigit():
        return False
    scanner.terms.append((f"but about {found['words']}", *found.span("words")))
    return True


def _values(text: str) -> Optional[Values]:
    """Return the terms of a reference. "That" has none: it is what a command without a reference means."""
    found = read(text)
    if found is None:
        return None
    return [] if [value for value, *_ in found.terms] == ["that"] else found.terms


def _specific(text: str) -> Optional[Values]:
    """As ``_values``, without "all", "everything" and "that" alone, which may be about anything."""
    found = read(text)
    return None if found is None or found.is_general else _values(text) or None


def _some(text: str) -> Optional[Values]:
    """As ``_values``, without "all": what is shown in full."""
    found = _values(text)
    return None if found is None or any(value == "all" for value, *_ in found) else found


def _described_one(text: str) -> Optional[Values]:
    """As ``_values``, if it is a single entry that is described: "my blood type note", "the note on bees"."""
    found = _values(text)
    return found if found and found[0][0] == "one" else None


def _listed(text: str) -> Optional[Values]:
    """As ``_values``, if it is restricted to what is on a list: "the last one off my shopping list"."""
    found = _values(text)
    restrictions = [value for value, *_ in found or [] if value.startswith("of ")]
    return found if any(map(_OFF_A_LIST.fullmatch, restrictions)) else None


def _placed(text: str) -> Optional[Values]:
    """As ``_values``, if each is named by its place in a list: "the second one"."""
    found = _values(text)
    return found if found and all(_PLACE.fullmatch(value) for value, *_ in found) else None


def _asked_by_time(text: str) -> Optional[Values]:
    """As ``_some``, if the oldest or newest of what was saved is named: "the first thing I ever saved"."""
    found = _some(text)
    is_by_time = found and all(value.startswith(("oldest ", "newest ")) for value, *_ in found)
    return found if is_by_time and _SAVED.search(text) else None


def _other_one(text: str) -> Values:
    return [("other", 0, len(text))]


_PLACE = re.compile(r"(?:first|last|nth) \d+")

# It begins and ends with a sign of its own, so that white space around it is matched in one way only.
_TEXT = rf"\S(?:[^\n]{{0,{MAX_LENGTH - 2}}}\S)?"
REFERENCE_TYPES: Dict[str, ArgumentType] = {
    "which": ArgumentType(_TEXT, _values),
    "which_specific": ArgumentType(_TEXT, _specific),
    "which_placed": ArgumentType(_TEXT, _placed),
    "which_listed": ArgumentType(_TEXT, _listed),
    "which_few": ArgumentType(_TEXT, _some),
    # The shortest text: what follows may hold the word behind it again.
    "which_described": ArgumentType(rf"\S(?:[^\n]{{0,{MAX_LENGTH - 2}}}?\S)??", _described_one),
    "which_before_colon": ArgumentType(rf"\S(?:[^\n:]{{0,{MAX_LENGTH - 2}}}\S)?(?=\s*:)", _described_one),
    "which_by_time": ArgumentType(_TEXT, _asked_by_time),
    "other": ArgumentType(r"other\s+(?:one|note|entry|thought)", _other_one),
}
"""The types of arguments that are references."""

_BEGINS = re.compile(rf"\b(?:{_POSITION}|{'|'.join(_NTH)}|all|every|everything|each|both)\b", re.IGNORECASE)
_LEADING = re.compile(rf"(?:\b(?:{_DETERMINER})|\b(?:{_COUNT})\s+)+$", re.IGNORECASE)
_QUALIFIERS = re.compile(
    rf"\b(?:{_POSITION}|{'|'.join(_NTH)}|all|every\w*|each|both|but|except\w*|"
    r"apart\s+from|other\s+than|without|older|newer|between|half|few|several|next|only|unless|ones|others?|penultimate|longest|shortest|through)\b",
    re.IGNORECASE,
)
"""Words that change which entries are meant."""


def references_in(text: str) -> Values:
    """Return the terms of the references in a sentence, and ``unread`` for a word that was not read."""
    found: List[Reference] = []
    at = 0
    for begin in _BEGINS.finditer(text[: 4 * MAX_LENGTH]):
        if begin.start() < at:
            continue
        leading = _LEADING.search(text, at, begin.start())
        reference = _read_at(text, leading.start() if leading else begin.start(), is_whole=False)
        if reference and reference.has_noun | (not reference.is_general):
            found.append(reference)
            at = reference.end
    read_parts = [(reference.start, reference.end) for reference in found]
    unread = next(
        (
            word
            for word in _QUALIFIERS.finditer(text)
            if not any(start <= word.start() < end for start, end in read_parts)
        ),
        None,
    )
    terms = [term for reference in found for term in reference.terms]
    return [*terms, (f"unread {unread[0].lower()}", *unread.span())] if unread else terms
