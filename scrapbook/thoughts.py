"""Where a thought says that it belongs, and what is left of it as the thought itself."""

import re
from dataclasses import dataclass

MAX_TOPIC_LENGTH = 40

_LEAD = re.compile(r"\s*(?P<topic>[^\n:]{1,40}):(?P<text>\s.*)", re.DOTALL)
_FILED = re.compile(
    r"\s*(?:please\s+)?(?:save|file|keep|put|store)\s+(?:(?:this|that|it)\s+)?under\s+"
    r"(?P<topic>[^\n:]{1,40}):(?P<text>\s.*)",
    re.DOTALL | re.IGNORECASE,
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
    }
)
"""Words of a sentence, and lead-ins like "PS:", before which a colon files nothing."""


@dataclass(frozen=True, slots=True)
class Thought:
    """``text`` is what the person wrote, to the letter, less the marker that names the topic."""

    text: str
    topic: str | None = None

    @classmethod
    def of(cls, message: str) -> "Thought":
        return _filed(message) or _led(message) or _tagged(message) or cls(message)


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


def _filed(message: str) -> Thought | None:
    """``save this under gpu: ...``: said outright, so any name will do."""
    found = _FILED.fullmatch(message)
    return _split(found) if found else None


def _led(message: str) -> Thought | None:
    """``python: ...``"""
    found = _LEAD.fullmatch(message)
    return _split(found) if found and is_topic_name(found["topic"]) else None


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
