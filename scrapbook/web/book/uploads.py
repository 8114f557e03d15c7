"""Read the form of a written message: a text and files, streamed to the disk, within limits."""

from dataclasses import dataclass, field
from typing import BinaryIO

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from scrapbook.web.book.limited_body import BodyTooLarge, LimitedBody

_MEGABYTE = 1024 * 1024

MAX_FILE = 16 * _MEGABYTE
"""Bytes of one file: the limit of WhatsApp, which is higher than that of MMS."""
MAX_FILES = 10
"""Files of one message: the limit of MMS."""
MAX_IN_ALL = 48 * _MEGABYTE
"""Bytes of all files of one message. Our limit: MMS has 5 megabytes, WhatsApp one file."""
MAX_TEXT = 20_000
"""Characters of a text: twelve times what a message on a phone may have."""

_MAX_FIELDS = 16
_FIELDS = ("text", "key", "csrf", "answers")


class UploadRefused(Exception):
    """A form is over a limit, or is none. The message is a sentence for the person.

    Attributes:
        text: what of their text had come in.
    """

    def __init__(self, sentence: str, text: str = "") -> None:
        super().__init__(sentence)
        self.text = text


@dataclass(frozen=True, slots=True)
class WrittenForm:
    """The fields of the form, and its files, which are to be closed."""

    text: str
    key: str
    csrf: str
    answers: str = ""
    files: tuple[UploadFile, ...] = field(default=(), repr=False)

    def open_files(self) -> tuple[BinaryIO, ...]:
        """Return the files, each at its beginning."""
        return tuple(file.file for file in self.files)

    async def close(self) -> None:
        """Close the files; those on the disk are removed."""
        for file in self.files:
            await file.close()


async def read_form(request: Request) -> WrittenForm:
    """Return the form of a request of the type ``multipart/form-data``.

    The body is read to its end even if it is refused: a browser that is still sending shows no answer.

    Raises:
        UploadRefused: there are too many files, one is too large, or the body is no such form.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise UploadRefused("That was not the form of this page. Open the page again.")
    body = LimitedBody(request, MAX_IN_ALL + _MEGABYTE)
    parser = MultiPartParser(
        request.headers,
        body.within_limit(),
        max_files=MAX_FILES,
        max_fields=_MAX_FIELDS,
        max_part_size=_MEGABYTE,
    )
    try:
        form = await parser.parse()
    except (MultiPartException, BodyTooLarge) as refusal:
        text = _text(FormData(parser.items))
        await body.discard()
        raise UploadRefused(_sentence(parser, refusal), text) from None
    written = _written(form)
    try:
        _check(written)
    except UploadRefused:
        await written.close()
        raise
    return written


def _written(form: FormData) -> WrittenForm:
    values = {name: value if isinstance(value := form.get(name), str) else "" for name in _FIELDS}
    uploads = [file for file in form.getlist("files") if isinstance(file, UploadFile)]
    # A field in which no file was chosen comes as an empty file without a name.
    chosen = tuple(upload for upload in uploads if upload.size or upload.filename)
    return WrittenForm(_text(form), values["key"], values["csrf"], values["answers"], chosen)


def _text(form: FormData) -> str:
    """Return the text with line breaks as a phone sends them, in place of those of a form."""
    text = form.get("text")
    return text.replace("\r\n", "\n") if isinstance(text, str) else ""


def _check(written: WrittenForm) -> None:
    sizes = [file.size or 0 for file in written.files]
    if len(written.text) > MAX_TEXT:
        raise UploadRefused(
            f"That is more than {MAX_TEXT:,} characters. Send it in parts, or as a file.", written.text
        )
    if not all(sizes):
        raise UploadRefused(_EMPTY, written.text)
    if any(size > MAX_FILE for size in sizes):
        raise UploadRefused(_TOO_LARGE, written.text)
    if sum(sizes) > MAX_IN_ALL:
        raise UploadRefused(_TOO_MUCH, written.text)


_EMPTY = "A file is empty, so nothing was saved. Choose the others again, or send your words alone."
_TOO_LARGE = (
    f"A file has more than {MAX_FILE // _MEGABYTE} MB, so nothing was saved. Choose a smaller one,"
    " and the others again."
)
_TOO_MANY = f"Those were more than {MAX_FILES} files, so nothing was saved. Send them in several messages."
_TOO_MUCH = (
    f"The files have more than {MAX_IN_ALL // _MEGABYTE} MB together, so nothing was saved."
    " Send them in several messages."
)


def _sentence(parser: MultiPartParser, refusal: Exception) -> str:
    if isinstance(refusal, BodyTooLarge):
        files = [item for _, item in parser.items if isinstance(item, UploadFile)]
        return _TOO_LARGE if any((file.size or 0) > MAX_FILE for file in files) else _TOO_MUCH
    if "Too many files" in str(refusal):
        return _TOO_MANY
    return "The form did not arrive whole, so nothing was saved. Send it again."
