"""My account and the fresh confirmation: what must be proven again, what moves, and what a session of one's own may end."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from pyotp import TOTP
from sqlalchemy import select, update

from mdo_portal.database import Database
from mdo_portal.domain.people import SignedInSession
from mdo_portal.services.people import second_factors, sessions
from mdo_portal.services.rights import credentials
from mdo_portal.web.confirming import require_fresh, require_fresh_strong
from tests import make
from tests.people import PASSWORD, Region, person_id
from tests.web.portal_of_two_factors import Browser, portal, with_app


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    with portal(database) as made:
        made.add_url_rule("/needs-fresh", "needs_fresh", _fresh)
        made.add_url_rule("/needs-strong", "needs_strong", _strong)
        yield made


def _fresh() -> str:
    require_fresh()
    return "fresh"


def _strong() -> str:
    require_fresh_strong()
    return "strong"


@pytest.fixture
def secret(database: Database) -> str:
    return with_app(database, "Bram")


@pytest.fixture
def own(app: Flask, secret: str) -> Browser:
    """Bram, signed in with two factors (with the code of half a minute ago)."""
    browser = Browser(app)
    browser.sign_in("Bram")
    browser.with_code(code(secret, later=-30))
    browser.get("/account")
    return browser


def code(secret: str, *, later: float = 0) -> str:
    return TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=later))


def half_an_hour_later(database: Database) -> None:
    """Every proof of identity is half an hour old."""
    with database.transaction() as session:
        then = datetime.now(UTC) - timedelta(minutes=30)
        session.execute(update(SignedInSession).values(confirmed_at=then, confirmed_strongly_at=then))


def test_a_fresh_sign_in_needs_no_confirmation(own: Browser) -> None:
    assert own.get("/needs-strong").text == "strong"


def test_a_proof_of_half_an_hour_ago_is_asked_again_and_one_comes_back(own: Browser, database: Database, secret: str) -> None:
    half_an_hour_later(database)
    answer = own.get("/needs-strong?x=1")
    assert answer.location == "/confirm?next=/needs-strong?x%3D1&strong=1"
    own.get(answer.location)

    done = own.post("/confirm", password=PASSWORD, code=code(secret), next="/needs-strong?x=1", strong="1")

    assert done.location == "/needs-strong?x=1"
    assert own.get(done.location).text == "strong"


def test_a_password_alone_is_fresh_but_not_strong(own: Browser, database: Database) -> None:
    half_an_hour_later(database)
    own.get("/confirm")
    assert own.post("/confirm", password=PASSWORD, next="/needs-fresh").location == "/needs-fresh"

    assert own.get("/needs-fresh").text == "fresh"
    assert own.get("/needs-strong").status_code == 303
    assert own.post("/confirm", password=PASSWORD, strong="1").status_code == 401


@pytest.mark.parametrize(("given", "is_strong"), [({"password": PASSWORD}, False), ({"code": ""}, True)])
def test_a_password_on_top_of_a_session_with_one_factor_makes_no_two_and_a_code_does(
    own: Browser, database: Database, secret: str, given: dict[str, str], is_strong: bool
) -> None:
    with database.transaction() as session:
        session.execute(update(SignedInSession).values(strong=False))
    own.get("/confirm")

    assert own.post("/confirm", **given | ({"code": code(secret)} if is_strong else {})).status_code == 303

    with database.transaction() as session:
        his = select(SignedInSession.strong).where(SignedInSession.person_id == person_id("Bram"))
        held = session.scalars(his.where(SignedInSession.ended_at.is_(None))).all()
    assert any(held) is is_strong


@pytest.mark.parametrize(
    "fields", [{}, {"password": "fout"}, {"code": "000000"}, {"password": PASSWORD, "code": "000000"}, {"credential": "{}"}]
)
def test_what_is_wrong_confirms_nothing(own: Browser, database: Database, fields: dict[str, str]) -> None:
    half_an_hour_later(database)
    own.get("/confirm")

    assert own.post("/confirm", **fields).status_code == 401
    assert own.get("/needs-fresh").status_code == 303


def test_who_knows_the_password_guesses_no_codes_here_either_in_a_browser_that_nobody_knows(own: Browser, secret: str) -> None:
    own.client.delete_cookie("mdo-device")
    own.get("/confirm")
    for _ in range(5):
        assert own.post("/confirm", password=PASSWORD, code="000000").status_code == 401

    assert own.post("/confirm", password=PASSWORD, code=code(secret)).status_code == 401


def test_a_confirmation_leads_only_to_our_own_pages(own: Browser, secret: str) -> None:
    own.get("/confirm?next=https://evil.example/")

    assert own.post("/confirm", password=PASSWORD, next="https://evil.example/").location == "/account"


CHANGES = ("/account/app/remove", "/account/passkeys/remove", "/account/recovery-codes", "/account/password", "/account/app")


@pytest.mark.parametrize("path", CHANGES)
def test_changing_how_one_signs_in_needs_two_fresh_factors(own: Browser, database: Database, path: str) -> None:
    half_an_hour_later(database)
    with database.transaction() as session:
        before = second_factors.factors_of(session, person_id("Bram"))

    answer = own.post(path, password="een heel nieuw wachtwoord", again="een heel nieuw wachtwoord", passkey_id=str(uuid.uuid4()))

    assert answer.status_code == 303 and "/confirm" in answer.location and "strong=1" in answer.location
    with database.transaction() as session:
        assert second_factors.factors_of(session, person_id("Bram")) == before


def test_the_last_second_factor_cannot_be_removed_on_the_page_either(own: Browser, database: Database) -> None:
    assert own.post("/account/app/remove").status_code == 409
    with database.transaction() as session:
        assert second_factors.factors_of(session, person_id("Bram")).app


def test_a_new_password_ends_every_other_session(app: Flask, own: Browser, database: Database, region: Region) -> None:
    with database.transaction() as session:
        other = sessions.start_session(
            session, person_id("Bram"), region.hospitals["DELT"], proof=make.PROOF, now=datetime.now(UTC)
        )

    own.post("/account/password", password="een heel nieuw wachtwoord", again="een heel nieuw wachtwoord")

    assert own.get("/account").status_code == 200
    with database.transaction() as session:
        assert sessions.signed_in(session, other, now=datetime.now(UTC)) is None
    assert Browser(app).sign_in("Bram").status_code == 401


def test_a_new_password_ends_a_link_that_lay_open_and_nobodys_elses(app: Flask, own: Browser, database: Database) -> None:
    with database.transaction() as session:
        links = {
            name: credentials.invite(session, person_id(name), made_by=None, now=datetime.now(UTC)) for name in ("Bram", "Dirk")
        }

    own.post("/account/password", password="een heel nieuw wachtwoord", again="een heel nieuw wachtwoord")

    opened = {name: app.test_client().get(f"/invitation/{link}", follow_redirects=True) for name, link in links.items()}
    assert {name: page.status_code for name, page in opened.items()} == {"Bram": 404, "Dirk": 200}


def test_the_page_names_every_open_session_and_ends_one_or_all_others(own: Browser, database: Database, region: Region) -> None:
    now = datetime.now(UTC)
    with database.transaction() as session:
        keys = [
            sessions.start_session(
                session, person_id("Bram"), region.hospitals["DELT"], proof=make.PROOF, now=now, device=f"Firefox · {machine}"
            )
            for machine in ("Windows", "macOS", "Linux")
        ]
    page = own.get("/account").text
    assert all(machine in page for machine in ("Windows", "macOS", "Linux"))

    own.post("/account/sessions/end", session=sessions.hash_key(keys[0]))
    assert alive(database, keys) == [False, True, True]
    own.post("/account/sessions/end")
    assert alive(database, keys) == [False, False, False]
    assert own.get("/account").status_code == 200


def test_mail_about_questions_is_turned_off_and_on_by_oneself(own: Browser) -> None:
    asked = []
    for wanted in ("off", "on", "nonsense"):
        own.post("/account/mail", questions=wanted)
        asked.append('name="questions" value="on" aria-pressed="true"' in own.get("/account").text)

    assert asked == [False, True, False]


def alive(database: Database, keys: list[str]) -> list[bool]:
    with database.transaction() as session:
        return [sessions.signed_in(session, key, now=datetime.now(UTC)) is not None for key in keys]


def test_nobody_ends_somebody_elses_session(own: Browser, database: Database, region: Region) -> None:
    with database.transaction() as session:
        key = sessions.start_session(
            session, person_id("Dirk"), region.hospitals["ZEED"], proof=make.PROOF, now=datetime.now(UTC)
        )

    own.post("/account/sessions/end", session=sessions.hash_key(key))
    own.post("/account/sessions/end")

    assert alive(database, [key]) == [True]


# Time-outs


def idle_for(database: Database, minutes: int) -> None:
    with database.transaction() as session:
        session.execute(update(SignedInSession).values(seen_at=datetime.now(UTC) - timedelta(minutes=minutes)))


def test_asking_how_long_extends_nothing_and_the_button_does(own: Browser, database: Database) -> None:
    idle_for(database, 41)

    for _ in range(2):
        left = own.client.get("/session", headers={"X-Live": "1", "HX-Request": "true"}).json
        assert left is not None and 200 < left["idle"] <= 240
    extended = own.post("/session/extend").json

    assert extended is not None and extended["idle"] == 45 * 60
    left = own.client.get("/session", headers={"X-Live": "1"}).json
    assert left is not None and left["idle"] > 44 * 60


def test_a_page_that_refreshes_itself_keeps_nobody_signed_in(own: Browser, database: Database) -> None:
    idle_for(database, 44)
    own.client.get("/worklist/rows", headers={"X-Live": "1", "HX-Request": "true"})

    left = own.client.get("/session", headers={"X-Live": "1"}).json

    assert left is not None and left["idle"] <= 60


def test_the_absolute_end_is_not_extended(own: Browser, database: Database) -> None:
    with database.transaction() as session:
        session.execute(update(SignedInSession).values(started_at=datetime.now(UTC) - timedelta(hours=11, minutes=58)))

    extended = own.post("/session/extend").json

    assert extended is not None and extended["ends"] <= 120


def test_after_the_end_the_page_hears_that_it_is_over(own: Browser, database: Database) -> None:
    idle_for(database, 46)

    assert own.client.get("/session", headers={"X-Live": "1", "HX-Request": "true"}).status_code == 401
