"""The web's own dangers: hosts and proxies, headers, forged writes and reads that write."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mdo_portal.app import create_app
from mdo_portal.database import Database
from mdo_portal.settings import Settings
from mdo_portal.web import limits
from mdo_portal.web.paths import own_path
from tests.people import Region
from tests.web.access_house import House, house
from tests.web.portal import CSRF, app_on, signed_in
from tests.web.walk import Walk, together

__all__ = ["house"]
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
}


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    with app_on(database) as made:
        yield made


def app_with(database: Database, **over: object) -> Flask:
    base = Settings(database_url=database.url, secret_key="s" * 40, public_url="https://mdo.example.nl")
    made = create_app(replace(base, **over), database=database)  # type: ignore[arg-type]
    made.extensions["mdo_live_stop"].set()
    return made


# Hosts and proxies (D19)


@pytest.mark.parametrize(
    "host", ["evil.example", "mdo.example.nl.evil.example", "evil.example:443", "mdo.example.nl@evil.example", ""]
)
def test_another_host_is_refused(database: Database, host: str) -> None:
    client = app_with(database).test_client()

    answer = client.get("/sign-in", headers={"Host": host})

    assert answer.status_code == 400
    assert "evil" not in answer.text


def test_own_and_named_hosts_and_the_machine_itself_are_answered(database: Database) -> None:
    client = app_with(database, trusted_hosts=("inside.example.nl",)).test_client()

    for host in ("mdo.example.nl", "mdo.example.nl:443", "inside.example.nl", "127.0.0.1:8000", "localhost"):
        assert client.get("/health/live", headers={"Host": host}).status_code == 200, host


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.7, 203.0.113.9", "198.51.100.7"),
        (2, "1.1.1.1, 198.51.100.7, 203.0.113.9", "198.51.100.7"),
    ],
)
def test_only_as_many_proxies_as_there_are_are_believed(database: Database, proxies: int, forwarded: str, address: str) -> None:
    made = app_with(database, proxies=proxies)
    seen: list[tuple[str | None, str]] = []
    made.before_request(lambda: seen.append((limits.request.remote_addr, limits.request.scheme)))

    made.test_client().get(
        "/health/live",
        headers={"Host": "localhost", "X-Forwarded-For": forwarded, "X-Forwarded-Proto": ", ".join(["https"] * 2)},
        environ_overrides={"REMOTE_ADDR": "192.0.2.1"},
    )

    assert seen == [(address, "https" if proxies else "http")]


@pytest.mark.parametrize("proxies", [0, 1])
def test_a_forwarded_host_cannot_name_another_site(database: Database, proxies: int) -> None:
    client = app_with(database, proxies=proxies).test_client()

    answer = client.get("/sign-in", headers={"Host": "mdo.example.nl", "X-Forwarded-Host": "evil.example"})

    assert answer.status_code == (400 if proxies else 200)
    assert "evil" not in answer.text


# Headers


def test_every_answer_has_the_safety_headers_errors_and_304_too(house: House) -> None:
    aisha, stranger = house.person("Aisha"), house.app.test_client()
    icon = re.search(r'href="(/static/dist/favicon[^"]+)"', stranger.get("/sign-in").text)
    assert icon
    tag = stranger.get(icon[1]).headers["ETag"]
    answers = {
        "page": aisha.get("/worklist"),
        "404": aisha.get(f"/cases/{uuid.uuid4()}"),
        "no such page": stranger.get("/no-such-page"),
        "no such file": stranger.get("/static/dist/none.js"),
        "403": aisha.post("/sign-out"),
        "405": aisha.put("/worklist"),
        "302": stranger.get("/worklist"),
        "fhir 401": stranger.post("/fhir"),
        "health": stranger.get("/health/live"),
        "304": stranger.get(icon[1], headers={"If-None-Match": tag}),
    }

    assert answers["304"].status_code == 304 and answers["403"].status_code == 403
    for name, answer in answers.items():
        assert {header: answer.headers.get(header) for header in SAFE_HEADERS} == SAFE_HEADERS, name
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'self'" in policy and "unsafe" not in policy, name
        assert name == "304" or answer.headers.get("Cache-Control") == "no-store", name


def test_the_policy_has_no_inline_and_a_fresh_nonce(app: Flask) -> None:
    policies = [app.test_client().get("/sign-in").headers["Content-Security-Policy"] for _ in range(3)]

    nonces = {re.search(r"'nonce-([\w-]{20,})'", policy)[1] for policy in policies}  # type: ignore[index]
    assert len(nonces) == 3
    assert "'self'; style-src" in policies[0].split("script-src ")[1]  # scripts: our own files, no nonce


def test_https_is_remembered(database: Database) -> None:
    answer = app_with(database).test_client().get("/sign-in", headers={"Host": "mdo.example.nl"})

    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    cookie = app_with(database).config
    assert (cookie["SESSION_COOKIE_NAME"], cookie["SESSION_COOKIE_SECURE"], cookie["SESSION_COOKIE_HTTPONLY"]) == (
        "__Host-mdo",
        True,
        True,
    )


@pytest.mark.parametrize(
    "wanted", ["/worklist\r\nX-Made-Up: 1", "/worklist\n", "/work\tlist", "/worklist\u2028", "//evil.example"]
)
def test_a_way_back_that_is_no_address_of_ours_is_none(wanted: str) -> None:
    """Who signed in by such a link read that something went wrong at our side."""
    assert own_path(wanted) == ""


def test_what_a_socket_sends_stands_in_the_log_as_one_line_of_ours(app: Flask) -> None:
    """Both libraries print by themselves as well: forty lines that nobody counts, and the words of the error in them."""
    server = app.extensions["mdo_live"].server

    assert [one.handlers for one in (server.logger, server.eio.logger)] == [[], []]
    assert not any(one.isEnabledFor(logging.WARNING) for one in (server.logger, server.eio.logger))


# Forged writes (D8)


def test_htmx_proves_itself_by_its_header(house: House) -> None:
    dirk, typed = house.person("Dirk"), {"family": "van Voorbeeld"}

    by_header = dirk.post("/register/draft", data=typed, headers={"HX-Request": "true", "X-CSRF-Token": CSRF})
    assert by_header.status_code == 200
    for headers in (
        {},
        {"X-CSRF-Token": "x"},
        {"X-CSRF-Token": CSRF, "Origin": "null"},
        {"X-CSRF-Token": CSRF, "Origin": "http://evil.example"},
    ):
        assert dirk.post("/register/draft", data=typed, headers={"HX-Request": "true", **headers}).status_code == 403, headers


def test_nobody_is_signed_in_as_another_by_a_forged_form(app: Flask) -> None:
    """Login CSRF: the form of sign-in has a token too, of the browser that asked for it."""
    client = app.test_client()
    client.get("/sign-in")

    for form in ({}, {"csrf_token": "guessed"}):
        assert client.post("/sign-in", data={"email": "a@b.nl", "password": "x", **form}).status_code == 403


@pytest.mark.parametrize(
    ("origin", "may"),
    [
        ("https://mdo.example.nl", True),
        ("http://mdo.example.nl", False),
        ("https://evil.example", False),
        ("null", False),
        ("https://mdo.example.nl.evil.example", False),
    ],
)
def test_a_write_comes_from_our_own_origin(database: Database, region: Region, origin: str, may: bool) -> None:
    client = signed_in_https(app_with(database), database, region)

    answer = client.post("/sign-out", base_url="https://mdo.example.nl", data={"csrf_token": CSRF}, headers={"Origin": origin})

    assert (answer.status_code != 403) is may


def signed_in_https(app: Flask, database: Database, region: Region) -> FlaskClient:
    plain = signed_in(app_with(database, public_url="http://127.0.0.1:8000"), database, region, "Aisha")
    with plain.session_transaction() as cookie:
        kept = dict(cookie)
    client = app.test_client()
    with client.session_transaction(base_url="https://mdo.example.nl") as cookie:
        cookie.update(kept)
    return client


@together
def test_no_get_changes_anything_but_the_log_and_the_session(walk: Walk) -> None:
    """Every GET route, by everybody."""
    print(f"\nGET routes asked: {walk.asked}")
    assert walk.after == walk.before
