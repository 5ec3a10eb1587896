"""What an ID token must say before anybody is signed in on it (OpenID Connect Core 3.1.3.7, ASVS 6.8 and 10.5)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from integrations.oidc.provider import Attempt, Claims, Provider, Refused
from mdo_portal.exchange import Vouched

LEEWAY = timedelta(seconds=30)
YOUNG = timedelta(minutes=5)
"""A token was asked for just now: an older one belongs to another sign-in."""
LONGEST_SUBJECT = 255


def vouched(claims: Claims, provider: Provider, attempt: Attempt, *, access_token: str, algorithm: str, now: datetime) -> Vouched:
    """Who this is, when every claim fits. Raises Refused with the claim's own code."""
    check_party(claims, provider)
    check_times(claims, now=now)
    if not hmac.compare_digest(_text(claims, "nonce").encode(), attempt.nonce.encode()):
        raise Refused("nonce")
    if "events" in claims:
        raise Refused("token_type")
    _check_hash(claims, access_token, algorithm)
    acr, amr = _acr(claims), _words(claims, "amr")
    _check_strength(acr, amr, provider)
    return Vouched(
        issuer=provider.issuer,
        subject=subject(claims),
        strong=bool({*acr, *amr} & set(provider.strong_values)),
        acr=acr[0] if acr else "",
        amr=amr,
        authenticated_at=_authenticated_at(claims, provider, attempt, now=now),
        provider_session=session_of(claims),
        uras=frozenset(_uras(claims)),
        role_codes=tuple(_role_codes(claims)),
    )


def with_userinfo(claims: Claims, userinfo: Claims) -> Claims:
    """The ID token's word first; userinfo only adds, and only about the same subject. Raises Refused."""
    if not isinstance(userinfo.get("sub"), str) or userinfo["sub"] != claims.get("sub"):
        raise Refused("userinfo")
    employer = {
        name: userinfo[name] for name in ("ura", "abonnee_nummer", "relations", "role_code", "rol_code") if name in userinfo
    }
    return {**employer, **claims}


def check_party(claims: Claims, provider: Provider) -> None:
    """iss, aud and azp: from this provider, for us and nobody else."""
    if _text(claims, "iss") != provider.issuer:
        raise Refused("issuer")
    audience = claims.get("aud")
    named = [audience] if isinstance(audience, str) else audience
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named) or provider.client_id not in named:
        raise Refused("audience")
    if "azp" in claims and claims["azp"] != provider.client_id:
        raise Refused("audience")
    if len(named) > 1 and "azp" not in claims:
        raise Refused("audience")


def check_times(claims: Claims, *, now: datetime, expires: bool = True) -> datetime:
    """exp, nbf and iat; returns iat."""
    issued = moment(claims, "iat")
    if issued > now + LEEWAY or issued < now - YOUNG:
        raise Refused("issued_at")
    if (expires or "exp" in claims) and moment(claims, "exp") <= now - LEEWAY:
        raise Refused("expired")
    if "nbf" in claims and moment(claims, "nbf") > now + LEEWAY:
        raise Refused("not_yet")
    return issued


def moment(claims: Claims, name: str) -> datetime:
    """A NumericDate; anything else is refused under the claim's name."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 < value < 10_000_000_000:
        raise Refused("claim", name)
    return datetime.fromtimestamp(float(value), UTC)


def subject(claims: Claims) -> str:
    """sub: the only name under which a provider's person is known, with iss."""
    found = _text(claims, "sub")
    if len(found) > LONGEST_SUBJECT or not found.isprintable() or not found.isascii():
        raise Refused("claim", "sub")
    return found


def session_of(claims: Claims) -> str:
    return _text(claims, "sid") if "sid" in claims else ""


def _text(claims: Claims, name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise Refused("claim", name)
    return value


def _words(claims: Claims, name: str) -> tuple[str, ...]:
    value = claims.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Refused("claim", name)
    return tuple(value)


def _acr(claims: Claims) -> tuple[str, ...]:
    """acr, and acrs: Entra ID puts its authentication contexts there, as a list or as one word."""
    own = (_text(claims, "acr"),) if "acr" in claims else ()
    return own + ((_text(claims, "acrs"),) if isinstance(claims.get("acrs"), str) else _words(claims, "acrs"))


def _check_strength(acr: Iterable[str], amr: Iterable[str], provider: Provider) -> None:
    if provider.required_acr and not set(acr) & set(provider.required_acr):
        raise Refused("too_weak", "acr")
    if provider.required_amr and not set(amr) & set(provider.required_amr):
        raise Refused("too_weak", "amr")


def _authenticated_at(claims: Claims, provider: Provider, attempt: Attempt, *, now: datetime) -> datetime:
    """auth_time: always asked for (max_age), so always required."""
    found = moment(claims, "auth_time")
    earliest = attempt.started_at if attempt.fresh else now - provider.max_age
    if found < earliest.replace(microsecond=0) - LEEWAY or found > now + LEEWAY:
        raise Refused("too_long_ago")
    return found


def _check_hash(claims: Claims, access_token: str, algorithm: str) -> None:
    """at_hash, when there: the access token came with this ID token."""
    if "at_hash" not in claims:
        return
    digest = hashlib.new(f"sha{algorithm[2:]}", access_token.encode()).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=")
    if not hmac.compare_digest(_text(claims, "at_hash").encode(), half):
        raise Refused("access_token")


def _uras(claims: Claims) -> list[str]:
    """The employers a Dezi (or ZORG-ID) provider names: `relations[].ura`, `ura` or `abonnee_nummer`. Raises Refused for odd ones."""
    named = [claims[name] for name in ("ura", "abonnee_nummer") if claims.get(name) is not None]
    named += [one["ura"] for one in _relations(claims) if one.get("ura") is not None]
    if not all(isinstance(one, str) and one.isascii() and one.isdigit() for one in named):
        raise Refused("claim", "ura")
    return [one.zfill(8) for one in named]


def _role_codes(claims: Claims) -> list[str]:
    named: list[Any] = [claims[name] for name in ("role_code", "rol_code") if claims.get(name) is not None]
    for relation in _relations(claims):
        roles = relation.get("roles", [])
        named += roles if isinstance(roles, list) else [roles]
    return [one for one in named if isinstance(one, str) and len(one) <= 20 and one.isascii() and one.isprintable()]


def _relations(claims: Claims) -> list[Mapping[str, Any]]:
    found = claims.get("relations", [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Refused("claim", "relations")
    return found
