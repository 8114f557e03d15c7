"""Twilio as a channel: SMS, MMS and WhatsApp, in and out, and calls in."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from scrapbook.channels.twilio.account import Account
from scrapbook.channels.twilio.media import TwilioMedia
from scrapbook.channels.twilio.transport import TwilioTransport
from scrapbook.channels.twilio.webhook import routes
from scrapbook.messaging.addresses import SMS, WHATSAPP
from scrapbook.messaging.channel import AudioLimits, Channel, FileLimits
from scrapbook.messaging.ports import MessageReceiver
from scrapbook.net.secret_file import installation_key
from scrapbook.settings import Settings

AUDIO = AudioLimits(
    frozenset({"audio/3gpp", "audio/aac", "audio/amr", "audio/mp4", "audio/mpeg", "audio/ogg"}),
    max_bytes=5 * 1024 * 1024,
)
"""The types that MMS and WhatsApp both accept, and the lower of their limits:
https://www.twilio.com/docs/messaging/guides/accepted-mime-types"""


_MEGABYTE = 1024 * 1024
_EVERYWHERE = frozenset(
    {"image/jpeg", "image/png", "video/mp4", "video/3gpp", "application/pdf", "text/vcard"}
)
FILES = {
    SMS: FileLimits(
        _EVERYWHERE
        | {"image/gif", "image/heic", "image/bmp", "image/tiff", "text/calendar", "text/rtf"}
        | {"video/3gpp2", "video/mpeg", "video/quicktime", "video/webm"},
        max_bytes=5 * _MEGABYTE,
        max_picture_bytes=5 * _MEGABYTE,
    ),
    WHATSAPP: FileLimits(_EVERYWHERE, max_bytes=16 * _MEGABYTE, max_picture_bytes=5 * _MEGABYTE),
}
"""As the page above has it, for MMS and for WhatsApp, and for pictures on WhatsApp
https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages. A plain text has no accepted type."""


def twilio(settings: Settings) -> Channel:
    """Return the channel of the configured account, or of the local Twilio.

    Raises SettingsError if the files with its keys cannot be written.
    """
    account = Account.from_settings(settings)
    credentials = (account.sid, account.auth_token, account.api_url)

    def webhooks(receiver: MessageReceiver) -> Sequence[BaseRoute]:
        key = installation_key(settings.data_dir)
        return routes(settings.public_url, account.auth_token, receiver, key)

    return Channel(
        name="twilio",
        carries=frozenset({SMS, WHATSAPP}),
        transport=TwilioTransport(
            *credentials, public_url=settings.public_url, template=settings.whatsapp_template
        ),
        media=TwilioMedia(*credentials),
        audio=AUDIO,
        files=FILES,
        webhooks=webhooks,
    )
