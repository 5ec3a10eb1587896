"""The same question is asked once: what comes later about that person goes by the answer. Taken back, all that went by it is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseFact
from mdo_portal.domain.identity_conflict import Decision, IdentityConflict
from mdo_portal.domain.told import Appointment
from mdo_portal.services.dossier.over_before import GONE
from mdo_portal.services.patients import deciding, families
from tests import make
from tests.identity_questions import STRANGER, born, decide, opened, referral, states, take_back
from tests.make import BSN, NOW
from tests.people import Region
from tests.reception_house import understand_all
from tests.test_identity_held import read
from tests.test_identity_taken_back import NINTH, asked_by_a_result, comes, document, owner, result, standing, together

__all__ = ["asked_by_a_result"]


def of_stranger(raw: bytes) -> bytes:
    return born(raw, "19701231")


HB = of_stranger(result("R3", "9.9", family=STRANGER, name="HB", key="L2"))
DEATH = of_stranger(make.hl7_change("M7", patient="1", family=STRANGER)).replace(
    b"|19701231|F", b"|19701231|F" + b"|" * 22 + b"Y"
)


def test_a_later_value_goes_with_the_answer_and_waits_for_the_next(asked_by_a_result: Database, region: Region) -> None:
    chosen = decide(asked_by_a_result, Decision.SAME)
    comes(asked_by_a_result, region, HB)
    assert standing(asked_by_a_result) == {"VW-1": {"47.1 ug/L", "9.9 ug/L"}}

    take_back(asked_by_a_result, chosen)

    assert standing(asked_by_a_result) == {"VW-1": {"4.1 ug/L"}}
    assert states(asked_by_a_result) == ["understood", "understood", "identity_conflict", "waits_for_identity"]
    assert [one.id for one in opened(asked_by_a_result)] == [chosen], "asked once"


@pytest.mark.parametrize(
    ("answer", "number", "stands"),
    [
        (Decision.SAME, "", {"VW-1": {"47.1 ug/L", "9.9 ug/L"}, "VW-9": set()}),
        (Decision.CORRECTED, "9", {"VW-1": {"4.1 ug/L"}, "VW-9": {"47.1 ug/L", "9.9 ug/L"}}),
        (Decision.OTHER, "", {"VW-1": {"4.1 ug/L"}, "VW-9": set()}),
    ],
)
@pytest.mark.parametrize("first", [Decision.SAME, Decision.CORRECTED])
def test_answered_anew_it_stands_where_that_answer_says_and_nowhere_else(
    asked_by_a_result: Database, region: Region, first: Decision, answer: Decision, number: str, stands: dict[str, set[str]]
) -> None:
    comes(asked_by_a_result, region, NINTH)
    chosen = decide(asked_by_a_result, first, number="9" if first is Decision.CORRECTED else "")
    comes(asked_by_a_result, region, HB)
    take_back(asked_by_a_result, chosen)
    assert standing(asked_by_a_result) == {"VW-1": {"4.1 ug/L"}, "VW-9": set()}

    decide(asked_by_a_result, answer, number=number)

    assert (standing(asked_by_a_result), opened(asked_by_a_result)) == (stands, [])


def test_the_case_says_that_they_wait_until_there_is_an_answer(asked_by_a_result: Database, region: Region) -> None:
    """Who reads it from another hospital sees neither the question nor the inbox."""
    (asked,) = opened(asked_by_a_result)

    def done(hours: int, what: Callable[[Session, IdentityConflict, datetime], None]) -> int:
        """How many messages the case says to wait, once a worker did that."""
        at = NOW + timedelta(hours=hours)
        with asked_by_a_result.transaction() as session:
            what(session, session.get_one(IdentityConflict, asked.id), at)
        understand_all(asked_by_a_result, now=at)
        return read(asked_by_a_result, region).held.messages

    def answer(decision: Decision) -> Callable[[Session, IdentityConflict, datetime], None]:
        return lambda session, one, at: deciding.decide(session, one, decision, reason="gebeld", person_id=one.id, now=at)

    assert done(1, answer(Decision.SAME)) == 0
    comes(asked_by_a_result, region, HB)
    assert done(2, lambda session, one, at: deciding.ask_back(session, one, person_id=one.id, now=at)) == 2
    assert done(3, answer(Decision.OTHER)) == 0


def test_a_later_document_goes_too(asked_by_a_result: Database, region: Region) -> None:
    chosen = decide(asked_by_a_result, Decision.SAME)
    comes(asked_by_a_result, region, of_stranger(document("D1", patient="1", family=STRANGER)))
    assert "Verslag (Pathologie)" in standing(asked_by_a_result)["VW-1"]

    take_back(asked_by_a_result, chosen)

    assert standing(asked_by_a_result) == {"VW-1": {"4.1 ug/L"}}


def test_who_was_said_to_have_died_lives(asked_by_a_result: Database, region: Region) -> None:
    chosen = decide(asked_by_a_result, Decision.SAME)
    comes(asked_by_a_result, region, DEATH)
    assert owner(asked_by_a_result, "VW-1").deceased

    take_back(asked_by_a_result, chosen)

    patient = owner(asked_by_a_result, "VW-1")
    assert (patient.deceased, patient.family, patient.birth_on and patient.birth_on.year) == (False, "van Voorbeeld", 1960)


def test_so_does_who_was_said_to_have_died_by_the_very_message_that_asked(database: Database, region: Region) -> None:
    comes(database, region, referral("1"), DEATH)
    chosen = decide(database, Decision.SAME)
    assert owner(database, "VW-1").deceased

    take_back(database, chosen)

    assert not owner(database, "VW-1").deceased
    decide(database, Decision.SAME)
    assert owner(database, "VW-1").deceased, "said once more, it holds"


def test_a_case_that_came_later_stands_with_who_came_and_what_it_changed_of_another_is_as_before(
    database: Database, region: Region
) -> None:
    comes(database, region, referral("1"), of_stranger(referral("2", family=STRANGER)))
    chosen = decide(database, Decision.SAME)
    again = of_stranger(referral("4", family=STRANGER, question="Heel iets anders?")).replace(b"VW-4", b"VW-1")
    comes(database, region, of_stranger(referral("3", family=STRANGER)), again, HB)

    take_back(database, chosen)

    assert (together(database, "VW-1", "VW-2", "VW-3"), together(database, "VW-2", "VW-3")) == (2, 1)
    with database.transaction() as session:
        asked = select(Case.question_board).where(Case.referral_number == "VW-1")
        facts = select(CaseFact.status).join(Case, Case.id == CaseFact.case_id).where(CaseFact.text == "9.9 ug/L")
        assert session.scalars(asked).one() == "Operatie of bestraling?"
        assert set(session.scalars(facts)) == {GONE}


def test_a_bsn_that_was_put_right_and_is_asked_about_again_takes_nothing_off_the_case(database: Database, region: Region) -> None:
    """Nothing waits for that question, and its answer says of nobody that they are somebody else."""
    wrong = "999911121"
    comes(database, region, referral("1", bsn=wrong))
    chosen = decide(database, Decision.CORRECTED, number="1", bsn=BSN)
    comes(database, region, result("R1", "4.1").replace(b"1^^^ZEED^PI", f"1^^^ZEED^PI~{wrong}^^^NLMINBIZA^NNNLD".encode()))

    take_back(database, chosen)

    assert (standing(database), states(database)) == ({"VW-1": {"4.1 ug/L"}}, ["understood", "understood"])


def appointment(control_id: str) -> bytes:
    raw = make.hl7_change(control_id, patient="1", family=STRANGER).replace(b"ADT^A08^ADT_A01", b"SIU^S12^SIU_S12")
    head, rest = raw.split(b"\r", 1)
    return of_stranger(head + b"\rSCH|1|77|||||||||^^^20260401090000\r" + rest)


def appointments(database: Database) -> dict[str, int]:
    """Referral number -> how many appointments its patient has."""
    with database.transaction() as session:
        found = {}
        for case in session.scalars(select(Case).where(Case.referral_number.regexp_match("^VW-[1-9]"))):
            own = select(Appointment).where(Appointment.patient_id.in_(families.members(session, case.patient_id)))
            found[case.referral_number] = len(session.scalars(own).all())
        return found


@pytest.mark.parametrize("first", [Decision.SAME, Decision.CORRECTED])
@pytest.mark.parametrize(
    ("answer", "number", "stands"),
    [
        (Decision.SAME, "", {"VW-1": 1, "VW-9": 0}),
        (Decision.CORRECTED, "9", {"VW-1": 0, "VW-9": 1}),
        (Decision.OTHER, "", {"VW-1": 0, "VW-9": 0}),
    ],
)
def test_an_appointment_goes_with_the_answer_and_stands_where_the_next_says(
    asked_by_a_result: Database, region: Region, first: Decision, answer: Decision, number: str, stands: dict[str, int]
) -> None:
    comes(asked_by_a_result, region, NINTH)
    chosen = decide(asked_by_a_result, first, number="9" if first is Decision.CORRECTED else "")
    comes(asked_by_a_result, region, appointment("S1"))
    assert sum(appointments(asked_by_a_result).values()) == 1

    take_back(asked_by_a_result, chosen)
    assert appointments(asked_by_a_result) == {"VW-1": 0, "VW-9": 0}

    decide(asked_by_a_result, answer, number=number)
    assert (appointments(asked_by_a_result), opened(asked_by_a_result)) == (stands, [])


def test_so_does_an_appointment_that_asked_by_itself(database: Database, region: Region) -> None:
    comes(database, region, referral("1"), NINTH, appointment("S1"))
    chosen = decide(database, Decision.CORRECTED, number="9")
    assert appointments(database) == {"VW-1": 0, "VW-9": 1}

    take_back(database, chosen)
    assert appointments(database) == {"VW-1": 0, "VW-9": 0}

    decide(database, Decision.SAME)
    assert appointments(database) == {"VW-1": 1, "VW-9": 0}


def test_an_appointment_that_its_own_patient_had_stays(asked_by_a_result: Database, region: Region) -> None:
    """Of what was told of it before nothing is kept: gone, its patient would have it no more."""
    own = make.hl7_change("S0", patient="9", family=STRANGER).replace(b"ADT^A08^ADT_A01", b"SIU^S12^SIU_S12")
    head, rest = of_stranger(own).split(b"\r", 1)
    comes(asked_by_a_result, region, NINTH, head + b"\rSCH|1|77|||||||||^^^20260401090000\r" + rest)
    chosen = decide(asked_by_a_result, Decision.CORRECTED, number="9")
    comes(asked_by_a_result, region, appointment("S1"))

    take_back(asked_by_a_result, chosen)

    assert appointments(asked_by_a_result) == {"VW-1": 0, "VW-9": 1}
