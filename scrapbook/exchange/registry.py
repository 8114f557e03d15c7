"""The formats that can be imported: one module of ``formats`` each."""

import importlib
import pkgutil
from functools import cache

from scrapbook.exchange import formats
from scrapbook.exchange.format import Format


@cache
def all_formats() -> tuple[Format, ...]:
    """Return the formats, in the order of their names."""
    found: list[Format] = []
    for module in pkgutil.iter_modules(formats.__path__):
        found.append(importlib.import_module(f"{formats.__name__}.{module.name}").FORMAT)
    return tuple(sorted(found, key=lambda one: one.name))
