"""The process that reads files: what it reads, and what no file can make it do."""

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

import pytest

from scrapbook.documents.reader import FileReader
from scrapbook.errors import FileUnreadable
from scrapbook.model.file_text import FileText
from scrapbook.text.file_types import CONTACT_CARD, PDF, PLAIN_TEXT
from tests.support import files

TEXT = "chèvre\nGouda"


@pytest.fixture
def reader() -> Iterator[FileReader]:
    with FileReader() as reader:
        yield reader


def test_files_of_each_type_are_read_one_after_the_other(reader: FileReader) -> None:
    assert reader.read(TEXT.encode(), PLAIN_TEXT) == FileText(TEXT)
    assert "quinces" in reader.read(files.PDF, PDF).searched
    card = reader.read(files.WHATSAPP.encode("utf-16"), CONTACT_CARD, "US")
    assert card.shown == "Bob\n+1 212-555-0101 (mobile)"
    assert "(212) 555-0101" in card.searched
    assert reader.read(b"", PLAIN_TEXT) == FileText()


def test_a_file_of_sixteen_megabytes_is_read(reader: FileReader) -> None:
    assert reader.read(b"cheese " * 2_340_000, PLAIN_TEXT).shown.startswith("cheese cheese")


def test_what_cannot_be_read_says_why(reader: FileReader) -> None:
    with pytest.raises(FileUnreadable, match="The contact card is empty"):
        reader.read(b"BEGIN:VCARD\nEND:VCARD", CONTACT_CARD)
    assert reader.read(TEXT.encode(), PLAIN_TEXT) == FileText(TEXT)


@pytest.mark.parametrize("kind", files.HOSTILE)
def test_no_file_keeps_the_next_from_being_read(reader: FileReader, kind: str) -> None:
    content = files.HOSTILE[kind]()
    began = time.monotonic()
    with suppress(FileUnreadable):
        reader.read(content, PDF)
    assert time.monotonic() - began < 60
    assert reader.read(TEXT.encode(), PLAIN_TEXT) == FileText(TEXT)


def test_a_file_that_takes_too_long_is_given_up_and_may_be_tried_again(reader: FileReader) -> None:
    with pytest.raises(FileUnreadable) as caught:
        reader.read(files.HOSTILE["a page of millions of words"](), PDF, seconds=0.5)
    assert not caught.value.permanent
    assert reader.read(TEXT.encode(), PLAIN_TEXT) == FileText(TEXT)


def test_a_file_that_takes_too_much_of_the_processor_is_given_up_for_good() -> None:
    code = """
from scrapbook.sandbox.limits import limit_process, time_limit
limit_process()
with time_limit(60, 1):
    while True: pass
"""
    with FileReader(program(code)) as reader, pytest.raises(FileUnreadable) as caught:
        reader.read(b"", PLAIN_TEXT, seconds=60)
    assert caught.value.permanent


def program(code: str) -> Sequence[str]:
    return sys.executable, "-c", code


@pytest.mark.parametrize(
    ("code", "size", "is_permanent"),
    [
        ("", 1_000_000, True),
        ("import sys; sys.stdin.readline(); print('no JSON')", 0, True),
        ("""import sys; sys.stdin.readline(); print('{"shown": 1}')""", 0, True),
        ("""import sys; sys.stdin.readline(); print('[]')""", 0, True),
        ("import sys; sys.stdin.readline(); print('x' * 2_000_000)", 0, True),
        ("import time; time.sleep(60)", 1_000_000, False),
    ],
    ids=["nothing", "no JSON", "too little", "a list", "too much", "silence"],
)
def test_a_process_that_does_not_answer_as_it_should_is_not_believed(
    code: str, size: int, is_permanent: bool
) -> None:
    with FileReader(program(code)) as reader, pytest.raises(FileUnreadable) as caught:
        reader.read(bytes(size), PLAIN_TEXT, seconds=3)
    assert caught.value.permanent is is_permanent


def test_the_process_has_none_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "a secret")
    code = """
import json, os, sys
sys.stdin.readline()
print(json.dumps({"shown": " ".join(os.environ), "searched": ""}))
"""
    with FileReader(program(code)) as reader:
        names = reader.read(b"", PLAIN_TEXT).shown.split()
    assert "PATH" in names
    assert not {name for name in names if name.startswith(("TWILIO", "SCRAPBOOK", "SENTRY"))}


def test_the_system_limits_the_process() -> None:
    code = """
import json, os, resource, sys
from scrapbook.sandbox.limits import limit_process
limit_process()
sys.stdin.readline()
try:
    bytearray(500_000_000)
    memory = "as much as it wants"
except MemoryError:
    memory = "limited"
limits = [resource.getrlimit(limit)[0] for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)]
print(json.dumps({"shown": json.dumps([memory, os.nice(0), *limits]), "searched": ""}))
"""
    with FileReader(program(code)) as reader:
        memory, nice, *limits = json.loads(reader.read(b"", PLAIN_TEXT).shown)
    assert limits == [0, 0]
    assert nice >= min(os.nice(0) + 5, 19)
    assert memory == ("limited" if sys.platform == "linux" else memory)
