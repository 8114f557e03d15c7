"""What people ask an assistant for that this one does not do, and whether a text asks an assistant at all."""

import re
from typing import Dict

SERVICES: Dict[str, str] = {
    "weather": (
        r"weather|forecast|rain\w*|snow\w*|temperature|sunny|umbrella|jacket|coat|sunscreen|degrees|freez\w*"
    ),
    "alarm": r"alarms?|timers?|stopwatch|countdown|wake",
    "translate": r"translat\w*|how do you say|speak|say (?:it|that|this) in",
    "print": r"print\w*",
    "music": r"music|songs?|playlist|radio|spotify|jazz|album|sing",
    "calendar": r"calendar|outlook",
    "send": r"(?:e-?mail|mail|send|forward|share|post|publish|tweet|upload|text|message|whatsapp)\b(?! me\b)",
    "export": r"export\w*|download\w*|back ?up|e-?mail|mail|copy|file|sync\w*|connect\w*",
    "call": r"call|phone|ring|dial|facetime",
}
"""A pattern for each service with a sentence of its own; of several in a text the first of these counts."""

WHOLE = re.compile(r".+", re.DOTALL)
"""The service is read from the whole text."""

# Somebody is spoken to, or it is about what is saved here, or about what only a device does.
_ASKED = re.compile(
    r"\b(?:you|u|me|for me|please|pls|how do (?:i|you)|can i)\b"
    r"|\b(?:my|all|these|those|last|this|that|the)\s+(?:\w+\s+){0,2}(?:notes?|entry|entries|thoughts?|quotes?"
    r"|memos?|lists?|pictures?|photos?|links?|scrapbook|topics?|recordings?)\b"
    r"|\b(?:note|entry|memo|number)\s+#?\d+|\b(?:this|that|it|everything)\b"
    r"|\b(?:alarms?|timers?|stopwatch|countdown|weather|forecast|temperature|rain|snow|umbrella|calendar|music|playlist)\b",
    re.IGNORECASE,
)


def service(text: str) -> str:
    """Return the service that a text asks for, by its key in ``SERVICES``; empty if it is another one."""
    found = (name for name, words in SERVICES.items() if re.search(rf"\b(?:{words})\b", text, re.IGNORECASE))
    return next(found, "")


def asks_an_assistant(text: str) -> bool:
    """Return whether a text may be a request to the assistant, not a task of the person's own.

    "Email me my notes" and "set a timer" are; "email Ana about the keys" is a task.
    """
    return _ASKED.search(text) is not None
