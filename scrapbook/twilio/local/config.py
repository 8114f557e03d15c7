"""What the local Twilio has to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class LocalService:
    """A Messaging Service. ``campaign_status`` is that of its A2P campaign, "" without one."""

    name: str
    numbers: tuple[str, ...]
    inbound_request_url: str = ""
    use_inbound_webhook_on_number: bool = False
    campaign_status: str = ""


@dataclass(frozen=True, slots=True)
class LocalAccount:
    """What the account has beside its number, and what it looked like when the number was bought.

    ``webhooks`` are fields of the IncomingPhoneNumber resource in place of the usual ones; what is set
    through the REST API goes before them. The statuses are Twilio's words; "" stands for no registration.
    """

    webhooks: Mapping[str, str] = field(default_factory=dict[str, str])
    further_numbers: tuple[str, ...] = ()
    services: tuple[LocalService, ...] = ()
    has_whatsapp_sender: bool = True
    brand_status: str = ""
    tollfree_status: str = ""
    is_trial: bool = False
    media_needs_password: bool = True


@dataclass(frozen=True, slots=True)
class LocalTwilio:
    """One account with one number. Times are in seconds.

    ``url`` is where others reach this server. ``webhook_url`` is where it brings incoming messages, and
    ``voice_url`` where it asks what to do with a call, until something else is set through the REST API: the
    very strings are signed. ``database`` is its file.
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
    account: LocalAccount = LocalAccount()
