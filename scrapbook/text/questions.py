"""Tell whether a text asks the scrapbook something, and which of its words say about what.

The scrapbook is asked in one sentence. Its words are in the order of a question ("where did I", "is there"),
or it ends with a question mark, or it begs to be told ("remind me what"), or it points at one thing ("that
quote by Simone"). A sentence that speaks to "you" asks somebody else, and is a text from or for them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scrapbook.text.query import fold

MAX_WORDS = 24
"""Words of the longest question. Longer texts tell something, whatever they end with."""

MAX_LENGTH = 400
"""Characters of the longest question."""

MAX_POINTING = 9
"""Words of the longest text that points at something without a verb."""

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SENTENCES = re.compile(r"(?<=[.!?…])[\s\"”’)]+(?=\w)|\n+")
# What a question may begin or end with without asking about it.
_OPENING = re.compile(
    r"(?:hey|hi|hello|oh|ok|okay|so|um|hm+|and|but|well|wait|(?:quick )?question|please|pls|scrapbook)\b"
    r"[\s,:!.-]*",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"[\s,]+(?:please|pls|again|thanks|thank you|thx)(?=\W*$)", re.IGNORECASE)

_WH = r"(?:what|where|when|who|whom|whose|which|why|how)"
_IS = r"(?:is|are|was|were)"
_SHORT_IS = r"['’]?(?:s|re)"
_DOES = r"(?:do|does|did|has|have|had|can|could|should|shall|will|would|may|might|must)"
_THEY = (
    r"(?:i|we|he|she|it|they|there|my|our|his|her|their|its|the|this|that|these|those|any|anybody|anyone|anything|"
    r"some|somebody|someone|something|a|an)"
)
_I = r"(?:i|we|he|she|they|it|my|our)"
_WHOSE = r"(?:the|my|our|his|her|their|a|an|any|this|that)"
_ABOUT = r"(?: about)?[ ,]+"
_IN = r"(?:at|in|on|to|from|for|with|by|until|since)"

# Begs to be told or reminded; what follows is the question. "Remind me when I get home" asks nothing.
_BEGGING = re.compile(
    rf"(?:(?:can|could|would|will) (?:you|u) )?(?:please )?(?:just )?"
    rf"(?:(?:remind|tell) me{_ABOUT}(?!when\b|if\b|whether\b)"
    r"|(?:show me|(?:do|did) (?:you|u) (?:know|remember|recall|happen to know)|any(?:one|body) know|any idea"
    rf"|i (?:need|want|would like|'d like) to know|i(?:'m| am) (?:looking for|trying to find)){_ABOUT})"
    rf"(?=(?:{_IN} )?{_WH}\b|if\b|whether\b|(?:that|the|my|our)\b)",
    re.IGNORECASE,
)
_BEGGED = re.compile(rf"(?:{_IN} )?{_WH}\b|(?:if|whether) ", re.IGNORECASE)

_INVERTED = re.compile(
    rf"(?:{_IN} )?(?:"
    # what's, where is, when did, who has
    rf"(?:what|where|when|who|whom|why|how|which)(?:{_SHORT_IS}|['’](?:d|ll|ve)| (?:{_IS}|{_DOES}))\b"
    # how many eggs did, which of the two is, what colour was, whose umbrella is
    rf"|(?:how|what|which|whose)(?: [\w'’-]+){{1,5}}? (?:{_IS}|{_DOES})\b"
    # how many eggs go into the sponge
    rf"|how (?:many|much|long|far|often|old|big|tall|high|deep|wide|heavy|hot) \w+"
    # who wrote the song
    rf"|who (?:else )?(?:\w+ed|said|told|wrote|made|gave|got|took|sold|sang|lent|built|brought|bought|sent|"
    rf"taught|came|went|won|knew|knows|owns|lives|likes|wants|needs)\b"
    # who fixes the boiler
    rf"|who (?:else )?\w+s (?:for |at )?{_WHOSE}\b"
    # what kind of bulbs fit; what temperature for the dough; which train goes to Lyon
    rf"|(?:what|which) (?:(?:kind|sort|type|brand|make|colou?r|shade)s? of \w+|\w+ for (?:the|my|our|a|an))\b"
    rf"|which (?:\w+ ){{1,2}}(?:\w+ed|\w+s|said|told|wrote|made|gave|go)\b"
    rf")"
    rf"|{_IS} {_THEY}\b"
    # is milk on shopping
    rf"|{_IS} (?:[\w'’-]+ ){{1,3}}?(?:already |still )?(?:on|in) (?:{_WHOSE} )?[\w'’-]+(?: list)?\W*$"
    rf"|(?:do|does|did|has|have|can|could|should|shall|will|would) {_I}\b"
    rf"|(?:did|does|has) [^\W\d]\w+ \w+",
    re.IGNORECASE,
)
# One thing, without a verb.
_POINTING = re.compile(
    r"that (?:[\w'’-]+ ){1,3}(?:by|from|about|of|on|with|at|for|in|where|called) .+", re.IGNORECASE
)
_VERB = re.compile(
    r"(?:is|are|was|were|be|am|has|have|had|do|does|did|will|would|can|could|should|may|might|must|made|makes?|got|gets?|"
    r"went|goes|came|comes?|i|i'm|me|we|us|you|it's|\w+n't)",
    re.IGNORECASE,
)
# "it" was said before: without other words, nobody knows what is asked about.
_OF_IT = re.compile(
    rf"(?:{_WH}(?:{_SHORT_IS})? ?)?(?:{_IS}|{_DOES})? (?:it|he|she|they|this|that|these|those)\b",
    re.IGNORECASE,
)

# The word for what is asked for: "what's the wifi password", "that quote by", "what size are".
_WANTED = re.compile(
    rf"(?:(?:{_IN} )?(?:what|who|which)(?:{_SHORT_IS}| {_IS}) (?:[\w'’-]+ ){{0,4}}?"
    rf"|that (?:[\w'’-]+ ){{0,2}}?)"
    r"(?P<thing>[\w-]+)(?: (?:of|for|at|in|from|by|about|on|with|to|called|who|that)\b.*|\W*)"
    rf"|(?:{_IN} )?(?:what|which) (?:(?:kind|sort|type|brand|make) of )?(?P<sort>\w+) "
    rf"(?:{_IS}|{_DOES}|for|fits?|goes|go)\b.*"
    r"|how (?:much|long|far|old|big|heavy)\b.* (?P<measure>(?:cost|weigh|take|last)s?|pay)\W*"
    # Who does it is often noted without what they do: "the boiler man is Piet".
    rf"|who (?:else )?(?P<deed>\w+(?:s|ed)) (?:for |at )?{_WHOSE}\b.*",
    re.IGNORECASE,
)
_CALLED = re.compile(r"\s(?:called|named)(?=\W*$)", re.IGNORECASE)

# What a person does who keeps something here: asked so, it is the scrapbook that is asked.
_SAVED = re.compile(
    r"\b(?:did|have|had|what|which|when|where|that) (?:i|we)(?:['’]ve| have| had)?"
    r"(?: (?:ever|already|once|just|last))* (?:saved?|noted?|keep|kept|record(?:ed)?|writ(?:e|ten)|wrote"
    r"|jot(?:ted)?|text(?:ed)?|put down)\b"
    r"|\bdo (?:i|we) have (?:any|some)\w* (?:saved|noted|written)\b",
    re.IGNORECASE,
)
_TO_SOMEBODY = re.compile(r"(?:you|u|ya|yu|y'?all)(?:'\w+|re|ll|ve)?|you?rs?|yr|ur|yourself", re.IGNORECASE)
_QUOTED = re.compile(r"\s*[\"“”„«»‹›]")
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Question:
    """A question without what only makes it one.

    Attributes:
        words: "where my keys are" of "Do you know where my keys are?"
        wanted: the word for what is asked for, folded, which an answer need not have: "password" of "what's
            the wifi password?"; None where the words do not show it.
        about: the words after "about", folded: what the question is mainly about.
        is_of_it: whether it is about "it", "they" or "that", which were said before.
        is_of_saved: whether it says that something was saved, so that nobody else can be asked.
    """

    words: str
    wanted: str | None = None
    about: frozenset[str] = frozenset()
    is_of_it: bool = False
    is_of_saved: bool = False

    @classmethod
    def parse(cls, text: str) -> "Question | None":
        """Return the question that a text asks of the scrapbook; None if it asks none."""
        if len(text) > MAX_LENGTH or _QUOTED.match(text) or _LINK.search(text):
            return None
        sentence = _only_sentence(text)
        asked = _without_begging(sentence)
        words = _WORD.findall(fold(asked).replace("’", "'"))
        if not words or len(words) > MAX_WORDS or any(map(_TO_SOMEBODY.fullmatch, words)):
            return None
        is_begged = asked != sentence and _BEGGED.match(asked) is not None
        has_mark = sentence.rstrip(' )"”').endswith("?")
        if not (is_begged or has_mark or _INVERTED.match(asked) or _points(asked, words)):
            return None
        asked = _CALLED.sub("", asked)
        _, is_about, about = fold(asked).rpartition(" about ")
        subject = frozenset(_WORD.findall(about) if is_about else ())
        is_of_it, is_of_saved = _OF_IT.match(asked) is not None, _SAVED.search(asked) is not None
        return cls(asked, _wanted(asked), subject, is_of_it, is_of_saved)


def is_question(text: str) -> bool:
    """Return whether a text asks the scrapbook something."""
    return Question.parse(text) is not None


def _only_sentence(text: str) -> str:
    """Return the sentence of a text, without a word or two before it; empty if it has several."""
    sentences = [part.strip() for part in _SENTENCES.split(text.strip()) if _WORD.search(part)]
    while len(sentences) > 1 and _OPENING.fullmatch(sentences[0]):
        del sentences[0]
    if len(sentences) != 1:
        return ""
    sentence = sentences[0]
    while opening := _OPENING.match(sentence):
        sentence = sentence[opening.end() :]
    return _CLOSING.sub("", sentence)


def _without_begging(sentence: str) -> str:
    begging = _BEGGING.match(sentence)
    return sentence[begging.end() :] if begging else sentence


def _points(asked: str, words: Sequence[str]) -> bool:
    if len(words) > MAX_POINTING or not _POINTING.fullmatch(asked.strip(" .!")):
        return False
    return not any(_VERB.fullmatch(word) for word in words)


def _wanted(asked: str) -> str | None:
    found = _WANTED.fullmatch(asked.strip())
    return fold(found["thing"] or found["sort"] or found["measure"] or found["deed"]) if found else None
