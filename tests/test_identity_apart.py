"""A merge that a person took apart is asked about when it is told again."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.identity_conflict import ConflictKind, Decision
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Merge
from mdo_portal.services.patients import deciding
from tests.identity_questions import CONFLICTS, decide, merge, opened, referral
from tests.make import BSN, NOW
from tests.people import Region
from tests.reception_house import hand_in, understand_all


def take_apart(database: Database) -> None:
    with database.transaction() as session:
        standing = session.scalars(select(Merge).where(Merge.undone_at.is_(None))).one()
        deciding.ask_undo(session, standing, person_id=uuid.uuid4(), now=NOW)
    understand_all(database)


def owners(database: Database) -> int:
    with database.transaction() as session:
        return len(set(session.scalars(select(Case.patient_id).where(Case.referral_number.regexp_match("^VW-[1-9]")))))


def test_a_merge_that_a_person_allowed_and_then_undid_is_asked_about_when_it_is_told_again(
    database: Database, region: Region
) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.MERGE])
    understand_all(database)
    decide(database, Decision.SAME)
    assert owners(database) == 1
    take_apart(database)
    assert owners(database) == 2

    hand_in(database, region, merge("M9", "1", "2"))
    understand_all(database)

    assert owners(database) == 2
    assert [one.kind for one in opened(database)] == [ConflictKind.MERGE_UNDONE]
    decide(database, Decision.OTHER)
    hand_in(database, region, merge("M10", "1", "2"))
    understand_all(database)
    assert (opened(database), owners(database)) == ([], 2), "kept apart, and not asked a third time"


@pytest.mark.parametrize("stands", [[referral("1", bsn=BSN)], [referral("1", bsn=BSN), referral("1b", patient="2")]])
def test_a_merge_that_names_only_a_bsn_is_done_when_a_person_says_so_and_asked_once(
    database: Database, region: Region, stands: list[bytes]
) -> None:
    """MRG-1 with nothing but the BSN of before: with one patient here and with two."""
    asked = [merge(name, "2", "1").replace(b"MRG|1^^^ZEED^PI", f"MRG|{BSN}^^^NLMINBIZA^NNNLD".encode()) for name in ("M8", "M9")]
    hand_in(database, region, *stands, asked[0])
    understand_all(database)
    assert len(opened(database)) == 1

    decide(database, Decision.SAME)
    hand_in(database, region, asked[1], referral("3", patient="2"))
    understand_all(database)

    assert (opened(database), owners(database)) == ([], 1)


@pytest.mark.parametrize("again", [("2", "1"), ("1", "2"), ("3", "1")])
def test_undone_under_the_number_that_went_on_it_is_asked_whichever_number_is_told(
    database: Database, region: Region, again: tuple[str, str]
) -> None:
    """2 went on as 3 before: 1 was put under 3 when the hospital told 1 → 2, and a person took 1 away from them."""
    hand_in(database, region, referral("1"), merge("M2", "3", "2"), referral("2", patient="2"))
    understand_all(database)
    hand_in(database, region, merge("M3", "3", "2"), merge("M4", "2", "1"))
    understand_all(database)
    decide(database, Decision.SAME)
    with database.transaction() as session:
        last = session.scalars(select(Merge).where(Merge.gone_number == "1", Merge.undone_at.is_(None))).one()
        deciding.ask_undo(session, last, person_id=uuid.uuid4(), now=NOW)
    understand_all(database)
    assert owners(database) == 2

    hand_in(database, region, merge("M9", *again))
    understand_all(database)

    assert owners(database) == 2
    assert len(opened(database)) == 1


def test_undone_and_the_family_fallen_apart_the_told_numbers_still_count(database: Database, region: Region) -> None:
    """No case under 2: nothing but the memory of what was undone keeps 1 and 2 apart."""
    hand_in(database, region, referral("3", patient="3"))
    understand_all(database)
    hand_in(database, region, merge("M2", "3", "2"))
    hand_in(database, region, merge("M3", "2", "1"))
    understand_all(database)
    for gone in ("1", "2"):
        with database.transaction() as session:
            last = session.scalars(select(Merge).where(Merge.gone_number == gone, Merge.undone_at.is_(None))).one()
            deciding.ask_undo(session, last, person_id=uuid.uuid4(), now=NOW)
        understand_all(database)
    hand_in(database, region, referral("5", patient="1"))
    understand_all(database)

    hand_in(database, region, merge("M9", "2", "1"))
    understand_all(database)

    assert [one.kind for one in opened(database)] == [ConflictKind.MERGE_UNDONE]


def test_undone_on_the_page_of_the_case_a_decision_is_taken_back_whole(database: Database, region: Region) -> None:
    """Decided to be one, the particulars were taken over; undone, each stands as before and the question is open again."""
    hand_in(database, region, *CONFLICTS[ConflictKind.NAME_AND_BIRTH])
    understand_all(database)
    decide(database, Decision.SAME)

    take_apart(database)

    with database.transaction() as session:
        case = session.scalars(select(Case).where(Case.referral_number == "VW-1")).one()
        patient = session.get_one(Patient, case.patient_id)
        assert (patient.family, patient.birth_on is not None and patient.birth_on.year) == ("van Voorbeeld", 1960)
    assert [one.kind for one in opened(database)] == [ConflictKind.NAME_AND_BIRTH]
