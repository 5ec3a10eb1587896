"""Whatever a hospital sends, in whatever state the case is: it stands on a list of somebody who may act on it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import OPEN_STATES, OVER, PAST, WAITING, Case, CaseEvent, CaseState
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.people import Role
from mdo_portal.domain.policy import POLICY, Act
from mdo_portal.domain.round import RoundOutcome
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import IllegalMove
from mdo_portal.exchange import (
    Fact,
    Incoming,
    IncomingAnswer,
    IncomingAppointment,
    IncomingResult,
    MergedNumbers,
    PatientChange,
    PatientLink,
    PatientMerge,
    PersonName,
    Section,
    Unreadable,
    Wire,
)
from mdo_portal.services import (
    appointments,
    case_acts,
    effects,
    news,
    objections,
    patient_feed,
    referrals,
    timeline,
    unseen,
    worklist,
)
from mdo_portal.services.settling import ClaimedMessage
from mdo_portal.services.worklist_rows import Filter
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.services.ended import end

HOUR = timedelta(hours=1)
LATER = NOW + HOUR
WHO = make.identity("4711")
NUMBER = "VW-4711"
REPORT = make.document(b"%PDF-1.7 pathologie", title="pathologie.pdf", kind="pathology report", reference="T-1")
PSA = Fact(Section.MARKER, "12,4", "PSA", date(2026, 2, 15), key="F7/PSA")


def _result(*facts: Fact, **over: object) -> IncomingResult:
    return IncomingResult(WHO, "R01", facts=facts, **over)  # type: ignore[arg-type]


def _of(**over: object) -> Incoming:
    return make.referral(WHO, number=NUMBER, **over)


#: everything that comes in about a case that somebody must look at, in words -> the message
ARRIVALS: dict[str, Incoming] = {
    "a new question under the same number": _of(question_board="Toch bestralen?"),
    "a document with the referral": _of(documents=(make.document(b"%PDF-1.7 nagezonden"),)),
    "the referral is taken back": _of(cancelled=True),
    "a new result": _result(Fact(Section.MARKER, "0,1", "Testosteron", key="F8/T")),
    "a corrected result": _result(Fact(Section.MARKER, "1,24", "PSA", date(2026, 2, 15), key="F7/PSA", status="corrected")),
    "a result that is taken back": _result(withdrawn=("F7",)),
    "a corrected pathology report": _result(
        documents=(make.document(b"%PDF-1.7 herzien", reference="T-2", replaces="T-1", status="corrected"),)
    ),
    "an addendum": _result(documents=(make.document(b"%PDF-1.7 aanvulling", reference="T-3"),)),
    "a report that is taken back": _result(documents=(make.document(b"", reference="T-1", status="withdrawn"),)),
    "an answer": IncomingAnswer(NUMBER, patient=WHO, facts=(Fact(Section.IMAGING, "PET-CT verricht", "PET-CT"),)),
    "another name": PatientChange(make.identity("4711", name=PersonName(family="Anders", initials="AB")), "A08"),
    "the patient died": PatientChange(make.identity("4711", deceased=True), "A08"),
    "the registration was deleted": PatientChange(WHO, "A29"),
    "numbers are one patient": PatientMerge((MergedNumbers(WHO, (("ZEED", "4712"),)),), "A40"),
    "numbers are one person": PatientLink((WHO, make.identity("4713")), linked=True, event="A24"),
}
#: what says whether an advice is carried out: it stands with the recommendations (services/follow_up_evidence.py)
QUIET: dict[str, Incoming] = {
    "an appointment": IncomingAppointment(WHO, "A-1", "booked", "S12", starts_at=NOW + 7 * 24 * HOUR),
    "an admission": PatientChange(WHO, "A01"),
}


@pytest.fixture
def zeed(session: Session, region: Region) -> Hospital:
    return session.get_one(Hospital, region.hospitals["ZEED"])


@pytest.fixture
def case(session: Session, zeed: Hospital) -> Case:
    return make.case(session, zeed, patient=WHO, number=NUMBER, facts=(*make.COMPLETE, PSA), documents=(REPORT,))


def put(session: Session, case: Case, state: CaseState) -> None:
    """In this state, whatever went before."""
    case.state, case.state_since, case.is_open = state, NOW, state in OPEN_STATES
    session.flush()


def each_state(session: Session, case: Case) -> Iterator[CaseState]:
    """The case in each of its states, one after the other; what happened in one is undone before the next."""
    session.flush()
    for state in CaseState:
        undo = session.begin_nested()
        put(session, case, state)
        yield state
        undo.rollback()
        session.expire_all()


def arrives(session: Session, zeed: Hospital, incoming: Incoming, *, at: datetime = LATER) -> Case | None:
    """As the worker does it."""
    kept = InboundMessage(hospital_id=zeed.id, wire=Wire.HL7V2, digest=uuid.uuid4().bytes, raw_sealed=b"", size=0, received_at=at)
    session.add(kept)
    session.flush()
    claimed = ClaimedMessage(kept.id, uuid.uuid4(), zeed.id, b"", Wire.HL7V2, "", "", 1, at)
    found = effects.of(session, incoming, zeed, claimed)
    session.flush()
    session.expire_all()
    return found


def lists(session: Session, viewer: Viewer, case: Case) -> set[str]:
    """On which lists of this person the case stands as having something new."""
    found = set()
    if any(row.id == case.id and row.news_at == LATER for row in worklist.page(session, viewer, Filter())):
        found.add("work list")
    if any(row.id == case.id and row.came for row in unseen.rows(session, viewer, Filter())):
        found.add("unseen")
    return found


def came(session: Session, viewer: Viewer) -> list[list[str]]:
    return [[one.what for one in row.came] for row in unseen.rows(session, viewer, Filter())]


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
        news.look(session, region.aisha, case, now=NOW)

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

    arrives(session, zeed, _result(Fact(Section.MARKER, "0,1", "Testosteron", key="F8/T"), referral_number=NUMBER))

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


# Once more


def reopen(session: Session, region: Region, case: Case) -> None:
    case_acts.reopen(session, case, "nieuwe vraag", viewer=region.aisha, now=LATER + HOUR)
    session.flush()


def test_a_case_that_is_over_waits_again_with_all_that_was_told(
    session: Session, region: Region, zeed: Hospital, case: Case
) -> None:
    for state in each_state(session, case):
        if state not in OVER:
            with pytest.raises(IllegalMove):
                reopen(session, region, case)
            continue
        arrives(session, zeed, ARRIVALS["a new question under the same number"])
        if case.state not in WAITING:  # what was withdrawn stands on the work list as soon as the hospital asks again
            reopen(session, region, case)

        assert case.state in WAITING
        assert (case.question_board, case.unseen_since) == ("Toch bestralen?", None)
        assert [one.id for one in worklist.page(session, region.aisha, Filter())] == [case.id]


def test_a_decided_case_that_is_discussed_once_more_keeps_its_decision_and_gets_the_next_round(
    session: Session, region: Region, zeed: Hospital, case: Case
) -> None:
    meeting = session.get_one(Meeting, region.meeting)
    first = make.signed(
        session,
        make.discussed(session, make.planned(session, case, meeting, viewer=region.aisha), viewer=region.bram),
        viewer=region.bram,
    )
    before = dict(first.content)
    arrives(session, zeed, ARRIVALS["a new question under the same number"])

    reopen(session, region, case)
    again = make.planned(session, case, meeting, viewer=region.aisha, now=LATER + HOUR)
    second = make.signed(
        session, make.discussed(session, again, viewer=region.bram, now=LATER + HOUR), viewer=region.bram, now=LATER + HOUR
    )

    assert again.number == 2
    assert first.content == before
    assert second.round_id != first.round_id
    assert (second.content["question"], case.state) == ("Toch bestralen?", CaseState.DECIDED)


def test_a_redirected_case_can_come_back(session: Session, region: Region, zeed: Hospital, case: Case) -> None:
    round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    end(session, round_, RoundOutcome.REDIRECTED, viewer=region.bram)

    case_acts.reopen(session, case, "hoort toch hier", viewer=region.aisha, now=LATER)

    assert case.state in (CaseState.READY, CaseState.INCOMPLETE)
    assert referrals.known_case(session, zeed, NUMBER) is case


def test_without_a_reason_nothing_happens(session: Session, region: Region, case: Case) -> None:
    put(session, case, CaseState.CLOSED)

    with pytest.raises(IllegalMove):
        case_acts.reopen(session, case, " ", viewer=region.aisha, now=LATER)

    assert case.state is CaseState.CLOSED
