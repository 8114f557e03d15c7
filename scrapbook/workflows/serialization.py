"""How DBOS stores the arguments, results and errors of workflows: as JSON, never as a pickle.

By itself DBOS pickles them, and who writes its tables, or hands over a backup, would run code here. Another
serializer alone does not change that: each row names the one that wrote it, and DBOS obeys a row that names
pickle. So importing this module takes pickle out of DBOS for good. What a release before this one has pickled
is read as plain values (``plain_pickle``); anything else in a pickle is refused, which ends its workflow as
failed, or runs its step again.
"""

import base64
import binascii
import json
from typing import Any, cast

from dbos import DBOSPortableJSONSerializer, PortableWorkflowError, Serializer
from dbos import _serialization as dbos_serialization  # pyright: ignore[reportPrivateUsage]

from scrapbook.workflows import plain_pickle
from scrapbook.workflows.plain_pickle import PickleRefused

SERIALIZER: Serializer = DBOSPortableJSONSerializer()
"""The one to hand to DBOS and to each of its clients."""

_PICKLED = "gA"
"""How a pickle in base64 begins, and JSON never does."""

_ERROR = "scrapbook.error"
"""The key under which an error stands in a row that names pickle."""


def _serialize(_self: object, data: object) -> str:
    """Return JSON for a row that names pickle: one of a workflow that an older release has begun."""
    if isinstance(data, BaseException):
        return json.dumps({_ERROR: dbos_serialization.exception_to_workflow_error_data(data)})
    return SERIALIZER.serialize(data)


def _deserialize(_self: object, serialized: str) -> object:
    """Return the value of a row that names pickle.

    Raises:
        PickleRefused: it is not a plain value.
    """
    try:
        if serialized.startswith(_PICKLED):
            return plain_pickle.read(base64.b64decode(serialized, validate=True))
        return _restored(json.loads(serialized))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise PickleRefused from None


def _restored(value: Any) -> object:  # noqa: ANN401 - any JSON
    """Return what DBOS expects: an error as an exception, the arguments of a workflow as a tuple."""
    if not isinstance(value, dict):
        return value
    fields = cast("dict[str, Any]", value)
    if fields.keys() == {_ERROR}:
        return PortableWorkflowError(**fields[_ERROR])
    if fields.keys() == {"args", "kwargs"}:
        return {**fields, "args": tuple(fields["args"])}
    return fields


# The rows that name pickle are read and written by this class, whatever serializer DBOS is given.
for _name, _method in (("serialize", _serialize), ("deserialize", _deserialize)):
    setattr(dbos_serialization.DefaultSerializer, _name, _method)
# What a newer DBOS might unpickle in that module fails, instead of running code.
dbos_serialization.__dict__.pop("pickle", None)
