"""The keys that providers publish: fetched when they change, never because somebody asks often, and only those that are fit."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.oidc.keys import PAUSE, KeySet
from tests.integrations.oidc import mint
from tests.integrations.oidc.idp import OTHER_RSA, RSA, refusal


def test_a_new_key_is_fetched_once_and_a_flood_of_invented_names_is_not() -> None:
    published, clock, fetched = [mint.jwk(RSA, "old")], [1000.0], []

    def fetch() -> dict[str, Any]:
        fetched.append(1)
        return {"keys": list(published)}

    keys = KeySet(fetch, clock=lambda: clock[0])
    keys.key("old", "RS256")
    published.append(mint.jwk(OTHER_RSA, "new"))
    clock[0] += PAUSE
    keys.key("new", "RS256")
    for number in range(50):
        assert refusal(lambda kid=f"x{number}": keys.key(kid, "RS256")) == "unknown_key"

    assert len(fetched) == 2


def test_a_withdrawn_key_is_out_after_ten_minutes() -> None:
    published, clock = [mint.jwk(RSA, "old")], [1000.0]
    keys = KeySet(lambda: {"keys": list(published)}, clock=lambda: clock[0])
    keys.key("old", "RS256")
    published[:] = [mint.jwk(OTHER_RSA, "new")]
    clock[0] += 601

    assert refusal(lambda: keys.key("old", "RS256")) == "unknown_key"


@pytest.mark.parametrize(
    "published",
    [
        [mint.jwk(RSA, "k"), mint.jwk(OTHER_RSA, "k")],
        [{"kty": "oct", "k": "c2VjcmV0", "kid": "k"}],
        [mint.jwk(RSA, "k", use="enc")],
        [mint.jwk(RSA, "k", alg="PS256")],
        [mint.jwk(mint.rsa_key(1024), "k")],
        [{"kty": "RSA", "kid": "k", "n": "!!", "e": "AQAB"}],
        ["k"],
        [],
    ],
    ids=["twice", "oct", "enc", "alg", "short", "broken", "text", "none"],
)
def test_keys_that_are_not_fit_are_none(published: list[Any]) -> None:
    assert refusal(lambda: KeySet(lambda: {"keys": published}).key("k", "RS256")) == "unknown_key"


def test_without_a_kid_one_key_is_clear_and_two_are_not() -> None:
    assert KeySet(lambda: {"keys": [mint.jwk(RSA, None)]}).key(None, "RS256")
    two = KeySet(lambda: {"keys": [mint.jwk(RSA, "a"), mint.jwk(OTHER_RSA, "b")]})
    assert refusal(lambda: two.key(None, "RS256")) == "unknown_key"
