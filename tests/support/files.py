"""Files that people send: contact cards as phones write them, texts, PDFs and videos of ``tests/files``."""

import base64
import random
import zlib
from collections.abc import Callable

from scrapbook.paths import ROOT

_FOLDER = ROOT / "tests" / "files"
PDF = (_FOLDER / "unicode_fonts.pdf").read_bytes()
PDF_IN_STANDARD_FONTS = (_FOLDER / "standard_fonts.pdf").read_bytes()
PDF_WITHOUT_TEXT = (_FOLDER / "without_text.pdf").read_bytes()
VIDEO = (_FOLDER / "video.mp4").read_bytes()
LIVE_PICTURE, LIVE_VIDEO = ((_FOLDER / f"live_photo.{suffix}").read_bytes() for suffix in ("jpg", "mov"))


def photo(size: int = 2_000) -> str:
    """What stands for a photo in a card, in base64."""
    return base64.b64encode(random.Random(1).randbytes(size)).decode()


def folded(property_: str, width: int = 74) -> str:
    """A property in lines of at most so many characters, as RFC 6350, 3.2, has it."""
    return "\r\n ".join(property_[start : start + width] for start in range(0, len(property_), width))


IPHONE = "\r\n".join(
    (
        "BEGIN:VCARD",
        "VERSION:3.0",
        "PRODID:-//Apple Inc.//iPhone OS 18.1//EN",
        "N:Lovelace;Ada;;Dr.;",
        "FN:Dr. Ada Lovelace",
        "ORG:Analytical Engines\\, Ltd.;Programming",
        "EMAIL;type=INTERNET;type=WORK;type=pref:ada@engines.example",
        "TEL;type=CELL;type=VOICE;type=pref:+44 20 7946 0018",
        "item1.TEL:020 7946 0019",
        "item1.X-ABLabel:_$!<School>!$_",
        "NOTE:met at the lecture\\, ask about Bernoulli",
        folded(f"PHOTO;ENCODING=b;TYPE=JPEG:{photo()}"),
        "END:VCARD",
        "",
    )
)

ANDROID = "\r\n".join(
    (
        "BEGIN:VCARD",
        "VERSION:2.1",
        "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=85str=C3=B6m;J=C3=B6rgen;;;",
        "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rgen =",
        "=C3=85str=C3=B6m",
        "TEL;CELL;PREF:+46701234567",
        "TEL;HOME:08-123 456",
        "EMAIL;HOME:jorgen@post.example",
        folded(f"PHOTO;ENCODING=BASE64;JPEG:{photo()}"),
        "",
        "NOTE;ENCODING=QUOTED-PRINTABLE:sails=3B=0D=0Aplays the nyckelharpa",
        "END:VCARD",
        "",
    )
)

VERSION_4 = "\r\n".join(
    (
        "BEGIN:VCARD",
        "VERSION:4.0",
        "FN:Grace Hopper",
        'TEL;VALUE=uri;PREF=1;TYPE="voice,home":tel:+1-212-555-0100;ext=5',
        "EMAIL;TYPE=work:grace@navy.example",
        folded(f"PHOTO:data:image/jpeg;base64,{photo()}"),
        "END:VCARD",
        "",
    )
)

WHATSAPP = (
    "BEGIN:VCARD\nVERSION:3.0\nN:;Bob;;;\nFN:Bob\nitem1.TEL;waid=12125550101:+1 212-555-0101\n"
    "item1.X-ABLabel:Mobile\nEND:VCARD"
)


def pdf(*objects: bytes) -> bytes:
    """A PDF of objects, the first of which is its catalog."""
    content = bytearray(b"%PDF-1.7\n")
    table = b"0000000000 65535 f \n"
    for number, each in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(content)
        content += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    size, start = len(objects) + 1, len(content)
    content += b"xref\n0 %d\n%strailer\n<< /Root 1 0 R /Size %d >>\n" % (size, table, size)
    return bytes(content) + b"startxref\n%d\n%%%%EOF\n" % start


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A compressed stream."""
    return packed_stream(zlib.compress(content, 1), entries)


def packed_stream(packed: bytes, entries: bytes = b"") -> bytes:
    head = b"<< /Length %d /Filter /FlateDecode %s >>" % (len(packed), entries)
    return head + b"\nstream\n" + packed + b"\nendstream"


def zeros(megabytes: int) -> bytes:
    """That many zeros, compressed."""
    packer = zlib.compressobj(1)
    return b"".join([*(packer.compress(bytes(1_000_000)) for _ in range(megabytes)), packer.flush()])


def page_of(content: bytes, resources: bytes = b"") -> bytes:
    """A PDF with one page that draws ``content``."""
    return page_with(stream(content), resources)


def page_with(contents: bytes, resources: bytes = b"") -> bytes:
    """A PDF with one page, of which ``contents`` is the stream."""
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << %s >> >>"
        % resources,
        contents,
    )


def exploding_tree(depth: int = 40) -> bytes:
    """A PDF each of whose page trees holds the next one twice."""
    trees = [
        b"<< /Type /Pages /Kids [%d 0 R %d 0 R] /Count 2 >>" % (number, number)
        for number in range(3, depth + 3)
    ]
    return pdf(b"<< /Type /Catalog /Pages 2 0 R >>", *trees, b"<< /Type /Page >>")


def exploding_forms(depth: int = 40) -> bytes:
    """A PDF whose page draws a form twice, which draws the next form twice, and so on."""
    draws = b"/Type /XObject /Subtype /Form /BBox [0 0 1 1] /Resources << /XObject << /X %d 0 R >> >>"
    forms = [stream(b"/X Do /X Do", draws % number) for number in range(6, 5 + depth)]
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R"
        b" /Resources << /XObject << /X 5 0 R >> >> >>",
        stream(b"/X Do /X Do"),
        *forms,
        stream(b"", b"/Type /XObject /Subtype /Form /BBox [0 0 1 1]"),
    )


FONT = b"/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"

HOSTILE: dict[str, Callable[[], bytes]] = {
    "a stream that unpacks to a gigabyte": lambda: page_with(packed_stream(zeros(1_000))),
    "pages that hold each other": lambda: pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"
    ),
    "more pages than there are atoms": exploding_tree,
    "forms that draw each other twice": exploding_forms,
    "a page of millions of words": lambda: page_of(b"BT /F1 9 Tf " + b"(word) Tj " * 1_500_000 + b"ET", FONT),
    "deep brackets": lambda: page_of(b"[" * 1_000_000),
    "no end": lambda: page_of(b"BT (never ends"),
    "nothing but a head": lambda: b"%PDF-1.7\n",
    "garbage": lambda: b"%PDF-1.7\n" + random.Random(2).randbytes(50_000),
}
"""PDFs that are made to take a reader's time or memory, or to break it."""
