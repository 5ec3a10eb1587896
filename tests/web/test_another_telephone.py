"""Another telephone, a lost one, and a code or password that was mistyped: what the pages about signing in say and let one do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from pyotp import TOTP

from mdo_portal.database import Database
from mdo_portal.services.people import second_factors
from tests.people import person_id
from tests.web.portal_of_two_factors import Browser, portal, with_app


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    with portal(database) as made:
        yield made


@pytest.fixture
def old_secret(database: Database) -> str:
    return with_app(database, "Bram")


@pytest.fixture
def own(app: Flask, database: Database, old_secret: str) -> Browser:
    """Bram without his telephone, signed in with one of his recovery codes."""
    with database.transaction() as session:
        code = second_factors.new_recovery_codes(session, person_id("Bram"), now=datetime.now(UTC))[0]
    browser = Browser(app)
    browser.sign_in("Bram")
    browser.with_code(code)
    return browser


def now_code(secret: str) -> str:
    return TOTP(secret).at(datetime.now(UTC))


def secret_on(page: str) -> str:
    """As somebody reads it who cannot scan."""
    found = re.search(r'id="app-secret">([A-Z2-7 ]+)<', page)
    assert found
    return found[1].replace(" ", "")


def test_who_lost_the_only_telephone_puts_the_app_on_another(own: Browser, app: Flask, old_secret: str) -> None:
    new_secret = secret_on(own.get("/account/second-factor").text)

    own.post("/account/app", code=now_code(new_secret))

    assert new_secret != old_secret
    later = Browser(app)
    later.sign_in("Bram")
    assert later.post("/sign-in/second", code=now_code(old_secret)).status_code == 401
    assert later.post("/sign-in/second", code=TOTP(new_secret).at(datetime.now(UTC) + timedelta(seconds=30))).status_code == 302


def test_the_old_telephone_counts_until_the_new_one_gave_a_code(own: Browser, app: Flask, old_secret: str) -> None:
    own.get("/account/second-factor")

    assert own.post("/account/app", code="12345").status_code == 422

    later = Browser(app)
    later.sign_in("Bram")
    assert later.post("/sign-in/second", code=now_code(old_secret)).status_code == 302


def test_a_telephone_opens_its_app_by_a_link_for_it_cannot_scan_itself(own: Browser) -> None:
    page = own.get("/account/second-factor").text

    assert 'href="otpauth://totp/' in page
    assert secret_on(page) in page.partition('href="otpauth://')[2].partition('"')[0]


@pytest.mark.parametrize("path", ["/account/app", "/account/password"])
def test_what_was_mistyped_is_said_beside_its_field(own: Browser, path: str) -> None:
    """A reader begins in the field that is wrong (behaviours/wrong.ts); above the page it is ten keys away."""
    own.get("/account/second-factor")

    page = own.post(path, code="000000", password="een heel nieuw wachtwoord", again="een heel ander wachtwoord").text

    assert re.search(r'aria-invalid="true".*?class="field-error"', page, re.DOTALL)


def test_a_wrong_code_is_not_said_to_be_a_wrong_password(app: Flask, old_secret: str) -> None:
    browser = Browser(app)
    browser.sign_in("Bram")

    page = browser.post("/sign-in/second", code="000000").text

    assert "wachtwoord of code klopt niet" not in page
    assert "Deze code klopt niet" in page


def test_who_forgot_the_password_reads_who_helps(app: Flask) -> None:
    page = Browser(app).get("/sign-in").text

    assert "Wachtwoord vergeten" in page and "koppelingsbeheerder" in page
