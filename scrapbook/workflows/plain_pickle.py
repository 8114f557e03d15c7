"""Read a pickle of plain values without unpickling it: opcode by opcode, none of which can call anything.

Releases before this one had DBOS pickle what it stores. A workflow that one of them has begun is finished by
this one, so its arguments and the results of its steps must be read once more.
"""

import pickletools
from collections.abc import Callable
from typing import Any, cast

from scrapbook.errors import ScrapbookError

MAX_BYTES = 64 * 1024
"""Far more than the arguments of a workflow take: ids and numbers."""


class PickleRefused(ScrapbookError):
    """A stored pickle holds more than plain values, so it is not read."""


def read(pickled: bytes) -> object:
    """Return the value: None, bool, int, float, str, and lists, tuples and dicts of them.

    Raises:
        PickleRefused: it holds anything else, is damaged, or is longer than ``MAX_BYTES``.
    """
    if len(pickled) > MAX_BYTES:
        raise PickleRefused
    reader = _Reader()
    try:
        for opcode, argument, _ in pickletools.genops(pickled):
            reader.take(opcode.name, argument)
        [value] = reader.stack
    except (ValueError, TypeError, LookupError, AttributeError):
        raise PickleRefused from None
    return value


class _Mark:
    """Stands on the stack where the items of a list, tuple or dict begin."""


class _Reader:
    """The stack of a pickle, and the values that it refers to again."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self._memo: list[Any] = []

    def take(self, opcode: str, argument: object) -> None:
        """Do what the opcode says. Raises LookupError if it is none of those that plain values need."""
        if opcode in _VALUES:
            self.stack.append(argument)
        elif opcode in _CONSTANTS:
            self.stack.append(_CONSTANTS[opcode]())
        elif opcode in _REFERENCES:
            self.stack.append(self._memo[cast("int", argument)])
        elif opcode not in _IGNORED:
            _STEPS[opcode](self)

    def memoize(self) -> None:
        self._memo.append(self.stack[-1])

    def append(self) -> None:
        item = self.stack.pop()
        self._last(list).append(item)

    def append_all(self) -> None:
        items = self._since_mark()
        self._last(list).extend(items)

    def set_item(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self._last(dict)[key] = value

    def set_items(self) -> None:
        items = self._since_mark()
        self._last(dict).update(zip(items[::2], items[1::2], strict=True))

    def make_tuple(self, length: int | None = None) -> None:
        items = self._since_mark() if length is None else [self.stack.pop() for _ in range(length)][::-1]
        self.stack.append(tuple(items))

    def _last(self, kind: type) -> Any:  # noqa: ANN401 - what ``kind`` says
        if type(self.stack[-1]) is not kind:
            raise TypeError(kind)
        return self.stack[-1]

    def _since_mark(self) -> list[Any]:
        items: list[Any] = []
        while not isinstance(item := self.stack.pop(), _Mark):
            items.append(item)
        return items[::-1]


_VALUES = frozenset({"BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "SHORT_BINUNICODE", "BINUNICODE"})
"""Opcodes whose argument is the value."""

_CONSTANTS: dict[str, Callable[[], object]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_TUPLE": tuple,
    "EMPTY_LIST": list,
    "EMPTY_DICT": dict,
    "MARK": _Mark,
}

_REFERENCES = frozenset({"BINGET", "LONG_BINGET"})
_IGNORED = frozenset({"PROTO", "FRAME", "STOP"})

_STEPS: dict[str, Callable[[_Reader], None]] = {
    "MEMOIZE": _Reader.memoize,
    "APPEND": _Reader.append,
    "APPENDS": _Reader.append_all,
    "SETITEM": _Reader.set_item,
    "SETITEMS": _Reader.set_items,
    "TUPLE": _Reader.make_tuple,
    "TUPLE1": lambda reader: reader.make_tuple(1),
    "TUPLE2": lambda reader: reader.make_tuple(2),
    "TUPLE3": lambda reader: reader.make_tuple(3),
}
