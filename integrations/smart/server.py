"""Checking the assertion of a hospital's system: signed by a key it registered, for us, fresh, and good for once."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey, import_key

from integrations.fhir.text.json_gate import load
from integrations.smart.client import BEARER
from mdo_portal.exchange import Unreadable

ALGORITHMS = ("RS384", "ES384", "PS256", "PS384", "RS256", "ES256")
LONGEST_LIFE = timedelta(minutes=5)
SKEW = timedelta(seconds=30)
LONGEST = 8_192
MIN_RSA_BITS = 2048
_HEADERS = {"alg", "kid", "typ", "x5t", "x5t#S256"}  # never jku, jwk, x5u or crit: keys are those that were registered


class NotProven(Exception):
    """OAuth's code of what is wrong, and which check failed (form, header, key, signature, aud, exp, jti); never a value."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code
        self.why = why


@dataclass(frozen=True)
class Proven:
    """An assertion that holds. It may be exchanged once: whoever keeps count says so by `jti`."""

    client_id: str
    jti: str
    until: datetime  #: the last moment at which we would take it: its own end, and what clocks may differ


def client_of(form: Mapping[str, str]) -> str:
    """Who says to be asking: read without belief, to find the registered keys. Raises NotProven."""
    if form.get("grant_type") != "client_credentials":
        raise NotProven("unsupported_grant_type", "form")
    if form.get("client_assertion_type") != BEARER:
        raise NotProven("invalid_client", "form")
    claims = _payload(form.get("client_assertion", ""))
    client = claims.get("iss")
    if not isinstance(client, str) or not client or client != claims.get("sub"):
        raise NotProven("invalid_client", "form")
    if form.get("client_id", client) != client:
        raise NotProven("invalid_client", "form")
    return client


def proven(form: Mapping[str, str], jwks: str, *, audiences: frozenset[str], now: datetime, jwks_url: str = "") -> Proven:
    """The assertion, checked against the registered keys. Raises NotProven. `jwks_url`: where they were fetched, if they were."""
    token = form["client_assertion"]
    header = _checked_header(_part(token, 0), jwks_url)
    key = _key(jwks, header)
    try:
        jws.deserialize_compact(token, key, algorithms=[header["alg"]])
    except (JoseError, ValueError, TypeError):
        raise NotProven("invalid_client", "signature") from None
    claims = _payload(token)
    return Proven(claims["iss"], _jti(claims), _until(claims, audiences, now))


def _checked_header(header: dict[str, Any], jwks_url: str) -> dict[str, Any]:
    """A system may repeat where its keys are (`jku`, SMART Backend Services): only the registered address, and we do not go there now."""
    if jwks_url and header.get("jku") == jwks_url:
        header = {name: value for name, value in header.items() if name != "jku"}
    strings = all(isinstance(header.get(name, ""), str) for name in _HEADERS)
    if not header.keys() <= _HEADERS or not strings or header.get("alg") not in ALGORITHMS or not header.get("kid"):
        raise NotProven("invalid_client", "header")
    return header


def _key(jwks: str, header: dict[str, Any]) -> ECKey | RSAKey:
    """The one registered key of that name, fit for that algorithm."""
    found = [
        one for one in registered(jwks) if one.get("kid") == header["kid"] and one.get("alg", header["alg"]) == header["alg"]
    ]
    made = _public(found[0]) if len(found) == 1 else None
    wanted = ECKey if header["alg"].startswith("ES") else RSAKey
    if not isinstance(made, wanted):
        raise NotProven("invalid_client", "key")
    return made


def registered(jwks: str) -> list[dict[str, Any]]:
    """The keys of a JWKS; none when it is no such thing."""
    try:
        keys = load(jwks.encode()).get("keys")
    except Unreadable:
        return []
    return [one for one in keys if isinstance(one, dict)] if isinstance(keys, list) else []


def trouble(jwks: str) -> str:
    """Why this cannot be registered: "" when it can. Private halves are refused: they were just given away."""
    keys = registered(jwks)
    if not keys:
        return "no keys"
    if any(holds_private(one) for one in keys):
        return "private"
    if any(not one.get("kid") or _public(one) is None for one in keys) or len({one["kid"] for one in keys}) != len(keys):
        return "not usable"
    return ""


def holds_private(key: Mapping[str, Any]) -> bool:
    """Whether it is more than a public half."""
    return not key.keys().isdisjoint(("d", "p", "q", "dp", "dq", "qi", "k"))


def _public(key: Mapping[str, Any]) -> ECKey | RSAKey | None:
    """Only the public half, whatever was registered; nothing shorter than 2048 bits."""
    parts = ("kty", "crv", "x", "y") if key.get("kty") == "EC" else ("kty", "n", "e")
    try:
        made = import_key({name: str(key[name]) for name in parts})
    except (JoseError, KeyError, ValueError):
        return None
    if isinstance(made, RSAKey):
        return made if made.raw_value.key_size >= MIN_RSA_BITS else None
    return made if isinstance(made, ECKey) else None


def _jti(claims: Mapping[str, Any]) -> str:
    jti = claims.get("jti")
    if not isinstance(jti, str) or not re.fullmatch(r"[\x21-\x7e]{8,200}", jti):
        raise NotProven("invalid_client", "jti")
    return jti


def _until(claims: Mapping[str, Any], audiences: frozenset[str], now: datetime) -> datetime:
    told = claims.get("aud")
    named = told if isinstance(told, list) else [told]
    if len(named) != 1 or named[0] not in audiences:
        raise NotProven("invalid_client", "aud")
    until, since = _time(claims.get("exp")), _time(claims.get("nbf", claims.get("iat", 0)))
    if until <= now - SKEW or until > now + LONGEST_LIFE + SKEW or since > now + SKEW:
        raise NotProven("invalid_client", "exp")
    return until + SKEW


def _time(value: Any) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**40:
        raise NotProven("invalid_client", "exp")
    return datetime.fromtimestamp(value, UTC)


def _payload(token: str) -> dict[str, Any]:
    return _part(token, 1)


def _part(token: str, place: int) -> dict[str, Any]:
    """Base64url without a second way to write it, then strict JSON."""
    parts = token.split(".")
    if not token.isascii() or len(token) > LONGEST or len(parts) != 3:
        raise NotProven("invalid_client", "form")
    try:
        raw = base64.b64decode(parts[place] + "=" * (-len(parts[place]) % 4), altchars=b"-_", validate=True)
        if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != parts[place]:
            raise NotProven("invalid_client", "form")
        return load(raw)
    except (binascii.Error, ValueError, Unreadable):
        raise NotProven("invalid_client", "form") from None
