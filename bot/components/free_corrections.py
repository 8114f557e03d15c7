"""What corrects a memo without beginning with "correct": "that should say nine", "no, I said nine not five".

Frames and no classifier: a thought may well say what somebody said.
"""

import re
from typing import Optional, Pattern

from components import text as texts
from components.grammar import Entity, Recognised

_BEFORE = r"(?:(?:no|oh|oops|sorry|wait|hm+|actually)\b[\s,.!-]*){0,3}"
_MEMO = r"(?:that|it|(?:the|my|that|this)\s+(?:last\s+|voice\s+)*(?:memo|recording|transcript))"
_SHOULD = r"(?:should|ought\s+to|(?:was|is)\s+(?:supposed|meant)\s+to)\s+(?:have\s+)?(?:say|said|read)"
_I_SAID = r"i\s+(?:actually|really)\s+said|what\s+i\s+said\s+(?:was|is)"
# Behind these no words follow that were said, but what they were about.
_ABOUT = r"so|on\s+the|in\s+the|when|where|what|which|who|how|if|whether|something|somewhere|nothing"
_TOLD = rf"{_ABOUT}|that|to|it|i|i'\w+|you|he|she|we|they|yes|no|ok|okay"


def _frame(start: str, refused: str) -> Pattern[str]:
    words = rf"(?:\s*[:,]\s*|\s+)(?!(?:{refused})\b)(?P<words>\S.*)"
    return re.compile(f"(?:{start}){words}", re.IGNORECASE | re.DOTALL)


_FRAMES = (
    _frame(rf"{_BEFORE}{_MEMO}\s+{_SHOULD}", _ABOUT),
    _frame(rf"{_BEFORE}(?:{_I_SAID})", _TOLD),
    _frame(r"no[\s,.!-]+i\s+said", _TOLD),
)


def free_correction(text: str) -> Optional[Recognised]:
    """``correct`` with the words that are right as ``correction``; None for everything else."""
    span = texts.core(text)
    if texts.is_question(text):
        return None
    found = next((match for match in (frame.fullmatch(span.content) for frame in _FRAMES) if match), None)
    if found is None:
        return None
    start, end = span.start + found.start("words"), span.start + found.end("words")
    return Recognised("correct", 1.0, [Entity("correction", found["words"], start, end)])
