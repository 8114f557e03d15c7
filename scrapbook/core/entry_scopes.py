"""Turn what a search is limited to into what a list is limited to, and back."""

from scrapbook.store import EntryFilter
from scrapbook.text.query import Scope


def filter_of(scope: Scope) -> EntryFilter:
    """Return the filter of a list with the entries that a scope has."""
    which: EntryFilter = {}
    if scope.kind is not None:
        which["kind"] = scope.kind
    if scope.since is not None:
        which["since"] = scope.since
    if scope.until is not None:
        which["until"] = scope.until
    return which


def scope_of(which: EntryFilter) -> Scope:
    """Return the scope of a search with the kind and the time of a filter; a search has no other limits."""
    return Scope(which.get("kind"), which.get("since"), which.get("until"))
