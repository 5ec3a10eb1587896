"""Who works for several hospitals chooses for which one, and may change on the way."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from mdo_portal.database import Database
from mdo_portal.domain.people import Membership, Person, Role, SignedInSession
from mdo_portal.services.people import sessions
from mdo_portal.services.rights import credentials
from tests.people import Region, person_id
from tests.web.portal_of_two_factors import Browser, app, now_code, own, with_app

__all__ = ["app", "own"]


@pytest.fixture
def of_two(database: Database, region: Region) -> str:
    """Bram is a specialist in DELT, and follows patients of ZEED."""
    with database.transaction() as session:
        session.add(Membership(person_id=person_id("Bram"), hospital_id=region.hospitals["ZEED"], role=Role.PRIVACY_OFFICER))
    return with_app(database, "Bram")


def test_who_works_for_several_hospitals_is_asked_and_no_session_starts_before(
    own: Browser, database: Database, of_two: str
) -> None:
    own.sign_in("Bram")
    before = session_count(database)
    answer = own.with_code(now_code(of_two))

    assert answer.location == "/sign-in/hospital"
    assert session_count(database) == before
    assert own.get("/worklist").location.startswith("/sign-in")


def session_count(database: Database) -> int:
    with database.transaction() as session:
        return session.scalar(select(func.count()).select_from(SignedInSession)) or 0


def test_only_the_roles_of_the_chosen_hospital_count_and_switching_changes_them(
    own: Browser, region: Region, of_two: str
) -> None:
    own.sign_in("Bram")
    own.with_code(now_code(of_two))
    answer = own.post("/sign-in/hospital", hospital_id=str(region.hospitals["DELT"]))
    own.get(answer.location)
    assert own.get("/log").status_code == 403

    own.get("/hospital")
    own.post("/hospital", hospital_id=str(region.hospitals["ZEED"]))

    assert own.get("/log").status_code == 200


@pytest.mark.parametrize("hospital", ["KREE", "x"])
def test_nobody_works_for_a_hospital_that_is_not_theirs(own: Browser, region: Region, of_two: str, hospital: str) -> None:
    own.sign_in("Bram")
    own.with_code(now_code(of_two))

    assert own.post("/sign-in/hospital", hospital_id=str(region.hospitals.get(hospital, "x"))).status_code in (401, 404)
    assert own.get("/worklist").status_code == 302


def test_who_is_shut_out_while_choosing_does_not_come_in(own: Browser, database: Database, region: Region, of_two: str) -> None:
    """A session began, and the log said that they signed in."""
    own.sign_in("Bram")
    own.with_code(now_code(of_two))
    before = session_count(database)
    with database.transaction() as session:
        session.get_one(Person, person_id("Bram")).disabled_at = datetime.now(UTC)

    assert own.post("/sign-in/hospital", hospital_id=str(region.hospitals["DELT"])).status_code == 401
    assert session_count(database) == before


@pytest.mark.parametrize("how", ["everywhere", "a new password"])
def test_who_is_signed_out_everywhere_while_choosing_does_not_come_in(
    own: Browser, database: Database, region: Region, of_two: str, how: str
) -> None:
    """Somebody who had password and code chose a hospital minutes after the owner had ended all of it."""
    own.sign_in("Bram")
    own.with_code(now_code(of_two))
    before = session_count(database)
    with database.transaction() as session:
        if how == "everywhere":
            sessions.end_all_sessions(session, person_id("Bram"), now=datetime.now(UTC))
        else:
            token = credentials.invite(session, person_id("Bram"), made_by=None, now=datetime.now(UTC))
            credentials.accept(session, token, "vier andere losse woorden", now=datetime.now(UTC))

    assert own.post("/sign-in/hospital", hospital_id=str(region.hospitals["DELT"])).location == "/sign-in"
    assert session_count(database) == before


def test_a_right_password_of_before_asks_for_no_code_after_signing_out_everywhere(own: Browser, database: Database) -> None:
    secret = with_app(database, "Bram")
    own.sign_in("Bram")
    with database.transaction() as session:
        sessions.end_all_sessions(session, person_id("Bram"), now=datetime.now(UTC))

    assert own.with_code(now_code(secret)).location == "/sign-in"


def test_an_open_page_of_the_one_hospital_is_not_gone_on_with_for_the_other(own: Browser, region: Region, of_two: str) -> None:
    """A registration typed for DELT was sent in for ZEED when its writer had changed hospital in another tab meanwhile.

    A page asks who is signed in, and takes the new form token only when that is who it was made for (timeout.ts).
    """
    own.sign_in("Bram")
    own.with_code(now_code(of_two))
    page = own.get(own.post("/sign-in/hospital", hospital_id=str(region.hospitals["DELT"])).location).text
    made_for = re.search(r'name="session" content="\d+ \d+ ([^" ]+)"', page)
    assert made_for is not None and made_for[1] == _here(own)

    own.post("/hospital", hospital_id=str(region.hospitals["ZEED"]))
    assert _here(own) != made_for[1]
    own.get("/hospital")
    own.post("/hospital", hospital_id=str(region.hospitals["DELT"]))
    assert _here(own) == made_for[1]


def _here(own: Browser) -> str:
    left = own.client.get("/session", headers={"X-Live": "1"}).json
    assert left is not None
    return str(left["person"])
