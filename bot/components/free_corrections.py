"""Recognises corrections of a memo in free words: "that should say nine", "no, I said nine not five".

These are frames and not examples for the classifier, because a thought may well report what somebody said.
"""

import re
from typing import Optional, Pattern

from components.grammar import Entity, RecognisedCommand
from components.normalization import is_question, trim

_BEFORE = r"(?:(?:no|oh|oops|sorry|wait|hm+|actually)\b[\s,.!-]*){0,3}"
_MEMO = r"(?:that|it|(?:the|my|that|this)\s+(?:last\s+|voice\s+)*(?:memo|recording|transcript))"
_SHOULD = r"(?:should|ought\s+to|(?:was|is)\s+(?:supposed|meant)\s+to)\s+(?:have\s+)?(?:say|said|read)"
_I_SAID = r"i\s+(?:actually|really)\s+said|what\s+i\s+said\s+(?:was|is)"
# Words that begin a description of what was said and not the correct words.
_DESCRIPTION = r"so|on\s+the|in\s+the|when|where|what|which|who|how|if|whether|something|somewhere|nothing"
_REPORTED_SPEECH = rf"{_DESCRIPTION}|that|to|it|i|i'\w+|you|he|she|we|they|yes|no|ok|okay"


def _frame(start: str, not_first: str) -> Pattern[str]:
    words = rf"(?:\s*[:,]\s*|\s+)(?!(?:{not_first})\b)(?P<words>\S.*)"
    return re.compile(f"(?:{start}){words}", re.IGNORECASE | re.DOTALL)


_FRAMES = (
    _frame(rf"{_BEFORE}{_MEMO}\s+{_SHOULD}", _DESCRIPTION),
    _frame(rf"{_BEFORE}(?:{_I_SAID})", _REPORTED_SPEECH),
    _frame(r"no[\s,.!-]+i\s+said", _REPORTED_SPEECH),
)


def free_correction(text: str) -> Optional[RecognisedCommand]:
    """Return ``correct`` with the correct words as ``correction``, or None for any other text."""
    span = trim(text)
    if is_question(text):
        return None
    found = next((match for match in (frame.fullmatch(span.content) for frame in _FRAMES) if match), None)
    if found is None:
        return None
    start, end = span.start + found.start("words"), span.start + found.end("words")
    return RecognisedCommand("correct", 1.0, [Entity("correction", found["words"], start, end)])
