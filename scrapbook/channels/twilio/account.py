"""The Twilio account that is used: the configured one, or that of the local Twilio."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, StringConstraints, ValidationError

from scrapbook.errors import SettingsError
from scrapbook.net.secret_file import read_or_create
from scrapbook.settings import Settings

TWILIO_API_URL = "https://api.twilio.com"
SCRAPBOOK_NUMBER = "+15550199"
"""The number of the local Twilio; numbers with 555-01 are reserved for fiction."""


@dataclass(frozen=True, slots=True)
class Account:
    """Credentials of a Twilio account.

    Attributes:
        number: E.164; the scrapbook texts from it.
        api_url: base URL of the REST API, without a trailing slash.
    """

    sid: str
    auth_token: str
    number: str
    api_url: str

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return the account of these settings.

        The credentials of the local Twilio are created at the first call. Raises SettingsError if they cannot
        be written.
        """
        token = settings.twilio_auth_token.get_secret_value()
        if settings.local_twilio:
            sid, local_token = _local_credentials(settings.data_dir / "phone-account.json")
            return cls(
                sid, token or local_token, settings.twilio_from or SCRAPBOOK_NUMBER, settings.phone_url
            )
        return cls(
            settings.twilio_account_sid,
            token,
            settings.twilio_from,
            settings.twilio_api_url or TWILIO_API_URL,
        )


class LocalCredentials(BaseModel):
    """The sid and the token that app and local Twilio share, as their file has them."""

    sid: Annotated[str, StringConstraints(pattern=r"^AC[0-9a-f]{32}$")]
    auth_token: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


def _local_credentials(path: Path) -> tuple[str, str]:
    content = read_or_create(path, _new_credentials)
    try:
        credentials = LocalCredentials.model_validate_json(content)
    except ValidationError:
        raise SettingsError(f"{path} is damaged: delete it, and start the scrapbook again") from None
    return credentials.sid, credentials.auth_token


def _new_credentials() -> str:
    new = LocalCredentials(sid=f"AC{secrets.token_hex(16)}", auth_token=secrets.token_hex(16))
    return new.model_dump_json()
