"""Whatever a hospital sends, in whatever state the case is: it stands on a list of somebody who may act on it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import PAST, Case, CaseEvent, CaseState
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import Role
from mdo_portal.domain.policy import POLICY, Act
from mdo_portal.domain.round import RoundOutcome
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import IllegalMove
from mdo_portal.exchange import (
    Fact,
    MergedNumbers,
    PatientMerge,
    Section,
    Unreadable,
)
from mdo_portal.services.cases import unseen
from mdo_portal.services.cases.worklist_rows import Filter
from mdo_portal.services.dossier import appointments
from mdo_portal.services.history import case_looks, timeline
from mdo_portal.services.identity import objections
from mdo_portal.services.inbox import effects
from mdo_portal.services.patients import patient_feed
from mdo_portal.services.room import rooms
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.services.ended import end
from tests.services.unseen_house import (
    ARRIVALS,
    HOUR,
    LATER,
    NUMBER,
    PSA,
    QUIET,
    REPORT,
    WHO,
    a_result,
    arrives,
    came,
    each_state,
    lists,
    put,
)


@pytest.fixture
def case(session: Session, zeed: Hospital) -> Case:
    return make.case(session, zeed, patient=WHO, number=NUMBER, facts=(*make.COMPLETE, PSA), documents=(REPORT,))


def test_a_message_of_every_kind_is_tried() -> None:
    assert {type(one) for one in (*ARRIVALS.values(), *QUIET.values())} == set(effects.ACTS)


def test_every_event_of_a_message_is_news_or_stands_with_the_recommendations() -> None:
    quiet = {*appointments.EVENTS.values(), "appointment.moved", *patient_feed.VISITS.values()} - {"visit.person_deleted"}
    told = {
        one for one in timeline.SENTENCES if one.partition(".")[0] in ("result", "document", "patient", "visit", "appointment")
    }

    assert told - timeline.NEWS == {*quiet, "patient.decided"}, "what a person decided about who somebody is, that person knows"


@pytest.mark.parametrize("what", ARRIVALS)
def test_what_comes_in_stands_on_a_list_of_somebody_who_may_act(
    session: Session, region: Region, zeed: Hospital, case: Case, what: str
) -> None:
    for state in each_state(session, case):
        case_looks.look(session, region.aisha, case, now=NOW)

        assert arrives(session, zeed, ARRIVALS[what]) is case

        if (what, state) == ("the referral is taken back", CaseState.WITHDRAWN):
            continue  # it was already: nothing came in
        for viewer in (region.aisha, region.bram):
            found = lists(session, viewer, case)
            assert found, f"{what} for a case that is {state.value} stands on no list of {viewer.name}"
            assert ("unseen" in found) == (case.state in PAST)
        assert not lists(session, region.carla, case)


@pytest.mark.parametrize("what", QUIET)
def test_what_tells_only_whether_an_advice_is_carried_out_asks_nobody_to_look(
    session: Session, zeed: Hospital, case: Case, what: str
) -> None:
    for _ in each_state(session, case):
        assert arrives(session, zeed, QUIET[what]) is case
        assert case.unseen_since is None


def test_a_document_that_somebody_adds_by_hand_stands_there_too(session: Session, region: Region, case: Case) -> None:
    put(session, case, CaseState.CLOSED)
    timeline.happened(session, case, "document.added", at=LATER)
    session.flush()

    assert came(session, region.aisha) == [["document.added"]]


def test_while_the_patient_objects_it_waits_with_the_hospital_and_stands_on_no_list_of_the_board(
    session: Session, region: Region, zeed: Hospital, case: Case
) -> None:
    put(session, case, CaseState.DECIDED)
    arrives(session, zeed, ARRIVALS["an addendum"])
    objections.record(session, case, viewer=region.dirk, now=LATER)
    session.flush()

    assert unseen.rows(session, region.aisha, Filter()) == unseen.rows(session, region.dirk, Filter()) == []
    for what in ("a corrected result", "a new question under the same number", "an answer"):
        with pytest.raises(Unreadable, match="objection"):
            arrives(session, zeed, ARRIVALS[what])
    arrives(session, zeed, ARRIVALS["the patient died"], at=LATER + HOUR)
    assert case.unseen_since is None


def test_a_message_under_the_number_of_before_reaches_the_case_of_the_merged_patient(
    session: Session, region: Region, zeed: Hospital, case: Case
) -> None:
    put(session, case, CaseState.CLOSED)
    arrives(session, zeed, PatientMerge((MergedNumbers(make.identity("5000"), (("ZEED", "4711"),)),), "A40"))
    arrives(session, zeed, ARRIVALS["an addendum"], at=LATER + HOUR)

    assert came(session, region.aisha) == [["document.received", "patient.merged"]]


def test_a_correction_reaches_the_case_that_was_decided_with_it_also_when_another_is_open(
    session: Session, region: Region, zeed: Hospital, case: Case
) -> None:
    put(session, case, CaseState.DELIVERED)
    other = make.case(session, zeed, patient=WHO, number="VW-2", now=NOW + timedelta(minutes=1))

    arrives(session, zeed, ARRIVALS["a corrected pathology report"])

    assert came(session, region.aisha) == [["document.corrected"]]
    assert lists(session, region.aisha, other) == {"work list"}
    arrives(session, zeed, ARRIVALS["a new result"], at=LATER + HOUR)
    assert came(session, region.aisha) == [["document.corrected"]], "what is new belongs to what is open"


def test_what_answers_a_referral_reaches_its_case_also_when_another_is_open(
    session: Session, region: Region, zeed: Hospital, case: Case
) -> None:
    put(session, case, CaseState.DELIVERED)
    make.case(session, zeed, patient=WHO, number="VW-2", now=NOW + timedelta(minutes=1))

    arrives(session, zeed, a_result(Fact(Section.MARKER, "0,1", "Testosteron", key="F8/T"), referral_number=NUMBER))

    assert came(session, region.aisha) == [["result.received"]]


def test_what_came_while_it_was_discussed_stands_there_once_the_discussion_is_over(
    session: Session, region: Region, zeed: Hospital, case: Case
) -> None:
    round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    arrives(session, zeed, ARRIVALS["an addendum"], at=NOW + timedelta(minutes=5))
    round_.started_at = NOW + timedelta(minutes=10)
    arrives(session, zeed, ARRIVALS["a corrected result"], at=NOW + timedelta(minutes=15))
    assert came(session, region.aisha) == []

    make.discussed(session, round_, viewer=region.bram, now=NOW + timedelta(minutes=20))

    assert came(session, region.aisha) == [["result.corrected"]]


def test_what_came_during_the_meeting_for_a_hamerstuk_that_was_never_shown_stands_there_too(
    session: Session, region: Region, zeed: Hospital, case: Case
) -> None:
    meeting = session.get_one(Meeting, region.meeting)
    make.planned(session, make.case(session, zeed), meeting, viewer=region.aisha)
    round_ = make.planned(session, case, meeting, viewer=region.aisha)
    arrives(session, zeed, ARRIVALS["an addendum"], at=NOW + timedelta(minutes=5))
    rooms.open_meeting(session, meeting, now=NOW + timedelta(minutes=10))
    arrives(session, zeed, ARRIVALS["a corrected result"], at=NOW + timedelta(minutes=15))

    end(session, round_, RoundOutcome.LISTED, viewer=region.bram)

    assert came(session, region.aisha) == [["result.corrected"]]


# Seen


def look(session: Session, case: Case, viewer: Viewer, *, until: datetime = LATER) -> None:
    unseen.seen(session, case, until=until, viewer=viewer, now=LATER + HOUR)
    session.flush()


def test_seen_takes_it_off_the_list_and_says_who_looked(session: Session, region: Region, zeed: Hospital, case: Case) -> None:
    put(session, case, CaseState.DELIVERED)
    arrives(session, zeed, ARRIVALS["a corrected result"])
    assert unseen.count(session, region.aisha) == 1
    decided = session.scalars(select(Decision)).all()

    look(session, case, region.aisha)

    assert unseen.count(session, region.aisha) == unseen.count(session, region.bram) == 0
    said = session.scalars(select(CaseEvent).where(CaseEvent.what == "case.seen")).one()
    assert (said.person_id, said.at, said.details["when"]) == (region.aisha.person_id, LATER + HOUR, "02-03-2026 15:30")
    assert case.state is CaseState.DELIVERED
    assert session.scalars(select(Decision)).all() == decided


def test_what_came_after_the_page_was_shown_is_not_seen(session: Session, region: Region, zeed: Hospital, case: Case) -> None:
    put(session, case, CaseState.DELIVERED)
    arrives(session, zeed, ARRIVALS["a corrected result"])
    arrives(session, zeed, ARRIVALS["an addendum"], at=LATER + timedelta(minutes=1))

    look(session, case, region.aisha)

    assert came(session, region.aisha) == [["document.received"]]
    with pytest.raises(IllegalMove):
        look(session, case, region.aisha)


def test_what_waited_for_somebody_to_say_who_it_is_about_is_new_from_then(
    session: Session, region: Region, zeed: Hospital, case: Case
) -> None:
    put(session, case, CaseState.DELIVERED)
    arrives(session, zeed, ARRIVALS["a corrected result"], at=LATER + HOUR)
    look(session, case, region.aisha, until=LATER + HOUR)
    timeline.enter(session, now=LATER + 3 * HOUR)

    arrives(session, zeed, ARRIVALS["an addendum"])

    assert [[one.new_at for one in row.came] for row in unseen.rows(session, region.aisha, Filter())] == [[LATER + 3 * HOUR]]


def test_only_the_board_says_that_it_saw() -> None:
    assert {role for role, _ in POLICY[Act.CASE_SEEN]} == {Role.SECRETARY, Role.CHAIR}
