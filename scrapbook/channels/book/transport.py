"""Leave replies where the page reads them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from scrapbook.errors import SendError
from scrapbook.messaging.ports import SentMessage


class BookTransport:
    """Implements ``Transport``. A reply is delivered by being recorded, which it was before it is sent.

    The page reads the row of the reply. So a reply cannot be lost on the way, nor arrive twice, and whether
    somebody has read it is not recorded.
    """

    async def send(  # noqa: PLR0913 - the parameters of the port
        self,
        from_: str,
        to: str,
        body: str,
        reference: int | None = None,
        media_urls: Sequence[str] = (),
        *,
        in_template: bool = False,
    ) -> SentMessage:
        """Return that the reply is delivered. Raises a permanent SendError without a reference."""
        del from_, to, body, media_urls, in_template
        if reference is None:
            raise SendError("A reply that is not recorded cannot be read on a page.")
        return SentMessage(f"book-{reference}", "delivered")

    async def find(  # noqa: PLR0913 - the parameters of the port
        self,
        from_: str,
        to: str,
        body: str,
        since: datetime,
        known: Collection[str],
        *,
        in_template: bool = False,
    ) -> SentMessage | None:
        """Return None: to deliver a reply a second time changes nothing."""
        del from_, to, body, since, known, in_template

    async def close(self) -> None:
        """Do nothing: there are no connections."""
