"""The web's own dangers: hosts and proxies, headers, forged writes, reads that write, how fast, and what machines may send."""

from __future__ import annotations

import io
import re
import struct
import time
import uuid
import zlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from mdo_portal.app import create_app
from mdo_portal.database import Database
from mdo_portal.domain import files
from mdo_portal.domain.tables import metadata
from mdo_portal.settings import Settings
from mdo_portal.web import limits
from mdo_portal.web.documents import as_file
from mdo_portal.web.limits import Buckets, Rate
from tests.people import Region
from tests.web.portal import CSRF, app_on, signed_in
from tests.web.test_access import House, addresses, house

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


def test_no_get_changes_anything_but_the_log_and_the_session(house: House) -> None:
    """Every GET route, twice, as four people."""
    before, asked = _rows(house.database), 0
    for name in ("Aisha", "Bram", "Dirk", "Carla"):
        client = house.person(name)
        for _ in range(2):
            for _, path in addresses(house, "GET", house.ids):
                client.get(path)
                asked += 1

    print(f"\nGET routes asked: {asked}")
    assert _rows(house.database) == before


#: the log and the session; and the page that shows the secret of a code app, which is worth nothing before its first code
MAY_CHANGE = ("audit_entries", "audit_waiting", "sessions", "authenticators")


def _rows(database: Database) -> dict[str, object]:
    """A fingerprint of every table but those that a read may touch."""
    with database.transaction() as session:
        return {name: _fingerprint(session, name) for name in metadata.tables if name not in MAY_CHANGE}


def _fingerprint(session: Session, name: str) -> object:
    query = text(f"SELECT count(*), md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) FROM {name} t")
    return tuple(session.execute(query).one())


# How fast


def test_a_bucket_fills_again_and_forgets_the_longest_unused() -> None:
    now = [0.0]
    buckets = Buckets(clock=lambda: now[0], most=3)
    rate = Rate(at_once=2, a_second=0.5)

    assert [buckets.wait("k", "a", rate) for _ in range(3)] == [0.0, 0.0, 2.0]
    now[0] = 2.0
    assert buckets.wait("k", "a", rate) == 0.0 and buckets.wait("k", "a", rate) > 0
    assert buckets.wait("k", "b", rate) == 0.0  # another is not held up
    for who in "cdef":
        buckets.wait("k", who, rate)
    assert len(buckets) == 3


def test_who_runs_away_waits_and_nobody_else(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PERSON", Rate(5, 0.001))
    aisha, bram = house.person("Aisha"), house.person("Bram")

    statuses = [aisha.get("/worklist").status_code for _ in range(6)]
    refused = aisha.get("/worklist/rows", headers={"HX-Request": "true"})

    assert statuses == [200] * 5 + [429]
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) >= 1 and "wacht even" in refused.text
    assert bram.get("/worklist").status_code == 200


def test_guessing_from_one_address_waits_and_the_signed_in_work_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SIGN_IN", Rate(3, 0.001))
    stranger, bram = house.app.test_client(), house.person("Bram")
    stranger.get("/sign-in")
    with stranger.session_transaction() as cookie:
        form = {"email": "a@b.nl", "password": "x", "csrf_token": cookie["csrf"]}

    assert [stranger.post("/sign-in", data=form).status_code for _ in range(4)] == [401, 401, 401, 429]
    assert bram.get("/worklist").status_code == 200


def test_a_link_and_a_stranger_at_the_fhir_door_have_limits_of_their_own(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LINK", Rate(2, 0.001))
    monkeypatch.setattr(limits, "STRANGER", Rate(1, 0.001))
    client = house.app.test_client()

    def send(token: str) -> int:
        answer = client.post("/fhir", json={}, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code != 429 or (answer.json["resourceType"] == "OperationOutcome" and answer.headers["Retry-After"])
        return answer.status_code

    assert [send("nobody's") for _ in range(2)] == [401, 429]
    assert [send("token-ZEED") for _ in range(3)][2] == 429


def test_a_live_meeting_stays_far_below_the_limits() -> None:
    """A change every second for two hours, five fragments each, and everything twice because of a reconnect."""
    now = [0.0]
    buckets = Buckets(clock=lambda: now[0])
    refused = 0
    for second in range(7_200):
        now[0] = float(second)
        refused += sum(buckets.wait("person", "chair", limits.PERSON) > 0 for _ in range(10))

    assert refused == 0


# Files (D11)


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", width, height) + b"\x08\x06\0\0\0"


def jpeg(width: int, height: int) -> bytes:
    return (
        b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\0" * 10 + b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03" * 20
    )


PACKED = (
    b"%PDF-1.7\n1 0 obj <</Type/ObjStm/Filter/FlateDecode>> stream\n"
    + zlib.compress(b"<</S/JavaScript/JS(app.alert(1))>>")
    + b"\nendstream"
)
REFUSED: dict[str, bytes] = {
    "html": b"<html><script>alert(1)</script>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "svg with a head": b'<?xml version="1.0"?>\n<!-- -->\n<svg onload="alert(1)"/>',
    "html before a PDF": b"<script>alert(1)</script>%PDF-1.7",
    "zip": b"PK\x03\x04" + b"\0" * 60,
    "docx that says PDF": b"PK\x03\x04[Content_Types].xml%PD",
    "program": b"MZ\x90\0" + b"\0" * 60,
    "PDF with a script": b"%PDF-1.7 <</S/JavaScript/JS(app.alert(1))>>",
    "PDF with a script, written oddly": b"%PDF-1.7 <</S/J#61vaScript>>",
    "PDF with a packed script": PACKED,
    "PDF that starts something": b"%PDF-1.7 <</S/Launch/F(cmd.exe)>>",
    "PDF with a file in it": b"%PDF-1.7 <</Type/EmbeddedFile>>",
    "PDF with a form that sends itself": b"%PDF-1.7 <</XFA[]>>",
    "PNG of 30,000 x 30,000": png(30_000, 30_000),
    "JPEG of 30,000 x 30,000": jpeg(30_000, 30_000),
    "NUL": b"text\0text",
    "too large": b"%PDF-1.7" + b"0" * files.LARGEST_UPLOAD,
}
TAKEN: dict[str, bytes] = {
    "PDF": b"%PDF-1.7 <</Type/Catalog/OpenAction[1 0 R/Fit]>>",
    "PNG": png(4_000, 4_000),
    "JPEG": jpeg(4_000, 4_000),
    "text": "verwijsbrief €".encode(),
    "EICAR, there is no scanner": rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
}


def _add(house: House, body: bytes, name: str = "brief.pdf", media_type: str = "application/pdf") -> int:
    return (
        house.person("Aisha")
        .post(
            f"/cases/{house.ids['case_id']}/documents",
            data={"csrf_token": CSRF, "file": (io.BytesIO(body), name, media_type)},
            content_type="multipart/form-data",
        )
        .status_code
    )


def test_files_that_hide_something_are_refused(house: House) -> None:
    assert {what: _add(house, body) for what, body in REFUSED.items()} == dict.fromkeys(REFUSED, 422)


def test_ordinary_files_are_taken(house: House) -> None:
    assert {what: _add(house, body) for what, body in TAKEN.items()} == dict.fromkeys(TAKEN, 302)


def test_what_an_epd_sent_is_shown_only_when_harmless(app: Flask) -> None:
    """Messages are never refused for their documents: what is not harmless is a download with a name that tells nothing."""
    kinds = ["application/pdf", "image/png", "image/jpeg", "text/plain", "image/svg+xml", "text/html", "application/xhtml+xml"]
    inline = 0
    with app.test_request_context():
        for body in REFUSED.values():
            for media_type in kinds:
                answer = as_file(body, media_type, "document-1")
                shown = answer.headers["Content-Disposition"].startswith("inline")
                inline += shown
                assert not shown or (answer.mimetype in kinds[:4] and not files.is_active(body))
                assert answer.mimetype not in kinds[4:]
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert as_file(PACKED, "application/pdf", "x").headers["Content-Disposition"].startswith("attachment")
        assert as_file(TAKEN["PDF"], "application/pdf", "x").headers["Content-Disposition"].startswith("inline")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\brief.pdf", "brief.pdf"),
        ("brief\0.pdf", "brief.pdf"),
        ("brief\r\nSet-Cookie: a.pdf", "briefSet-Cookie: a.pdf"),
        ("brief\u202efdp.exe", "brieffdp.exe"),
        ("..", "document"),
        ("", "document"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
    ],
)
def test_a_name_is_what_it_seems(name: str, shown: str) -> None:
    assert files.clean_title(name) == shown


@pytest.mark.parametrize(
    "body",
    [
        zlib.compress(b"0" * 200_000_000, 9),
        b"/ObjStm" * 1_000_000,
        (b"/ObjStm stream\n" + zlib.compress(b"0" * 100_000)) * 2_000,
        b"#2f" * 2_000_000,
    ],
    ids=["one bomb", "many names", "many small bombs", "many escapes"],
)
def test_a_bomb_in_a_pdf_is_soon_put_aside(body: bytes) -> None:
    began = time.process_time()

    files.is_active(b"%PDF-1.7 <</Type/ObjStm>> stream\n" + body)

    assert time.process_time() - began < 3
