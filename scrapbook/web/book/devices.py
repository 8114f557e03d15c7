"""Name a device in plain words, by what its browser says of itself."""

import re

MAX_USER_AGENT = 512
"""Characters that are looked at; those of browsers are shorter."""

MAX_NAME = 60
"""Characters: a browser can say anything."""

UNKNOWN = "an unknown device"

_VARIANT = re.compile(r"\b(?:Mobile|WebView|UI/WKWebView|iOS)\b|Headless")
_SYSTEMS = {"Mac OS X": "Mac", "iOS": "iPhone"}


def describe_device(user_agent: str) -> str:
    """Return for example ``Safari on iPhone``; ``an unknown device`` if nothing is known.

    Args:
        user_agent: the header of that name, which may be empty or a lie.
    """
    # It loads some hundred patterns, and is needed once for each sign-in.
    import ua_parser  # noqa: PLC0415

    found = ua_parser.parse(user_agent[:MAX_USER_AGENT])
    browser = " ".join(_VARIANT.sub(" ", found.user_agent.family).split()) if found.user_agent else ""
    system = _SYSTEMS.get(found.os.family, found.os.family) if found.os else ""
    if found.device and found.device.family == "iPad":
        system = "iPad"
    return " on ".join(filter(None, (browser, system)))[:MAX_NAME] or UNKNOWN
