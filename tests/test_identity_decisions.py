"""A person says who somebody is: the same, another, corrected, put aside; and takes it back."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.identity_conflict import ConflictKind, Decision
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Merge
from mdo_portal.errors import IllegalMove
from mdo_portal.services.inbox import replaying
from tests import make
from tests.identity_questions import CONFLICTS, STRANGER, born, decide, merge, opened, people, referral, take_back
from tests.make import BSN, NOW
from tests.people import Region
from tests.test_reception import hand_in, rows, understand_all


def test_the_same_person_takes_over_and_both_cases_stand_together(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.NAME_AND_BIRTH])
    understand_all(database)

    decide(database, Decision.SAME)

    assert people(database) == {STRANGER: {"VW-1", "VW-2"}}
    assert opened(database) == []


def test_another_person_is_kept_apart_now_and_the_next_time(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.NAME_AND_BIRTH])
    understand_all(database)

    decide(database, Decision.OTHER)
    hand_in(database, region, born(referral("3", family=STRANGER), "19701231"))
    understand_all(database)

    assert people(database) == {"van Voorbeeld": {"VW-1"}, STRANGER: {"VW-2", "VW-3"}}
    assert opened(database) == []


def test_a_corrected_number_brings_the_message_to_the_right_patient(database: Database, region: Region) -> None:
    *_, odd = CONFLICTS[ConflictKind.NAME_AND_BIRTH]
    hand_in(database, region, referral("1"), born(referral("9", patient="9", family=STRANGER), "19701231"), odd)
    understand_all(database)

    decide(database, Decision.CORRECTED, number="9")

    assert people(database) == {"van Voorbeeld": {"VW-1"}, STRANGER: {"VW-9", "VW-2"}}


def test_put_aside_it_is_ignored_and_the_rest_goes_on(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_BSN], make.hl7_change("M3", patient="1", family="Later"))
    understand_all(database)

    decide(database, Decision.ASIDE)

    assert [row.state.value for row in rows(database)] == ["understood", "ignored", "understood"]


def test_putting_aside_needs_a_reason(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_BSN])
    understand_all(database)

    with pytest.raises(IllegalMove):
        decide(database, Decision.ASIDE, reason=" ")


def test_the_inbox_does_not_put_aside_what_waits_for_a_person(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_BSN])
    understand_all(database)
    with database.transaction() as session:
        odd = session.scalars(select(InboundMessage).where(InboundMessage.reason == "identity_conflict")).one()
        with pytest.raises(IllegalMove):
            replaying.ignore(session, odd, now=NOW)


def test_offered_again_undecided_it_asks_no_second_question(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_BSN])
    understand_all(database)
    with database.transaction() as session:
        query = select(InboundMessage).where(InboundMessage.reason == "identity_conflict")
        replaying.replay(session, session.scalars(query).one(), now=NOW)

    understand_all(database)

    assert len(opened(database)) == 1


@pytest.mark.parametrize("kind", [ConflictKind.NAME_AND_BIRTH, ConflictKind.OTHER_BSN, ConflictKind.OTHER_NUMBER])
def test_taken_back_everything_stands_as_before_and_the_question_is_open_again(
    database: Database, region: Region, kind: ConflictKind
) -> None:
    *before, odd = CONFLICTS[kind]
    hand_in(database, region, *before, odd)
    understand_all(database)

    def first() -> tuple[object, ...]:
        with database.transaction() as session:
            case = session.scalars(select(Case).where(Case.referral_number == "VW-1")).one()
            patient = session.get_one(Patient, case.patient_id)
            return patient.local_number, patient.family, patient.birth_on, patient.bsn_index, patient.sex

    stood = first()
    chosen = decide(database, Decision.SAME)
    take_back(database, chosen)

    assert first() == stood
    with database.transaction() as session:
        cases = dict(
            session.execute(select(Case.referral_number, Case.patient_id).where(Case.referral_number.like("VW-%"))).all()
        )
    assert cases["VW-1"] != cases["VW-2"]
    assert [one.id for one in opened(database)] == [chosen]


NAMED_BEFORE = {"by number": "1^^^ZEED^PI", "by BSN alone": f"{BSN}^^^NLMINBIZA^NNNLD"}


@pytest.fixture(params=NAMED_BEFORE)
def two_merged(request: pytest.FixtureRequest, database: Database, region: Region) -> Database:
    """Two stand here, the first with a BSN; then their hospital says that they are one, and of the first it names this."""
    message = merge("M3", "2", "1").replace(b"MRG|1^^^ZEED^PI", f"MRG|{NAMED_BEFORE[request.param]}".encode())
    hand_in(database, region, referral("1", bsn=BSN), referral("2", patient="2"), message)
    understand_all(database)
    assert [one.kind for one in opened(database)] == [ConflictKind.MERGE]
    return database


def patients_of_both(database: Database) -> int:
    with database.transaction() as session:
        return len(set(session.scalars(select(Case.patient_id).where(Case.referral_number.in_(("VW-1", "VW-2"))))))


def test_two_whom_their_hospital_merges_are_one_when_a_person_says_so_and_two_again_taken_back(two_merged: Database) -> None:
    chosen = decide(two_merged, Decision.SAME)
    assert (patients_of_both(two_merged), opened(two_merged)) == (1, [])
    assert [row.state.value for row in rows(two_merged)] == ["understood"] * 3

    take_back(two_merged, chosen)
    assert (patients_of_both(two_merged), [one.id for one in opened(two_merged)]) == (2, [chosen])
    with two_merged.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Merge).where(Merge.undone_at.is_(None))) == 0


def test_two_whom_their_hospital_merges_stay_two_when_a_person_says_so(two_merged: Database) -> None:
    decide(two_merged, Decision.OTHER)

    assert (patients_of_both(two_merged), opened(two_merged)) == (2, [])
    assert rows(two_merged)[2].case_id == rows(two_merged)[1].case_id, "it is about who goes on"
    assert [row.state.value for row in rows(two_merged)] == ["understood"] * 3
