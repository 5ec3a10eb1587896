"""A result that names a referral here under a number that nobody here has: a laboratory's own number is no reason to forget it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseFact
from mdo_portal.domain.identity_conflict import ConflictKind, Decision
from tests import make
from tests.identity_questions import born, decide, opened, referral
from tests.make import BSN, OTHER_BSN
from tests.people import Region
from tests.reception_house import hand_in, rows, understand_all


def result(*, number: str = "L-77^^^LAB^PI", asked_as: str = "VW-1", family: str = "van Voorbeeld") -> bytes:
    raw = make.hl7_change("R1", patient="1", family=family).replace(b"ADT^A08^ADT_A01", b"ORU^R01^ORU_R01")
    raw = raw.replace(b"1^^^ZEED^PI", number.encode())
    return raw + f"ORC|RE|{asked_as}\rOBR|1|||PSA^PSA^L\rOBX|1|NM|PSA^PSA^L||47.11|ug/L|||||F|||20260302\r".encode()


@pytest.fixture
def known(database: Database, region: Region) -> Database:
    hand_in(database, region, referral("1", bsn=BSN), referral("2", patient="2", family="Anders"))
    understand_all(database)
    return database


def told_at(database: Database) -> set[str]:
    with database.transaction() as session:
        query = select(Case.referral_number).join(CaseFact, CaseFact.case_id == Case.id)
        return set(session.scalars(query.where(CaseFact.text.like("%47.11%"))))


def comes(database: Database, region: Region, raw: bytes) -> None:
    hand_in(database, region, raw)
    understand_all(database)


@pytest.mark.parametrize(("decision", "number"), [(Decision.SAME, ""), (Decision.CORRECTED, "1")])
def test_told_alike_a_person_says_whose_it_is_and_it_joins_that_case(
    known: Database, region: Region, decision: Decision, number: str
) -> None:
    comes(known, region, result())
    assert ([one.kind for one in opened(known)], told_at(known)) == ([ConflictKind.REFERRAL_NUMBER], set())

    decide(known, decision, number=number)

    assert (opened(known), told_at(known), [row.state.value for row in rows(known)]) == ([], {"VW-1"}, ["understood"] * 3)


def test_put_aside_it_stands_nowhere(known: Database, region: Region) -> None:
    comes(known, region, result())

    decide(known, Decision.ASIDE)

    assert (opened(known), told_at(known), rows(known)[-1].state.value) == ([], set(), "ignored")


def test_told_alike_without_any_number_it_is_of_that_patient(known: Database, region: Region) -> None:
    comes(known, region, result(number=""))

    assert (opened(known), told_at(known)) == ([], {"VW-1"})


STRANGERS = {
    "another name": result(family="Anders"),
    "another day": born(result(), "19701231"),
    "a twin with another BSN": result(number=f"L-77^^^LAB^PI~{OTHER_BSN}^^^NLMINBIZA^NNNLD"),
    "a number of no referral": result(asked_as="VW-9"),
}


@pytest.mark.parametrize("who", STRANGERS)
def test_about_a_stranger_whose_order_has_the_same_number_nothing_is_kept(known: Database, region: Region, who: str) -> None:
    comes(known, region, STRANGERS[who])

    assert (opened(known), told_at(known), len(rows(known))) == ([], set(), 2)
