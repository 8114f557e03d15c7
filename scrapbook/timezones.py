"""Time zones by what people call them: IANA names, cities, and countries with one zone.

The places come from ``zone.tab`` and ``iso3166.tab`` of the IANA time zone database.
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from scrapbook import spelling
from scrapbook.matching import Match, Matcher, Outcome

_ALWAYS = ("UTC", "GMT")


def find(typed: str) -> Match:
    """``topic`` and ``candidates`` are IANA names."""
    places = _places()
    found = _matcher().match(typed)
    zones = tuple(dict.fromkeys(places[spelling.same_name_key(name)] for name in found.candidates))
    if len(zones) == 1 and found.outcome is Outcome.TORN:
        return Match(Outcome.TORN, None, zones)
    return Match(found.outcome, zones[0] if found.topic else None, zones)


@cache
def _matcher() -> Matcher:
    return Matcher(name for name, _ in _named())


@cache
def _places() -> dict[str, str]:
    places: dict[str, str] = {}
    for name, zone in _named():
        places.setdefault(spelling.same_name_key(name), zone)
    return places


def _named() -> Iterator[tuple[str, str]]:
    """What a zone may be called, and its IANA name."""
    zones = [zone for zone, _ in _rows()]
    yield from ((zone, zone) for zone in (*_ALWAYS, *zones))
    yield from ((zone.rsplit("/", 1)[-1].replace("_", " "), zone) for zone in zones)
    countries = [country for _, country in _rows()]
    names = _country_names()
    yield from ((names[code], zone) for zone, code in _rows() if countries.count(code) == 1)


@cache
def _rows() -> tuple[tuple[str, str], ...]:
    """Zone and ISO 3166 code of its country."""
    return tuple((row[2], row[0]) for row in _table("zone.tab"))


@cache
def _country_names() -> dict[str, str]:
    return {row[0]: row[1] for row in _table("iso3166.tab")}


def _table(name: str) -> list[list[str]]:
    text = files("tzdata").joinpath("zoneinfo", name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
