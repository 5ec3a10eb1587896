"""A merge answered once more, numbers that were one and are two again, and what waited while somebody was asked."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.identity_conflict import ConflictKind, Decision, IdentityConflict
from mdo_portal.domain.told import Merge
from mdo_portal.services.patients import deciding
from tests import make
from tests.identity_questions import CONFLICTS, decide, merge, opened, referral, states, take_back
from tests.make import BSN, NOW, OTHER_BSN
from tests.people import Region
from tests.reception_house import hand_in, rows, understand_all
from tests.test_identity_taken_back import comes, document, owner, result, standing, together

# A merge of the hospital


@pytest.mark.parametrize("first", [Decision.SAME, Decision.OTHER])
def test_a_merge_is_done_when_that_is_the_answer_after_all(database: Database, region: Region, first: Decision) -> None:
    comes(database, region, *CONFLICTS[ConflictKind.MERGE])
    take_back(database, decide(database, first))
    assert (together(database, "VW-1", "VW-1b"), states(database)[-1]) == (2, "identity_conflict")

    decide(database, Decision.SAME)

    assert (together(database, "VW-1", "VW-1b"), states(database)[-1], opened(database)) == (1, "understood", [])


def test_so_it_is_of_somebody_who_stands_here_under_the_number_of_before_alone(database: Database, region: Region) -> None:
    comes(database, region, *CONFLICTS[ConflictKind.MERGE_UNLIKE])
    (asked,) = opened(database)
    swapped = merge("M2", "2", "1", bsn=OTHER_BSN)
    decide(database, Decision.ASIDE)
    comes(database, region, swapped.replace(b"|M2|", b"|M3|"))
    (asked,) = opened(database)
    take_back(database, decide(database, Decision.OTHER))
    assert ([one.id for one in opened(database)], states(database)[-1]) == ([asked.id], "identity_conflict")

    decide(database, Decision.SAME)

    assert owner(database, "VW-1").local_number == "2"


# Numbers that were one


def merged(database: Database, region: Region, *since: bytes) -> None:
    """1 and 2 become one by a person's word, that comes, and the merge is undone on the page of the case."""
    comes(database, region, referral("1"), referral("2", patient="2"), merge("M5", "1", "2"))
    decide(database, Decision.SAME)
    comes(database, region, *since)
    with database.transaction() as session:
        standing_merge = session.scalars(select(Merge).where(Merge.undone_at.is_(None))).one()
        deciding.ask_undo(session, standing_merge, person_id=region.aisha.person_id, now=NOW)
    understand_all(database, now=NOW + timedelta(minutes=2))


def test_a_result_that_came_under_the_one_number_stands_with_that_one_alone(database: Database, region: Region) -> None:
    merged(
        database,
        region,
        result("R1", "4.1"),
        result("R2", "47.1", patient="2"),
        document("D1", patient="2", family="van Voorbeeld"),
    )

    assert standing(database) == {"VW-1": {"4.1 ug/L"}, "VW-2": {"47.1 ug/L", "Verslag (Pathologie)"}}
    assert set(states(database)) == {"understood"}


def test_a_result_of_somebody_of_whom_nothing_else_is_here_is_kept_nowhere(database: Database, region: Region) -> None:
    comes(database, region, referral("1"), merge("M5", "1", "2"), result("R1", "47.1", patient="2"))
    assert standing(database) == {"VW-1": {"47.1 ug/L"}}
    with database.transaction() as session:
        standing_merge = session.scalars(select(Merge)).one()
        deciding.ask_undo(session, standing_merge, person_id=region.aisha.person_id, now=NOW)

    understand_all(database, now=NOW + timedelta(minutes=2))

    assert (standing(database), [row.control_id for row in rows(database)]) == ({"VW-1": set()}, ["M1", "M5"])


def test_what_came_before_the_merge_stays(database: Database, region: Region) -> None:
    comes(database, region, referral("1"), result("R0", "3.1"))
    comes(database, region, referral("2", patient="2"), result("R9", "9.1", patient="2"), merge("M5", "1", "2"))
    decide(database, Decision.SAME)
    with database.transaction() as session:
        standing_merge = session.scalars(select(Merge)).one()
        deciding.ask_undo(session, standing_merge, person_id=region.aisha.person_id, now=NOW)

    understand_all(database, now=NOW + timedelta(minutes=2))

    assert standing(database) == {"VW-1": {"3.1 ug/L"}, "VW-2": {"9.1 ug/L"}}


# An answer takes hours, and what waited for it is older than the answer


HOURS_LATER = NOW + timedelta(hours=3)


def answered(database: Database, region: Region, *waiting: bytes, since: Sequence[bytes] = ()) -> None:
    """Number of the one, BSN of the other; that waits; hours later they are called the same, that comes, and it is taken back."""
    comes(database, region, *CONFLICTS[ConflictKind.TWO_PATIENTS], *waiting)
    (asked,) = opened(database)
    with database.transaction() as session:
        conflict = session.get_one(IdentityConflict, asked.id)
        deciding.decide(session, conflict, Decision.SAME, reason="gebeld", person_id=uuid.uuid4(), now=HOURS_LATER)
    understand_all(database, now=HOURS_LATER)
    hand_in(database, region, *since, now=HOURS_LATER + timedelta(minutes=1))
    understand_all(database, now=HOURS_LATER + timedelta(minutes=2))
    assert set(states(database)) == {"understood"}
    with database.transaction() as session:
        conflict = session.get_one(IdentityConflict, asked.id)
        deciding.ask_back(session, conflict, person_id=uuid.uuid4(), now=HOURS_LATER)
    understand_all(database, now=HOURS_LATER + timedelta(hours=1))


def test_a_death_and_a_result_that_waited_are_of_the_one_who_they_were_told_of(database: Database, region: Region) -> None:
    death = make.hl7_change("M7", patient="2").replace(b"|19600101|F", b"|19600101|F" + b"|" * 22 + b"Y")
    answered(database, region, death, result("R2", "47.1", patient="2"))

    assert (owner(database, "VW-1").deceased, owner(database, "VW-1b").deceased) == (False, True)
    assert standing(database) == {"VW-1": set(), "VW-1b": {"47.1 ug/L"}, "VW-2": set()}


def test_what_came_by_the_bsn_alone_goes_back_with_it(database: Database, region: Region) -> None:
    by_bsn = referral("5", bsn=BSN).replace(b"1^^^ZEED^PI~", b"")
    answered(database, region, since=[by_bsn])

    assert together(database, "VW-1b", "VW-5") == 1
    assert together(database, "VW-1", "VW-5") == 2
