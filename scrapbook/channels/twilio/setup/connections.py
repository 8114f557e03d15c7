"""Point a number's webhooks at an installation, record the values they had, and restore those."""

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from scrapbook.channels.twilio.setup.webhook_resources import WebhookResource, WebhookResources
from scrapbook.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Change:
    """The old and the new values of some fields of a resource. Both have the same keys."""

    resource: WebhookResource
    before: Mapping[str, str]
    after: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """A change as it is stored."""

    sid: str
    before: Mapping[str, str]
    after: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ConnectionRecord:
    """One connection of a number; ``at`` is ISO 8601, UTC."""

    number: str
    public_url: str
    at: str
    changes: tuple[RecordedChange, ...]


_RECORDS = TypeAdapter(list[ConnectionRecord])


class ConnectionLog:
    """The connections that can be undone, in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def latest(self, number: str) -> ConnectionRecord | None:
        """Return the latest connection of a number that is not undone; None if there is none."""
        return next((one for one in reversed(self._read()) if one.number == number), None)

    def add(self, record: ConnectionRecord) -> None:
        """Add a connection; it is on the disk when this returns. Raises SettingsError if it cannot be."""
        self._write([*self._read(), record])

    def remove(self, record: ConnectionRecord) -> None:
        """Remove a connection that was undone. Raises SettingsError if the file cannot be written."""
        self._write([one for one in self._read() if one != record])

    def _read(self) -> list[ConnectionRecord]:
        if not self._path.exists():
            return []
        return _RECORDS.validate_json(self._path.read_bytes())

    def _write(self, records: Sequence[ConnectionRecord]) -> None:
        draft = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}")
        try:
            draft.touch(mode=0o600)
            with draft.open("wb") as file:
                file.write(_RECORDS.dump_json(list(records), indent=1))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path)
        except OSError as error:
            raise SettingsError(f"{self._path}: {error.strerror}. See SCRAPBOOK_DATA_DIR") from error


class Connections:
    """Plans, makes and undoes changes of webhooks. Its methods block and raise ProviderError."""

    def __init__(self, resources: WebhookResources, log: ConnectionLog) -> None:
        self._resources = resources
        self._log = log

    def plan(self, resources: Sequence[WebhookResource], public_url: str) -> list[Change]:
        """Return the changes that point these resources at ``public_url``; none for a shared resource."""
        wanted = [(one, one.fields_for(public_url)) for one in resources if not one.is_shared]
        return [change for resource, fields in wanted if (change := _change(resource, fields))]

    def carry_out(self, number: str, public_url: str, changes: Sequence[Change]) -> None:
        """Record the old values, then make the changes."""
        recorded = tuple(RecordedChange(one.resource.sid, one.before, one.after) for one in changes)
        self._log.add(ConnectionRecord(number, public_url, datetime.now(UTC).isoformat(), recorded))
        self._set(changes)

    def latest(self, number: str) -> ConnectionRecord | None:
        """Return the connection that ``undo`` would undo; None if there is none."""
        return self._log.latest(number)

    def plan_undo(self, resources: Sequence[WebhookResource], record: ConnectionRecord) -> list[Change]:
        """Return the changes that restore the old values. A field that was changed since is left out."""
        recorded = {change.sid: change for change in record.changes}
        return [
            change
            for resource in resources
            if resource.sid in recorded
            and (change := _change(resource, _values_to_restore(resource, recorded[resource.sid])))
        ]

    def undo(self, record: ConnectionRecord, changes: Sequence[Change]) -> None:
        """Make the changes of ``plan_undo``, then remove the record."""
        self._set(changes)
        self._log.remove(record)

    def _set(self, changes: Sequence[Change]) -> None:
        for change in changes:
            self._resources.set(change.resource, change.after)


def _change(resource: WebhookResource, wanted: Mapping[str, str]) -> Change | None:
    after = {name: value for name, value in wanted.items() if resource.fields[name] != value}
    return Change(resource, {name: resource.fields[name] for name in after}, after) if after else None


def _values_to_restore(resource: WebhookResource, change: RecordedChange) -> dict[str, str]:
    return {
        name: before
        for name, before in change.before.items()
        if resource.fields.get(name) == change.after[name]
    }
