"""A local Twilio for development and tests: an HTTP server that is as strict as the service."""

from scrapbook.emulators.twilio.app import create_app
from scrapbook.emulators.twilio.config import LocalTwilio

__all__ = ["LocalTwilio", "create_app"]
