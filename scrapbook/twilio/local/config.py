"""What the local Twilio has to know."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class LocalTwilio:
    """One account with one number. Times are in seconds.

    ``url`` is where others reach this server. ``webhook_url`` is where it brings incoming messages, and
    ``voice_url`` where it asks what to do with a call: the very strings are signed. ``database`` is its file.
    """

    account_sid: str
    auth_token: str
    number: str
    url: str
    webhook_url: str
    database: Path
    voice_url: str = ""
    """Without one, calls fail like those to a number that has no voice webhook."""
    webhook_timeout: float = 15.0
    retry_delays: tuple[float, ...] = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
    """Between attempts of a webhook; the last one goes on for ever."""
    pace: float = 0.05
    """Between two statuses of a message that is being sent."""
    sends_per_second: int = 0
    """Faster clients are told 20429; 0 is unlimited."""
    media_link_lifetime: float = 4 * 3600
