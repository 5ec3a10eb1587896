"""After destruction nothing is left: no word, no number, no row, also of tables that came later."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.exchange import Fact, Section
from mdo_portal.services.inbox import intake
from mdo_portal.services.keeping import destroy_requests
from tests import make
from tests.people import Region
from tests.services.destruction import asked, found_in, ids_of, left_behind, officer
from tests.services.keeping.test_retention import LATELY, NOW, finished


def test_after_destruction_no_word_of_the_case_is_left_anywhere(database: Database, region: Region) -> None:
    """K-check: every text, every JSON and every sealed value of every table, opened where we have the key."""
    canary = "KANARIE"
    patient = make.identity("CANARY-1", bsn=make.BSN, name=replace(make.identity().name, family=f"{canary}-naam"))
    facts = tuple(Fact(section, f"{canary} feit") for section in Section)
    with database.transaction() as session:
        case = finished(
            session, region, at=LATELY, patient=patient, facts=facts, question_board=f"{canary} vraag", number=f"{canary}-9"
        )
        round_id = session.scalars(text("SELECT id FROM rounds WHERE case_id = :id").bindparams(id=case.id)).one()
        session.execute(
            text("UPDATE meetings SET current_round_id = :id WHERE id = :at").bindparams(id=round_id, at=region.meeting)
        )
        for linked in (True, False):
            told = make.arrival(
                region.links["ZEED"],
                control_id=f"M-{linked}",
                raw=f"PID|{canary}".encode(),
                patient_numbers=(("ZEED", "CANARY-1"),),
            )
            intake.keep(session, [told])
        session.execute(
            update(InboundMessage)
            .values(state=InboundState.UNDERSTOOD, settled_at=NOW)
            .where(InboundMessage.hospital_id == case.hospital_id)
        )
        session.execute(update(InboundMessage).where(InboundMessage.control_id == "M-True").values(case_id=case.id))
        request_id, ids = asked(session, region, case).id, ids_of(session, case)
        judge = officer(session, region)
    with database.transaction() as session:
        assert len(found_in(session, canary)) > 5, "the net must catch something before"

    with database.transaction() as session:
        destroy_requests.approve(session, judge, request_id, now=NOW)

    with database.transaction() as session:
        assert found_in(session, canary) == []
        assert found_in(session, "CANARY-1") == []
        assert left_behind(session, ids) == []


def test_a_foreign_key_to_a_case_that_came_later_goes_along(session: Session, region: Region) -> None:
    case = finished(session, region, at=LATELY)
    session.execute(
        text(
            "CREATE TABLE later_grants (id uuid PRIMARY KEY, case_id uuid REFERENCES cases, patient_id uuid REFERENCES patients)"
        )
    )
    session.execute(text("ALTER TABLE later_grants OWNER TO mdo_owner"))  # as a migration makes it
    for pointer, target in (("case_id", case.id), ("patient_id", case.patient_id)):
        session.execute(
            text(f"INSERT INTO later_grants (id, {pointer}) VALUES (:id, :target)").bindparams(id=uuid.uuid4(), target=target)
        )
    request = asked(session, region, case)

    done = destroy_requests.approve(session, officer(session, region), request.id, now=NOW)

    assert done.counts["later_grants"] == 1
    assert session.scalar(text("SELECT count(*) FROM later_grants")) == 0


def test_a_request_of_which_the_term_came_first_is_settled_with_what_is_left(session: Session, region: Region) -> None:
    case = finished(session, region)
    request = asked(session, region, case)
    session.execute(select(func.destroy_case(case.id)))
    session.expunge_all()

    done = destroy_requests.approve(session, officer(session, region), request.id, now=NOW)

    assert (done.executed_at, done.document_count, done.counts) == (NOW, 0, {})


def test_an_executed_request_opens_the_door_no_second_time(session: Session, region: Region) -> None:
    patient = make.identity("Z-9")
    first, second = (finished(session, region, at=LATELY, patient=patient) for _ in range(2))
    request = asked(session, region, first, only_case=True)
    destroy_requests.approve(session, officer(session, region), request.id, now=NOW)

    with pytest.raises(DBAPIError, match=r"judged_once|two_persons|approved_first"), session.begin_nested():
        session.execute(text("UPDATE destroy_requests SET approved_by = NULL"))
    assert session.scalar(select(func.destroy_case(second.id, request.id))) is None
