"""Kinds and times of entries as conditions in SQL, on a table called ``entries``."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Boolean, ColumnElement, TextClause, bindparam, literal_column, text

from scrapbook.file_types import SOUNDS
from scrapbook.kinds import PICTURES, Kind
from scrapbook.search import Scope
from scrapbook.store.columns import UtcDateTime

# What it is by its bytes, once they are here; until then what it is called.
_TYPE = "lower(coalesce(media_files.content_type, entry_media.content_type))"
_WITH_MEDIA = """
    EXISTS (SELECT 1 FROM entry_media LEFT JOIN media_files ON media_files.url = entry_media.url
        WHERE entry_media.entry_id = entries.id AND {of_type})
"""


def _with_media(types: Iterable[str]) -> str:
    of_type = " OR ".join(f"{_TYPE} LIKE '{start}%'" for start in types)
    return _WITH_MEDIA.format(of_type=f"({of_type})")


OF_KIND = {
    Kind.QUOTE: "entries.is_quote",
    Kind.LINK: "entries.has_link",
    Kind.LOCATION: "entries.is_location",
    Kind.PICTURE: _with_media(PICTURES),
    Kind.MEMO: _with_media(SOUNDS),
}


def of_kind(kind: Kind) -> ColumnElement[bool]:
    return literal_column(OF_KIND[kind], Boolean)


def within(scope: Scope) -> str:
    """To be put behind a condition; the times are the parameters ``since`` and ``until``."""
    return "".join(f" AND {condition}" for condition in _conditions(scope))


def times(scope: Scope) -> dict[str, Any]:
    named = {"since": scope.since, "until": scope.until}
    return {name: at for name, at in named.items() if at is not None}


def with_times(sql: str, named: Iterable[str]) -> TextClause:
    """``named`` are the names of ``times``."""
    return text(sql).bindparams(*(bindparam(name, type_=UtcDateTime) for name in named))


def _conditions(scope: Scope) -> Iterator[str]:
    if scope.kind is not None:
        yield OF_KIND[scope.kind]
    if scope.since is not None:
        yield "entries.created_at >= :since"
    if scope.until is not None:
        yield "entries.created_at < :until"
