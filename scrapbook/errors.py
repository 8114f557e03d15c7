"""The errors of the app, as one tree. Each says whether another attempt can succeed."""

from collections.abc import Mapping, Sequence
from typing import Self

FAILED_TURN = "failed"
"""The key under which the action server describes an error to the app instead of a reply."""

IS_THOUGHT = "is_thought"
"""The key under which it says whether the action was to save the message, which then is no command."""


class ScrapbookError(Exception):
    """An error that the app knows.

    ``permanent`` is true if the same call will fail again. The message is written for the log and the
    operator: it contains no text and no phone number of a person. Without a message, it is the docstring of
    the class.
    """

    permanent: bool = True
    attempts: int = 1
    """How many attempts were made."""
    origin: Sequence[Mapping[str, object]] = ()
    """Errors of another process that caused this one, as ``sentry_client.describe_error`` returns them."""

    def __init__(self, message: str = "", *, permanent: bool | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())
        if permanent is not None:
            self.permanent = permanent

    def caused_by(self, origin: Sequence[Mapping[str, object]]) -> Self:
        """Set ``origin``, and return this error."""
        self.origin = origin
        return self


class SettingsError(ScrapbookError):
    """A setting is missing or wrong."""


class AssistantUnavailable(ScrapbookError):
    """The Rasa server cannot be reached, or is still starting."""

    permanent = False


class AssistantFailed(ScrapbookError):
    """The Rasa server answered, but with an error or without a reply."""

    permanent = False
    is_command: bool = False
    """Whether the message was understood as a command, which an action failed to carry out."""


class StoreError(ScrapbookError):
    """A database operation failed."""


class StoreUnavailable(StoreError):
    """The database is locked, full or cannot be reached."""

    permanent = False


class LeaseLost(StoreError):
    """Another app process answers that person now; the work of this one is not recorded."""


class DatabaseTooNew(StoreError):
    """The database was migrated by a newer release of the scrapbook."""


class DatabaseTooOld(StoreError):
    """The database is of a release from which this one has no migration."""

    PROBLEM = "This scrapbook was made by an early version, which this one cannot read"
    REMEDY = "install the last version that could, start it once, and install this one again"

    def __init__(self) -> None:
        super().__init__(f"{self.PROBLEM}: {self.REMEDY}.")


class MoveRefused(StoreError):
    """The scrapbook was not migrated to another database; neither database was changed."""


class AddressInvalid(ScrapbookError):
    """Not a phone number with a plus and the country code, like +15550100 or whatsapp:+15550100."""


class AddressTaken(StoreError):
    """That number already belongs to somebody."""


class NameInvalid(ScrapbookError):
    """A name needs letters in it, and has at most 60 characters."""


class HasEntries(StoreError):
    """This person has entries, which would be deleted, too: add --with-entries to do that."""


class NotFound(StoreError):
    """There is no such person, message or entry."""


class OptOutWord(ScrapbookError):
    """A word by which a phone opts out of texts was written on a page, where it does nothing."""


class LinkError(ScrapbookError):
    """The page behind a link cannot be previewed; the message says why, without its URL.

    Permanent if the URL is not allowed or does not lead to a page; not permanent if its server cannot be
    reached, is slow or fails.
    """


class ProviderError(ScrapbookError):
    """A request to a channel's provider failed. ``code`` is the provider's error code, or None."""

    def __init__(self, message: str, *, permanent: bool, code: int | None = None) -> None:
        super().__init__(message, permanent=permanent)
        self.code = code


class SendError(ProviderError):
    """The provider did not accept a message. Permanent by default."""

    def __init__(self, message: str, *, permanent: bool = True, code: int | None = None) -> None:
        super().__init__(message, permanent=permanent, code=code)


class RecipientOptedOut(SendError):
    """The recipient has texted STOP."""

    def __init__(self, message: str = "The recipient has opted out.") -> None:
        super().__init__(message, permanent=True, code=21610)


class MediaError(ScrapbookError):
    """An attachment or a recording could not be downloaded from Twilio, or not be deleted there.

    Permanent if the URL is not allowed or the file is too large; not permanent if Twilio cannot be reached,
    is slow or fails, does not have the file yet, or rejects the credentials.
    """


class MediaTooLarge(MediaError):
    """The file is larger than Twilio accepts."""


class MediaStoreError(ScrapbookError):
    """The storage of pictures and recordings failed."""

    permanent = False


class MediaMissing(MediaStoreError):
    """There is no file with that key."""

    permanent = True


class FileUnreadable(ScrapbookError):
    """A file says nothing that can be read; the message says why, without quoting it.

    Not permanent if reading it only took too long.
    """


class PictureUnreadable(ScrapbookError):
    """A picture cannot be shown: it is damaged or too large; the message says which.

    Not permanent if reading it only took too long.
    """


class AudioUnreadable(ScrapbookError):
    """The audio is empty, damaged or too long, or the file is not audio; the message says which."""


class VoiceUnavailable(ScrapbookError):
    """The voice process, which transcribes recordings, cannot be reached."""

    permanent = False


class VoiceFailed(ScrapbookError):
    """The voice process failed, or closed the connection."""

    permanent = False


class ModelUnavailable(ScrapbookError):
    """The speech model is missing or cannot be loaded; the message says what to do."""

    permanent = False
