"""Why a feed could not be read."""

from scrapbook.errors import LinkError


class FeedError(LinkError):
    """A feed could not be fetched or read. The message does not contain the URL.

    Attributes:
        retry_after: seconds for which the server asks not to be asked again; 0 if it does not say.
    """

    def __init__(self, message: str, *, permanent: bool = True, retry_after: int = 0) -> None:
        super().__init__(message, permanent=permanent)
        self.retry_after = retry_after


class FeedTooSlow(FeedError):
    """It did not come in time."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=False)
