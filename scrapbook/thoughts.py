"""Where a thought says that it belongs, and what is left of it as the thought itself."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from scrapbook.locations import Location
from scrapbook.spelling import same_name_key

MAX_TOPIC_LENGTH = 40

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
_LONGEST_ENDING = MAX_TOPIC_LENGTH + 40
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
_WORD = re.compile(r"[^\W_][\w'’.&+#/-]*|&", re.UNICODE)
_SPOKEN = frozenset(
    {
        "i",
        "you",
        "he",
        "she",
        "it",
        "we",
        "they",
        "me",
        "him",
        "her",
        "us",
        "them",
        "is",
        "are",
        "was",
        "were",
        "am",
        "be",
        "been",
        "have",
        "has",
        "had",
        "do",
        "does",
        "did",
        "said",
        "says",
        "say",
        "told",
        "tell",
        "asked",
        "ask",
        "thinks",
        "thought",
        "that",
        "this",
        "these",
        "those",
        "here",
        "there",
        "what",
        "why",
        "how",
        "when",
        "who",
        "where",
        "which",
        "at",
        "remember",
        "note",
        "notes",
        "self",
        "save",
        "ps",
        "p.s.",
        "nb",
        "n.b.",
        "fyi",
        "btw",
        "re",
        "fw",
        "fwd",
        "subject",
        "dear",
        "warning",
        "update",
        "edit",
        "add",
        "append",
        "correct",
        "correction",
        "takeaway",
        "takeaways",
    }
)
"""Words of a sentence, and lead-ins like "PS:", before which a colon files nothing."""


_NOTHING = frozenset("ZC")
"""Unicode's general categories of separators and of signs that are not seen."""

_UNSEEN = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10))))
"""Letters and marks that look like nothing by themselves."""


def is_blank(text: str) -> bool:
    """Whether there is nothing to be seen of it."""
    return all(letter in _UNSEEN or unicodedata.category(letter)[0] in _NOTHING for letter in text)


@dataclass(frozen=True, slots=True)
class Thought:
    """``text`` is what the person wrote, to the letter, less the marker that names the topic."""

    text: str
    topic: str | None = None

    @classmethod
    def of(cls, message: str) -> "Thought":
        return _filed(message) or _led(message) or _tagged(message) or cls(message)

    @classmethod
    def spoken(cls, transcript: str, topics: Iterable[str]) -> "Thought":
        """That of a memo, where marks cannot be heard: "for the gpu topic, ..." or "... for the gpu topic."

        ``topics`` are those that there are: "under gpu ..." names a topic only if it is one of them.
        """
        return (
            _spoken_first(transcript)
            or _spoken_last(transcript)
            or _known_first(transcript, topics)
            or cls.of(transcript)
        )


def is_spoken_topic(name: str) -> bool:
    """A topic's name that is none of the words that tell topics of conversation apart: "the main topic"."""
    return is_topic_name(name) and not _WHICH.intersection(name.lower().split())


def is_topic_name(name: str) -> bool:
    """At most three short words, none of which belongs into a sentence, and more than a letter or digits."""
    words = name.split()
    return (
        1 <= len(words) <= 3
        and len(name) <= MAX_TOPIC_LENGTH
        and all(_WORD.fullmatch(word) for word in words)
        and not _SPOKEN.intersection(word.lower() for word in words)
        and len(name) > 1
        and any(map(str.isalpha, name))
    )


def _spoken_first(transcript: str) -> Thought | None:
    """``for the gpu topic, ...``, ``for the topic gpu: ...``"""
    found = _FIRST.fullmatch(transcript) or _FIRST_NAMED.fullmatch(transcript)
    return _told(found) if found else None


def _spoken_last(transcript: str) -> Thought | None:
    """``... for the gpu topic.``, ``... for the topic gpu.``"""
    end = transcript[-_LONGEST_ENDING:]
    found = _LAST.search(end) or _LAST_NAMED.search(end)
    if found is None or not is_spoken_topic(found["topic"]):
        return None
    text = transcript[: len(transcript) - len(end) + found.start()].rstrip(_PAUSE)
    return Thought(text, _name(found)) if text.strip() else None


def _known_first(transcript: str, topics: Iterable[str]) -> Thought | None:
    """``under gpu, ...``, ``save this under gpu ...``, ``note for gpu ...``; the longest name counts."""
    found = _UNDER.fullmatch(transcript)
    if found is None:
        return None
    known = {same_name_key(topic): topic for topic in topics}
    for start in reversed(list(_FIRST_WORDS.finditer(found["rest"], 0, MAX_TOPIC_LENGTH))[:3]):
        name, text = found["rest"][: start.end()], found["rest"][start.end() :].lstrip(_PAUSE + ".:")
        if text and (topic := known.get(same_name_key(name.rstrip(_MARKS)))):
            return Thought(text, topic)
    return None


def _told(found: re.Match[str]) -> Thought | None:
    return Thought(found["text"], _name(found)) if is_spoken_topic(found["topic"]) else None


def _name(found: re.Match[str]) -> str:
    return " ".join(found["topic"].split())


def _filed(message: str) -> Thought | None:
    """``save this under gpu: ...``: said outright, so any name will do."""
    found = _FILED.fullmatch(message)
    return _split(found) if found else None


def _led(message: str) -> Thought | None:
    """``python: ...``, but not the line that says where a shared location is."""
    found = _LEAD.fullmatch(message)
    is_led = found is not None and is_topic_name(found["topic"]) and not Location.is_at_the_start(message)
    return _split(found) if found and is_led else None


def _split(found: re.Match[str]) -> Thought | None:
    topic, text = " ".join(found["topic"].split()), found["text"].lstrip()
    return Thought(text, topic) if topic and text else None


def _tagged(message: str) -> Thought | None:
    """``#books ...``, ``... #books``, ``... #books ...``: the first tag files, and goes if at an end."""
    tags = (tag for tag in _TAG.finditer(message) if any(map(str.isalpha, tag["name"])))
    first = next(tags, None)
    if first is None:
        return None
    topic = first["name"].replace("_", " ").strip()
    return Thought(_without(first, message) or message, topic)


def _without(tag: re.Match[str], message: str) -> str:
    before, after = message[: tag.start()], message[tag.end() :]
    if not before.strip():
        return after.lstrip()
    return before.rstrip() + after.rstrip() if _only_tags(after) else message


def _only_tags(text: str) -> bool:
    return all(_TAG.fullmatch(word) for word in text.split())
