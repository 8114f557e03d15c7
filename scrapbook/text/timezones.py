"""Find time zones by the names that people use: IANA names, cities, and countries with one zone.

The names come from ``zone.tab`` and ``iso3166.tab`` of the IANA time zone database.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from scrapbook.text import spelling
from scrapbook.text.fuzzy_match import Match, Matcher, MatchOutcome

_ALWAYS = ("UTC", "GMT")


def find(typed: str) -> Match:
    """Match a typed name with the time zones; ``topic`` and ``candidates`` of the match are IANA names.

    A continent, and a country with several zones, is no name of any of them.
    """
    zones_by_name = _zones_by_name()
    if spelling.normalized_name(typed.rstrip("/ ")) in _of_several():
        return Match(MatchOutcome.NONE, None, ())
    found = _matcher().match(typed)
    zones = tuple(dict.fromkeys(zones_by_name[spelling.normalized_name(name)] for name in found.candidates))
    if len(zones) == 1 and found.outcome is MatchOutcome.AMBIGUOUS:
        return Match(MatchOutcome.AMBIGUOUS, None, zones)
    return Match(found.outcome, zones[0] if found.topic else None, zones)


def is_place(name: str) -> bool:
    """Return whether a name is that of a country, or of a city that has a time zone of its name."""
    return spelling.normalized_name(name) in _places()


@cache
def _places() -> frozenset[str]:
    named = (*_zones_by_name(), *map(spelling.normalized_name, _country_names().values()))
    continents = (spelling.normalized_name(zone.split("/", 1)[0]) for zone, _ in _rows())
    return frozenset((*named, *continents))


@cache
def _of_several() -> frozenset[str]:
    """Return the names of continents, and of countries, that have several zones and name none."""
    zones = [zone for zone, _ in _rows()]
    areas = Counter(area for zone in zones for area in zone.split("/")[:-1])
    countries = Counter(country for _, country in _rows())
    codes = [code for code, count in countries.items() if count > 1]
    names = (*areas, *codes, *(_country_names()[code] for code in codes))
    return frozenset(map(spelling.normalized_name, names)) - frozenset(_zones_by_name())


@cache
def _matcher() -> Matcher:
    return Matcher((name for name, _ in _named()), proper=True)


@cache
def _zones_by_name() -> dict[str, str]:
    zones_by_name: dict[str, str] = {}
    for name, zone in _named():
        zones_by_name.setdefault(spelling.normalized_name(name), zone)
    return zones_by_name


def _named() -> Iterator[tuple[str, str]]:
    """Yield each name of a zone, and its IANA name."""
    zones = [zone for zone, _ in _rows()]
    yield from ((zone, zone) for zone in (*_ALWAYS, *zones))
    yield from ((zone.rsplit("/", 1)[-1].replace("_", " "), zone) for zone in zones)
    countries = [country for _, country in _rows()]
    names = _country_names()
    yield from ((names[code], zone) for zone, code in _rows() if countries.count(code) == 1)


@cache
def _rows() -> tuple[tuple[str, str], ...]:
    """Return each zone, and the ISO 3166 code of its country."""
    return tuple((row[2], row[0]) for row in _table("zone.tab"))


@cache
def _country_names() -> dict[str, str]:
    return {row[0]: row[1] for row in _table("iso3166.tab")}


def _table(name: str) -> list[list[str]]:
    text = files("tzdata").joinpath("zoneinfo", name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
