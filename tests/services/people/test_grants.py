"""Grants, the broken glass and the objection, behind PostgreSQL's own wall: what opens, for whom, and what closes again."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseEvent, CaseState
from mdo_portal.domain.grant import CaseGrant
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import Proof
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import IllegalMove, Incomplete, NotAllowed, NotFound
from mdo_portal.services.cases import worklist, worklist_rows
from mdo_portal.services.common import access
from mdo_portal.services.identity import objections
from mdo_portal.services.letters import post
from mdo_portal.services.people import grants, sessions
from mdo_portal.services.people.grants import UnknownPatient, Wanted
from tests import make
from tests.conftest import opened
from tests.people import PEOPLE, Region, person_id

REASON = "Patiënt ligt nu bij ons op de spoedeisende hulp."


@dataclass
class Wall:
    """The region in a database of its own; `as_(name)` is a transaction as the web has it for that person."""

    house: Database
    web: Database
    region: Region
    now: datetime

    def key(self, name: str, proof: Proof = make.PROOF) -> str:
        with self.house.transaction() as session:
            at = self.region.hospitals[PEOPLE[name][1]]
            return sessions.start_session(session, person_id(name), at, proof=proof, now=self.now)

    def as_(self, name: str, proof: Proof = make.PROOF) -> AbstractContextManager[Session]:
        return self.with_key(self.key(name, proof))

    def with_key(self, key: str) -> AbstractContextManager[Session]:
        return self.web.transaction(entering=sessions.hash_key(key))

    def viewer(self, session: Session, key: str) -> Viewer:
        found = sessions.signed_in(session, key, now=self.now)
        assert found is not None
        return found.viewer


@pytest.fixture
def wall(database: Database, region: Region) -> Iterator[Wall]:
    web = opened(as_role(database.url, "mdo_app"))
    yield Wall(database, web, region, datetime.now(UTC))
    web.close()


@pytest.fixture
def case_id(wall: Wall) -> uuid.UUID:
    """A case of ZEED for Uro-prostaat."""
    with wall.house.transaction() as session:
        zeed = session.get_one(Hospital, wall.region.hospitals["ZEED"])
        patient = make.identity("4711", bsn=make.BSN, birth_on=date(1950, 1, 2))
        return make.case(session, zeed, now=wall.now, board_id=wall.region.boards["URO-P"], patient=patient).id


def sees(wall: Wall, key: str, case_id: uuid.UUID) -> list[Relation]:
    """By which relation this person reads the case: the first wall's answer, behind the second."""
    with wall.with_key(key) as session:
        now = datetime.now(UTC)
        found = sessions.signed_in(session, key, now=now)
        assert found is not None
        try:
            return [access.case_for(session, found.viewer, Act.CASE_READ, case_id, now=now).relation]
        except NotFound:
            return []


def given(
    wall: Wall, case_id: uuid.UUID, *, to: str = "Carla", is_hospital: bool = False, until: date | None = None, by: str = "Dirk"
) -> None:
    key = wall.key(by)
    reader = wall.region.hospitals[to] if is_hospital else person_id(to)
    with wall.with_key(key) as session:
        viewer = wall.viewer(session, key)
        case = access.case_for(session, viewer, Act.CASE_GRANT, case_id, now=wall.now).case
        wanted = Wanted(reader, is_hospital, until or (wall.now + timedelta(days=3)).date(), "revisie van de coupes")
        grants.give(session, case, wanted, viewer=viewer, now=wall.now)


def broken(
    wall: Wall, key: str, *, number: str = "4711", birth_on: date = date(1950, 1, 2), reason: str = REASON, bsn: str = ""
) -> list[uuid.UUID]:
    with wall.with_key(key) as session:
        return grants.break_glass(
            session, hospital_id=wall.region.hospitals["ZEED"], number=number, bsn=bsn, birth_on=birth_on, reason=reason
        )


def test_a_second_reader_sees_the_case_and_its_documents_but_changes_nothing(wall: Wall, case_id: uuid.UUID) -> None:
    carla = wall.key("Carla")
    assert sees(wall, carla, case_id) == []

    given(wall, case_id)

    assert sees(wall, carla, case_id) == [Relation.SECOND_READER]
    with wall.with_key(carla) as session:
        viewer = wall.viewer(session, carla)
        assert access.case_for(session, viewer, Act.DOCUMENT_READ, case_id, now=wall.now)
        for act in (Act.CASE_PLAN, Act.CASE_WITHDRAW, Act.DOCUMENT_ADD, Act.CASE_GRANT, Act.CASE_OBJECT, Act.LETTER_READ):
            with pytest.raises(NotAllowed):
                access.case_for(session, viewer, act, case_id, now=wall.now)
        session.execute(text("UPDATE cases SET reason = 'x' WHERE id = :id"), {"id": case_id})
    with wall.house.transaction() as session:
        assert session.get_one(Case, case_id).reason == ""


def test_a_hospital_that_treats_too_lets_its_clinicians_read_and_nobody_else_there(wall: Wall, case_id: uuid.UUID) -> None:
    given(wall, case_id, to="DELT", is_hospital=True)

    assert sees(wall, wall.key("Mila"), case_id) == [Relation.TREATING_HOSPITAL]
    assert sees(wall, wall.key("Ada"), case_id) == []


def test_a_grant_that_ended_or_was_taken_back_is_not_found(wall: Wall, case_id: uuid.UUID) -> None:
    carla, dirk = wall.key("Carla"), wall.key("Dirk")
    given(wall, case_id)
    with wall.with_key(dirk) as session:
        viewer = wall.viewer(session, dirk)
        (row,) = grants.of_case(session, case_id)
        grants.end(session, session.get_one(Case, case_id), row.id, viewer=viewer, now=wall.now)

    assert sees(wall, carla, case_id) == []

    given(wall, case_id)
    with wall.house.transaction() as session:
        session.execute(
            text("UPDATE case_grants SET begins_at = now() - interval '2 days', ends_at = now() - interval '1 second'")
        )
    assert sees(wall, carla, case_id) == []


@pytest.mark.parametrize("days", [-1, 200])
def test_a_grant_ends_on_a_day_from_today_and_within_half_a_year(wall: Wall, case_id: uuid.UUID, days: int) -> None:
    for until in ((wall.now + timedelta(days=days)).date(), date.max):
        with pytest.raises(IllegalMove):
            given(wall, case_id, until=until)


def test_only_a_clinician_of_elsewhere_can_be_a_second_reader(wall: Wall, case_id: uuid.UUID) -> None:
    for name in ("Dirk", "Ada", "Petra"):  # of the own hospital; no clinicians
        with pytest.raises(Incomplete):
            given(wall, case_id, to=name)


def test_nobody_gives_themselves_a_case_they_do_not_see(wall: Wall, case_id: uuid.UUID) -> None:
    row = {"case": case_id, "hospital": wall.region.hospitals["ZEED"], "me": person_id("Carla")}
    statement = text(
        "INSERT INTO case_grants (id, case_id, hospital_id, kind, person_id, reason, begins_at, ends_at, given_by, given_at) "
        "VALUES (gen_random_uuid(), :case, :hospital, :kind, :me, 'x', now(), now() + interval '1 day', :me, now())"
    )
    for name, kind in (("Carla", "second_reader"), ("Carla", "emergency"), ("Dirk", "emergency")):
        with pytest.raises(ProgrammingError), wall.as_(name) as session:
            session.execute(statement, row | {"kind": kind})


def test_broken_glass_opens_one_patient_for_an_hour_and_the_owner_is_told(wall: Wall, case_id: uuid.UUID) -> None:
    carla = wall.key("Carla")

    assert broken(wall, carla) == [case_id]

    assert sees(wall, carla, case_id) == [Relation.EMERGENCY]
    with wall.house.transaction() as session:
        grant = session.scalars(select(CaseGrant)).one()
        assert grant.ends_at - grant.begins_at == timedelta(minutes=60)
        assert grant.reason == REASON
    with wall.as_("Petra") as session:
        assert session.scalars(select(CaseGrant.reason)).all() == [REASON]


def test_the_bsn_opens_as_well_as_the_number_also_as_an_epd_shows_it(wall: Wall, case_id: uuid.UUID) -> None:
    copied = f" {make.BSN[:4]}.{make.BSN[4:6]}.{make.BSN[6:]}"
    assert broken(wall, wall.key("Carla"), number="", bsn=copied) == [case_id]


@pytest.mark.parametrize(
    "wrong", [{"number": "4712"}, {"birth_on": date(1950, 2, 1)}, {"number": "", "bsn": make.OTHER_BSN}, {"number": ""}]
)
def test_particulars_that_do_not_fit_open_nothing(wall: Wall, case_id: uuid.UUID, wrong: dict[str, object]) -> None:
    with pytest.raises(UnknownPatient):
        broken(wall, wall.key("Carla"), **wrong)  # type: ignore[arg-type]


def test_a_bsn_that_cannot_be_one_opens_nothing_though_the_hospital_sent_it(wall: Wall, case_id: uuid.UUID) -> None:
    with wall.house.transaction() as session:
        zeed = session.get_one(Hospital, wall.region.hospitals["ZEED"])
        make.case(session, zeed, patient=make.identity("4712", bsn="123456789", birth_on=date(1950, 1, 2)))

    with pytest.raises(UnknownPatient):
        broken(wall, wall.key("Carla"), number="", bsn="123456789")


def test_the_glass_needs_a_reason_a_clinician_two_factors_and_a_fresh_proof(wall: Wall, case_id: uuid.UUID) -> None:
    with pytest.raises(IllegalMove):
        broken(wall, wall.key("Carla"), reason="spoed")
    old = wall.key("Carla")
    with wall.house.transaction() as session:
        session.execute(text("UPDATE sessions SET confirmed_strongly_at = now() - interval '6 minutes'"))
    for key in (wall.key("Ada"), wall.key("Petra"), wall.key("Carla", Proof("password")), old):
        with pytest.raises(ProgrammingError):
            broken(wall, key)


def test_an_objection_leaves_the_own_hospital_only(wall: Wall, case_id: uuid.UUID) -> None:
    dirk = wall.key("Dirk")
    with wall.house.transaction() as session:
        meeting = session.get_one(Meeting, wall.region.meeting)
        meeting.starts_at, meeting.registration_closes_at = wall.now + timedelta(days=2), wall.now + timedelta(days=1)
        make.planned(session, session.get_one(Case, case_id), meeting, viewer=wall.region.aisha, now=wall.now)
    given(wall, case_id)
    assert sees(wall, wall.key("Aisha"), case_id) == [Relation.BOARD]

    with wall.with_key(dirk) as session:
        objections.record(session, session.get_one(Case, case_id), viewer=wall.viewer(session, dirk), now=wall.now)

    for name in ("Aisha", "Bram", "Mila", "Carla"):
        key = wall.key(name)
        assert sees(wall, key, case_id) == [], name
        with wall.with_key(key) as session:
            viewer = wall.viewer(session, key)
            assert case_id not in [row.id for row in worklist.page(session, viewer, worklist_rows.Filter())]
            assert post.rows(session, viewer, everything=True) == []
    with pytest.raises(UnknownPatient):
        broken(wall, wall.key("Carla"))
    assert sees(wall, dirk, case_id) == [Relation.OWN_HOSPITAL]
    with wall.as_("Aisha") as session:
        assert session.scalar(select(text("access.gone_by_objection(:id)")).params(id=wall.region.meeting)) == 1
    with wall.with_key(dirk) as session:
        assert session.get_one(Case, case_id).state is CaseState.WITHDRAWN
        objections.lift(session, session.get_one(Case, case_id), viewer=wall.viewer(session, dirk), now=wall.now)
        words = list(session.scalars(select(CaseEvent.what).where(CaseEvent.case_id == case_id)))
        assert {"objection.recorded", "objection.lifted", "grant.given"} <= set(words)
    assert sees(wall, wall.key("Aisha"), case_id) == [Relation.BOARD]
