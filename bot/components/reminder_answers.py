"""Reads the answers to a reminder that went out: that it is done, or when it is to come again."""

import re
from typing import Optional

from components.due_words import is_only_a_time
from components.grammar import RecognisedCommand
from components.normalization import is_question, trim

FINISH, PUT_OFF = "finish_reminder", "reschedule_reminder"

MAX_LENGTH = 60
"""Characters of an answer; a longer text says something of its own."""

_THANKS = r"(?:[\s,.!]*(?:thanks|thank\s+you|thx|ta|cheers|ok|okay|yes|yep|already|now|all))*"
_DONE = re.compile(
    rf"{_THANKS}[\s,.!]*(?:done|did\s+it|did\s+that|(?:i\s+)?(?:have\s+|'ve\s+)?(?:just\s+|already\s+)?(?:did|done)"
    r"(?:\s+(?:it|that|this|so))?|i['’]?ve\s+done\s+(?:it|that)|it['’]?s\s+done|that['’]?s\s+done|is\s+done|finished"
    rf"|completed|sorted|✅|✔️?|☑️?)(?:\s+with\s+(?:it|that))?{_THANKS}[\s,.!]*",
    re.IGNORECASE,
)
_ASKING_FOR_IT = re.compile(
    r"\s*(?:(?:please|ok|okay|not\s+now|no|again|remind\s+me(?:\s+(?:of|about)?\s*(?:it|that|this))?(?:\s+again)?|ask\s+me(?:\s+again)?"
    r"|give\s+me)[\s,.]+)*"
    r"(?:(?:move|push|postpone|reschedule|delay|shift|change)\s+(?:it|that|this)\s+(?:back\s+)?"
    r"(?:(?:to|till|til|until|by|for|on|at)\s+)?|(?:at|till|til|until|for)\s+)?"
    r"(?P<when>.+?)[\s,.!]*(?:(?:again|please|thanks|instead)[\s.!]*)*",
    re.IGNORECASE | re.DOTALL,
)


def answer_to_reminder(text: str, *, is_fresh: bool) -> Optional[RecognisedCommand]:
    """Return the command that a text is, if it answers the reminder that was said last.

    Args:
        is_fresh: whether nothing was texted since, so that a time alone means the reminder.
    """
    said = trim(text).content
    if len(said) > MAX_LENGTH or is_question(text):
        return None
    if _DONE.fullmatch(said):
        return RecognisedCommand(FINISH, 1.0, [])
    found = _ASKING_FOR_IT.fullmatch(said) if is_fresh else None
    return RecognisedCommand(PUT_OFF, 1.0, []) if found and is_only_a_time(found["when"]) else None
