"""Check what Twilio and the carriers require before they deliver messages, as far as Twilio's API shows it.

https://www.twilio.com/docs/messaging/compliance/a2p-10dlc and
https://help.twilio.com/articles/223183748 (media)
"""

from collections.abc import Iterator

import httpx
import phonenumbers
from phonenumbers import PhoneNumberType
from twilio.rest import Client  # pyright: ignore[reportMissingTypeStubs]

from scrapbook.channels.twilio.rest import translate_errors
from scrapbook.channels.twilio.setup.webhook_resources import (
    WebhookResource,
    WebhookResourceKind,
    WebhookResources,
)
from scrapbook.errors import ProviderError
from scrapbook.observability.checks import CheckResult

NORTH_AMERICA = 1

_SEARCHED_MESSAGES = 20
_TIMEOUT = 10.0
"""Seconds."""

_CONSOLE = "https://console.twilio.com > Messaging"
_REGISTER = (
    f"{_CONSOLE} > Regulatory Compliance > A2P 10DLC: register a brand, then a campaign with this number"
)
_MEDIA = (
    "{where}: set 'Enforce HTTP Auth on Media URLs'. Without it, anybody who has the URL of a picture or of "
    "a sound can fetch it"
)
_MEDIA_OF = {
    "Pictures and sounds at Twilio": f"{_CONSOLE} > Settings > General",
    "Recordings at Twilio": "https://console.twilio.com > Voice > Settings > General",
}


class ComplianceChecks:
    """Checks an account and a number. Every method blocks and raises ProviderError.

    Args:
        api_url: base URL of the REST API.
    """

    def __init__(self, client: Client, account_sid: str, api_url: str) -> None:
        self._client = client
        self._account_sid = account_sid
        self._api_url = api_url

    def results(self, number: str, resources: list[WebhookResource]) -> Iterator[CheckResult]:
        """Yield the results for a number, E.164, that has these resources."""
        yield from self._trial()
        for resource in resources:
            if resource.is_shared:
                yield _shared(resource)
        if any(one.kind is WebhookResourceKind.NUMBER for one in resources):
            yield from self._registration(number)
        if not any(one.kind is WebhookResourceKind.SENDER for one in resources):
            yield CheckResult(
                "WhatsApp", True, "this number is no WhatsApp sender; docs/twilio.md says how to try it"
            )
        yield self._media("Pictures and sounds at Twilio", self._latest_attachment())
        yield self._media("Recordings at Twilio", self._latest_recording())

    def _trial(self) -> Iterator[CheckResult]:
        account = translate_errors(self._client.api.accounts(self._account_sid).fetch)
        if str(account.type) == "Trial":
            remedy = "it can text only numbers that are verified in the console: upgrade it, or verify yours"
            yield CheckResult("Twilio account", False, "a trial account", remedy)

    def _registration(self, number: str) -> Iterator[CheckResult]:
        parsed = phonenumbers.parse(number)
        if parsed.country_code != NORTH_AMERICA:
            return
        if phonenumbers.number_type(parsed) == PhoneNumberType.TOLL_FREE:
            yield self._tollfree(number)
        else:
            yield self._a2p(number)

    def _a2p(self, number: str) -> CheckResult:
        name, service = "A2P registration", WebhookResources(self._client).service(number)
        campaigns = translate_errors(service[0].us_app_to_person.list) if service else []
        if not campaigns:
            return CheckResult(
                name, False, self._brands(), f"carriers block texts to the US without: {_REGISTER}"
            )
        status = str(campaigns[0].campaign_status)
        if status == "VERIFIED":
            return CheckResult(name, True, "the campaign is verified")
        remedy = (
            f"until it is VERIFIED, carriers block texts to the US; see {_CONSOLE} > Regulatory Compliance"
        )
        return CheckResult(name, False, f"the campaign is {status}", remedy)

    def _brands(self) -> str:
        statuses = {
            str(brand.status)
            for brand in translate_errors(self._client.messaging.v1.brand_registrations.list)
        }
        if not statuses:
            return "there is neither a brand nor a campaign"
        return f"there is a brand ({', '.join(sorted(statuses))}), but no campaign that has this number"

    def _tollfree(self, number: str) -> CheckResult:
        owned = WebhookResources(self._client).number(number)
        verifications = self._client.messaging.v1.tollfree_verifications
        found = (
            translate_errors(lambda: verifications.list(tollfree_phone_number_sid=str(owned.sid)))
            if owned
            else []
        )
        status = str(found[0].status) if found else "not asked for"
        remedy = f"carriers block texts from it until then: {_CONSOLE} > Regulatory Compliance > Toll-Free"
        return CheckResult("Toll-free verification", status == "TWILIO_APPROVED", status, remedy)

    def _media(self, name: str, path: str) -> CheckResult:
        """Check whether the file at this path of the API can be fetched without a password."""
        where = _MEDIA_OF[name]
        if not path:
            return CheckResult(
                name, True, f"none yet to try it with; see {where}: 'Enforce HTTP Auth on Media URLs'"
            )
        try:
            status = httpx.get(self._api_url + path, timeout=_TIMEOUT).status_code
        except httpx.HTTPError as problem:
            raise ProviderError(
                f"Twilio is out of reach: {type(problem).__name__}", permanent=False
            ) from None
        is_protected = status in {401, 403}
        detail = "a password is asked for" if is_protected else "anybody can fetch them"
        return CheckResult(name, is_protected, detail, _MEDIA.format(where=where))

    def _latest_attachment(self) -> str:
        """Return the path of the latest attachment; empty if there is none."""
        recent = translate_errors(lambda: self._client.messages.list(limit=_SEARCHED_MESSAGES))
        for message in recent:
            if message.num_media not in {None, "0"}:
                media = translate_errors(message.media.list)
                if media:
                    return str(media[0].uri).removesuffix(".json")
        return ""

    def _latest_recording(self) -> str:
        """Return the path of the latest recording; empty if there is none."""
        recent = translate_errors(lambda: self._client.recordings.list(limit=1))
        return str(recent[0].uri).removesuffix(".json") if recent else ""


def _shared(resource: WebhookResource) -> CheckResult:
    return CheckResult(
        f"Messaging Service {resource.name}",
        False,
        "it takes precedence over the number, and has other numbers too, so it stays unchanged",
        f"{_CONSOLE} > Services > {resource.name} > Integration: choose 'Defer to sender's webhook', or take"
        " the number out of it",
    )
