"""The search by meaning of this process, if a model is set."""

from functools import cache
from typing import TYPE_CHECKING

from scrapbook.settings import Settings
from scrapbook.store import Store

if TYPE_CHECKING:
    from scrapbook.core.meaning import EntryEncoder, Meaning


@cache
def meaning() -> "Meaning | None":
    """Return the search by meaning; None if no model is set. ``start_encoding`` loads the model."""
    setting = Settings.load().semantic_model
    if not setting:
        return None
    # Needs the extra "semantic".
    from scrapbook.core.meaning import Meaning  # noqa: PLC0415
    from scrapbook.embeddings.encoder import Encoder  # noqa: PLC0415

    return Meaning(Encoder(setting))


def start_encoding(store: Store) -> "EntryEncoder | None":
    """Begin to encode the entries in the background. Returns None if no model is set."""
    searching = meaning()
    if searching is None:
        return None
    from scrapbook.core.meaning import EntryEncoder  # noqa: PLC0415

    encoder = EntryEncoder(store, searching.encoder)
    encoder.start()
    return encoder
