"""Make the files of this folder: PDFs as programs of today write them, and short videos.

    uv run --no-project --with fpdf2 --with reportlab --with av --with numpy tests/files/make.py

DejaVu Sans must be installed. The files are committed, because the programs are no dependencies.
"""

import struct
from pathlib import Path

import av
import numpy as np
from fpdf import FPDF
from reportlab.pdfgen.canvas import Canvas

FOLDER = Path(__file__).parent
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def unicode_fonts() -> None:
    """Two pages, with a title, in letters that an embedded font maps to Unicode."""
    pdf = FPDF()
    pdf.set_title("Care of wooden spoons")
    pdf.add_font("DejaVu", fname=FONT)
    pdf.set_font("DejaVu", size=12)
    pdf.add_page()
    pdf.multi_cell(0, text="Oil them with linseed.\nNie mit Olivenöl – “naïve” Привет")
    pdf.add_page()
    pdf.multi_cell(0, text="The marmalade needs quinces.")
    pdf.output(str(FOLDER / "unicode_fonts.pdf"))


def standard_fonts() -> None:
    """One page in a font that every reader has, with the title "untitled"."""
    canvas = Canvas(str(FOLDER / "standard_fonts.pdf"))
    canvas.drawString(72, 720, "Invoice 4711 for the greenhouse")
    canvas.drawString(72, 700, "Café tables, 12.50 €")
    canvas.save()


def without_text() -> None:
    """One page that is a drawing, as a scan is a picture."""
    canvas = Canvas(str(FOLDER / "without_text.pdf"))
    canvas.rect(72, 72, 200, 200, fill=1)
    canvas.save()


LIVE_PHOTO = "6C1F2A34-9B7D-4E52-8A10-3F5E6D7C8B9A"


def video(name: str, metadata: dict[str, str]) -> None:
    """Half a second of grey that gets lighter, in H.264, with metadata as QuickTime has it."""
    with av.open(str(FOLDER / name), "w", options={"movflags": "use_metadata_tags"}) as container:
        container.metadata.update(metadata)
        stream = container.add_stream("libx264", rate=10, options={"crf": "40"})
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for number in range(5):
            frame = av.VideoFrame.from_ndarray(np.full((32, 32, 3), number * 40, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def picture(name: str, live_photo: str) -> None:
    """A grey JPEG with the Exif data that Apple's camera writes: TIFF in big-endian order, a maker note."""
    with av.open(str(FOLDER / name), "w", format="image2") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = 16, 16, "yuvj420p"
        grey = av.VideoFrame.from_ndarray(np.full((16, 16, 3), 128, np.uint8), format="rgb24")
        container.mux(stream.encode(grey))
        container.mux(stream.encode())
    jpeg = (FOLDER / name).read_bytes()
    identifier = live_photo.encode() + b"\0"
    note = b"Apple iOS\0\0\1MM" + struct.pack(">H", 2)
    note += struct.pack(">HHII", 1, 9, 1, 14) + struct.pack(">HHII", 0x11, 2, len(identifier), 44)
    note += struct.pack(">I", 0) + identifier
    tiff = b"MM\0*\0\0\0\x08" + struct.pack(">HHHIII", 1, 0x8769, 4, 1, 26, 0)
    tiff += struct.pack(">HHHIII", 1, 0x927C, 7, len(note), 44, 0) + note
    exif = b"Exif\0\0" + tiff
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    (FOLDER / name).write_bytes(jpeg[:2] + segment + jpeg[2:])


if __name__ == "__main__":
    unicode_fonts()
    standard_fonts()
    without_text()
    video("video.mp4", {})
    video(
        "live_photo.mov",
        {"com.apple.quicktime.make": "Apple", "com.apple.quicktime.content.identifier": LIVE_PHOTO},
    )
    picture("live_photo.jpg", LIVE_PHOTO)
