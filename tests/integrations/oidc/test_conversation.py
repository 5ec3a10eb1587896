"""The way out and back: what the browser is sent with, what is believed of the answer, and where we never go."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.oidc import gate as gates
from integrations.oidc.gate import Gate
from integrations.oidc.provider import Attempt, Provider
from integrations.oidc.relying_party import RelyingParty
from tests.integrations.oidc import idp, mint
from tests.integrations.oidc.idp import RSA, Idp, refusal

NOW = datetime(2026, 3, 2, 13, 30, tzinfo=UTC)
AT = int(NOW.timestamp())
BACK = "http://127.0.0.1/back"


@pytest.fixture
def server() -> Iterator[Idp]:
    with idp.serving([mint.jwk(RSA)]) as made:
        yield made


def provider_of(server: Idp, **over: Any) -> Provider:
    return replace(
        Provider(server.url, "mdo portaal", "ge:heim é", required_acr=("hoog", "hoger"), max_age=timedelta(hours=1)), **over
    )


def party() -> RelyingParty:
    return RelyingParty(loopback=True)


def asked_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query, strict_parsing=True).items()}


def code_of(attempt: Attempt, **over: str) -> dict[str, str]:
    return {"state": attempt.state, "code": "c-1", **over}


def tokens_for(attempt: Attempt, provider: Provider) -> dict[str, str]:
    """What the provider gives for the code: an ID token of this attempt."""
    claims = {"iss": provider.issuer, "sub": "j", "aud": provider.client_id, "nonce": attempt.nonce, "acr": "hoog"}
    times = {"exp": AT + 60, "iat": AT, "auth_time": AT}
    return {"access_token": "a", "id_token": mint.token({"alg": "RS256", "kid": "k1"}, claims | times, RSA)}


def test_the_browser_is_sent_with_state_nonce_and_a_challenge_and_never_with_the_verifier(server: Idp) -> None:
    url, attempt = party().start(provider_of(server), redirect_uri=BACK, now=NOW)
    asked = asked_of(url)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()

    assert asked == {
        "response_type": "code", "client_id": "mdo portaal", "redirect_uri": BACK, "scope": "openid", "state": attempt.state,
        "nonce": attempt.nonce, "code_challenge": challenge, "code_challenge_method": "S256", "response_mode": "query",
        "max_age": "3600", "acr_values": "hoog hoger",
    }  # fmt: skip
    assert attempt.verifier not in url and len({attempt.state, attempt.nonce, attempt.verifier}) == 3


def test_a_context_of_entra_is_asked_for_as_a_claim(server: Idp) -> None:
    asked = asked_of(party().start(provider_of(server, required_acr=("c1",)), redirect_uri=BACK, now=NOW)[0])

    assert json.loads(asked["claims"]) == {"id_token": {"acrs": {"essential": True, "value": "c1"}}} and "acr_values" not in asked


def test_a_fresh_confirmation_asks_to_sign_in_again(server: Idp) -> None:
    asked = asked_of(party().start(provider_of(server), redirect_uri=BACK, now=NOW, fresh=True)[0])

    assert (asked["prompt"], asked["max_age"]) == ("login", "0")


def test_the_code_is_exchanged_with_the_verifier_and_the_secret(server: Idp) -> None:
    provider, ours = provider_of(server), party()
    attempt = ours.start(provider, redirect_uri=BACK, now=NOW)[1]
    server.answer = tokens_for(attempt, provider)

    assert ours.finish(provider, attempt, code_of(attempt), now=NOW).subject == "j"
    headers, form = server.posted[0]
    user, _, secret = base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode().partition(":")
    assert (user, secret) == ("mdo+portaal", "ge%3Aheim+%C3%A9")
    assert form == {
        "grant_type": ["authorization_code"],
        "code": ["c-1"],
        "redirect_uri": [BACK],
        "code_verifier": [attempt.verifier],
    }


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"state": "another"}, "state"),
        ({"state": ""}, "state"),
        ({"iss": "https://elders.example"}, "mix_up"),
        ({"error": "access_denied"}, "cancelled"),
        ({"error": "login_required<script>"}, "provider_refused"),
        ({"code": ""}, "answer"),
    ],
    ids=str,
)
def test_an_answer_that_is_not_this_attempts_is_refused_before_any_code_is_spent(
    server: Idp, over: dict[str, str], code: str
) -> None:
    provider, ours = provider_of(server), party()
    attempt = ours.start(provider, redirect_uri=BACK, now=NOW)[1]

    assert refusal(lambda: ours.finish(provider, attempt, code_of(attempt, **over), now=NOW)) == code
    assert server.posted == []


def test_a_provider_that_names_itself_must_do_so_every_time(server: Idp) -> None:
    server.metadata["authorization_response_iss_parameter_supported"] = True
    provider, ours = provider_of(server), party()
    attempt = ours.start(provider, redirect_uri=BACK, now=NOW)[1]

    assert refusal(lambda: ours.finish(provider, attempt, code_of(attempt), now=NOW)) == "mix_up"
    assert refusal(lambda: ours.finish(provider, attempt, code_of(attempt, iss=server.url), now=NOW)) != "mix_up"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"issuer": "https://elders.example"}, "other_issuer"),
        ({"token_endpoint": "https://elders.example/token"}, "address"),
        ({"jwks_uri": "file:///etc/hosts"}, "address"),
        ({"jwks_uri": None}, "address"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "address"),
        ({"authorization_endpoint": "http://gebruiker@127.0.0.1/auth"}, "address"),
    ],
    ids=str,
)
def test_metadata_that_points_elsewhere_is_refused(server: Idp, said: dict[str, Any], code: str) -> None:
    server.metadata |= said

    assert refusal(lambda: party().look(provider_of(server))) == code


def test_userinfo_at_another_host_matters_only_where_it_is_read(server: Idp) -> None:
    server.metadata["userinfo_endpoint"] = "https://graph.example/userinfo"

    assert party().look(provider_of(server)).userinfo_endpoint == ""
    assert refusal(lambda: party().look(provider_of(server, reads_userinfo=True))) == "address"


def test_metadata_of_an_issuer_with_a_slash_more_is_anothers(server: Idp) -> None:
    assert refusal(lambda: party().look(provider_of(server, issuer=server.url + "/"))) == "other_issuer"


@pytest.mark.parametrize(
    ("odd", "code"),
    [
        ((302, {"Location": "http://127.0.0.1:1/"}, b""), "provider_refused"),
        ((404, {}, b"{}"), "provider_refused"),
        ((503, {}, b""), "unreachable"),
        ((200, {}, b"<html>"), "answer"),
        ((200, {}, b'{"issuer":"a","issuer":"b"}'), "answer"),
        ((200, {}, b'{"x":"' + b"y" * 300_000 + b'"}'), "unreachable"),
        ((200, {"Content-Encoding": "gzip"}, b"{}"), "unreachable"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_odd_answers_are_refused(server: Idp, odd: tuple[int, dict[str, str], bytes], code: str) -> None:
    server.odd["/.well-known/openid-configuration"] = odd

    assert refusal(lambda: party().look(provider_of(server))) == code


def test_a_provider_that_is_down_is_unreachable() -> None:
    with idp.serving([]) as gone:
        provider = provider_of(gone)

    assert refusal(lambda: party().start(provider, redirect_uri=BACK, now=NOW)) == "unreachable"


def test_a_provider_that_hangs_is_given_up(server: Idp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "SECONDS", 0.3)
    server.odd["/.well-known/openid-configuration"] = (200, {"Content-Length": "100"}, b"{")
    began = time.monotonic()

    assert refusal(lambda: party().look(provider_of(server))) == "unreachable"
    assert time.monotonic() - began < 3


def test_outside_the_demo_a_name_that_leads_inside_is_refused_before_a_word_is_said(server: Idp) -> None:
    """Whatever the name stands for is judged before it is called; tests/integrations/out has the whole list of disguises."""
    name = f"localhost:{urlsplit(server.url).port}"

    assert refusal(lambda: Gate(frozenset({name})).get(f"https://{name}/jwks")) == "address"
    assert refusal(lambda: Gate(frozenset({name})).get(f"http://{name}/jwks")) == "address"
    assert server.asked == []


@pytest.mark.parametrize(
    "url",
    ["http://idp.example/x", "https://idp.example.elders.example/", "https://idp.example:8443/", "https://a@idp.example/",
     "https://elders.example/?u=https://idp.example", "https://idp.example\\@elders.example/", "https://idp.example/#x", "", None, 7,
     "https://127.0.0.1/", "ftp://idp.example/", "https://idp.example/\n"],
)  # fmt: skip
def test_only_registered_hosts_over_https(url: object) -> None:
    gate = Gate(frozenset({"idp.example", "127.0.0.1"}))

    assert gate.check("https://idp.example/token?p=b2c") and gate.check("https://idp.example:443/")
    assert refusal(lambda: gate.check(url)) == "address"


# Userinfo and employers (Dezi)


def test_userinfo_adds_the_employer_and_only_about_the_same_person(server: Idp) -> None:
    provider, ours = provider_of(server, reads_userinfo=True), party()
    attempt = ours.start(provider, redirect_uri=BACK, now=NOW)[1]
    tokens = tokens_for(attempt, provider)
    server.userinfo = {"sub": "j", "relations": [{"ura": "1234", "roles": ["01.015"]}], "acr": "hoogst", "iss": "x"}

    found = ours.judge(provider, attempt, tokens, now=NOW)
    server.userinfo = {"sub": "baas", "relations": []}

    assert (found.uras, found.role_codes, found.acr) == (frozenset({"00001234"}), ("01.015",), "hoog")
    assert refusal(lambda: ours.judge(provider, attempt, tokens, now=NOW)) == "userinfo"
