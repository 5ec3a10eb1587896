"""What a statement adds hangs on what is of who adds it: it opens no other patient, sends nobody's letter, and makes nobody more."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from tests import make
from tests.people import Region, person_id
from tests.services.wall_house import REFUSED, Says, says, walls

__all__ = ["says", "walls"]


@pytest.fixture
def case(database: Database, region: Region) -> Case:
    """Of ZEED, where Dirk works, before the board that Bram leads, coming up."""
    with database.transaction() as session:
        made = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), board_id=region.boards["URO-P"])
        session.get_one(Meeting, region.meeting).starts_at = datetime.now(UTC) + timedelta(days=1)
        session.get_one(Meeting, region.meeting).registration_closes_at = datetime.now(UTC) + timedelta(hours=9)
        make.planned(session, made, session.get_one(Meeting, region.meeting), viewer=region.bram)
        return made


# Whose patient it is

CASE = """INSERT INTO cases SELECT (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(), 'patient_id', CAST(:patient AS uuid),
    'home_patient_id', CAST(:home AS uuid), 'referral_number', 'x-1', 'state', 'ready'))).* FROM cases c WHERE c.id = :case"""


@pytest.mark.parametrize("way", ["patient", "home"])
def test_a_case_of_ones_own_opens_no_patient_of_another_hospital(
    says: Says, database: Database, region: Region, case: Case, way: str
) -> None:
    """Whoever knew the number of such a row, from a page of years ago say, read name and birth date by one statement."""
    with database.transaction() as session:
        other = make.case(session, session.get_one(Hospital, region.hospitals["KREE"])).patient_id
    named = {"patient": case.patient_id, "home": None} | {way: other}

    with pytest.raises(ProgrammingError, match=REFUSED):
        says("Dirk", CASE, case=case.id, **named)
    assert says("Dirk", "SELECT family FROM patients WHERE id = :id", id=other) == 0
    assert says("Dirk", CASE, case=case.id, patient=case.patient_id, home=None) == 1


def test_nobody_is_said_to_be_somebody_elses_row(says: Says, case: Case) -> None:
    merged = """INSERT INTO patients SELECT (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(), 'local_number', 'x-1',
        'bsn_index', NULL, 'merged_into', p.id))).* FROM patients p WHERE p.id = :patient"""

    with pytest.raises(ProgrammingError, match=REFUSED):
        says("Dirk", merged, patient=case.patient_id)


# Who else may read it

GRANT = """INSERT INTO case_grants (id, case_id, hospital_id, kind, person_id, reason, begins_at, ends_at, given_by, given_at)
    SELECT gen_random_uuid(), :case, :hospital, 'second_reader', :reader, 'x', now(), now() + make_interval(days => :days), :by, now()"""


@pytest.mark.parametrize(
    ("who", "over"),
    [
        ("Mila", {}),
        ("Dirk", {"by": person_id("Bram")}),
        ("Dirk", {"days": 400}),
        ("Bram", {"hospital": "KREE"}),
    ],
    ids=["who only reads it", "in the name of another", "for ever", "as of another hospital"],
)  # fmt: skip
def test_a_statement_gives_nobody_a_case_to_read(says: Says, region: Region, case: Case, who: str, over: dict[str, Any]) -> None:
    """A member of the board, who sees it for two weeks, or who broke the glass, for an hour, gave it to themselves for ninety years."""
    named = {"case": case.id, "hospital": "ZEED", "reader": person_id("Mila"), "days": 90, "by": person_id(who)}
    given = named | over
    given["hospital"] = region.hospitals[given["hospital"]]

    assert says(who, "SELECT id FROM cases WHERE id = :case", case=case.id) == 1
    with pytest.raises(ProgrammingError, match=REFUSED):
        says(who, GRANT, **given)


@pytest.mark.parametrize("who", ["Dirk", "Bram", "Aisha"])
def test_who_treats_and_who_leads_the_board_give_it_to_read(says: Says, region: Region, case: Case, who: str) -> None:
    named = {"hospital": region.hospitals["ZEED"], "reader": person_id("Carla"), "days": 90, "by": person_id(who)}

    assert says(who, GRANT, case=case.id, **named) == 1


# What was discussed, and its letter

LETTER = """INSERT INTO deliveries (id, decision_id, case_id, hospital_id, audience, recipient_name, document_number, version, channel, state,
    letter_sealed, letter_sha256, created_at, attempts, next_attempt_at, receipt_code, receipt_reference, receipt_text, hold_reason)
    VALUES (gen_random_uuid(), :decision, :case, :hospital, 'referrer', :name, 'x', 1, 'fhir', 'waiting', '', '', now(), 0, now(), '', '',
    '', '')"""


@pytest.fixture
def signed(database: Database, region: Region, case: Case) -> dict[str, uuid.UUID]:
    with database.transaction() as session:
        round_ = make.discussed(session, session.scalars(select(Round).where(Round.case_id == case.id)).one(), viewer=region.bram)
        decision = make.signed(session, round_, viewer=region.bram)
        return {"case": case.id, "round": round_.id, "decision": decision.id}


@pytest.mark.parametrize(("who", "to"), [("Mila", "DELT"), ("Carla", "KREE"), ("Bram", "DELT"), ("Dirk", "ZEED")])
def test_a_statement_sends_nobody_a_letter(says: Says, region: Region, signed: dict[str, uuid.UUID], who: str, to: str) -> None:
    """The worker renders what stands in the outbox: one row sent the advice about ZEED's patient to the EPD of another hospital."""
    with pytest.raises(ProgrammingError, match=REFUSED):
        says(who, LETTER, decision=signed["decision"], case=signed["case"], hospital=region.hospitals[to], name="x")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE deliveries SET state = 'received', received_at = now() WHERE case_id = :case",
        "UPDATE rounds SET outcome = 'deferred' WHERE id = :round",
        "INSERT INTO case_facts SELECT (jsonb_populate_record(f, jsonb_build_object('id', gen_random_uuid()))).* FROM case_facts f"
        " WHERE f.case_id = :case LIMIT 1",
    ],
    ids=["received", "outcome", "fact"],
)
def test_who_only_takes_part_changes_nothing_of_what_came_and_goes(
    says: Says, signed: dict[str, uuid.UUID], statement: str
) -> None:
    """A letter that never left stood as received, and a discussion as deferred."""
    with pytest.raises(ProgrammingError, match=REFUSED):
        says("Mila", statement, **signed)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE notes SET frozen_at = NULL WHERE round_id = :round",
        "UPDATE rounds SET outcome = 'withdrawn' WHERE id = :round",
        "DELETE FROM notes WHERE round_id = :round",
        "DELETE FROM rounds WHERE id = :round",
        "INSERT INTO round_answers (round_id, case_id, diagnosis_changed, imaging_revision, pathology_revision, wish, trial, deviation, dissent,"
        " told_by, again, revision, changed_by, changed_at) VALUES (:round, :case, '', '', '', 'x', '', '', '', '', '', 1, access.person(), now())",
        "INSERT INTO advice_items (id, round_id, case_id, position, kind, text, intent, condition, place, responsible, revision, changed_by,"
        " changed_at) VALUES (gen_random_uuid(), :round, :case, 9, '', 'x', '', '', '', '', 1, access.person(), now())",
    ],
    ids=["thawed", "ended otherwise", "typed away", "never was", "answered", "recommended"],
)
def test_whose_patient_it_is_does_not_rewrite_what_the_board_said(
    says: Says, signed: dict[str, uuid.UUID], statement: str
) -> None:
    with pytest.raises(ProgrammingError, match=REFUSED):
        says("Dirk", statement, **signed)


def test_whose_patient_it_is_withdraws_it_before_it_is_discussed(says: Says, case: Case) -> None:
    assert says("Dirk", "UPDATE rounds SET outcome = 'withdrawn' WHERE case_id = :case", case=case.id) == 1


# Who was there

PRESENT = """INSERT INTO presences (id, meeting_id, person_id, hospital_id, first_seen_at, seen_at, away, mistaken, noted_by)
    VALUES (gen_random_uuid(), :meeting, :person, :hospital, now(), now(), '[]', false, :by)"""


@pytest.mark.parametrize(
    ("who", "person", "by"),
    [("", "Bilal", None), ("Dirk", "Bilal", "Dirk"), ("Mila", "Bilal", None), ("Mila", "Dirk", "Mila"), ("Dirk", "Dirk", None)],
)
def test_a_statement_puts_nobody_in_the_room(says: Says, region: Region, who: str, person: str, by: str | None) -> None:
    """Of the page for signing in too: a quorum was made of people who never came, and the chair signed their names."""
    named = {"meeting": region.meeting, "person": person_id(person), "hospital": region.hospitals["DELT"]}

    with pytest.raises(ProgrammingError, match=REFUSED):
        says(who, PRESENT, **named, by=person_id(by) if by else None)


@pytest.mark.parametrize(("person", "by"), [("Mila", None), ("Bilal", "Mila")])
def test_one_is_there_oneself_and_says_who_watches_along(says: Says, region: Region, person: str, by: str | None) -> None:
    named = {"meeting": region.meeting, "person": person_id(person), "hospital": region.hospitals["DELT"]}

    assert says("Mila", PRESENT, **named, by=person_id(by) if by else None) == 1
