"""Read what Sentry's SDK sends."""

from collections.abc import Iterator

from sentry_sdk.envelope import Envelope


def read_items(envelope: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the type and the content of each item: https://develop.sentry.dev/sdk/foundations/envelopes/.

    Raises:
        ValueError: the bytes are not an envelope.
    """
    try:
        items = Envelope.deserialize(envelope).items
    except (KeyError, TypeError) as error:
        raise ValueError("not an envelope") from error
    for item in items:
        yield item.type or "", item.get_bytes()
