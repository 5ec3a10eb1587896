"""How a case stands follows from what was discussed, signed and received: no statement of who may act on it says otherwise (ADR 0109)."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import CaseState
from mdo_portal.domain.hospital import Hospital
from tests import make
from tests.people import Region
from tests.services.wall_house import Tries, standing, tries, whose

__all__ = ["standing", "tries"]
pytestmark = pytest.mark.xdist_group("wall")  # one house for all of them
BECOMES = "UPDATE cases SET state = '{}', is_open = {} WHERE id = :{}"
ON_LIST = {"received", "incomplete", "information_requested", "ready", "scheduled", "deferred", "discussed", "listed"}
WAITS, LED = {"received", "incomplete", "information_requested", "ready"}, {"Bram", "Aisha", "Bilal"}
ACTS = LED | {"Dirk"}


@pytest.fixture(scope="module")
def cases(standing: tuple[Database, Database], region: Region) -> dict[str, uuid.UUID]:
    """Of ZEED, before Uro-prostaat: one that waits, one on an agenda, one that is discussed, one of which the advice is signed."""
    now = datetime.now(UTC)
    with standing[0].transaction() as session:
        zeed, meeting = session.get_one(Hospital, region.hospitals["ZEED"]), session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = (now + timedelta(hours=one) for one in (24, 9))
        made = {
            name: make.case(
                session,
                zeed,
                board_id=region.boards["URO-P"],
                number=name,
                patient=make.identity(name),
                documents=(make.document(),),
            )
            for name in ("waiting", "coming", "heard", "signed")
        }
        rounds = {name: make.planned(session, made[name], meeting, viewer=region.bram) for name in ("coming", "heard", "signed")}
        for name in ("heard", "signed"):
            make.discussed(session, rounds[name], viewer=region.bram)
        make.signed(session, rounds["signed"], viewer=region.bram)
        return {name: one.id for name, one in made.items()}


#: how it stands -> what it may become -> for whom; what is not here, and is another state, for nobody
MAY: dict[str, dict[str, set[str]]] = {
    "waiting": dict.fromkeys(WAITS | {"withdrawn"}, ACTS) | dict.fromkeys(("scheduled", "deferred", "discussed", "listed", "redirected"), LED),
    "coming": dict.fromkeys(WAITS | {"withdrawn"}, ACTS) | dict.fromkeys(("deferred", "discussed", "listed", "redirected"), LED),
    "heard": dict.fromkeys(("scheduled", "deferred", "listed", "redirected"), LED),
    "signed": dict.fromkeys(WAITS, ACTS) | {"closed": LED},
}  # fmt: skip


IS = {"waiting": "ready", "coming": "scheduled", "heard": "discussed", "signed": "decided"}


@pytest.mark.parametrize(("stands", "state"), [(one, state) for one in MAY for state in CaseState if IS[one] != state])
def test_a_case_becomes_what_was_done_with_it(tries: Tries, cases: dict[str, uuid.UUID], stands: str, state: CaseState) -> None:
    statement = BECOMES.format(state.value, state.value in ON_LIST, stands)

    assert whose(tries, statement, cases) == MAY[stands].get(state.value, set())


@pytest.mark.parametrize("stands", MAY)
def test_no_case_is_hidden_from_the_list_on_which_it_stands(tries: Tries, cases: dict[str, uuid.UUID], stands: str) -> None:
    assert whose(tries, f"UPDATE cases SET is_open = NOT is_open WHERE id = :{stands}", cases) == set()


def test_a_case_is_delivered_and_followed_when_nothing_is_on_the_way_or_open(
    standing: tuple[Database, Database], tries: Tries, cases: dict[str, uuid.UUID]
) -> None:
    delivered, followed = (BECOMES.format(state, False, "signed") for state in ("delivered", "followed_up"))
    with standing[0].transaction() as session:
        session.execute(text("UPDATE deliveries SET state = 'received' WHERE case_id = :signed"), {"signed": cases["signed"]})
    try:
        assert whose(tries, delivered, cases) == whose(tries, followed, cases) == ACTS
    finally:
        with standing[0].transaction() as session:
            session.execute(text("UPDATE deliveries SET state = 'waiting' WHERE case_id = :signed"), {"signed": cases["signed"]})


def test_a_signature_that_somebody_waits_for_is_not_said_to_stand(tries: Tries, cases: dict[str, uuid.UUID]) -> None:
    """Who leads the board signs; a statement of theirs says no more than that the case was discussed."""
    assert whose(tries, BECOMES.format("decided", False, "heard"), cases) == set()


@pytest.mark.parametrize("state", ["registration_closed", "open", "closed", "called_off"])
def test_a_meeting_is_opened_closed_and_called_off_by_who_leads_it(
    tries: Tries, cases: dict[str, uuid.UUID], region: Region, state: str
) -> None:
    """An administrator sets its board up, and says nothing of what happens there."""
    assert whose(tries, f"UPDATE meetings SET state = '{state}' WHERE id = :meeting", {"meeting": region.meeting}) == LED
