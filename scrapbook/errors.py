"""The errors of the house: one tree, each of which says whether trying again can help."""

from collections.abc import Mapping, Sequence
from typing import Self


class ScrapbookError(Exception):
    """Something went wrong that the code knows by name.

    ``permanent`` is true when the same call will fail again however often it is made. The message is
    written for the log and for whoever runs the house: it holds no text and no number of a person's.
    """

    permanent: bool = True
    attempts: int = 1
    """How often it was tried before this was given up."""
    origin: Sequence[Mapping[str, object]] = ()
    """What another process tells of its own errors that led to this one (``sentry.client.described``)."""

    def __init__(self, message: str = "", *, permanent: bool | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())
        if permanent is not None:
            self.permanent = permanent

    def caused_by(self, origin: Sequence[Mapping[str, object]]) -> Self:
        """The same error, with what led to it in another process."""
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


class StoreError(ScrapbookError):
    """The database did not do what it was asked."""


class StoreUnavailable(StoreError):
    """The database is locked, full or out of reach."""

    permanent = False


class LeaseLost(StoreError):
    """Another app answers that person meanwhile; what this one did for them is not recorded."""


class DatabaseTooNew(StoreError):
    """The database is of a newer release of the scrapbook than this one."""


class MoveRefused(StoreError):
    """The scrapbook was not moved to another database; both are as they were."""


class AddressInvalid(ScrapbookError):
    """Not a phone number with a plus and the country code, like +15550100 or whatsapp:+15550100."""


class AddressTaken(StoreError):
    """That number already belongs to somebody."""


class HasEntries(StoreError):
    """They have saved entries, which would be thrown away with them: that takes --with-entries."""


class NotFound(StoreError):
    """There is no such person, message or entry."""


class LinkError(ScrapbookError):
    """The page behind a link cannot be previewed; the message says why, without its address.

    Permanent where the address is refused or what is there is no page; not permanent where its server is out
    of reach, slow or failing.
    """


class TwilioError(ScrapbookError):
    """Twilio's REST interface did not do what it was asked. ``code`` is Twilio's error code, or None."""

    def __init__(self, message: str, *, permanent: bool, code: int | None = None) -> None:
        super().__init__(message, permanent=permanent)
        self.code = code


class SendError(TwilioError):
    """Twilio did not accept a message."""


class RecipientOptedOut(SendError):
    """The recipient has texted STOP."""

    def __init__(self, message: str = "The recipient has opted out.") -> None:
        super().__init__(message, permanent=True, code=21610)


class MediaError(ScrapbookError):
    """An attachment or a recording could not be fetched from Twilio, or not be deleted there.

    Permanent where the address is refused or the file too large; not permanent where Twilio is out of reach,
    slow or failing, does not have the file yet, or does not accept the credentials.
    """


class MediaTooLarge(MediaError):
    """The file is larger than Twilio takes."""


class MediaStoreError(ScrapbookError):
    """The place where pictures and sounds are kept did not do what it was asked."""

    permanent = False


class MediaMissing(MediaStoreError):
    """There is no file under that key."""

    permanent = True


class SoundUnreadable(ScrapbookError):
    """The sound is empty, damaged, too long, or no sound at all; the message says which, in plain words."""


class VoiceUnavailable(ScrapbookError):
    """The process that writes down what is said cannot be reached."""

    permanent = False


class VoiceFailed(ScrapbookError):
    """The process that writes down what is said broke off."""

    permanent = False


class ModelUnavailable(ScrapbookError):
    """The speech model is not there or cannot be loaded; the message says what to do."""

    permanent = False
