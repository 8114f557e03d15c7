"""Read JSON item by item, with bounded memory, whatever its size and encoding."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeAlias, cast

import ijson  # pyright: ignore[reportMissingTypeStubs]
from ijson.common import (  # pyright: ignore[reportMissingTypeStubs]
    IncompleteJSONError,
    JSONError,
    ObjectBuilder,
)

from scrapbook.exchange.sources import READ_ERRORS, ExportUnreadable, Member
from scrapbook.exchange.text_files import open_utf8

Json: TypeAlias = Any
"""A value as JSON has it: what it is must be asked before it is used."""

MAX_DEPTH = 200
"""How deep values may be nested; exports are nested some ten deep."""

_BUFFER = 64 * 1024
_EVENTS = 60_000
"""Events by which the shape of a file is told at first: those of some thousand small items."""


class BrokenJson(ExportUnreadable):
    """A file is no JSON from some place on."""


@dataclass
class Shape:
    """What a file of JSON has at its top, and within.

    Attributes:
        is_list: whether the whole is a list.
        keys: of the whole, if it is an object.
        inner: by a key of the whole, the keys of the object there, or of the first objects of the list there.
            The key of a whole that is a list is "".
    """

    is_list: bool = False
    keys: set[str] = field(default_factory=set)
    inner: dict[str, set[str]] = field(default_factory=dict)

    def has(self, key: str, *inner: str) -> bool:
        """Return whether there are objects under a key that have all these keys."""
        return set(inner) <= self.inner.get(key, set())


def shape_of(member: Member, *, whole: bool = False) -> Shape:
    """Return the shape of a file, by its beginning or as a whole. What is broken later does not matter."""
    shape = Shape()
    events = _events(member)
    stack: list[str] = []
    top = ""
    try:
        for event, value in events if whole else islice(events, _EVENTS):
            if event == "map_key":
                if stack == ["map"]:
                    top = value
                    shape.keys.add(value)
                elif stack in (["map", "map"], ["map", "array", "map"], ["array", "map"]):
                    shape.inner.setdefault(top, set()).add(value)
            elif event in {"start_map", "start_array"}:
                stack.append(event[6:])
                shape.is_list = shape.is_list or stack == ["array"]
            elif event in {"end_map", "end_array"}:
                stack.pop()
    except ExportUnreadable:
        pass
    return shape


def items(member: Member, *path: str) -> Iterator[Json]:
    """Yield the values at a path: names of objects' values, ``*`` for the items of a list.

    Raises:
        BrokenJson: from some place on it is no JSON. The items before were yielded.
    """
    for _, value in items_at(member, path):
        yield value


def items_at(  # noqa: C901 - one pass over the events
    member: Member, *paths: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Json]]:
    """Yield the values at several paths, each with its path, in the order of the file.

    Raises:
        BrokenJson: from some place on it is no JSON. The items before were yielded.
    """
    stack: list[str] = []
    wanted = {len(path): {other for other in paths if len(other) == len(path)} for path in paths}
    builder: Any = None  # an ObjectBuilder, which has no types
    building: tuple[str, ...] = ()
    for event, value in _events(member):
        if event == "map_key":
            if builder:
                builder.event(event, value)
            stack[-1] = value
            continue
        starts, ends = event.startswith("start_"), event.startswith("end_")
        if ends:
            stack.pop()
        elif builder is None and len(stack) in wanted and tuple(stack) in wanted[len(stack)]:
            builder, building = ObjectBuilder(), tuple(stack)
        if builder:
            builder.event(event, value)
            if not starts and len(stack) == len(building):
                yield building, builder.value
                builder = None
        if starts:
            stack.append("*" if event == "start_array" else "")
            if len(stack) > MAX_DEPTH:
                raise BrokenJson(f"{member.path} is nested more than {MAX_DEPTH} deep.")


def value_at(member: Member, *path: str) -> Json:
    """Return the first value at a path. None if there is none."""
    return next(items(member, *path), None)


def text_of(value: Json) -> str:
    """Return a value that is a text; empty for any other."""
    return value if isinstance(value, str) else ""


def list_of(value: Json) -> list[Json]:
    """Return a value that is a list; an empty one for any other."""
    return cast("list[Json]", value) if isinstance(value, list) else []


def object_of(value: Json) -> dict[str, Json]:
    """Return a value that is an object; an empty one for any other."""
    return cast("dict[str, Json]", value) if isinstance(value, dict) else {}


def _events(member: Member) -> Iterator[tuple[str, Any]]:
    try:
        with open_utf8(member) as content:
            yield from ijson.basic_parse(content, use_float=True, buf_size=_BUFFER)
    except IncompleteJSONError as error:
        raise BrokenJson(f"{member.path} is broken or cut short.") from error
    except (JSONError, UnicodeError) as error:
        raise BrokenJson(f"{member.path} is no JSON.") from error
    except READ_ERRORS as error:
        raise BrokenJson(f"{member.path} is damaged.") from error
