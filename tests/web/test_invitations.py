"""Accepting an invitation: only on its own page, and the log says what came of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.audit import SUCCESS, AuditEntry
from mdo_portal.domain.people import Person
from mdo_portal.services.people import passwords
from mdo_portal.services.rights import credentials
from tests.people import Region, person_id
from tests.web.portal_of_two_factors import Browser, app, own

__all__ = ["app", "own"]
CHOSEN = "vier losse woorden"


def link_for_dirk(database: Database) -> str:
    with database.transaction() as session:
        return f"/invitation/{credentials.invite(session, person_id('Dirk'), made_by=None, now=datetime.now(UTC))}"


def has_chosen(database: Database) -> bool:
    with database.transaction() as session:
        return passwords.is_right(session.get_one(Person, person_id("Dirk")).password_hash, CHOSEN)


def test_a_link_that_was_opened_and_whose_page_nobody_saw_sets_no_password(own: Browser, database: Database) -> None:
    """Another site opens a link in this browser and sends a form after it."""
    own.get("/sign-in")
    own.get(link_for_dirk(database))

    answer = own.post("/invitation", invitation="", password=CHOSEN, again=CHOSEN)

    assert (answer.status_code, has_chosen(database)) == (422, False)


def test_who_accepted_stands_in_the_log_with_what_was_taken_away(own: Browser, database: Database, region: Region) -> None:
    own.get(link_for_dirk(database))
    shown = re.search(r'name="invitation" value="([^"]+)"', own.get("/invitation").text)
    assert shown is not None

    own.post("/invitation", invitation=shown[1], password=CHOSEN, again=CHOSEN)

    with database.transaction() as session:
        (line,) = session.scalars(select(AuditEntry).where(AuditEntry.act == "account.changed"))
    assert (line.outcome, line.person_id, line.hospital_id) == (SUCCESS, person_id("Dirk"), region.hospitals["ZEED"])
    assert line.detail == "invitation; password set, second step taken away" and has_chosen(database)
