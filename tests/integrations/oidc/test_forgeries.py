"""Forged tokens: every one is refused, for the right reason, beside a good one that differs in nothing else and is accepted."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from integrations.oidc.logout import EVENT
from integrations.oidc.provider import Refused
from tests.integrations.oidc import mint
from tests.integrations.oidc.forging import (
    ACCESS,
    AT,
    ATTEMPT,
    CLIENT,
    GONE,
    Bench,
    Forge,
    bench,
    by_hs256,
    cut,
    doubled,
    doubled_header,
    flipped,
    head,
    jwe,
    other_letters,
    says,
    two_parts,
)
from tests.integrations.oidc.idp import EC, OTHER_RSA, RSA

__all__ = ["bench"]

FORGERIES: dict[str, tuple[Forge, str]] = {
    # signatures and algorithms
    "alg none": (lambda one: mint.token({**one.header, "alg": "none"}, one.claims, None, "none") + "AA", "algorithm"),
    "alg none, no signature": (lambda one: mint.token({**one.header, "alg": "none"}, one.claims, None, "none"), "token_shape"),
    "alg NoNe": (lambda one: mint.token({**one.header, "alg": "NoNe"}, one.claims, RSA), "algorithm"),
    "alg missing": (lambda one: mint.token({"kid": "k1", "typ": "JWT"}, one.claims, RSA), "algorithm"),
    "alg a list": (lambda one: mint.token({**one.header, "alg": ["RS256"]}, one.claims, RSA), "algorithm"),
    "HS256 with the public key as secret": (by_hs256(lambda: mint.public_pem(RSA)), "algorithm"),
    "HS256 with the modulus as secret": (by_hs256(lambda: mint.jwk(RSA)["n"].encode()), "algorithm"),
    "HS256 with the client secret": (by_hs256(lambda: b"geheim"), "algorithm"),
    "PS256 where RS256 was agreed": (lambda one: mint.token({**one.header, "alg": "PS256"}, one.claims, RSA, "PS256"), "algorithm"),
    "PSS signature called RS256": (lambda one: mint.token(one.header, one.claims, RSA, "PS256"), "signature"),
    "RS512 signature called RS256": (lambda one: mint.token(one.header, one.claims, RSA, "RS512"), "signature"),
    "RS512 where RS256 was agreed": (lambda one: mint.token({**one.header, "alg": "RS512"}, one.claims, RSA, "RS512"), "algorithm"),
    "ES256 under the RSA key's name": (lambda one: mint.token({**one.header, "alg": "ES256"}, one.claims, EC, "ES256"), "unknown_key"),
    "RS256 under the EC key's name": (lambda one: mint.token({**one.header, "kid": "e1"}, one.claims, RSA), "unknown_key"),
    "ES256 of zeros": (
        lambda one: mint.token({**one.header, "alg": "ES256", "kid": "e1"}, one.claims, None, "none") + mint.b64(b"\0" * 64), "signature",
    ),
    "another's key, our kid": (lambda one: mint.token(one.header, one.claims, OTHER_RSA), "signature"),
    "claims changed after signing": (flipped, "signature"),
    "signature cut off": (cut, "token_shape"),
    "two parts": (two_parts, "token_shape"),
    "five parts (JWE)": (jwe, "token_shape"),
    # headers that bring their own key
    "jwk in the header": (
        lambda one: mint.token({**one.header, "jwk": mint.jwk(OTHER_RSA)}, one.claims, OTHER_RSA), "token_header",
    ),
    "jku to another place": (
        lambda one: mint.token({**one.header, "jku": f"{one.b.url}/jwks"}, one.claims, OTHER_RSA), "token_header",
    ),
    "x5u to another place": (head(x5u="https://elders.example/cert.pem"), "token_header"),
    "x5c of somebody": (head(x5c=["MIIB"]), "token_header"),
    "crit with an unknown word": (head(crit=["exp"], exp=AT + 300), "token_header"),
    "crit with b64": (head(crit=["b64"], b64=False), "token_header"),
    "crit empty": (head(crit=[]), "token_header"),
    "zip": (head(zip="DEF"), "token_header"),
    "cty JWT (nested)": (head(cty="JWT"), "token_header"),
    # names of keys
    "kid unknown": (head(kid="k2"), "unknown_key"),
    "kid a path": (head(kid="../../../../dev/null"), "unknown_key"),
    "kid SQL": (head(kid="k1' UNION SELECT 'x"), "unknown_key"),
    "kid a list": (head(kid=["k1"]), "token_header"),
    "kid empty": (head(kid=""), "unknown_key"),
    "kid of the encryption key": (lambda one: mint.token({**one.header, "kid": "enc"}, one.claims, OTHER_RSA), "unknown_key"),
    "kid of the other provider's key": (lambda one: mint.token({**one.header, "kid": "b1"}, one.claims, OTHER_RSA), "unknown_key"),
    # kinds of token
    "typ of an access token": (head(typ="at+jwt"), "token_type"),
    "typ of a logout token": (head(typ="logout+jwt"), "token_type"),
    "typ a number": (head(typ=1), "token_type"),
    "logout token as ID token": (says(events={EVENT: {}}, nonce=GONE, jti="j"), "claim"),
    "logout token with a nonce as ID token": (says(events={EVENT: {}}), "token_type"),
    # who and for whom
    "iss of the other provider": (says(iss=lambda one: one.b.url), "issuer"),
    "iss with a slash more": (says(iss=lambda one: one.a.url + "/"), "issuer"),
    "iss missing": (says(iss=GONE), "claim"),
    "iss a list": (says(iss=lambda one: [one.a.url]), "claim"),
    "aud of another client": (says(aud="ander-portaal"), "audience"),
    "aud missing": (says(aud=GONE), "audience"),
    "aud empty": (says(aud=[]), "audience"),
    "aud a part of our name": (says(aud="mdo"), "audience"),
    "aud a longer name": (says(aud=CLIENT + "-test"), "audience"),
    "aud list without azp": (says(aud=[CLIENT, "ander-portaal"]), "audience"),
    "aud list with another azp": (says(aud=[CLIENT, "ander-portaal"], azp="ander-portaal"), "audience"),
    "azp of another": (says(azp="ander-portaal"), "audience"),
    "azp a list": (says(azp=[CLIENT]), "audience"),
    "aud list with a number": (says(aud=[CLIENT, 1], azp=CLIENT), "audience"),
    "sub missing": (says(sub=GONE), "claim"),
    "sub empty": (says(sub=""), "claim"),
    "sub a number": (says(sub=7), "claim"),
    "sub a list": (says(sub=["jansen"]), "claim"),
    "sub too long": (says(sub="j" * 256), "claim"),
    "sub not ASCII": (says(sub="jаnsen"), "claim"),  # a Cyrillic а
    "sub with a line end": (says(sub="jansen\n"), "claim"),
    # when
    "expired": (says(exp=AT - 31), "expired"),
    "exp missing": (says(exp=GONE), "claim"),
    "exp a text": (says(exp=str(AT + 300)), "claim"),
    "exp true": (says(exp=True), "claim"),
    "exp huge": (says(exp=10**18), "claim"),
    "not yet": (says(nbf=AT + 31), "not_yet"),
    "issued tomorrow": (says(iat=AT + 86_400), "issued_at"),
    "issued an hour ago": (says(iat=AT - 3600), "issued_at"),
    "iat missing": (says(iat=GONE), "claim"),
    # this sign-in
    "nonce of another sign-in": (says(nonce="nonce-2"), "nonce"),
    "nonce missing": (says(nonce=GONE), "claim"),
    "nonce a list": (says(nonce=["nonce-1"]), "claim"),
    "at_hash of another access token": (says(at_hash=mint.b64(b"0" * 16)), "access_token"),
    "at_hash empty": (says(at_hash=""), "claim"),
    # how strong, how long ago
    "acr too low": (says(acr="loa-low"), "too_weak"),
    "acr missing": (says(acr=GONE), "too_weak"),
    "acr a list": (says(acr=["loa-high"]), "claim"),
    "amr missing": (says(amr=GONE), "too_weak"),
    "amr without a second factor": (says(amr=["pwd"]), "too_weak"),
    "amr a text that holds the word": (says(amr="pwd mfa"), "claim"),
    "auth_time missing": (says(auth_time=GONE), "claim"),
    "auth_time yesterday": (says(auth_time=AT - 86_400), "too_long_ago"),
    "auth_time in the future": (says(auth_time=AT + 3600), "too_long_ago"),
    # letters
    "a key twice in the claims": (doubled, "token_shape"),
    "a key twice in the header": (doubled_header, "token_shape"),
    "claims not JSON": (lambda one: mint.token(one.header, b"sub=jansen", RSA), "token_shape"),
    "claims a list": (lambda one: mint.token(one.header, json.dumps([one.claims]).encode(), RSA), "token_shape"),
    "claims with NaN": (lambda one: mint.token(one.header, b'{"exp": NaN}', RSA), "token_shape"),
    "claims not UTF-8": (lambda one: mint.token(one.header, b'{"sub": "\xff"}', RSA), "token_shape"),
    "claims deep": (lambda one: mint.token(one.header, b'{"a":' + b"[" * 500 + b"]" * 500 + b"}", RSA), "token_shape"),
    "huge": (says(padding="x" * 20_000), "token_shape"),
    "not ASCII": (lambda one: mint.token(one.header, one.claims, RSA) + "é", "token_shape"),
    "padded base64": (other_letters, "token_shape"),
    "with a space": (lambda one: " " + mint.token(one.header, one.claims, RSA), "token_shape"),
    "employer not a number": (says(relations=[{"ura": ["00000001"]}]), "claim"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_id_token_is_refused_and_the_good_one_beside_it_is_not(bench: Bench, name: str) -> None:
    forge, code = FORGERIES[name]

    good = bench.judged(mint.token(bench.header, bench.claims, RSA))
    with pytest.raises(Refused) as refused:
        bench.judged(forge(bench))

    assert (good.subject, good.strong) == ("jansen", True)
    assert refused.value.code == code


def test_there_are_enough_forgeries() -> None:
    assert len(FORGERIES) >= 40


GOOD: dict[str, Forge] = {
    "no typ": lambda one: mint.token({"alg": "RS256", "kid": "k1"}, one.claims, RSA),
    "typ in small letters": head(typ="jwt"),
    "thumbprint in the header": head(x5t="abc"),
    "ES256": lambda one: mint.token({"alg": "ES256", "kid": "e1"}, one.claims, EC, "ES256"),
    "aud a list of one": says(aud=[CLIENT]),
    "aud a list with our azp": says(aud=[CLIENT, "ander-portaal"], azp=CLIENT),
    "a clock twenty seconds ahead": says(iat=AT + 20, nbf=AT + 20, auth_time=AT + 20),
    "at_hash right": says(at_hash=mint.b64(hashlib.sha256(ACCESS.encode()).digest()[:16])),
    "acrs of Entra": says(acr=GONE, acrs=["c1", "loa-high"]),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_providers_do_differently_and_may_is_accepted(bench: Bench, name: str) -> None:
    assert bench.judged(GOOD[name](bench)).subject == "jansen"


def test_the_right_signature_of_the_other_provider_is_nothing_here(bench: Bench) -> None:
    """Mix-up: B signs, as itself and as A, under a name that A's key has too; and B's own hospital accepts the very same token."""
    as_b = {**bench.claims, "iss": bench.b.url}
    of_b = replace(bench.provider, issuer=bench.b.url)
    token = mint.token(bench.header, as_b, OTHER_RSA)

    assert bench.judged(token, provider=of_b).issuer == bench.b.url
    for claims in (as_b, bench.claims):
        with pytest.raises(Refused) as refused:
            bench.judged(mint.token(bench.header, claims, OTHER_RSA))
        assert refused.value.code == "signature"


def test_a_fresh_confirmation_does_not_take_an_old_sign_in(bench: Bench) -> None:
    fresh = replace(ATTEMPT, fresh=True)
    again = says(auth_time=AT - 5)(bench)

    assert bench.judged(again, attempt=fresh).subject == "jansen"
    with pytest.raises(Refused) as refused:
        bench.judged(says(auth_time=AT - 120)(bench), attempt=fresh)
    assert refused.value.code == "too_long_ago"


@pytest.mark.parametrize("token", [None, 7, ["a.b.c"], "", "a.b.c", "..", "....", b"bytes"], ids=str)
def test_what_is_no_token_at_all_is_refused(bench: Bench, token: Any) -> None:
    with pytest.raises(Refused):
        bench.judged(token)


def test_base64_that_says_the_same_in_other_letters_is_another_token(bench: Bench) -> None:
    start, payload, end = mint.token(bench.header, bench.claims | {"x": "y"}, RSA).split(".")
    for pad in range(3):  # find a payload whose last letter has bits to spare
        raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        if len(payload) % 4:
            break
        start, payload, end = mint.token(bench.header, bench.claims | {"x": "y" * (pad + 2)}, RSA).split(".")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = payload[:-1] + letters[letters.index(payload[-1]) + 1]

    assert base64.urlsafe_b64decode(twin + "=" * (-len(twin) % 4)) == raw
    with pytest.raises(Refused):
        bench.judged(f"{start}.{twin}.{end}")
