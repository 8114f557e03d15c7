"""Small exports, as other programs write them, and what is read of them."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from scrapbook.exchange.previews import Preview, preview

LONDON = ZoneInfo("Europe/London")
JPEG = b"\xff\xd8\xff\xe0 a picture"


def written(folder: Path, files: Mapping[str, str | bytes | object]) -> Path:
    """Write files into a folder: texts, bytes, or anything else as JSON. A single one is returned itself."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8", newline="")
    return folder / next(iter(files)) if len(files) == 1 else folder


def zipped(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write a ZIP of these files."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def read(path: Path) -> Preview:
    """Return what an import by somebody in London would bring."""
    return preview(path, LONDON)
