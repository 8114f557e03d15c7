"""SQL conditions for the kinds and times of entries, on a table called ``entries``."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Boolean, ColumnElement, TextClause, bindparam, literal_column, text

from scrapbook.store.column_types import UtcDateTime
from scrapbook.text.entry_facts import EntryKind
from scrapbook.text.file_types import AUDIO_TYPES, PICTURE_TYPES, VIDEO_TYPES
from scrapbook.text.query import Scope

# The type of its bytes once it is downloaded; until then the type that its sender named.
_TYPE = "lower(coalesce(media_files.content_type, entry_media.content_type))"
_WITH_MEDIA = """
    EXISTS (SELECT 1 FROM entry_media LEFT JOIN media_files ON media_files.url = entry_media.url
        WHERE entry_media.entry_id = entries.id AND {of_type})
"""


_NOT_OF_A_LIVE_PHOTO = """
    NOT EXISTS (SELECT 1 FROM entry_media AS other JOIN media_files AS file ON file.url = other.url
        WHERE other.entry_id = entry_media.entry_id AND file.url <> entry_media.url
            AND file.live_photo_id = media_files.live_photo_id)
"""


def _of_type(types: Iterable[str]) -> str:
    either = " OR ".join(f"{_TYPE} LIKE '{start}%'" for start in types)
    return f"({either})"


def _with_media(of_type: str) -> str:
    return _WITH_MEDIA.format(of_type=of_type)


_CONTACT_TYPES = ("text/vcard", "text/x-vcard", "text/directory")
"""Those of contact cards, as they are once they are downloaded, and as phones name them before."""


OF_KIND = {
    EntryKind.QUOTE: "entries.is_quote",
    EntryKind.LINK: "entries.has_link",
    EntryKind.LOCATION: "entries.is_location",
    EntryKind.PICTURE: _with_media(_of_type(PICTURE_TYPES)),
    EntryKind.VIDEO: _with_media(f"{_of_type(VIDEO_TYPES)} AND {_NOT_OF_A_LIVE_PHOTO}"),
    EntryKind.CONTACT: _with_media(_of_type(_CONTACT_TYPES)),
    EntryKind.FILE: _with_media(
        f"NOT {_of_type((*PICTURE_TYPES, *VIDEO_TYPES, *AUDIO_TYPES, *_CONTACT_TYPES))}"
    ),
    EntryKind.MEMO: _with_media(_of_type(AUDIO_TYPES)),
}


def of_kind(kind: EntryKind) -> ColumnElement[bool]:
    """Return the condition that an entry is of a kind."""
    return literal_column(OF_KIND[kind], Boolean)


def within(scope: Scope) -> str:
    """Return the conditions of a scope, to be appended to another condition.

    The times are the parameters ``since`` and ``until``.
    """
    return "".join(f" AND {condition}" for condition in _conditions(scope))


def times(scope: Scope) -> dict[str, Any]:
    """Return the values of the parameters of ``within``, by name."""
    named = {"since": scope.since, "until": scope.until}
    return {name: at for name, at in named.items() if at is not None}


def with_times(sql: str, named: Iterable[str]) -> TextClause:
    """Return a statement whose parameters of these names are times: the names that ``times`` has."""
    return text(sql).bindparams(*(bindparam(name, type_=UtcDateTime) for name in named))


def _conditions(scope: Scope) -> Iterator[str]:
    if scope.kind is not None:
        yield OF_KIND[scope.kind]
    if scope.since is not None:
        yield "entries.created_at >= :since"
    if scope.until is not None:
        yield "entries.created_at < :until"
