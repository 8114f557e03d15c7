"""Tell what somebody wants to be reminded of from the words in which they ask for it."""

import re

_ASKING = re.compile(
    r"\s*(?:(?:please|hey|ok|okay|and|so|also),?\s+)*"
    r"(?:(?:can|could|would|will)\s+you\s+(?:please\s+)?|i\s+(?:need|want)\s+(?:you\s+to\s+)?"
    r"|i(?:'d|’d| would)\s+like\s+(?:you\s+to\s+)?)?"
    r"(?:(?:set|create|add|make|give|schedule|put)\s+(?:up\s+|in\s+)?(?:me\s+)?)?(?:a\s+|another\s+|new\s+)*"
    r"(?:remind(?:er|ers)?\b(?:\s+(?:me|us)\b)?(?:\s+again\b)?|don['’]?t\s+let\s+me\s+forget\b|"
    r"make\s+sure\s+(?:i|that\s+i)\s+(?:remember|don['’]?t\s+forget)\b|(?:ping|nudge|notify|alert|tell)\s+me\b|"
    r"to\s+be\s+reminded\b)",
    re.IGNORECASE,
)
_JOINING = re.compile(r"\s*(?:[:,]\s*)?(?:(?:to|about|of|that|for)\b\s*)?", re.IGNORECASE)
_ENDS = " \t\r\n,;:-–—"
_LEFT_BEHIND = re.compile(r"\s+(?:on|at|by|in|for|from|the|every|each)$", re.IGNORECASE)


def reminded_task(text: str, time_span: tuple[int, int] | None = None) -> str:
    """Return ``call mum`` for ``remind me to call mum tomorrow at 5``; the text itself if nothing is left.

    Args:
        time_span: the indexes of the first character of the words that say when, and after the last; None if
            none say it.
    """
    start, end = time_span or (0, 0)
    # The words of time are cut out first, so that "remind me tomorrow to call mum" is joined.
    joined = f"{text[:start].rstrip(_ENDS)} {text[end:].lstrip(_ENDS)}" if end > start else text
    asked = _ASKING.match(joined)
    rest = joined[asked.end() :] if asked else joined
    task = _JOINING.sub("", rest, count=1) if asked else rest
    return _LEFT_BEHIND.sub("", task.strip(_ENDS)).strip(_ENDS) or text.strip()
