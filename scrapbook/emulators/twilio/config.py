"""The configuration of the local Twilio."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class LocalService:
    """A Messaging Service. ``campaign_status`` is that of its A2P campaign; "" without one."""

    name: str
    numbers: tuple[str, ...]
    inbound_request_url: str = ""
    use_inbound_webhook_on_number: bool = False
    campaign_status: str = ""


@dataclass(frozen=True, slots=True)
class LocalAccount:
    """The account beside its number, and the webhooks with which the number was bought.

    Attributes:
        webhooks: fields of the IncomingPhoneNumber resource that replace the usual ones. Values that are set
            through the REST API take precedence.
        brand_status, tollfree_status: in Twilio's words; "" for no registration.
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

    Attributes:
        url: base URL of this server.
        webhook_url: receives inbound messages, until another URL is set through the REST API. It is signed as
            it is written here.
        voice_url: answers calls, likewise; without it, calls fail.
        database: path of the SQLite file.
        webhook_timeout: for one webhook, as long as Twilio's.
        retry_delays: between the attempts of a webhook; the last one repeats.
        status_interval: between two statuses of an outbound message.
        sends_per_second: above it, clients get error 20429; 0 for no limit.
        templates: bodies of approved templates by their Content SID, each with one variable, ``{{1}}``.
        media_link_lifetime: of a link to a file, as long as Twilio's.
    """

    account_sid: str
    auth_token: str
    number: str
    url: str
    webhook_url: str
    database: Path
    voice_url: str = ""
    webhook_timeout: float = 15.0
    retry_delays: tuple[float, ...] = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
    status_interval: float = 0.05
    sends_per_second: int = 0
    media_link_lifetime: float = 4 * 3600
    account: LocalAccount = LocalAccount()
    templates: Mapping[str, str] = field(default_factory=dict[str, str])
