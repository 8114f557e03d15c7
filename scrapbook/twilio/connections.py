"""Pointing a number's webhooks somewhere, remembering where they pointed before, and putting that back."""

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from scrapbook.errors import SettingsError
from scrapbook.twilio.places import Place, Places


@dataclass(frozen=True, slots=True)
class Change:
    """What fields of a place are, and what they are to be. Both have the same names."""

    place: Place
    before: Mapping[str, str]
    after: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """A change as it is remembered."""

    sid: str
    before: Mapping[str, str]
    after: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Connected:
    """Once that a number was pointed somewhere. ``at`` is ISO 8601, UTC."""

    number: str
    public_url: str
    at: str
    changes: tuple[Kept, ...]


_EVERYTHING = TypeAdapter(list[Connected])


class Memory:
    """What was where before, in a file; whatever is added is on the disk before ``add`` returns."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def latest(self, number: str) -> Connected | None:
        """The latest that was not undone."""
        return next((one for one in reversed(self._read()) if one.number == number), None)

    def add(self, connected: Connected) -> None:
        """Remembers it."""
        self._write([*self._read(), connected])

    def forget(self, connected: Connected) -> None:
        """It was undone."""
        self._write([one for one in self._read() if one != connected])

    def _read(self) -> list[Connected]:
        if not self._path.exists():
            return []
        return _EVERYTHING.validate_json(self._path.read_bytes())

    def _write(self, everything: Sequence[Connected]) -> None:
        draft = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}")
        try:
            draft.touch(mode=0o600)
            with draft.open("wb") as file:
                file.write(_EVERYTHING.dump_json(list(everything), indent=1))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path)
        except OSError as error:
            raise SettingsError(f"{self._path}: {error.strerror}. See SCRAPBOOK_DATA_DIR") from error


class Connections:
    """Plans changes, carries them out, and undoes them. Raises TwilioError."""

    def __init__(self, places: Places, memory: Memory) -> None:
        self._places = places
        self._memory = memory

    def plan(self, places: Sequence[Place], public_url: str) -> list[Change]:
        """What has to change so that all of these bring what comes in to ``public_url``.

        A place that other numbers share is left alone.
        """
        wanted = [(place, place.pointing_at(public_url)) for place in places if not place.is_shared]
        return [change for place, fields in wanted if (change := _change(place, fields))]

    def carry_out(self, number: str, public_url: str, changes: Sequence[Change]) -> None:
        """Remembers what is there, then changes it."""
        kept = tuple(Kept(change.place.sid, change.before, change.after) for change in changes)
        self._memory.add(Connected(number, public_url, datetime.now(UTC).isoformat(), kept))
        self._set(changes)

    def latest(self, number: str) -> Connected | None:
        """What ``undo`` is about."""
        return self._memory.latest(number)

    def plan_back(self, places: Sequence[Place], connected: Connected) -> list[Change]:
        """What has to change so that everything is as it was. What somebody else changed since stays."""
        kept = {change.sid: change for change in connected.changes}
        return [
            change
            for place in places
            if place.sid in kept and (change := _change(place, _still_ours(place, kept[place.sid])))
        ]

    def undo(self, connected: Connected, changes: Sequence[Change]) -> None:
        """Changes it back, then forgets it."""
        self._set(changes)
        self._memory.forget(connected)

    def _set(self, changes: Sequence[Change]) -> None:
        for change in changes:
            self._places.set(change.place, change.after)


def _change(place: Place, wanted: Mapping[str, str]) -> Change | None:
    after = {name: value for name, value in wanted.items() if place.fields[name] != value}
    return Change(place, {name: place.fields[name] for name in after}, after) if after else None


def _still_ours(place: Place, kept: Kept) -> dict[str, str]:
    return {
        name: before for name, before in kept.before.items() if place.fields.get(name) == kept.after[name]
    }
