"""What comes after a decision about who somebody is: told again, taken back, corrected late, and another question still open."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.identity_conflict import ConflictKind, Decision, IdentityConflict
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Merge
from mdo_portal.services.patients import deciding, patients
from tests import make
from tests.identity_questions import CONFLICTS, STRANGER, born, decide, merge, opened, referral, states, take_back
from tests.make import BSN, NOW
from tests.people import Region
from tests.reception_house import hand_in, rows, understand_all

WRONG_BSN = "123456789"
SENT, LATER = b"|20260302121500+0100|", b"|20260302131500+0100|"


def patient_of(database: Database, number: str) -> Patient:
    with database.transaction() as session:
        return session.scalars(
            select(Patient).join(Case, Case.patient_id == Patient.id).where(Case.referral_number == number)
        ).one()


def bsn_of(database: Database, number: str) -> str:
    patient = patient_of(database, number)
    with database.transaction() as session:
        return patients.bsn_of(session, patient)


def test_somebody_kept_apart_never_gets_the_bsn_of_another_however_often_it_is_told(database: Database, region: Region) -> None:
    """Number of the one, BSN of the other, and neither of them: a referral that names the BSN alone must still find its owner."""
    hand_in(database, region, *CONFLICTS[ConflictKind.TWO_PATIENTS])
    understand_all(database)
    decide(database, Decision.OTHER)
    assert (bsn_of(database, "VW-2"), bsn_of(database, "VW-1b")) == ("", BSN)

    hand_in(database, region, referral("3", bsn=BSN))
    understand_all(database)

    assert patient_of(database, "VW-3").id == patient_of(database, "VW-2").id
    assert (bsn_of(database, "VW-3"), bsn_of(database, "VW-1b")) == ("", BSN)
    assert patient_of(database, "VW-3").bsn_doubtful
    with database.transaction() as session:
        index = patient_of(database, "VW-1b").bsn_index
        assert session.scalar(select(func.count()).select_from(Patient).where(Patient.bsn_index == index)) == 1


def test_the_same_taken_back_and_called_another_is_neither_of_the_two_who_stand_here(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.TWO_PATIENTS])
    understand_all(database)
    take_back(database, decide(database, Decision.SAME))

    decide(database, Decision.OTHER)
    hand_in(database, region, referral("3", bsn=BSN))
    understand_all(database)

    others = {patient_of(database, number).id for number in ("VW-1", "VW-1b")}
    assert len(others) == 2
    assert patient_of(database, "VW-3").id not in others


def test_another_taken_back_and_called_the_same_is_one_with_all_that_came(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.NAME_AND_BIRTH])
    understand_all(database)
    take_back(database, decide(database, Decision.OTHER))
    assert patient_of(database, "VW-1").id != patient_of(database, "VW-2").id

    decide(database, Decision.SAME)

    assert patient_of(database, "VW-1").id == patient_of(database, "VW-2").id


def test_a_wrong_bsn_is_corrected_also_when_the_hospital_told_something_else_since(database: Database, region: Region) -> None:
    hand_in(database, region, referral("1", bsn=WRONG_BSN), make.hl7_change("M2", patient="1").replace(SENT, LATER))
    understand_all(database)

    decide(database, Decision.CORRECTED, bsn=BSN)
    hand_in(database, region, referral("3", bsn=WRONG_BSN).replace(SENT, LATER))
    understand_all(database)

    assert (bsn_of(database, "VW-1"), states(database)[-1], opened(database)) == (BSN, "understood", [])
    assert not patient_of(database, "VW-1").bsn_doubtful


def test_a_bsn_that_the_hospital_put_right_itself_is_not_undone_by_a_late_correction(database: Database, region: Region) -> None:
    right = make.hl7_change("M2", patient="1").replace(SENT, LATER)
    hand_in(database, region, referral("1", bsn=WRONG_BSN), right)
    understand_all(database)
    with database.transaction() as session:
        asked = session.scalars(select(IdentityConflict)).one()
        patients.tell(session, session.get_one(Patient, asked.patient_id), make.identity("1", bsn=make.OTHER_BSN), now=NOW)

    decide(database, Decision.CORRECTED, bsn=BSN)

    assert bsn_of(database, "VW-1") == make.OTHER_BSN


def test_what_is_asked_about_somebody_is_asked_about_whoever_they_are_merged_with(database: Database, region: Region) -> None:
    """Two questions, one about 2 alone; the other brings 1 and 2 together, and now messages about 1 wait for the first as well."""
    odd = born(referral("3", patient="2", family=STRANGER), "19701231")
    hand_in(database, region, referral("1"), referral("2", patient="2", bsn=BSN), odd, referral("4", bsn=BSN))
    understand_all(database)
    with database.transaction() as session:
        two = session.scalars(select(IdentityConflict).where(IdentityConflict.kind == ConflictKind.TWO_PATIENTS)).one()
        deciding.decide(session, two, Decision.SAME, reason="gebeld", person_id=region.aisha.person_id, now=NOW)

    hand_in(database, region, make.hl7_change("M7", patient="1", family="Later"))
    understand_all(database)

    assert states(database) == ["understood", "understood", "identity_conflict", "waits_for_identity", "waits_for_identity"]
    decide(database, Decision.ASIDE)
    assert [row.state.value for row in rows(database)] == ["understood", "understood", "ignored", "understood", "understood"]


# Merged, told by the BSN alone, and taken apart


def apart_again(database: Database, region: Region, *since: bytes) -> None:
    """1 without a BSN goes on with 2, who has one; then this comes; then a person takes them apart."""
    hand_in(database, region, referral("1"), referral("2", patient="2", bsn=BSN), merge("M5", "1", "2"))
    understand_all(database)
    decide(database, Decision.SAME)
    hand_in(database, region, *since)
    understand_all(database)
    with database.transaction() as session:
        standing = session.scalars(select(Merge).where(Merge.undone_at.is_(None))).one()
        deciding.ask_undo(session, standing, person_id=region.aisha.person_id, now=NOW)
    understand_all(database)


def by_bsn_alone(number: str) -> bytes:
    return referral(number, bsn=BSN).replace(b"||1^^^ZEED^PI~", b"||")


SINCE = {
    "by the BSN alone": [by_bsn_alone("3")],
    "twice by the BSN alone": [by_bsn_alone("4"), by_bsn_alone("3")],
    "by the number of who went on, with the BSN": [referral("4", bsn=BSN), by_bsn_alone("3")],
}


@pytest.mark.parametrize("since", SINCE)
def test_what_came_by_the_bsn_alone_goes_back_to_whose_bsn_it_is(database: Database, region: Region, since: str) -> None:
    apart_again(database, region, *SINCE[since])

    assert patient_of(database, "VW-3").local_number == "2"
    assert [bsn_of(database, number) for number in ("VW-1", "VW-2")] == ["", BSN]


def test_and_what_comes_by_it_later_finds_that_one(database: Database, region: Region) -> None:
    apart_again(database, region, referral("4", bsn=BSN))

    hand_in(database, region, by_bsn_alone("5"))
    understand_all(database)

    assert patient_of(database, "VW-5").local_number == "2"
    assert patient_of(database, "VW-4").local_number == "1", "it came under that number"


@pytest.mark.parametrize("other", ["", BSN])
def test_a_bsn_of_who_went_on_stays_there(database: Database, region: Region, other: str) -> None:
    """1 had it before they were merged, whatever 2 had: what comes by it is of 1, merged or not."""
    hand_in(database, region, referral("1", bsn=BSN), referral("2", patient="2"))
    understand_all(database)
    with database.transaction() as session:
        second = session.scalars(select(Patient).where(Patient.local_number == "2")).one()
        patients._keep_bsn(session, second, other)  # as rows of long ago may have it
    hand_in(database, region, merge("M5", "1", "2"))
    understand_all(database)
    chosen = decide(database, Decision.SAME)
    hand_in(database, region, by_bsn_alone("3"))
    understand_all(database)
    take_back(database, chosen)

    assert (patient_of(database, "VW-3").local_number, bsn_of(database, "VW-1")) == ("1", BSN)


def test_nor_does_it_go_when_it_was_told_before_they_were_merged_whatever_was_told_since(
    database: Database, region: Region
) -> None:
    """Of 1 another name, and of somebody else a BSN: neither says that the BSN of 1 came with 2."""
    earlier, later = NOW - timedelta(hours=2), NOW - timedelta(hours=1)
    hand_in(database, region, referral("1"), referral("2", patient="2"), referral("9", patient="9"), now=earlier)
    understand_all(database)
    with database.transaction() as session:
        first, second = session.scalars(select(Patient).where(Patient.local_number.in_(("1", "2"))).order_by("local_number"))
        patients.tell(session, first, make.identity("1", bsn=BSN), now=earlier)
        patients._keep_bsn(session, second, BSN)  # as rows of long ago may have it
    told_since = [make.hl7_change("M6", patient="1", family="de Nieuwe"), referral("8", patient="9", bsn=make.OTHER_BSN)]
    hand_in(database, region, merge("M5", "1", "2"), now=later)
    understand_all(database, now=later)
    chosen = decide(database, Decision.SAME)
    with database.transaction() as session:
        session.execute(update(Merge).values(at=later))
        patients.tell(session, session.merge(first), make.identity("1", deceased=True), now=NOW)
    hand_in(database, region, *(raw.replace(SENT, LATER) for raw in (*told_since, by_bsn_alone("3"))))
    understand_all(database)
    take_back(database, chosen)

    assert (patient_of(database, "VW-3").local_number, bsn_of(database, "VW-1")) == ("1", BSN)


def test_a_bsn_that_neither_had_is_of_who_went_on(database: Database, region: Region) -> None:
    hand_in(database, region, referral("1"), referral("2", patient="2"), merge("M5", "1", "2"))
    understand_all(database)
    chosen = decide(database, Decision.SAME)
    hand_in(database, region, referral("4", bsn=BSN), by_bsn_alone("3"))
    understand_all(database)
    take_back(database, chosen)

    assert (patient_of(database, "VW-3").local_number, bsn_of(database, "VW-1")) == ("1", BSN)


def test_a_number_that_was_made_for_a_merge_takes_nothing_that_came_by_the_bsn(database: Database, region: Region) -> None:
    """Only 1 stands here; 2 became a number of it, and is forgotten again."""
    hand_in(database, region, referral("1", bsn=BSN), merge("M5", "1", "2"))
    understand_all(database)
    hand_in(database, region, by_bsn_alone("3"))
    understand_all(database)
    with database.transaction() as session:
        deciding.ask_undo(session, session.scalars(select(Merge)).one(), person_id=region.aisha.person_id, now=NOW)
    understand_all(database)

    assert (patient_of(database, "VW-3").local_number, bsn_of(database, "VW-3")) == ("1", BSN)
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Patient).where(Patient.local_number == "2")) == 0
