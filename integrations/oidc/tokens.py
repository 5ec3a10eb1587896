"""From the letters of a signed token to its claims: size, shape, header, key and signature, in that order."""

from __future__ import annotations

import base64
import binascii
from typing import Any, NamedTuple

from joserfc import jws
from joserfc.errors import JoseError

from integrations.fhir.text.json_gate import load
from integrations.oidc.keys import KeySet
from integrations.oidc.provider import ALGORITHMS, Claims, Provider, Refused
from mdo_portal.exchange import Unreadable

LONGEST = 16_384
#: a header may say this much; keys, addresses of keys and anything critical are somebody else's idea (CVE-2025-59420, CVE-2026-27962)
_HEADERS = frozenset({"alg", "kid", "typ", "x5t", "x5t#S256"})


class Verified(NamedTuple):
    """The claims of a token whose signature holds, and by which algorithm."""

    claims: Claims
    algorithm: str


def verified(token: object, provider: Provider, keys: KeySet, *, types: frozenset[str]) -> Verified:
    """The claims of a token signed by the provider's own key. Raises Refused.

    `types`: what `typ` may say, in small letters; a token without it passes (RFC 7519 makes it optional).
    """
    parts = _parts(token)
    header = _json(parts[0])
    algorithm = _checked_header(header, provider, types)
    kid = header.get("kid")
    key = keys.key(kid, algorithm)
    _json(parts[1])  # a payload of which readers could disagree is refused before anybody believes it
    try:
        found = jws.deserialize_compact(".".join(parts), key, algorithms=[algorithm])
    except (JoseError, ValueError, TypeError):
        raise Refused("signature") from None
    return Verified(_parsed(found.payload), algorithm)


def _parts(token: object) -> list[str]:
    if not isinstance(token, str) or not token.isascii() or len(token) > LONGEST:
        raise Refused("token_shape")
    parts = token.split(".")
    if len(parts) != 3 or not all(parts):
        raise Refused("token_shape")
    return parts


def _checked_header(header: dict[str, Any], provider: Provider, types: frozenset[str]) -> str:
    if not header.keys() <= _HEADERS:
        raise Refused("token_header")
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ")
    if not isinstance(algorithm, str) or algorithm not in provider.algorithms or algorithm not in ALGORITHMS:
        raise Refused("algorithm")
    if kid is not None and not isinstance(kid, str):
        raise Refused("token_header")
    if kind is not None and (not isinstance(kind, str) or kind.lower().removeprefix("application/") not in types):
        raise Refused("token_type")
    return algorithm


def _json(part: str) -> dict[str, Any]:
    """Base64url without a second way to write it, then strict JSON."""
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Refused("token_shape") from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != part:
        raise Refused("token_shape")
    return _parsed(raw)


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        return load(raw)
    except Unreadable:
        raise Refused("token_shape") from None
