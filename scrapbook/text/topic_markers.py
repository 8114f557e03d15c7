"""Read the topic that a message names: ``python: ...``, ``... #books``, "for the gpu topic, ..."."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from scrapbook.text.display import displayable
from scrapbook.text.locations import Location
from scrapbook.text.quotes import begins_with_author, without_marks
from scrapbook.text.spelling import normalized_name
from scrapbook.text.topic_names import MAX_TOPIC_LENGTH, is_lead_in, is_tag_name, is_topic_name

_LEAD = re.compile(r"\s*(?P<topic>[^\n:]{1,40}):(?P<text>\s.*)", re.DOTALL)
_FILED = re.compile(
    r"\s*(?:please\s+)?(?:save|file|keep|put|store)\s+(?:(?:this|that|it)\s+)?under\s+"
    r"(?P<topic>[^\n:]{1,40}):(?P<text>\s.*)",
    re.DOTALL | re.IGNORECASE,
)
_MARKS = ",.:;!?"
_PAUSE = " \t\n,;-"
_NAME = r"(?P<topic>[^\s,.:;!?]+(?:\s+[^\s,.:;!?]+){0,2})"
_FIRST = re.compile(
    rf"\s*for\s+(?:the|my|our)\s+{_NAME}\s+topic\b[\s{_MARKS}-]+(?P<text>\S.*)", re.DOTALL | re.IGNORECASE
)
_FIRST_NAMED = re.compile(
    rf"\s*for\s+(?:the|my|our)\s+topic\s+{_NAME}[,.:;]\s+(?P<text>\S.*)", re.DOTALL | re.IGNORECASE
)
_LAST = re.compile(rf"(?<!\S)(?:for|under)\s+(?:the|my|our)\s+{_NAME}\s+topic[\s.!]*$", re.IGNORECASE)
_LAST_NAMED = re.compile(rf"(?<!\S)(?:for|under)\s+(?:the|my|our)\s+topic\s+{_NAME}[\s.!]*$", re.IGNORECASE)
_MAX_ENDING = MAX_TOPIC_LENGTH + 40
_UNDER = re.compile(
    r"\s*(?:(?:please\s+)?(?:save|file|keep|put|store)\s+(?:this|that|it)\s+under|under|for\s+(?:the\s+)?topic|"
    r"(?:(?:a|new)\s+)?(?:note|idea)\s+for)\s+(?P<rest>\S.*)",
    re.DOTALL | re.IGNORECASE,
)
_FIRST_WORDS = re.compile(r"\S+")
_WHICH = frozenset(
    {
        "main",
        "next",
        "last",
        "first",
        "second",
        "third",
        "same",
        "other",
        "another",
        "new",
        "old",
        "right",
        "wrong",
        "current",
        "whole",
        "actual",
        "hot",
        "big",
        "following",
        "previous",
        "present",
        "only",
        "one",
    }
)
_TAG = re.compile(r"(?<!\S)#(?P<name>\w[\w+#-]{0,39})(?![^\s.,;:!?)])")
_LINE_WITH_A_LEAD = re.compile(r"\s*[^\W\d_][\w.'’ /-]{0,39}:\s.*\S.*")


IsTopic: TypeAlias = Callable[[str], bool]
"""Returns whether a topic of that name exists."""


_UNSEEN = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10))))
"""Letters and marks that are invisible by themselves."""


def is_blank(text: str) -> bool:
    """Return whether nothing is seen of the text where it is shown."""
    if any(sign.isalnum() and sign not in _UNSEEN for sign in text):  # ends at the first letter of most texts
        return False
    return all(sign in _UNSEEN or sign.isspace() for sign in displayable(text))


def _none(_name: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class FiledText:
    """A message without the marker that names its topic.

    ``text`` is as written, to the letter. It is blank only if the message is: where nothing but the marker is
    seen, the message stays whole.
    """

    text: str
    topic: str | None = None

    @classmethod
    def parse(cls, message: str, exists: IsTopic = _none) -> "FiledText":
        """Return a typed message without the marker that names its topic, and that topic.

        Args:
            exists: returns whether a topic of that name exists. One that does is taken; a new one only if
                it looks like a topic.
        """
        return _filed(message) or _led(message, exists) or _tagged(message, exists) or cls(message)

    @classmethod
    def parse_spoken(cls, transcript: str, topics: Iterable[str]) -> "FiledText | None":
        """Read the topic off a memo: "for the gpu topic, ..." or "... for the gpu topic."

        A memo has no punctuation that could be relied on. None if it names no topic in such words.

        Args:
            topics: the topics that exist. "under gpu ..." names a topic only if it is one of them.
        """
        return _spoken_first(transcript) or _spoken_last(transcript) or _known_first(transcript, topics)


def is_spoken_topic(name: str) -> bool:
    """Return whether a spoken name may be a topic's, and is not as in "the main topic" of a conversation."""
    return is_topic_name(name) and not _WHICH.intersection(name.lower().split())


def _spoken_first(transcript: str) -> FiledText | None:
    """Read ``for the gpu topic, ...`` and ``for the topic gpu: ...``."""
    found = _FIRST.fullmatch(transcript) or _FIRST_NAMED.fullmatch(transcript)
    return _spoken(found) if found else None


def _spoken_last(transcript: str) -> FiledText | None:
    """Read ``... for the gpu topic.`` and ``... for the topic gpu.``."""
    end = transcript[-_MAX_ENDING:]
    found = _LAST.search(end) or _LAST_NAMED.search(end)
    if found is None or not is_spoken_topic(found["topic"]):
        return None
    text = transcript[: len(transcript) - len(end) + found.start()].rstrip(_PAUSE)
    return None if is_blank(text) else FiledText(text, _name(found))


def _known_first(transcript: str, topics: Iterable[str]) -> FiledText | None:
    """Read ``under gpu, ...``, ``save this under gpu ...``, ``note for gpu ...``. The longest name counts."""
    found = _UNDER.fullmatch(transcript)
    if found is None:
        return None
    known = {normalized_name(topic): topic for topic in topics}
    for start in reversed(list(_FIRST_WORDS.finditer(found["rest"], 0, MAX_TOPIC_LENGTH))[:3]):
        name, text = found["rest"][: start.end()], found["rest"][start.end() :].lstrip(_PAUSE + ".:")
        if not is_blank(text) and (topic := known.get(normalized_name(name.rstrip(_MARKS)))):
            return FiledText(text, topic)
    return None


def _spoken(found: re.Match[str]) -> FiledText | None:
    is_filed = is_spoken_topic(found["topic"]) and not is_blank(found["text"])
    return FiledText(found["text"], _name(found)) if is_filed else None


def _name(found: re.Match[str]) -> str:
    return " ".join(found["topic"].split())


def _filed(message: str) -> FiledText | None:
    """Read ``save this under gpu: ...``. Any name may follow, also a quoted one."""
    found = _FILED.fullmatch(message)
    filed = _split(found) if found else None
    return replace(filed, topic=without_marks(filed.topic or "")) if filed else None


def _led(message: str, exists: IsTopic) -> FiledText | None:
    """Read ``python: ...``, but not the line of a shared location."""
    found = _LEAD.fullmatch(message)
    if found is None or not found["text"].strip() or Location.is_at_the_start(message):
        return None
    name = " ".join(found["topic"].split())
    return _split(found) if _is_new_topic(name, message) or (name and exists(name)) else None


def _is_new_topic(name: str, message: str) -> bool:
    is_one = is_topic_name(name) and not is_lead_in(name)
    return is_one and not _is_form(message) and not begins_with_author(message)


def _is_form(message: str) -> bool:
    """Return whether each of several lines has a label, as in a recipe, an address or a dialogue."""
    lines = [line for line in message.splitlines() if line.strip()]
    labels = [line.split(":", 1)[0].strip() for line in lines]
    return (
        len(lines) > 1
        and all(map(_LINE_WITH_A_LEAD.fullmatch, lines))
        and not any(is_lead_in(label) for label in labels[1:] if label)
    )


def _split(found: re.Match[str]) -> FiledText | None:
    topic, text = " ".join(found["topic"].split()), found["text"].lstrip()
    return FiledText(text, topic) if topic and not is_blank(text) else None


def _tagged(message: str, exists: IsTopic) -> FiledText | None:
    """Read the first tag of ``#books ...``, ``... #books`` or ``... #books ...``.

    A tag at the beginning or the end is removed from the text.
    """
    for tag in _TAG.finditer(message):
        topic = tag["name"].replace("_", " ").strip()
        at_the_start = is_blank(message[: tag.start()])
        if topic and (is_tag_name(topic, at_the_start=at_the_start) or exists(topic)):
            text = _without(tag, message)
            return FiledText(message if is_blank(text) else text, topic)
    return None


def _without(tag: re.Match[str], message: str) -> str:
    before, after = message[: tag.start()], message[tag.end() :]
    if not before.strip():
        return after.lstrip()
    return before.rstrip() + after.rstrip() if _only_tags(after) else message


def _only_tags(text: str) -> bool:
    return all(_TAG.fullmatch(word) for word in text.split())
