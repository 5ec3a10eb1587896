"""Fetching a hospital's JWKS from the address that was agreed: through the one gate out, public keys only."""

from __future__ import annotations

import json

from integrations.fhir.text.values import Node
from integrations.out import NoReply, Reach, exchange
from integrations.smart import server
from mdo_portal.exchange import Address, NotPulled

LARGEST = 64 * 1024
_PARTS = ("kid", "kty", "alg", "use", "crv", "x", "y", "n", "e")
_CODES = {"address": "address", "certificate": "certificate", "too_large": "too_large"}


class HttpKeyFetcher:
    """exchange.KeyFetcher."""

    def keys(self, url: str, address: Address) -> str:
        try:
            reply = exchange(
                "GET", url, reach=Reach((url,), address.inside), headers={"Accept": "application/json"},
                seconds=address.timeout_seconds, limit=LARGEST, certificate=address.certificate, trust=address.trust,
            )  # fmt: skip
        except NoReply as silence:
            raise NotPulled(_CODES.get(silence.code, "unreachable"), again=True) from None
        if reply.status != 200:
            raise NotPulled("unreachable" if reply.status >= 500 else "refused", again=True)
        return _usable(reply.body)


def _usable(body: bytes) -> str:
    """Of what it shows the keys we can check by, and of those what says which key it is: the rest may be anything."""
    shown = server.registered(body.decode("utf-8", "replace"))
    if any(map(server.holds_private, shown)):
        raise NotPulled("private", again=True)
    plain = ({name: text for name in _PARTS if isinstance(text := one.get(name), str)} for one in shown if _is_to_sign(one))
    kept = json.dumps({"keys": [one for one in plain if not server.trouble(json.dumps({"keys": [one]}))]}, sort_keys=True)
    if server.trouble(kept):
        raise NotPulled("answer", again=True)
    return kept


def _is_to_sign(key: Node) -> bool:
    return bool(key.get("use", "sig") == "sig")
