"""Make names of files and folders that every system takes, out of what people have written."""

import re
import unicodedata
from collections.abc import Iterable

from scrapbook.text.display import one_line

MAX_NAME = 60
"""UTF-8 bytes of a name made of words. Windows takes paths of 260 characters, with all folders."""

_FORBIDDEN = re.compile(r'[<>:"/\\|?*#^\[\]%\x00-\x1f\x7f]+')
"""What Windows takes in no name, and Obsidian in none that is linked to."""

_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?=\s*(?:\.|$))")
"""Names of devices: "Naming Files, Paths, and Namespaces" of Windows. Endings do not change them."""


def safe_name(words: str, limit: int = MAX_NAME) -> str:
    """Return words as the name of a file, of at most ``limit`` UTF-8 bytes; empty if nothing is left.

    The name holds no control and no bidirectional characters, does not begin or end with a dot or space, and
    is not the name of a device.
    """
    name = unicodedata.normalize("NFC", one_line(_FORBIDDEN.sub(" ", one_line(words)))).strip(". ")
    if len(name.encode()) > limit:
        name = name.encode()[:limit].decode("utf-8", "ignore").rstrip("\u200d. ")
    return f"_{name}" if _RESERVED.match(name) else name


def distinct_names(wanted: Iterable[tuple[int, str]], taken: Iterable[str]) -> dict[int, str]:
    """Return a name for each id, none of which differs from another in case alone.

    Args:
        wanted: ids with their safe names, of which earlier ones are kept as they are.
        taken: names that are not to be given.
    """
    used = {_folded(name) for name in taken}
    found: dict[int, str] = {}
    for id_, name in wanted:
        free, count = name or "_", 1
        while _folded(free) in used:
            count += 1
            free = f"{name or '_'} {count}"
        used.add(_folded(free))
        found[id_] = free
    return found


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
