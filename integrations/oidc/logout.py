"""A logout token: the provider says that a session ended (OpenID Connect Back-Channel Logout 2.6)."""

from __future__ import annotations

from datetime import datetime

from integrations.oidc.claims import check_party, check_times, session_of, subject
from integrations.oidc.provider import Claims, Provider, Refused
from mdo_portal.exchange import Ended

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TYPES = frozenset({"logout+jwt", "jwt"})


def ended(claims: Claims, provider: Provider, *, now: datetime) -> Ended:
    """Whose session ended. Raises Refused; whether the token was used before is for the caller to remember."""
    check_party(claims, provider)
    check_times(claims, now=now, expires=False)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise Refused("token_type", "events")
    if "nonce" in claims:  # an ID token must never pass for one
        raise Refused("token_type", "nonce")
    token_id = claims.get("jti")
    if not isinstance(token_id, str) or not 0 < len(token_id) <= 255:
        raise Refused("claim", "jti")
    name, provider_session = subject(claims) if "sub" in claims else "", session_of(claims)
    if not name and not provider_session:
        raise Refused("claim", "sub")
    return Ended(provider.issuer, name, provider_session, token_id)
