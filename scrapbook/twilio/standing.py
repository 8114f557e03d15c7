"""What Twilio and the carriers still ask for before messages flow, as far as its interface tells.

https://www.twilio.com/docs/messaging/compliance/a2p-10dlc and
https://help.twilio.com/articles/223183748 (media)
"""

from collections.abc import Iterator

import httpx
import phonenumbers
from phonenumbers import PhoneNumberType
from twilio.rest import Client  # pyright: ignore[reportMissingTypeStubs]

from scrapbook.errors import TwilioError
from scrapbook.findings import Finding
from scrapbook.twilio.places import Kind, Place, Places
from scrapbook.twilio.rest import calling

NORTH_AMERICA = 1

_LOOK_BACK = 20
_PATIENCE = 10.0
_CONSOLE = "https://console.twilio.com > Messaging"
_REGISTER = (
    f"{_CONSOLE} > Regulatory Compliance > A2P 10DLC: register a brand, then a campaign with this number"
)
_MEDIA = (
    "{where}: set 'Enforce HTTP Auth on Media URLs'. Without it whoever has the address of a picture or of a "
    "sound can fetch it"
)
_MEDIA_OF = {
    "Pictures and sounds at Twilio": f"{_CONSOLE} > Settings > General",
    "Recordings at Twilio": "https://console.twilio.com > Voice > Settings > General",
}


class Standing:
    """What an account and a number lack. Every call blocks and raises TwilioError.

    ``api_url`` is the base URL of the REST interface.
    """

    def __init__(self, client: Client, account_sid: str, api_url: str) -> None:
        self._client = client
        self._account_sid = account_sid
        self._api_url = api_url

    def findings(self, number: str, places: list[Place]) -> Iterator[Finding]:
        """Of a number, E.164, to which these places belong."""
        yield from self._trial()
        for place in places:
            if place.is_shared:
                yield _shared(place)
        if any(place.kind is Kind.NUMBER for place in places):
            yield from self._registration(number)
        if not any(place.kind is Kind.SENDER for place in places):
            yield Finding(
                "WhatsApp", True, "this number is no WhatsApp sender; docs/twilio.md says how to try it"
            )
        yield self._media("Pictures and sounds at Twilio", self._latest_attachment())
        yield self._media("Recordings at Twilio", self._latest_recording())

    def _trial(self) -> Iterator[Finding]:
        account = calling(self._client.api.accounts(self._account_sid).fetch)
        if str(account.type) == "Trial":
            remedy = "it texts numbers alone that are verified in the console: upgrade it, or verify yours"
            yield Finding("Twilio account", False, "a trial account", remedy)

    def _registration(self, number: str) -> Iterator[Finding]:
        parsed = phonenumbers.parse(number)
        if parsed.country_code != NORTH_AMERICA:
            return
        if phonenumbers.number_type(parsed) == PhoneNumberType.TOLL_FREE:
            yield self._tollfree(number)
        else:
            yield self._a2p(number)

    def _a2p(self, number: str) -> Finding:
        name, service = "A2P registration", Places(self._client).service(number)
        campaigns = calling(service[0].us_app_to_person.list) if service else []
        if not campaigns:
            return Finding(
                name, False, self._brands(), f"carriers block texts to the US without: {_REGISTER}"
            )
        status = str(campaigns[0].campaign_status)
        if status == "VERIFIED":
            return Finding(name, True, "the campaign is verified")
        remedy = (
            f"until it is VERIFIED, carriers block texts to the US; see {_CONSOLE} > Regulatory Compliance"
        )
        return Finding(name, False, f"the campaign is {status}", remedy)

    def _brands(self) -> str:
        statuses = {
            str(brand.status) for brand in calling(self._client.messaging.v1.brand_registrations.list)
        }
        if not statuses:
            return "there is neither a brand nor a campaign"
        return f"there is a brand ({', '.join(sorted(statuses))}), but no campaign that has this number"

    def _tollfree(self, number: str) -> Finding:
        owned = Places(self._client).number(number)
        verifications = self._client.messaging.v1.tollfree_verifications
        found = calling(lambda: verifications.list(tollfree_phone_number_sid=str(owned.sid))) if owned else []
        status = str(found[0].status) if found else "not asked for"
        remedy = f"carriers block texts from it until then: {_CONSOLE} > Regulatory Compliance > Toll-Free"
        return Finding("Toll-free verification", status == "TWILIO_APPROVED", status, remedy)

    def _media(self, what: str, path: str) -> Finding:
        where = _MEDIA_OF[what]
        if not path:
            return Finding(
                what, True, f"none yet to try it with; see {where}: 'Enforce HTTP Auth on Media URLs'"
            )
        try:
            status = httpx.get(self._api_url + path, timeout=_PATIENCE).status_code
        except httpx.HTTPError as problem:
            raise TwilioError(f"Twilio is out of reach: {type(problem).__name__}", permanent=False) from None
        is_closed = status in {401, 403}
        detail = "a password is asked for" if is_closed else "anybody can fetch them"
        return Finding(what, is_closed, detail, _MEDIA.format(where=where))

    def _latest_attachment(self) -> str:
        """Its address without the host; empty if there is none."""
        recent = calling(lambda: self._client.messages.list(limit=_LOOK_BACK))
        for message in recent:
            if message.num_media not in {None, "0"}:
                media = calling(message.media.list)
                if media:
                    return str(media[0].uri).removesuffix(".json")
        return ""

    def _latest_recording(self) -> str:
        recent = calling(lambda: self._client.recordings.list(limit=1))
        return str(recent[0].uri).removesuffix(".json") if recent else ""


def _shared(place: Place) -> Finding:
    return Finding(
        f"Messaging Service {place.name}",
        False,
        "it goes before what the number itself says, and other numbers are in it too, so it is left as it is",
        f"{_CONSOLE} > Services > {place.name} > Integration: choose 'Defer to sender's webhook', or take the"
        " number out of it",
    )
