"""A number with quite another name behind it, and nothing else by which it is the same person: somebody is asked."""

from __future__ import annotations

import pytest

from mdo_portal.database import Database
from mdo_portal.domain.identity_conflict import ConflictKind, Decision
from tests.identity_questions import STRANGER, born, decide, opened, people, referral, states
from tests.make import BSN
from tests.people import Region
from tests.reception_house import hand_in
from tests.test_reception import understand_all

FIRST = "van Voorbeeld"


def test_without_birth_date_another_name_is_asked_about_and_changes_nobody(database: Database, region: Region) -> None:
    """A mistyped number: the stranger's referral came onto the patient's page, and the page took the stranger's name."""
    hand_in(database, region, referral("1"), born(referral("2", family=STRANGER), ""))
    understand_all(database)

    assert states(database) == ["understood", "identity_conflict"]
    assert [one.kind for one in opened(database)] == [ConflictKind.NAME_ALONE]
    assert people(database) == {FIRST: {"VW-1"}}

    decide(database, Decision.SAME)

    assert people(database) == {STRANGER: {"VW-1", "VW-2"}}


@pytest.mark.parametrize(
    "second",
    [
        referral("2", family="Voorbeeld"),
        born(referral("2", family="VOORBEELD VAN"), ""),
        born(referral("2", family="Zand-van Voorbeeld"), ""),
        referral("2", family=STRANGER),
    ],
    ids=["same name", "written otherwise", "a name more", "the birth date says it"],
)
def test_who_is_plainly_the_same_is_not_asked_about(database: Database, region: Region, second: bytes) -> None:
    hand_in(database, region, referral("1"), second)
    understand_all(database)

    assert states(database) == ["understood", "understood"]


def test_with_the_same_bsn_it_is_the_same_person(database: Database, region: Region) -> None:
    hand_in(database, region, referral("1", bsn=BSN), born(referral("2", family=STRANGER, bsn=BSN), ""))
    understand_all(database)

    assert states(database) == ["understood", "understood"]
