"""A Twilio of one's own, for development and tests: a real server, as strict as the service."""

from scrapbook.twilio.local.app import create_app
from scrapbook.twilio.local.config import LocalTwilio

__all__ = ["LocalTwilio", "create_app"]
