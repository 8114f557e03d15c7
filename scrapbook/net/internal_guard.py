"""ASGI middleware for servers that only processes of the same installation may call."""

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scrapbook.net.internal_auth import PROOF, SIGNATURE, CallRefused, InternalAuth, SignedCall

FORBIDDEN, UNAUTHORIZED = 403, 401
BROWSERS = "Pages in browsers may not use this."
UNSIGNED = "Only processes of this scrapbook may use this: the request has no signature."
HOST = "This server does not have that host name."
OTHER_BODY = "The body is not the one that was signed."


class InternalOnly:
    """Passes on signed requests alone, and proves in each response that this process knows the secret.

    Args:
        open_paths: what may be read without a signature, by programs that are given no secret (a container's
            health check, Prometheus), under an address or a name without a dot: nobody can point another one
            here.
    """

    def __init__(self, app: ASGIApp, auth: InternalAuth, open_paths: Collection[str] = ()) -> None:
        self._app = app
        self._auth = auth
        self._open_paths = frozenset(open_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 401 or 403 with the reason."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        head = Head.of(scope)
        if head.is_of_a_browser:
            await _refuse(send, FORBIDDEN, BROWSERS)
        elif head.signature is None:
            if scope["method"] != "GET" or scope["path"] not in self._open_paths:
                await _refuse(send, UNAUTHORIZED, UNSIGNED)
            elif not is_local_name(head.host):
                await _refuse(send, FORBIDDEN, HOST)
            else:
                await self._app(scope, receive, send)
        else:
            await self._verified(head, scope, receive, send)

    async def _verified(self, head: "Head", scope: Scope, receive: Receive, send: Send) -> None:
        try:
            call = head.verified(self._auth)
        except CallRefused as refused:
            await _refuse(send, UNAUTHORIZED, str(refused), refused.call)
            return
        body = _SignedBody(call, receive, send)
        try:
            await self._app(scope, body.receive, body.send)
        except Exception:
            if not body.is_refused:  # the app found that the client had gone
                raise


@dataclass(frozen=True, slots=True)
class Head:
    """What of a request's head tells who sent it."""

    method: str
    target: str
    host: str
    signature: str | None
    is_of_a_browser: bool

    @classmethod
    def of(cls, scope: Scope) -> "Head":
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        path, query = scope.get("raw_path") or scope["path"].encode(), scope["query_string"]
        return cls(
            method=scope["method"],
            target=(path + b"?" + query if query else path).decode("latin-1"),
            host=headers.get(b"host", ""),
            signature=headers.get(SIGNATURE.lower().encode()),
            is_of_a_browser=b"origin" in headers or headers.get(b"sec-fetch-site", "none") != "none",
        )

    def verified(self, auth: InternalAuth) -> SignedCall:
        """Return the signed call. Raises CallRefused."""
        return auth.verify(self.method, self.host, self.target, self.signature or "")


class _SignedBody:
    """Hands the body on, its end only if it is the one that was signed; adds the proof to the response."""

    def __init__(self, call: SignedCall, receive: Receive, send: Send) -> None:
        self._call = call
        self._receive, self._send = receive, send
        self._hash = hashlib.sha256()
        self.is_refused = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] != "http.request":
            return message
        self._hash.update(message.get("body", b""))
        if message.get("more_body") or hmac.compare_digest(self._hash.hexdigest(), self._call.digest):
            return message
        await _refuse(self._send, UNAUTHORIZED, OTHER_BODY)
        self.is_refused = True
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if self.is_refused:
            return
        if message["type"] == "http.response.start":
            proof = (PROOF.lower().encode(), self._call.proof(message["status"]).encode())
            message = {**message, "headers": [*message.get("headers", ()), proof]}
        await self._send(message)


def is_local_name(host: str) -> bool:
    """Return whether no foreign DNS server gives out this Host: an address, or a name without a dot."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:  # brackets that hold no IPv6 address
        return False
    try:
        ip_address(name)
    except ValueError:
        return bool(name) and "." not in name
    return True


async def _refuse(send: Send, status: int, reason: str, call: SignedCall | None = None) -> None:
    body = reason.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    if call:
        headers.append((PROOF.lower().encode(), call.proof(status).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
