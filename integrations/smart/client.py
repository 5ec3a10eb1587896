"""Getting a token at a hospital's authorization server: our assertion out, a short-lived token back, kept until it ends."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from joserfc import jwt

from integrations.fhir.text.json_gate import load
from integrations.fhir.text.values import Node, text
from integrations.out import NoReply, Reach, exchange
from integrations.smart.keys import ALGORITHM, OwnKey
from mdo_portal.exchange import Address, Unreadable

ASSERTION_SECONDS = 120
EARLY = 30.0
"""So long before its end a token is no longer used: it must live while a request travels."""
LONGEST = 3600.0
MOST_SECONDS = 60.0
"""For one token, with waiting for whoever asks the same server: far below the lease of a letter (180 s)."""
BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class NoToken(Exception):
    """No token came. `again`: it may come later; `wait_seconds`: how long the server asks not to be asked again."""

    def __init__(self, code: str, *, again: bool, wait_seconds: float = 0.0) -> None:
        super().__init__(code)
        self.code = code
        self.again = again
        self.wait_seconds = wait_seconds


@dataclass(frozen=True)
class _Kept:
    token: str
    until: float


_Wanted = tuple[str, str, str, str]


class Tokens:
    """Tokens by address, client, scopes and authorization base. Of one server one at a time is asked for: who wants the same waits for it.

    A server that is slow holds up whoever wants a token of it, not longer than they said, and nobody else.
    """

    def __init__(self, key: OwnKey, *, clock: Callable[[], float] = time.time) -> None:
        self._key, self._clock = key, clock
        self._kept: dict[_Wanted, _Kept] = {}
        self._lock = threading.Lock()  # of the two tables; never held while we wait for a server
        self._servers: dict[tuple[str, str], threading.Lock] = {}

    def header(self, address: Address, *, base: str = "", fresh: bool = False, seconds: float = MOST_SECONDS) -> dict[str, str]:
        """Authorization for this address: by assertion where it has a token address, else its fixed token, else none.

        Raises NoToken, at the latest after `seconds`.
        """
        if not address.token_url:
            return {"Authorization": f"Bearer {address.token}"} if address.token else {}
        wanted = (address.token_url, address.client_id, address.scopes, base)
        kept = None if fresh else self._known(wanted)
        return {"Authorization": f"Bearer {(kept or self._new(wanted, address, base, fresh=fresh, seconds=seconds)).token}"}

    def _known(self, wanted: _Wanted) -> _Kept | None:
        with self._lock:
            kept = self._kept.get(wanted)
        return kept if kept and kept.until > self._clock() else None

    def _new(self, wanted: _Wanted, address: Address, base: str, *, fresh: bool, seconds: float) -> _Kept:
        until = time.monotonic() + min(seconds, MOST_SECONDS)
        with self._lock:
            server = self._servers.setdefault((address.token_url, address.client_id), threading.Lock())
        if not server.acquire(timeout=max(0.0, until - time.monotonic())):
            raise NoToken("timeout", again=True)
        try:
            kept = None if fresh else self._known(wanted)  # somebody else may have fetched it meanwhile
            kept = kept or self._fetched(address, base, seconds=max(0.05, until - time.monotonic()))
        finally:
            server.release()
        with self._lock:
            self._kept = {key: one for key, one in self._kept.items() if one.until > self._clock()} | {wanted: kept}
        return kept

    def assertion(self, address: Address) -> str:
        """A signed statement of who we are, for that one address, for two minutes and for once."""
        now = int(self._clock())
        claims = {
            "iss": address.client_id, "sub": address.client_id, "aud": address.token_url,
            "iat": now, "exp": now + ASSERTION_SECONDS, "jti": secrets.token_urlsafe(24),
        }  # fmt: skip
        header = {"alg": ALGORITHM, "kid": self._key.name, "typ": "JWT"}
        return jwt.encode(header, claims, self._key.key, algorithms=[ALGORITHM])

    def _fetched(self, address: Address, base: str, *, seconds: float) -> _Kept:
        form = {
            "grant_type": "client_credentials", "scope": address.scopes,
            "client_assertion_type": BEARER, "client_assertion": self.assertion(address),
        } | ({"authorization_base": base} if base else {})  # fmt: skip
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        try:
            reply = exchange(
                "POST", address.token_url, reach=Reach((address.token_url,), address.inside), headers=headers,
                content=urlencode(form).encode(), seconds=min(seconds, address.timeout_seconds), limit=64_000,
                certificate=address.certificate, trust=address.trust,
            )  # fmt: skip
        except NoReply as silence:
            raise NoToken(silence.code, again=silence.code != "address") from None
        if reply.status != 200:
            again = reply.status >= 500 or reply.status in (408, 429)
            raise NoToken(str(reply.status), again=again, wait_seconds=reply.asks_to_wait)
        return self._read(reply.body)

    def _read(self, body: bytes) -> _Kept:
        try:
            told = load(body)
        except Unreadable:
            raise NoToken("answer", again=True) from None
        token = bearer_of(told)
        if not token:
            raise NoToken("answer", again=False)
        said = text(told.get("expires_in"))
        seconds = min(float(said), LONGEST) if said.isdecimal() else 60.0
        return _Kept(token, self._clock() + max(seconds - EARLY, seconds / 2))


def bearer_of(told: Node) -> str:
    """The access token of a token answer; "" when it holds none that can be sent."""
    token, kind = text(told.get("access_token")), text(told.get("token_type"))
    return token if token.isascii() and token.isprintable() and " " not in token and kind.lower() == "bearer" else ""
