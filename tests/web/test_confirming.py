"""Confirming who one is by one's own means: what is asked, and what the log says of it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.audit import REFUSED, SUCCESS, AuditEntry
from mdo_portal.services.people import second_factors
from tests.make import NOW
from tests.people import PASSWORD, Region, person_id
from tests.web.portal_of_two_factors import Browser, app, now_code, with_app

__all__ = ["app"]


@pytest.fixture
def bram(app: Flask, database: Database) -> Browser:
    """Signed in with two factors: a password and an app, and not one recovery code."""
    browser, secret = Browser(app), with_app(database, "Bram")
    browser.sign_in("Bram")
    browser.with_code(now_code(secret))
    browser.get("/account")
    return browser


@pytest.mark.parametrize(("app_too", "codes", "asked"), [(True, False, True), (False, True, True), (False, False, False)])
def test_a_code_is_asked_of_who_has_an_app_or_a_code_on_paper(
    bram: Browser, database: Database, app_too: bool, codes: bool, asked: bool
) -> None:
    """Without the field nobody with an app alone could sign an advice."""
    with database.transaction() as session:
        if not app_too:
            second_factors.remove_app(session, person_id("Bram"))
        if codes:
            second_factors.new_recovery_codes(session, person_id("Bram"), now=NOW)

    page = bram.get("/confirm?strong=1").text

    shown = ['name="password"' in page, 'name="code"' in page, "data-passkey-send" in page, "/confirm/with-provider" in page]
    assert shown == [True, asked, False, False]


def test_each_confirmation_stands_in_the_log_with_how_and_for_which_hospital(
    bram: Browser, database: Database, region: Region
) -> None:
    with database.transaction() as session:
        (code, *_) = second_factors.new_recovery_codes(session, person_id("Bram"), now=NOW)

    bram.post("/confirm", password="iets anders")
    bram.post("/confirm", password=PASSWORD, code=code)

    with database.transaction() as session:
        query = select(AuditEntry).where(AuditEntry.act.like("confirm%")).order_by(AuditEntry.seq)
        lines = [(one.act, one.outcome, one.detail, one.person_id, one.hospital_id) for one in session.scalars(query)]
    whose = (person_id("Bram"), region.hospitals["DELT"])
    assert lines == [("confirm.refused", REFUSED, "", *whose), ("confirm", SUCCESS, "password+recovery", *whose)]
