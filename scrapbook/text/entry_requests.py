"""Read which entries a request is about: ``how many pictures did I save in march``.

Whatever a request says beside its frame ("show me", "how many do I have") narrows the entries. So a word
that is not known here is never passed over: it is looked for.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from scrapbook.text.calendar_words import NUMBERS
from scrapbook.text.entry_facts import EntryKind
from scrapbook.text.periods import Period, find_period
from scrapbook.text.query_filters import kind_named

# What follows is looked for as it is.
_ABOUT = re.compile(
    r"\b(?:about|regarding|concerning|mentioning|containing|that (?:mention|contain|say|have)s?"
    r"|with the words?|with) (?P<words>.+)$",
    re.IGNORECASE,
)
_ONE = re.compile(
    r"\b(?:last|latest|newest|most recent) (?:note|entry|thought|thing|one|item|(?:voice )?memo|recording"
    r"|picture|photo|image|pic|video|clip|link|quote|contact|file|document|pdf|location|place)\b",
    re.IGNORECASE,
)
_FRAME = frozenset(
    """
    how many much number count total amount what whats what's which that those these this it them there
    did do does have has had 've got is are was were been be can could would will want to like let lets
    see i we me my our us you your im i'm i've i'd please pls hey hi ok so just only also again now then
    here yet ever already far altogether together all any every each everything anything something some
    the a an of from for in on under at into among during over within and or off with show list give
    tell read find get fetch display view open look bring pull call up out back through go save saved
    saving keep kept store stored note noted notes notes' write wrote written writing record recorded
    send sent text texted put down jot jotted make made add added take took taken create created log
    logged entry entries thought thoughts thing things stuff item items content contents material
    scrapbook last latest newest recent recently most few couple lately
    """.split()  # noqa: SIM905 - as many literals would take sixty lines
) | set(NUMBERS)
# A number behind one of them is no count of entries; of a date that there is, it has been read.
_BEFORE_A_DATE = frozenset({"from", "on", "in", "of", "since", "before", "after", "until", "till", "during"})
# "I have told you", "I ever gave to you": whatever the verb, it only says that something was saved.
_TOLD = re.compile(
    r"\b(?:(?:have|had|did|do) )?(?:i|we)(?:'ve|'d| have| had)?(?: ever| already| just)? [a-z]+"
    r"(?: to| with)? you\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\s,;:.!?()\"“”]+(?:[.:][^\s,;:.!?()\"“”]+)*")
_IN_A_TOPIC = re.compile(
    r"(.+?) (?:topic|list|folder|category|tag)|(?:topic|list|folder|category|tag) (.+)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class EntryRequest:
    """What a request says of the entries that it is about.

    Attributes:
        kind: their kind, if one is named.
        period: when they were saved, if a period is named.
        words: what else is said of them: a topic, or words that they have. Empty if nothing is.
        is_one: whether only the latest of them is meant: "the last picture".
    """

    kind: EntryKind | None
    period: Period | None
    words: str
    is_one: bool

    @property
    def narrows(self) -> bool:
        """Whether it is about less than all entries."""
        return bool(self.kind or self.period or self.words)


def parse_request(
    text: str, now: datetime, zone: ZoneInfo, frame_words: Collection[str] = ()
) -> EntryRequest:
    """Return what a request says of the entries that it is about.

    Args:
        text: a request, such as ``what did I save about work last week?``
        now: aware.
        zone: the time zone of the days in the text.
        frame_words: further words, in lower case, that say nothing of the entries in a request like this.
    """
    said = " ".join(text.replace("’", "'").split()).strip("?!., ")
    is_one = _ONE.search(said) is not None
    period = find_period(said, now.astimezone(zone))
    if period:
        said = " ".join((said[: period.start] + said[period.end :]).split())
    about = _ABOUT.search(said)
    frame = said[: about.start()] if about else said
    kind, frame = kind_named(frame) or (None, frame)
    left = _without_frame(frame, frame_words)
    words = " ".join(filter(None, (left, about["words"].strip(" ,") if about else "")))
    return EntryRequest(kind, period, words, is_one)


def _without_frame(said: str, further: Collection[str]) -> str:
    framing = _FRAME.union(further)
    told = _WORD.findall(_TOLD.sub(" ", said))
    words = [
        word
        for before, word in zip(["", *told], told, strict=False)
        if (word.lower() not in framing and not word.isdecimal())
        or (word.isdecimal() and before.lower() in _BEFORE_A_DATE)
    ]
    left = " ".join(words)
    found = _IN_A_TOPIC.fullmatch(left)
    return (found[1] or found[2]) if found else left
