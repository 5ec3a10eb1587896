"""*Another person*, who has no case here: the message is put aside and stays for its term, for an answer may be taken back."""

from __future__ import annotations

from mdo_portal.database import Database
from mdo_portal.domain.identity_conflict import Decision
from mdo_portal.domain.unreadable import DECIDED
from mdo_portal.services.inbox import inbox
from tests.identity_questions import STRANGER, born, decide, opened, states, take_back
from tests.people import Region
from tests.reception_house import rows
from tests.test_identity_taken_back import asked_by_a_result, comes, result, standing

__all__ = ["asked_by_a_result"]


def test_what_is_of_nobody_here_is_put_aside_and_not_thrown_away(asked_by_a_result: Database, region: Region) -> None:
    decide(asked_by_a_result, Decision.OTHER)

    assert [(row.state.value, row.reason) for row in rows(asked_by_a_result)][-1] == ("ignored", "identity_conflict")
    assert (standing(asked_by_a_result), opened(asked_by_a_result)) == ({"VW-1": {"4.1 ug/L"}}, [])
    with asked_by_a_result.transaction() as session:
        assert inbox.rows(session, region.lars)[0].sentence == DECIDED  # it said that somebody decides who this is


def test_said_by_mistake_and_taken_back_it_can_still_be_this_patients(asked_by_a_result: Database) -> None:
    """The value was deleted with the answer, and nobody could bring it back."""
    chosen = decide(asked_by_a_result, Decision.OTHER)
    take_back(asked_by_a_result, chosen)
    assert ([one.id for one in opened(asked_by_a_result)], states(asked_by_a_result)[-1]) == ([chosen], "identity_conflict")

    decide(asked_by_a_result, Decision.SAME)

    assert standing(asked_by_a_result) == {"VW-1": {"47.1 ug/L"}}


def test_said_twice_it_is_put_aside_twice(asked_by_a_result: Database) -> None:
    take_back(asked_by_a_result, decide(asked_by_a_result, Decision.OTHER))

    decide(asked_by_a_result, Decision.OTHER)

    assert rows(asked_by_a_result)[-1].state.value == "ignored"


def test_of_somebody_of_whom_nobody_was_asked_nothing_is_kept(asked_by_a_result: Database, region: Region) -> None:
    before = len(rows(asked_by_a_result))
    comes(asked_by_a_result, region, result("R9", "1.1", patient="77", family="Elders"))
    assert len(rows(asked_by_a_result)) == before


def test_so_is_what_waited_for_that_answer(asked_by_a_result: Database, region: Region) -> None:
    """Of three results one question is asked; those that waited were thrown away with the answer, and only the first came back."""
    another = born(result("R3", "5.2", family=STRANGER, name="CEA", key="L3"), "19701231")
    comes(asked_by_a_result, region, another)
    assert states(asked_by_a_result)[-2:] == ["identity_conflict", "waits_for_identity"]
    take_back(asked_by_a_result, decide(asked_by_a_result, Decision.OTHER))

    decide(asked_by_a_result, Decision.SAME)

    assert standing(asked_by_a_result) == {"VW-1": {"47.1 ug/L", "5.2 ug/L"}}
