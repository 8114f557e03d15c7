"""Which Twilio account carries the texts: the configured one, or the one of our own phone."""

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from scrapbook.kept import kept_once
from scrapbook.settings import Settings

TWILIO_API_URL = "https://api.twilio.com"
# Reserved for fiction, like the number of the person who texts it.
SCRAPBOOK_NUMBER = "+15550199"


@dataclass(frozen=True, slots=True)
class Account:
    """Credentials of a Twilio account.

    Attributes:
        number: E.164, from which the scrapbook texts.
        api_url: base URL of the REST interface, without a trailing slash.
    """

    sid: str
    auth_token: str
    number: str
    api_url: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        token = settings.twilio_auth_token.get_secret_value()
        if settings.local_twilio:
            sid, kept_token = _local_credentials(settings.data_dir / "phone-account.json")
            return cls(sid, token or kept_token, settings.twilio_from or SCRAPBOOK_NUMBER, settings.phone_url)
        return cls(
            settings.twilio_account_sid,
            token,
            settings.twilio_from,
            settings.twilio_api_url or TWILIO_API_URL,
        )


@dataclass(frozen=True, slots=True)
class _Credentials:
    sid: str
    auth_token: str


def _local_credentials(path: Path) -> tuple[str, str]:
    """The credentials that app and phone share."""
    kept = _Credentials(**json.loads(kept_once(path, _made)))
    return kept.sid, kept.auth_token


def _made() -> str:
    return json.dumps(asdict(_Credentials(f"AC{secrets.token_hex(16)}", secrets.token_hex(16))))
