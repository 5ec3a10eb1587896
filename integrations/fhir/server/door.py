"""A hospital's FHIR server as we meet it: its registered address, our token there, and once a new token when the old one ended."""

from __future__ import annotations

import time
from collections.abc import Mapping

from integrations.out import MAX_ANSWER, NoReply, Reach, Reply, exchange
from integrations.smart.client import NoToken, Tokens
from mdo_portal.exchange import Address

JSON = "application/fhir+json"


class Door:
    """Everything that is said to a hospital's FHIR server goes through here. `tokens` None: fixed tokens only."""

    def __init__(self, tokens: Tokens | None = None) -> None:
        self._tokens = tokens

    def ask(
        self,
        method: str,
        path: str,
        address: Address,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
        base: str = "",
        seconds: float = 0.0,
        limit: int = MAX_ANSWER,
    ) -> Reply:
        """One request to a path below the address ("" = the address itself), or to an absolute address there.

        Raises NoReply and NoToken. `base` is the authorization base that goes with the token request. `seconds` (else those of the
        address) bound all of it: a token, the request, and both once more when the token had ended.
        """
        until = time.monotonic() + (seconds or address.timeout_seconds)
        root = address.url.rstrip("/")
        url = path if path.startswith(("https:", "http:")) else f"{root}/{path}" if path else root

        def once(*, fresh: bool) -> Reply:
            shown = self._authorization(address, base, fresh=fresh, seconds=_left(until))
            told = {"Accept": JSON, **(headers or {}), **shown}
            return exchange(
                method, url, reach=reach_of(address), headers=told, content=content, seconds=_left(until),
                limit=limit, certificate=address.certificate, trust=address.trust,
            )  # fmt: skip

        reply = once(fresh=False)
        return once(fresh=True) if reply.status == 401 and address.token_url else reply

    def _authorization(self, address: Address, base: str, *, fresh: bool, seconds: float) -> dict[str, str]:
        if self._tokens is not None:
            return self._tokens.header(address, base=base, fresh=fresh, seconds=seconds)
        if address.token_url:
            raise NoToken("no_key", again=False)
        return {"Authorization": f"Bearer {address.token}"} if address.token else {}


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise NoReply("timeout", was_sent=False)
    return left


def reach_of(address: Address) -> Reach:
    """The registered address and nothing else; one with a question in it is none."""
    return Reach((address.url,) if "?" not in address.url else (), address.inside)
