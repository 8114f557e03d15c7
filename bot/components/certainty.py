"""How sure the classifier has to be before a text in a person's own words counts as a command.

What changes or removes has to be surer than what only looks something up, and has to say so in words: the
classifier alone never deletes.
"""

import re
from dataclasses import dataclass
from typing import Dict, FrozenSet, Optional, Pattern, Tuple

from components.number_words import WORDS
from components.vocabulary import GREETING, REPEATING, SMALL_WORDS, THANKING, UNDOING


@dataclass(frozen=True)
class Certainty:
    """``cue`` is what the text says when it means this intent: all the parts, in any order. With it,
    the classifier's confidence (0 to 1) has to reach ``with_cue``; without it ``without_cue``, or nothing is
    enough when that is None. Texts longer than ``most_words`` and ``most_sentences`` are about something
    else; so are, where ``only_about`` is given, those with any word that is not in it and no small word.
    """

    cue: Tuple[Pattern[str], ...]
    with_cue: float
    without_cue: Optional[float] = None
    most_words: int = 25
    most_sentences: int = 2
    only_about: Optional[FrozenSet[str]] = None


def _cue(*parts: str) -> Tuple[Pattern[str], ...]:
    return tuple(re.compile(rf"\b(?:{part})\b", re.IGNORECASE | re.DOTALL) for part in parts)


_LIST = r"lists?|to ?do lists?|todos?"
_STORED = r"notes?|entry|entries|scrapbook"
_NUMBERED = rf"(?:notes?|entry|entries|number|item|memo) (?:#?\d+|(?!one\b){WORDS})"
_SAVED = r"saved?|saving|wr[oi]te|written|noted?|text(?:ed)?|sen[dt]|told?|tell|ask|add|put|set|recorded"
_KINDS = "pictures?|photos?|images?|memos?|recordings?"
_ABOUT = "about|on|by|from"
_I_DID = rf"(?:did|have|what|everything|anything|something|thing|things|that) i (?:\w+ )?(?:{_SAVED})"
_LAST = r"that|this|it|(?:last|latest|previous) (?:one|note|entry|thought|message)"
_LATEST = (
    r"(?:last|latest|previous) (?:one|thing)|just (?:said|told|texted|saved|wrote|sent)|"
    r"last (?:said|told|texted)|i (?:saved|wrote|sent) last"
)
_REMOVING = (
    r"delet\w*|remov\w*|eras\w*|clear\w*|empty|wipe|trash|discard|get rid|throw \w+|scratch|strike|forget|"
    r"nix|nuke|eliminate|abolish|dump|drop|scrap|bin|cancel|reset|don't need|don't want|don't keep|no longer|"
    r"kill|zap|toss|ditch|lose|omit|exclude|un-?add|undo adding|no more|gone|disappear|can go|"
    r"(?:get|take|taken|cross|check|tick|come|blank|start|mark|pull|leave|need|want|make|finished)\b.*"
    r"\b(?:off|from|out|away|over|done|complete)"
)

CERTAINTIES: Dict[str, Certainty] = {
    "add_to_topic": Certainty(_cue(_LIST), 0.3, 0.9),
    "remind": Certainty(_cue(r"remind\w*|alert me|notify me|notified|forget"), 0.3, 0.9),
    "find": Certainty(
        _cue(
            rf"{_LIST}|{_STORED}|topics?|reminders?|remind(?:ed)?|remember|{_I_DID}|did i|i once|i know i|"
            rf"i said|filed|(?:show|list|read|get|see) (?:me )?my|"
            rf"(?:quote|link|memo|picture|photo|recipe)s? (?:{_ABOUT})|"
            rf"(?:have|got|saved|everything|anything|something|thing|show me|in here) (?:{_ABOUT}|under)"
        ),
        0.5,
        0.9,
        20,
    ),
    "list_topics": Certainty(_cue(r"topics?|lists?|folders?|categories|subjects"), 0.45, None, 15),
    "browse": Certainty(
        _cue(
            rf"{_STORED}|{_I_DID}|did i|recent|latest|save|"
            rf"(?:show|see|list|read|all|any|what|which) .*(?:{_KINDS})|"
            r"(?:everything|anything|thoughts|stuff|things) from|last \d+$"
        ),
        0.4,
        None,
        15,
    ),
    "show": Certainty(
        _cue(
            r"show|open|read|see|view|display|text|look|what|whats|what's|which|get|give|fetch|bring|pull|tell|say|says|find|"
            r"print|go|hear|check",
            rf"{_NUMBERED}|(?:show|open|read|see|view|display|text of) (?:me )?#?\d+",
        ),
        0.4,
        None,
        12,
    ),
    "play": Certainty(
        _cue(
            r"play|hear|listen|sounds?|audio|recording|sa(?:id|y) in",
            rf"memos?|recordings?|voice|audio|sound of (?:#?\d+|{WORDS})|(?:memo|note) #?\d+",
        ),
        0.5,
        None,
        12,
        1,
    ),
    "more": Certainty(
        _cue(r"more|next|rest|else|keep going|go on|continue|others?|further|remaining"), 0.8, None, 6, 1
    ),
    "delete_entry": Certainty(
        _cue(
            _REMOVING,
            rf"{_STORED}|{_NUMBERED}|(?:this|that) (?:item|thought|one)|{_LATEST}|thoughts? about",
        ),
        0.5,
        None,
        15,
    ),
    "take_off_topic": Certainty(
        _cue(
            _REMOVING,
            rf"{_LIST}|items?|tasks?|(?:cross|tick|check|strike) (?:it|them|that|those) (?:off|out)",
        ),
        0.45,
        None,
        20,
    ),
    "restore": Certainty(
        _cue(
            r"restore|bring|get|recover|retrieve|rescue|reinstate|undelete|un-delete|put|take|want|need",
            rf"{_NUMBERED}|deleted|from the (?:trash|bin)",
        ),
        0.5,
        None,
        15,
    ),
    "undo": Certainty(_cue(r"undo|revert|reverse|roll|back|cancel"), 0.7, None, 12, 2, UNDOING),
    "move": Certainty(
        _cue(
            r"move|put|belongs?|go(?:es)?|transfer|shift|file|refile|change|set|tag|relabel|want|be",
            rf"{_STORED}|{_NUMBERED}|{_LATEST}",
        ),
        0.6,
        None,
        15,
    ),
    "file_under": Certainty(
        _cue(
            r"(?:save|file|put|keep|store|tag|label|categori[sz]e|goes|belongs)\b.*\b(?:under|as|with|in|into|to)|"
            r"for my (?:\w+ )?topic|"
            r"label this|"
            r"topic (?:of that )?(?:is|to)|make the topic",
            _LAST + "|topic",
        ),
        0.7,
        None,
        12,
    ),
    "edit": Certainty(
        _cue(
            r"edit|change|replace|rewrite|reword|correct|update|fix|make|should|must", r"(?:note|entry) #?\d+"
        ),
        0.6,
        None,
        40,
    ),
    "append": Certainty(
        _cue(r"add|append|attach|extend|continue", rf"{_STORED}|append to|to (?:that|the last)"),
        0.6,
        None,
        40,
    ),
    "rename_topic": Certainty(_cue(r"rename|call|called|named?", r"topic|list"), 0.6, None, 15),
    "merge_topics": Certainty(
        _cue(r"merge|combine|join|fold|move|unite|put", r"topics?|lists?"), 0.6, None, 15
    ),
    "set_timezone": Certainty(_cue(r"time ?zone"), 0.5, None, 15),
    "commands": Certainty(
        _cue(
            rf"how (?:do|to|can)\b.*\b(?:{_LIST}|{_STORED}|topics?|memos?|time zone)|"
            r"(?:can|could|should|may|able|allowed|guide|tour|kinds?|types?|sorts?|areas?|things?|topics?|subjects?|questions?|"
            r"commands?|help\w*|assist\w*|menu|instructions|manual|features|skills|expert\w*|knowledge\w*|familiar|"
            r"versed|purpose|capab\w*|use|work|works|good at|good for)"
        ),
        0.65,
        0.9,
        16,
        1,
    ),
    "status": Certainty(
        _cue(r"status|pending|queue|work(?:ing|ed) on|saved?|my (?:\w+ )?(?:message|memo|note|recording)s?"),
        0.6,
        None,
        10,
        1,
    ),
    "repeat": Certainty(
        _cue(
            r"(?:sorry|wait|say|huh|hm)\W+what|come again|"
            r"repeat\w*|restate|reiterate|replay|pardon|once more|(?:one|more|another) time|"
            r"(?:say|said|tell|told|ask|asked|what|that|this|it)\b.*\bagain|what (?:was|is) the question|"
            r"what was (?:that|said)|(?:say|said) (?:that|it) over|"
            r"what (?:\w+ )?(?:did )?you (?:\w+ )?(?:said|say|told|tell|asked|ask|mention\w*)|"
            r"(?:didn'?t|did not|couldn'?t|could not|missed)\b.*\b(?:hear|catch|get|understand|that|you)"
        ),
        0.5,
        0.95,
        13,
        1,
        REPEATING,
    ),
    "greet": Certainty(
        _cue(
            r"hi|hiya|hello|hey|howdy|yo|ahoy|how|morning|greetings|evening|afternoon|good day|up|are you|"
            r"have you been|what'?s (?:new|happening|going on)|to (?:see|meet) you|"
            r"(?:is|are) (?:everything|things)"
        ),
        0.6,
        0.95,
        9,
        1,
        GREETING,
    ),
    "thanks": Certainty(
        _cue(r"thank\w*|thx|cheers|appreciat\w*|grateful|gratitude|helpful|obliged|indebted"),
        0.45,
        0.7,
        12,
        1,
        THANKING,
    ),
    "choose": Certainty(
        _cue(
            r"(?:first|second|third|last) one|number \w+|option \w+|choice \w+|latter|former|"
            r"the (?:first|second)"
        ),
        0.8,
        None,
        6,
        1,
    ),
}

_SENTENCE_END = re.compile(r"[.!?…][\s\"')]+\w")
_WORD = re.compile(r"\w+(?:['’]\w+)*")


def _is_short_enough(text: str, certainty: Certainty) -> bool:
    sentences = 1 + len(_SENTENCE_END.findall(text))
    return len(text.split()) <= certainty.most_words and sentences <= certainty.most_sentences


def _is_about_nothing_else(text: str, certainty: Certainty) -> bool:
    if certainty.only_about is None:
        return True
    words = {word.replace("’", "'") for word in _WORD.findall(text.lower())}
    return words <= SMALL_WORDS | certainty.only_about


_NUMBER = re.compile(r"\b\d")
# A number in such a text is about something: "lunch 3 thanks", "7 undo". "Thx m8" has none.
NUMBERLESS = frozenset(
    {"greet", "thanks", "repeat", "undo", "more", "status", "commands", "list_topics", "set_timezone"}
)


def is_sure(intent: str, confidence: float, text: str) -> bool:
    """Whether the text may be taken for the intent. Keeping needs no certainty: it has no entry."""
    certainty = CERTAINTIES.get(intent)
    if certainty is None:
        return True
    if intent in NUMBERLESS and _NUMBER.search(text):
        return False
    if not (_is_short_enough(text, certainty) and _is_about_nothing_else(text, certainty)):
        return False
    has_cue = all(part.search(text) for part in certainty.cue)
    needed = certainty.with_cue if has_cue else certainty.without_cue
    return needed is not None and confidence >= needed
