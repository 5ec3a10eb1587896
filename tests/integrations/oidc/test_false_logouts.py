"""Logout tokens that are not what they say."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.oidc.logout import EVENT
from integrations.oidc.provider import Refused
from tests.integrations.oidc import mint
from tests.integrations.oidc.forging import AT, CLIENT, GONE, NOW, Bench, Forge, bench, by_hs256
from tests.integrations.oidc.idp import OTHER_RSA, RSA

__all__ = ["bench"]


def leaves(**over: Any) -> Forge:
    """A logout token with something else in it."""

    def forge(bench: Bench) -> str:
        claims = {
            "iss": bench.a.url,
            "aud": CLIENT,
            "iat": AT,
            "exp": AT + 120,
            "jti": "j-1",
            "sub": "jansen",
            "sid": "s-1",
            "events": {EVENT: {}},
        }
        claims = {name: value for name, value in {**claims, **over}.items() if value is not GONE}
        return mint.token({"alg": "RS256", "kid": "k1", "typ": "logout+jwt"}, claims, RSA)

    return forge


LOGOUTS: dict[str, tuple[Forge, str]] = {
    "no events": (leaves(events=GONE), "token_type"),
    "events a list": (leaves(events=[EVENT]), "token_type"),
    "events of something else": (leaves(events={"http://schemas.example/other": {}}), "token_type"),
    "event not an object": (leaves(events={EVENT: "yes"}), "token_type"),
    "with a nonce": (leaves(nonce="nonce-1"), "token_type"),
    "no jti": (leaves(jti=GONE), "claim"),
    "jti a number": (leaves(jti=7), "claim"),
    "neither sub nor sid": (leaves(sub=GONE, sid=GONE), "claim"),
    "sid a list": (leaves(sid=["s-1"]), "claim"),
    "sub a list": (leaves(sub=["jansen"]), "claim"),
    "of another client": (leaves(aud="ander-portaal"), "audience"),
    "of another issuer": (leaves(iss="https://elders.example"), "issuer"),
    "old": (leaves(iat=AT - 3600), "issued_at"),
    "of tomorrow": (leaves(iat=AT + 3600), "issued_at"),
    "expired": (leaves(exp=AT - 60), "expired"),
    "no iat": (leaves(iat=GONE), "claim"),
    "an ID token": (lambda one: mint.token(one.header, one.claims, RSA), "token_type"),
    "by the other provider's key": (lambda one: mint.token(one.header, one.claims, OTHER_RSA), "signature"),
    "by the public key as secret": (by_hs256(lambda: mint.public_pem(RSA)), "algorithm"),
    "not signed": (lambda one: mint.token({"alg": "none"}, one.claims, None, "none") + "AA", "algorithm"),
}  # fmt: skip


@pytest.mark.parametrize("name", LOGOUTS)
def test_a_false_logout_token_is_refused_and_the_good_one_beside_it_is_not(bench: Bench, name: str) -> None:
    forge, code = LOGOUTS[name]

    good = bench.party.ended(bench.provider, leaves()(bench), now=NOW)
    with pytest.raises(Refused) as refused:
        bench.party.ended(bench.provider, forge(bench), now=NOW)

    assert (good.subject, good.provider_session, good.token_id) == ("jansen", "s-1", "j-1")
    assert refused.value.code == code
