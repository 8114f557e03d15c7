"""PDFs, as programs write them today."""

import io

import pytest
from pypdf import PdfReader, PdfWriter

from scrapbook.documents import pdf
from scrapbook.documents.pdf import read_pdf
from scrapbook.documents.reader import MAX_SEARCHED
from scrapbook.errors import FileUnreadable
from tests.support import files


def encrypted(content: bytes, password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt(password, owner_password="the owner's", algorithm="RC4-128")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def test_a_pdf_is_searched_by_its_title_and_by_the_words_of_all_pages() -> None:
    assert read_pdf(files.PDF).searched == (
        "Care of wooden spoons\nOil them with linseed.\nNie mit Olivenöl – “naïve” Привет\n"
        "The marmalade needs quinces."
    )
    assert (
        "Invoice 4711 for the greenhouse\nCafé tables, 12.50 €"
        in read_pdf(files.PDF_IN_STANDARD_FONTS).searched
    )


def test_nothing_of_it_is_shown() -> None:
    assert read_pdf(files.PDF).shown == ""


def test_a_scan_has_no_words() -> None:
    assert read_pdf(files.PDF_WITHOUT_TEXT).searched.strip() == "untitled"


def test_a_pdf_that_only_forbids_changes_is_read() -> None:
    assert "linseed" in read_pdf(encrypted(files.PDF, "")).searched


def test_a_pdf_with_a_password_is_not() -> None:
    with pytest.raises(FileUnreadable, match="password"):
        read_pdf(encrypted(files.PDF, "secret"))


def test_of_a_thick_book_the_first_pages_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    writer = PdfWriter()
    for _ in range(50):
        writer.append(io.BytesIO(files.PDF))
    target = io.BytesIO()
    writer.write(target)
    assert read_pdf(target.getvalue()).searched.count("quinces") == 50
    monkeypatch.setattr(pdf, "MAX_SEARCHED", 300)
    assert read_pdf(target.getvalue()).searched.count("quinces") == 3
    assert len(read_pdf(target.getvalue()).searched) < MAX_SEARCHED
    monkeypatch.setattr(pdf, "ENOUGH_SECONDS", -1)
    assert read_pdf(target.getvalue()).searched.count("quinces") == 0
