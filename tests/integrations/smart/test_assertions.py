"""SMART Backend Services, both ways: what we sign holds at our own door, and nothing that was tampered with does."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from integrations.fhir.sending import sender
from integrations.fhir.server import fetching
from integrations.fhir.server.door import Door
from integrations.out import NoReply, mail
from integrations.smart import client, server
from integrations.smart.client import BEARER, NoToken, Tokens
from integrations.smart.keys import OwnKey
from integrations.smart.server import NotProven
from mdo_portal.exchange import Address
from mdo_portal.services.inbox import pulls
from mdo_portal.services.letters import outbox
from mdo_portal.services.links import hospitals
from mdo_portal.services.referrals import questions
from tests.integrations.fhir.make import Told
from tests.integrations.fhir.make import server as answering

NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
HERE = "https://mdo.example/fhir/token"
KEY = ECKey.generate_key("P-384", auto_kid=True)
RSA = RSAKey.generate_key(2048, auto_kid=True)
Claims = dict[str, Any]


def jwks(*keys: Any) -> str:
    return json.dumps({"keys": [one.as_dict(private=False) for one in keys]})


def claims(**over: Any) -> Claims:
    fixed = {"iss": "epd-merw", "sub": "epd-merw", "aud": HERE, "exp": int(NOW.timestamp()) + 240, "jti": "0123456789abcdef"}
    return {name: value for name, value in (fixed | over).items() if value is not None}


def form(said: Claims, *, key: Any = KEY, header: Claims | None = None, algorithm: str = "ES384") -> dict[str, str]:
    head = {"alg": algorithm, "kid": key.kid, "typ": "JWT"} | (header or {})
    token = jwt.encode({name: value for name, value in head.items() if value is not None}, said, key, algorithms=[algorithm])
    return {"grant_type": "client_credentials", "client_assertion_type": BEARER, "client_assertion": token}


def proven(sent: dict[str, str], known: str = "", at: datetime = NOW) -> server.Proven:
    server.client_of(sent)
    return server.proven(sent, known or jwks(KEY, RSA), audiences=frozenset({HERE}), now=at)


def refusal(sent: dict[str, str], known: str = "", at: datetime = NOW) -> str:
    with pytest.raises(NotProven) as caught:
        proven(sent, known, at)
    return caught.value.why


def test_an_assertion_of_a_registered_key_holds() -> None:
    found = proven(form(claims()))

    assert (found.client_id, found.jti) == ("epd-merw", "0123456789abcdef")


def test_a_used_assertion_is_remembered_for_as_long_as_it_would_be_taken() -> None:
    sent = form(claims())
    until = proven(sent).until

    assert proven(sent, at=until - timedelta(seconds=1))
    assert refusal(sent, at=until) == "exp"


@pytest.mark.parametrize("algorithm", ["RS384", "PS256", "RS256"])
def test_rsa_holds_too(algorithm: str) -> None:
    assert proven(form(claims(), key=RSA, algorithm=algorithm)).client_id == "epd-merw"


@pytest.mark.parametrize(
    ("over", "why"),
    [
        ({"aud": "https://elders.example/token"}, "aud"),
        ({"aud": [HERE, "https://elders.example"]}, "aud"),
        ({"aud": None}, "aud"),
        ({"exp": int(NOW.timestamp()) - 60}, "exp"),
        ({"exp": int(NOW.timestamp()) + 3600}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": 10**30}, "exp"),
        ({"exp": "2026"}, "exp"),
        ({"nbf": int(NOW.timestamp()) + 200}, "exp"),
        ({"jti": None}, "jti"),
        ({"jti": "kort"}, "jti"),
        ({"jti": "met een spatie!"}, "jti"),
        ({"sub": "epd-zeed"}, "form"),
        ({"iss": None}, "form"),
    ],
)
def test_what_is_not_for_us_not_fresh_or_not_complete_is_refused(over: Claims, why: str) -> None:
    assert refusal(form(claims(**over))) == why


def test_another_key_by_the_same_name_does_not_open() -> None:
    impostor = ECKey.generate_key("P-384", {"kid": KEY.kid})

    assert refusal(form(claims(), key=impostor)) == "signature"
    assert refusal(form(claims(), key=ECKey.generate_key("P-384", auto_kid=True))) == "key"


@pytest.mark.parametrize(
    "header", [{"jwk": KEY.as_dict(private=False)}, {"jku": "https://elders.example/k"}, {"x5u": "https://x"}]
)
def test_a_token_does_not_bring_its_own_key(header: Claims) -> None:
    assert refusal(form(claims(), header=header)) == "header"


def test_a_shared_secret_made_of_the_public_key_is_no_signature() -> None:
    secret = OctKey.import_key(jwks(KEY).encode())
    token = jwt.encode({"alg": "HS256", "kid": KEY.kid}, claims(), secret, algorithms=["HS256"])

    assert refusal(form(claims()) | {"client_assertion": token}) == "header"


@pytest.mark.parametrize("place", range(3))
def test_a_changed_letter_anywhere_ends_it(place: int) -> None:
    sent = form(claims())
    parts = sent["client_assertion"].split(".")
    parts[place] = ("A" if parts[place][5] != "A" else "B").join((parts[place][:5], parts[place][6:]))

    with pytest.raises(NotProven):
        proven(sent | {"client_assertion": ".".join(parts)})


@pytest.mark.parametrize("token", ["", ".", "a.b", "a.b.c", "é.b.c", "." * 5, "x" * 10_000, "e30.e30.e30"])
def test_junk_is_refused(token: str) -> None:
    with pytest.raises(NotProven):
        proven(form(claims()) | {"client_assertion": token})


def test_private_or_weak_or_nameless_keys_cannot_be_registered() -> None:
    weak = {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "w"}

    assert server.trouble(jwks(KEY, RSA)) == ""
    assert server.trouble(json.dumps({"keys": [KEY.as_dict(private=True)]})) == "private"
    assert server.trouble(json.dumps({"keys": [weak]})) == "not usable"
    assert server.trouble(jwks(KEY, KEY)) == "not usable"
    assert server.trouble("{}") == server.trouble("[]") == server.trouble("") == "no keys"


# As client

OURS = OwnKey(b"s" * 32)


@pytest.fixture
def told() -> Iterator[Told]:
    return Told(200, json.dumps({"access_token": "one", "token_type": "Bearer", "expires_in": 300}).encode())


def address(url: str) -> Address:
    return Address(
        "MERW",
        "generic-stu3",
        url=url,
        token_url=f"{url}/token",
        client_id="mdo",
        scopes="system/*.read",
        inside=("127.0.0.0/8",),
    )


def test_our_own_assertion_would_open_our_own_door() -> None:
    tokens = Tokens(OURS, clock=lambda: NOW.timestamp())
    there = Address("X", "epic", token_url=HERE, client_id="mdo")
    sent = {"grant_type": "client_credentials", "client_assertion_type": BEARER, "client_assertion": tokens.assertion(there)}

    assert proven(sent, OURS.jwks().decode()).client_id == "mdo"
    assert tokens.assertion(there) != tokens.assertion(there)  # jti is new each time


def test_the_same_secret_is_the_same_key_in_every_process_and_the_private_half_stays_home() -> None:
    assert OwnKey(b"s" * 32).jwks() == OURS.jwks() != OwnKey(b"t" * 32).jwks()
    assert server.trouble(OURS.jwks().decode()) == ""


def test_a_token_is_kept_until_just_before_it_ends(told: Told) -> None:
    at = [0.0]
    with answering(told) as url:
        tokens = Tokens(OURS, clock=lambda: at[0])
        for moment in (0.0, 100.0, 269.0):
            at[0] = moment
            assert tokens.header(address(url)) == {"Authorization": "Bearer one"}
        assert len(told.asked) == 1
        at[0] = 271.0
        tokens.header(address(url))
        tokens.header(address(url), fresh=True)
        tokens.header(address(url), base="another")

    assert len(told.asked) == 4
    assert b"authorization_base=another" in told.asked[-1][3] and b"authorization_base" not in told.asked[0][3]


def test_what_is_asked_is_what_every_server_of_the_standard_knows(told: Told) -> None:
    """SMART Backend Services, word for word: by another word no hospital gives a token, and nothing leaves."""
    with answering(told) as url:
        Tokens(OURS).header(address(url))
    method, path, headers, body = told.asked[0]
    form = dict(parse_qsl(body.decode()))

    assert (method, path, headers["Content-Type"]) == ("POST", "/fhir/token", "application/x-www-form-urlencoded")
    assert form.pop("client_assertion").count(".") == 2
    assert form == {
        "grant_type": "client_credentials",
        "scope": "system/*.read",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }


@pytest.mark.parametrize(
    ("status", "body", "again"),
    [
        (401, b'{"error": "invalid_client"}', False),
        (500, b"", True),
        (503, b"", True),
        (408, b"", True),
        (429, b"", True),
        (302, b"", False),
        (200, b"not json", True),
        (200, b'{"access_token": "a b", "token_type": "Bearer"}', False),
        (200, b'{"access_token": "a\\nX: y", "token_type": "Bearer"}', False),
        (200, b'{"access_token": "one", "token_type": "mac"}', False),
        (200, b'{"token_type": "Bearer"}', False),
    ],
)
def test_without_a_token_nothing_is_asked(status: int, body: bytes, again: bool) -> None:
    with answering(Told(status, body)) as url, pytest.raises(NoToken) as caught:
        Tokens(OURS).header(address(url))
    assert caught.value.again is again


def test_a_slow_server_holds_up_nobody_who_asks_another_and_its_own_callers_not_longer_than_they_said(told: Told) -> None:
    slow = Told(200, told.body, silent_for=3.0)
    tokens, kinds = Tokens(OURS), []
    with answering(slow) as away, answering(told) as near:
        first = threading.Thread(target=tokens.header, args=(address(away),), kwargs={"seconds": 10.0})
        first.start()
        until = time.monotonic() + 10
        while not slow.asked:
            assert time.monotonic() < until
            time.sleep(0.01)
        began = time.monotonic()
        tokens.header(address(near))
        with pytest.raises(NoToken) as caught:
            tokens.header(address(away), seconds=0.3)
        took = time.monotonic() - began
        first.join()
        kinds.append(tokens.header(address(away)))

    assert took < 2.0 and (caught.value.code, caught.value.again) == ("timeout", True)
    assert kinds == [{"Authorization": "Bearer one"}] and len(slow.asked) == 1  # and who came first got it for all


def test_a_token_and_the_request_together_take_no_longer_than_was_said(told: Told) -> None:
    told.drip = 0.2
    with answering(told) as url:
        began = time.monotonic()
        with pytest.raises((NoToken, NoReply)):
            Door(Tokens(OURS)).ask("GET", "Task/1", address(url), seconds=0.5)
        assert time.monotonic() - began < 3.0


def test_nothing_that_is_said_about_a_letter_takes_as_long_as_its_lease() -> None:
    lease = outbox.LEASE.total_seconds()

    assert client.MOST_SECONDS < sender.MOST_SECONDS < lease - 10 and hospitals.LONGEST_WAIT < sender.MOST_SECONDS
    assert lease - 10 > mail.MOST_SECONDS
    assert (
        questions.LEASE.total_seconds() - 10 > hospitals.LONGEST_WAIT and pulls.LEASE.total_seconds() - 10 > fetching.MAX_SECONDS
    )


def test_a_link_with_a_fixed_token_shows_that_one() -> None:
    assert Tokens(OURS).header(Address("X", "epic", token="t0ken")) == {"Authorization": "Bearer t0ken"}
    assert Tokens(OURS).header(Address("X", "epic")) == {}
