"""Making ID tokens, and making them wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.oidc.provider import Attempt, Provider
from integrations.oidc.relying_party import RelyingParty
from tests.integrations.oidc import idp, mint
from tests.integrations.oidc.idp import EC, OTHER_RSA, RSA, Idp

NOW = datetime(2026, 3, 2, 13, 30, tzinfo=UTC)
AT = int(NOW.timestamp())
CLIENT = "mdo-portaal"
ACCESS = "access-token"
ATTEMPT = Attempt("state-1", "nonce-1", "verifier-1", "http://127.0.0.1/back", NOW - timedelta(seconds=20))


@dataclass
class Bench:
    """Hospital A's provider, hospital B's, and our side of both."""

    a: Idp
    b: Idp
    party: RelyingParty
    provider: Provider

    @property
    def header(self) -> dict[str, Any]:
        return {"alg": "RS256", "kid": "k1", "typ": "JWT"}

    @property
    def claims(self) -> dict[str, Any]:
        return {
            "iss": self.a.url, "sub": "jansen", "aud": CLIENT, "exp": AT + 300, "iat": AT - 1, "auth_time": AT - 60,
            "nonce": "nonce-1", "acr": "loa-high", "amr": ["pwd", "mfa"], "sid": "s-1",
        }  # fmt: skip

    def judged(self, token: Any, **over: Any) -> Any:
        answer = {"access_token": ACCESS, "id_token": token, "token_type": "Bearer"}
        return self.party.judge(over.get("provider", self.provider), over.get("attempt", ATTEMPT), answer, now=NOW)


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    a_keys = [mint.jwk(RSA, "k1"), mint.jwk(EC, "e1"), mint.jwk(OTHER_RSA, "enc", use="enc")]
    with idp.serving(a_keys) as a, idp.serving([mint.jwk(OTHER_RSA, "k1"), mint.jwk(OTHER_RSA, "b1")]) as b:
        provider = Provider(
            a.url, CLIENT, "geheim", required_acr=("loa-high",), required_amr=("mfa",), strong_values=("mfa",),
            algorithms=("RS256", "ES256"),
        )  # fmt: skip
        yield Bench(a, b, RelyingParty(loopback=True), provider)


Forge = Callable[[Bench], str]


def head(**over: Any) -> Forge:
    """A header that says more or something else; the signature is right for what is sent."""
    return lambda bench: mint.token({**bench.header, **over}, bench.claims, RSA)


def says(**over: Any) -> Forge:
    """Claims that say something else, signed by the right key. None takes a claim away."""

    def forge(bench: Bench) -> str:
        claims = {**bench.claims, **{name: value(bench) if callable(value) else value for name, value in over.items()}}
        return mint.token(bench.header, {name: value for name, value in claims.items() if value is not GONE}, RSA)

    return forge


GONE: Any = object()


def by_hs256(key: Callable[[], bytes]) -> Forge:
    return lambda bench: mint.token({**bench.header, "alg": "HS256"}, bench.claims, key(), "HS256")


def doubled(bench: Bench) -> str:
    """`sub` stands twice: two readers see two people."""
    raw = json.dumps(bench.claims).encode()
    return mint.token(bench.header, raw[:-1] + b', "sub": "baas"}', RSA)


def doubled_header(bench: Bench) -> str:
    return mint.token(b'{"alg":"none","alg":"RS256","kid":"k1"}', bench.claims, RSA)


def flipped(bench: Bench) -> str:
    """Somebody else's name under a signature that was good."""
    start, _, end = mint.token(bench.header, bench.claims, RSA).split(".")
    return f"{start}.{mint.b64(mint.as_json({**bench.claims, 'sub': 'baas'}))}.{end}"


def cut(bench: Bench) -> str:
    return mint.token(bench.header, bench.claims, RSA).rpartition(".")[0] + "."


def two_parts(bench: Bench) -> str:
    return mint.token(bench.header, bench.claims, RSA).rpartition(".")[0]


def other_letters(bench: Bench) -> str:
    """The same bytes written another way: the last letter of base64 has bits to spare."""
    start, payload, end = mint.token(bench.header, bench.claims, RSA).split(".")
    padded = payload + "="
    return f"{start}.{padded}.{end}"


def jwe(bench: Bench) -> str:
    return "e30.e30.e30.e30.e30"
