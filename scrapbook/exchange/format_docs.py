"""Write the page of the formats, ``docs/importing.md``, from what each format says of itself."""

import textwrap

from scrapbook.exchange.registry import all_formats

_WIDTH = 120

_INTRODUCTION = """\
# Importing

`scrapbook import FILE_OR_FOLDER --dry-run` says what would come out of a file, folder, ZIP or tar, and writes
nothing. With `--json` it prints one object: `format`, `entries` and `skipped`. Without `--dry-run` the
entries are saved. In the book, the page **Import** (from the settings) takes a file, shows what would come,
and imports it when you press the button ([book.md](book.md#importing)).

- The format is told by looking inside. The name of a file does not matter, except that notes in Markdown end
  in `.md`.
- Nothing comes twice, however often something is imported, also when an export has grown since or comes in
  parts. An entry that has grown there is brought up to date, unless it was changed here. What was deleted
  here does not come back.
- One `undo` takes a whole import back: its entries go to the trash. Imported again, they come back from there
  as they were, with their numbers. Killed in the middle, it leaves whole entries, and goes on when it is run
  again.
- What cannot be read is named with its place and left out: a damaged file, a note in a bin, a picture that is
  named and not there.
- A time keeps its zone. One without a zone is of `--zone`, or of the zone of the person. An entry of which
  only the day is known is of noon. Nothing is made up where a file tells no time.
- Of several topics the first becomes the topic of the entry; the others stand below its text, as `#name`.
- A ZIP is never unpacked to the disk. Links, encrypted files and names that lead out of it are left out and
  named.

## By text

Send the file to the scrapbook's number, by WhatsApp or MMS. It is kept as any file is, and looked at in the
same way as in the book. If it is an export, you are told what would come: "From Memos: 120 entries with 30
files. Text import to take all of it". `import` takes it, you are told when it is done, and `undo` takes the
entries back, also while they still come. Until then nothing is imported, and a file that is no export (a
note, a page, a PDF, a contact) is just a file: nothing is said of it, and an earlier offer stands.

Only ZIP, tar and texts (JSON, CSV, HTML, XML, chats) are looked at; of one message the first that is an
export is offered. One that comes while another is imported is offered after that. The latest can be
imported for a day. Twilio takes files of up to 16 MB; for more there is the page. A single note in Markdown
is no export; a ZIP of notes is one.

The page and `import` are two ways to the same file: a person has one at a time that can be imported, the
one that was uploaded or sent last. So the page shows what was sent, too, and its button takes it, after
which you are told by text as well; and `import` takes what was uploaded there. While one is imported, the
page takes no other.

## What can be imported

This page is written by `scrapbook import --formats`, from the modules of `scrapbook/exchange/formats/`. A new
format is one more module there.
"""


def formats_page() -> str:
    """Return the page in Markdown."""
    parts = [_INTRODUCTION]
    for found in all_formats():
        parts.append(f"## {found.title}\n\n{textwrap.fill(found.docs, _WIDTH, break_on_hyphens=False)}\n")
    return "\n".join(parts)
