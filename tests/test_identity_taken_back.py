"""An answer to *Who is this?* that is taken back: nothing of it is left, and answered otherwise it is as if that had been said at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseFact
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.identity_conflict import ConflictKind, Decision
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Merge
from mdo_portal.services.patients import deciding
from tests import make
from tests.identity_questions import CONFLICTS, STRANGER, born, decide, opened, referral, states, take_back
from tests.make import NOW, OTHER_BSN
from tests.people import Region
from tests.reception_house import hand_in, rows, understand_all

NINTH = born(referral("9", patient="9", family=STRANGER), "19701231")


def comes(database: Database, region: Region, *raws: bytes) -> None:
    """Each at a moment of its own, as a listener takes them in."""
    for at, raw in enumerate(raws, start=len(rows(database))):
        hand_in(database, region, raw, now=NOW + timedelta(seconds=at))
        understand_all(database, now=NOW + timedelta(minutes=1))


def result(
    control_id: str, value: str, *, patient: str = "1", family: str = "van Voorbeeld", name: str = "PSA", key: str = "L1"
) -> bytes:
    raw = make.hl7_change(control_id, patient=patient, family=family).replace(b"ADT^A08^ADT_A01", b"ORU^R01^ORU_R01")
    return raw + f"OBR|1||{key}|LAB^Lab^L\rOBX|1|NM|{name}^{name}^L||{value}|ug/L|||||F|||20260302\r".encode()


def document(control_id: str, *, patient: str, family: str) -> bytes:
    raw = make.hl7_change(control_id, patient=patient, family=family).replace(b"ADT^A08^ADT_A01", b"MDM^T02^MDM_T02")
    return (
        raw
        + b"TXA|1|PA^Pathologie^L|TX|20260302|||||||D-1\rOBX|1|ED|PDF^Verslag^L||^application^pdf^Base64^JVBERi0xLjcgeA==||||||F\r"
    )


def standing(database: Database) -> dict[str, set[str]]:
    """Referral number -> the values and documents that stand on its case and came after it."""
    with database.transaction() as session:
        found: dict[str, set[str]] = {}
        for case in session.scalars(select(Case).where(Case.referral_number.regexp_match("^VW-[1-9]"))):
            facts = select(CaseFact.text).where(CaseFact.case_id == case.id, CaseFact.superseded_at.is_(None))
            files = select(CaseDocument.title).where(CaseDocument.case_id == case.id, CaseDocument.superseded_at.is_(None))
            values = {text for text in session.scalars(facts) if "ug/L" in text}
            found[case.referral_number] = values | set(session.scalars(files))
        return found


def owner(database: Database, number: str) -> Patient:
    with database.transaction() as session:
        query = select(Patient).join(Case, Case.patient_id == Patient.id)
        return session.scalars(query.where(Case.referral_number == number)).one()


def together(database: Database, *numbers: str) -> int:
    """Of how many patients these cases are."""
    return len({owner(database, number).id for number in numbers})


# What was told to the case of somebody who was called the same person


@pytest.fixture
def asked_by_a_result(database: Database, region: Region) -> Database:
    comes(database, region, referral("1"), result("R1", "4.1"), born(result("R2", "47.1", family=STRANGER), "19701231"))
    assert [one.kind for one in opened(database)] == [ConflictKind.NAME_AND_BIRTH]
    return database


def test_a_value_of_somebody_else_is_over_and_what_it_took_the_place_of_stands_again(
    asked_by_a_result: Database, region: Region
) -> None:
    chosen = decide(asked_by_a_result, Decision.SAME)
    assert standing(asked_by_a_result) == {"VW-1": {"47.1 ug/L"}}

    take_back(asked_by_a_result, chosen)

    assert standing(asked_by_a_result) == {"VW-1": {"4.1 ug/L"}}
    assert ([one.id for one in opened(asked_by_a_result)], states(asked_by_a_result)[-1]) == ([chosen], "identity_conflict")


def test_called_the_same_once_more_the_value_stands_again(asked_by_a_result: Database, region: Region) -> None:
    take_back(asked_by_a_result, decide(asked_by_a_result, Decision.SAME))

    decide(asked_by_a_result, Decision.SAME)

    assert (standing(asked_by_a_result), opened(asked_by_a_result)) == ({"VW-1": {"47.1 ug/L"}}, [])


def test_with_the_right_number_it_stands_there_and_nowhere_else(asked_by_a_result: Database, region: Region) -> None:
    comes(asked_by_a_result, region, NINTH)
    take_back(asked_by_a_result, decide(asked_by_a_result, Decision.SAME))

    decide(asked_by_a_result, Decision.CORRECTED, number="9")

    assert standing(asked_by_a_result) == {"VW-1": {"4.1 ug/L"}, "VW-9": {"47.1 ug/L"}}


def test_nor_does_it_stay_with_the_number_that_was_wrong_too(asked_by_a_result: Database, region: Region) -> None:
    comes(asked_by_a_result, region, NINTH)
    chosen = decide(asked_by_a_result, Decision.CORRECTED, number="9")
    assert standing(asked_by_a_result) == {"VW-1": {"4.1 ug/L"}, "VW-9": {"47.1 ug/L"}}

    take_back(asked_by_a_result, chosen)

    assert standing(asked_by_a_result) == {"VW-1": {"4.1 ug/L"}, "VW-9": set()}


def test_a_document_of_somebody_else_is_over_too(database: Database, region: Region) -> None:
    odd = born(document("D1", patient="1", family=STRANGER), "19701231")
    comes(database, region, referral("1"), odd)
    chosen = decide(database, Decision.SAME)
    assert standing(database) == {"VW-1": {"Verslag (Pathologie)"}}

    take_back(database, chosen)
    assert standing(database) == {"VW-1": set()}

    decide(database, Decision.SAME)
    assert standing(database) == {"VW-1": {"Verslag (Pathologie)"}}


def test_a_question_that_somebody_elses_referral_asked_gives_way_to_the_one_of_before(database: Database, region: Region) -> None:
    odd = referral("2", patient="2", question="Heel iets anders?").replace(b"VW-2", b"VW-1")
    comes(database, region, referral("1"), odd)

    def asks() -> str:
        with database.transaction() as session:
            return session.scalars(select(Case.question_board).where(Case.referral_number == "VW-1")).one()

    chosen = decide(database, Decision.SAME)
    assert asks() == "Heel iets anders?"

    take_back(database, chosen)

    assert asks() == "Operatie of bestraling?"


# Two who stand here


@pytest.fixture
def asked_of_two(database: Database, region: Region) -> Database:
    """Number of the one, BSN of the other."""
    comes(database, region, *CONFLICTS[ConflictKind.TWO_PATIENTS])
    return database


@pytest.mark.parametrize("answer", [Decision.OTHER, Decision.ASIDE])
def test_what_is_of_neither_of_two_stands_with_neither(asked_of_two: Database, answer: Decision) -> None:
    take_back(asked_of_two, decide(asked_of_two, Decision.SAME))

    decide(asked_of_two, answer)

    assert together(asked_of_two, "VW-1", "VW-1b", "VW-2") == 3


def test_called_the_same_after_all_the_two_and_what_came_are_one(asked_of_two: Database) -> None:
    take_back(asked_of_two, decide(asked_of_two, Decision.OTHER))

    chosen = decide(asked_of_two, Decision.SAME)
    assert together(asked_of_two, "VW-1", "VW-1b", "VW-2") == 1

    take_back(asked_of_two, chosen)
    assert together(asked_of_two, "VW-1", "VW-1b", "VW-2") == 3


@pytest.mark.parametrize("which", [0, 1])
def test_undone_on_the_page_of_a_case_neither_of_two_stays_behind(asked_of_two: Database, region: Region, which: int) -> None:
    decide(asked_of_two, Decision.SAME)
    with asked_of_two.transaction() as session:
        merges = session.scalars(select(Merge).where(Merge.undone_at.is_(None)).order_by(Merge.id)).all()
        deciding.ask_undo(session, merges[which], person_id=region.aisha.person_id, now=NOW)
    understand_all(asked_of_two)

    assert (len(merges), together(asked_of_two, "VW-1", "VW-1b", "VW-2"), len(opened(asked_of_two))) == (2, 3, 1)


# A number that was corrected wrongly


@pytest.fixture
def corrected(database: Database, region: Region) -> Database:
    """Somebody else under the number 1, corrected to 9: who has that is of the same name, born on another day."""
    comes(database, region, referral("1"), born(referral("9", patient="9", family=STRANGER), "19701130"))
    comes(database, region, born(referral("2", family=STRANGER), "19701231"))
    chosen = decide(database, Decision.CORRECTED, number="9")
    assert (together(database, "VW-9", "VW-2"), owner(database, "VW-9").birth_on) == (1, date(1970, 12, 31))
    take_back(database, chosen)
    return database


def test_taken_back_it_stands_with_nobody_and_who_has_that_number_is_as_before(corrected: Database) -> None:
    assert together(corrected, "VW-1", "VW-9", "VW-2") == 3
    assert owner(corrected, "VW-9").birth_on == date(1970, 11, 30)


def test_called_the_same_it_stands_with_who_has_the_number_that_came(corrected: Database) -> None:
    decide(corrected, Decision.SAME)

    assert (together(corrected, "VW-1", "VW-2"), together(corrected, "VW-9", "VW-2")) == (1, 2)


def test_called_another_it_stands_with_whoever_comes_under_that_number_like_that(corrected: Database, region: Region) -> None:
    decide(corrected, Decision.OTHER)
    comes(corrected, region, born(referral("3", family=STRANGER), "19701231"))

    assert (together(corrected, "VW-1", "VW-9", "VW-2"), together(corrected, "VW-2", "VW-3")) == (3, 1)


@pytest.mark.parametrize("number", ["9", "8", "7"])
def test_corrected_otherwise_it_stands_with_whose_number_that_is(corrected: Database, region: Region, number: str) -> None:
    """9 is who it was said to be before, 8 somebody else here, 7 nobody yet."""
    comes(corrected, region, born(referral("8", patient="8", family=STRANGER), "19701231"))

    decide(corrected, Decision.CORRECTED, number=number)
    comes(corrected, region, born(referral("7", patient=number, family=STRANGER), "19701231"))

    assert together(corrected, "VW-2", "VW-7") == 1
    assert (opened(corrected), owner(corrected, "VW-2").local_number) == ([], number)


def test_who_was_made_for_the_wrong_number_is_gone_with_the_bsn_that_came(database: Database, region: Region) -> None:
    comes(database, region, *CONFLICTS[ConflictKind.OTHER_BSN])
    take_back(database, decide(database, Decision.CORRECTED, number="7"))

    decide(database, Decision.SAME)
    comes(database, region, referral("3", bsn=OTHER_BSN))

    assert (together(database, "VW-1", "VW-2", "VW-3"), opened(database)) == (1, [])
    with database.transaction() as session:
        assert session.scalars(select(Patient).where(Patient.local_number == "7")).all() == []


def test_what_a_wrong_number_asked_is_asked_no_more(database: Database, region: Region) -> None:
    comes(database, region, referral("1"), referral("9", patient="9"), born(referral("2", family=STRANGER), "19701231"))
    (asked,) = opened(database)
    chosen = decide(database, Decision.CORRECTED, number="9")
    assert len(opened(database)) == 1, "who comes does not fit who has that number"

    take_back(database, chosen)
    assert [one.id for one in opened(database)] == [asked.id]

    decide(database, Decision.OTHER)
    assert (opened(database), set(states(database)), together(database, "VW-1", "VW-9", "VW-2")) == ([], {"understood"}, 3)
