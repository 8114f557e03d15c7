"""Read text files in whatever encoding they are."""

from scrapbook.documents.reader import MAX_SEARCHED, MAX_SHOWN
from scrapbook.model.file_text import FileText
from scrapbook.text.file_types import encoding_by_mark

_JAPANESE = b"\x1b$"
"""Begins Japanese letters in ISO 2022, which has no bytes but those of ASCII."""

_WESTERN = "cp1252"
_ENCODINGS = (
    *(_WESTERN, "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r"),
    *("shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"),
)
"""The encodings that texts are still found in, by platforms and languages. Of a few letters, any other would
be as likely as the right one."""

_OTHER_LATIN = frozenset({"cp1250", "cp1254"})

_SAMPLE = 64 * 1024
"""Bytes by which an encoding is guessed: more would take longer and hardly guess better."""


def read_text(content: bytes) -> FileText:
    """Return the words of a text file, to the letter. What is too long to be shown is searched."""
    lines = decode(content).replace("\f", "\n").splitlines()
    text = "\n".join(line.rstrip() for line in lines).strip("\n")
    end = _end_of_shown(text)
    return FileText(text[:end].rstrip(), text[end : end + MAX_SEARCHED])


def decode(content: bytes) -> str:
    """Return the text of bytes: by their marks, as UTF-8, or in the encoding that fits best."""
    if encoding := encoding_by_mark(content):
        return content.decode(encoding, "replace")
    if _JAPANESE in content:
        return content.decode("iso2022_jp", "replace")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode(guess_encoding(content), "replace")


def guess_encoding(content: bytes) -> str:
    """Return the likeliest encoding of what is no UTF-8.

    A text of mostly ASCII is in that of Western Europe, if it may be.
    """
    from charset_normalizer import from_bytes  # noqa: PLC0415 - most texts are UTF-8

    sample = content[:_SAMPLE]
    likely = from_bytes(sample, cp_isolation=list(_ENCODINGS))
    best = likely.best()
    may_be_western = any(_WESTERN in match.could_be_from_charset for match in likely)
    if best is None or (_mostly_ascii(sample) and (may_be_western or best.encoding not in _OTHER_LATIN)):
        return _WESTERN
    return best.encoding


def _mostly_ascii(sample: bytes) -> bool:
    return sum(byte > 127 for byte in sample) * 3 <= len(sample)


def _end_of_shown(text: str) -> int:
    """Return the index up to which a text is shown: at the end of a line or word, if one is near."""
    if len(text) <= MAX_SHOWN:
        return len(text)
    space = max(text.rfind("\n", MAX_SHOWN // 2, MAX_SHOWN), text.rfind(" ", MAX_SHOWN // 2, MAX_SHOWN))
    return space if space > 0 else MAX_SHOWN
