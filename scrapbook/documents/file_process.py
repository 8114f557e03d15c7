"""The process that reads files: the system limits its time and its memory, and it can write none.

``documents/reader.py`` starts it, and asks for the words of a file with a line of JSON on standard input, and
the bytes of the file behind it. It answers with a line on standard output.
"""

import sys
from dataclasses import asdict
from typing import Any

from scrapbook.documents.plain_text import decode, read_text
from scrapbook.errors import FileUnreadable
from scrapbook.model.file_text import FileText
from scrapbook.sandbox.limits import time_limit
from scrapbook.sandbox.serving import serve
from scrapbook.text.file_types import CONTACT_CARD, PDF

MAX_PROCESSOR_SECONDS = 10
"""Of one file. A page of a PDF takes hundredths; before that, ``documents/pdf.py`` reads no further page."""


def main() -> None:
    """Answer requests until standard input is closed."""
    serve(_answer)


def _answer(content_type: str, region: str, size: int, seconds: float) -> tuple[dict[str, Any], bool]:
    """Return the words of a file, or why it cannot be read; and whether the process must read no other."""
    with time_limit(seconds, MAX_PROCESSOR_SECONDS):
        content = sys.stdin.buffer.read(size)
        try:
            return asdict(_read(content, content_type, region)), False
        except FileUnreadable as error:
            return {"failure": str(error)}, False
        except MemoryError:
            return {"failure": "The file takes too much memory."}, True
        except Exception as error:  # noqa: BLE001 - a file must not be able to cost more than its own words
            return {"failure": f"The file cannot be read: {type(error).__name__}"}, True


def _read(content: bytes, content_type: str, region: str) -> FileText:
    # Each library takes a tenth of a second to import, and most messages bring files of one type.
    if content_type == CONTACT_CARD:
        from scrapbook.documents.contact_cards import read_cards  # noqa: PLC0415

        return read_cards(decode(content), region)
    if content_type == PDF:
        from scrapbook.documents.pdf import read_pdf  # noqa: PLC0415

        return read_pdf(content)
    return read_text(content)


if __name__ == "__main__":
    main()
