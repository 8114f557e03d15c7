"""Read the text of PDF files."""

import io
import time
from collections.abc import Iterator

from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError

from scrapbook.documents.reader import MAX_SEARCHED
from scrapbook.errors import FileUnreadable
from scrapbook.model.file_text import FileText

ENOUGH_SECONDS = 5.0
"""Of the processor, after which no further page is read: the first pages are better than none."""


def read_pdf(content: bytes) -> FileText:
    """Return the text of a PDF, by which it is found. A scan has none.

    Raises FileUnreadable if it is damaged, or encrypted with a password.
    """
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise FileUnreadable("The PDF has a password.")
        return FileText(searched="\n".join(_texts(reader)))
    except PyPdfError as error:
        raise FileUnreadable(f"The PDF is damaged: {type(error).__name__}") from None


def _texts(reader: PdfReader) -> Iterator[str]:
    """Yield the title, and the texts of the pages, as far as time and room allow."""
    left, until = MAX_SEARCHED, time.process_time() + ENOUGH_SECONDS
    metadata = reader.metadata
    if metadata is not None and isinstance(metadata.title, str):
        yield metadata.title[:MAX_SEARCHED]
    for page in reader.pages:
        if left <= 0 or time.process_time() > until:
            return
        text = _text(page)
        yield text[:left]
        left -= len(text)


def _text(page: PageObject) -> str:
    """Return the text of a page; empty if it is damaged, because those of the others are better than none."""
    try:
        lines = page.extract_text().splitlines()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - damaged pages raise many errors, not only those of the library
        return ""
    return "\n".join(line.strip() for line in lines if line.strip())
