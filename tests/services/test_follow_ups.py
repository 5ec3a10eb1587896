"""A recommendation is followed from the signature on, closed by a person only, and never counted twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting, MeetingState
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.follow_up import FollowState, FollowUp, Press, press_of
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.policy import Act
from mdo_portal.domain.round import Round
from mdo_portal.errors import IllegalMove, Incomplete, NotFound, Stale
from mdo_portal.exchange import DecisionForm, IncomingAppointment
from mdo_portal.services import appointments, follow_up_evidence, follow_up_links, follow_up_rows, follow_ups, sessions
from mdo_portal.services.follow_up_rows import Filter
from mdo_portal.services.follow_ups import Answer
from tests import make
from tests.copies import as_web
from tests.make import NOW, TODAY
from tests.people import Region, board_of
from tests.services.follow_house import IMAGING, LATER, OPERATION, corrected, delivered, discussed, items_of, signed

DONE = Answer(FollowState.CARRIED_OUT)
NOT = Answer(FollowState.NOT_DONE, "wish", "wil niet meer")


def close(session: Session, region: Region, item: FollowUp, answer: Answer = DONE) -> None:
    case = session.get_one(Case, item.case_id)
    follow_ups.close(
        session, item, case, answer, seen=item.revision, viewer=region.dirk, now=LATER, today=TODAY + timedelta(days=1)
    )


def test_each_recommendation_of_a_signed_decision_is_an_item_for_the_hospital_that_must_do_it(
    session: Session, region: Region
) -> None:
    operation, imaging = items_of(session, signed(session, region, OPERATION, IMAGING))

    assert (operation.position, operation.text, operation.responsible) == (1, "Prostatectomie", "dr. B. Bakker")
    assert operation.owner_hospital_id == region.hospitals["DELT"]
    assert (imaging.owner_hospital_id, imaging.due_on) == (region.hospitals["ZEED"], date(2026, 3, 20))
    assert {operation.state, imaging.state} == {FollowState.OPEN}


def test_an_advice_in_words_alone_makes_no_item(session: Session, region: Region) -> None:
    assert items_of(session, signed(session, region)) == []


def test_a_person_says_what_became_of_it(session: Session, region: Region) -> None:
    item, _ = items_of(session, signed(session, region, OPERATION, IMAGING))

    close(session, region, item, NOT)

    assert (item.state, item.reason, item.words) == (FollowState.NOT_DONE, "wish", "wil niet meer")
    assert (item.closed_by, item.closed_at) == (region.dirk.person_id, LATER)


def test_partly_and_not_need_a_reason_and_nothing_was_done_before_it_was_advised(session: Session, region: Region) -> None:
    (item,) = items_of(session, signed(session, region, OPERATION))

    with pytest.raises(Incomplete):
        close(session, region, item, Answer(FollowState.NOT_DONE))
    with pytest.raises(Incomplete):
        close(session, region, item, Answer(FollowState.CARRIED_OUT, done_on=TODAY - timedelta(days=1)))
    with pytest.raises(Incomplete):
        close(session, region, item, Answer(FollowState.CARRIED_OUT, done_on=TODAY + timedelta(days=9)))

    assert item.is_open


def test_of_two_people_in_one_item_the_second_is_told(session: Session, region: Region) -> None:
    (item,) = items_of(session, signed(session, region, OPERATION))
    seen = item.revision
    close(session, region, item)

    with pytest.raises(Stale):
        follow_ups.close(
            session, item, session.get_one(Case, item.case_id), NOT, seen=seen, viewer=region.dirk, now=LATER, today=TODAY
        )


def test_what_was_said_by_mistake_is_opened_again(session: Session, region: Region) -> None:
    (item,) = items_of(session, signed(session, region, OPERATION))
    close(session, region, item, NOT)

    case = session.get_one(Case, item.case_id)
    follow_ups.reopen(session, item, case, seen=item.revision, viewer=region.dirk, now=LATER)

    assert (item.state, item.reason, item.closed_by, item.closed_at) == (FollowState.OPEN, "", None, None)


# What a later decision does to it


def test_a_correction_supersedes_what_it_replaces_and_deletes_nothing(session: Session, region: Region) -> None:
    first = signed(session, region, OPERATION, IMAGING)

    second = corrected(session, region, first, IMAGING)

    assert {(one.state, one.superseded_by_id) for one in items_of(session, first)} == {(FollowState.SUPERSEDED, second.id)}
    assert [(one.text, one.state) for one in items_of(session, second)] == [("PSMA-PET", FollowState.OPEN)]


def test_the_same_recommendation_keeps_what_was_said_of_it_and_when_it_was_first_advised(
    session: Session, region: Region
) -> None:
    first = signed(session, region, OPERATION, IMAGING)
    close(session, region, items_of(session, first)[1], NOT)

    second = corrected(session, region, first, IMAGING, OPERATION)

    imaging, operation = items_of(session, second)
    assert (imaging.state, imaging.closed_by, imaging.carried_from_id) == (
        FollowState.NOT_DONE, region.dirk.person_id, items_of(session, first)[1].id,
    )  # fmt: skip
    assert (operation.state, operation.signed_at) == (FollowState.OPEN, first.signed_at)


def test_an_answer_is_taken_over_for_one_item_and_not_for_its_double(session: Session, region: Region) -> None:
    first = signed(session, region, IMAGING)
    close(session, region, items_of(session, first)[0])

    second = corrected(session, region, first, IMAGING, IMAGING)

    assert [one.state for one in items_of(session, second)] == [FollowState.CARRIED_OUT, FollowState.OPEN]


def test_an_addendum_adds_and_leaves_what_stood(session: Session, region: Region) -> None:
    first = signed(session, region, OPERATION)
    second = corrected(session, region, first, OPERATION, IMAGING)
    for item in [*items_of(session, second)]:
        session.delete(item)
    for item in items_of(session, first):
        item.state, item.superseded_by_id, item.closed_at, item.closed_by = FollowState.OPEN, None, None, None
    session.flush()

    case = session.get_one(Case, first.case_id)
    follow_ups.begin(session, second, case, now=LATER, form=DecisionForm.ADDENDUM)

    assert [one.text for one in follow_ups.standing_of(session, first.round_id)] == ["Prostatectomie", "PSMA-PET"]
    assert items_of(session, first)[0].is_open


def test_a_withdrawal_leaves_nothing_to_follow(session: Session, region: Region) -> None:
    first = signed(session, region, OPERATION)

    follow_ups.begin(session, first, session.get_one(Case, first.case_id), now=LATER, form=DecisionForm.WITHDRAWAL)

    assert follow_ups.standing_of(session, first.round_id) == []
    with pytest.raises(IllegalMove):
        close(session, region, items_of(session, first)[0])


# The case


def test_the_case_is_followed_up_when_everything_of_its_newest_decision_is_closed_and_never_back(
    session: Session, region: Region
) -> None:
    decision = signed(session, region, OPERATION, IMAGING)
    case = session.get_one(Case, decision.case_id)
    delivered(session, decision)
    first, second = items_of(session, decision)

    close(session, region, first)
    assert case.state is CaseState.DELIVERED
    close(session, region, second, NOT)
    assert case.state is CaseState.FOLLOWED_UP
    follow_ups.reopen(session, second, case, seen=second.revision, viewer=region.dirk, now=LATER)
    assert case.state is CaseState.FOLLOWED_UP


def test_what_was_closed_before_the_letter_arrived_counts_when_it_does(session: Session, region: Region) -> None:
    decision = signed(session, region, OPERATION)
    close(session, region, items_of(session, decision)[0])

    delivered(session, decision)

    assert session.get_one(Case, decision.case_id).state is CaseState.FOLLOWED_UP


def test_a_case_without_recommendations_stays_delivered(session: Session, region: Region) -> None:
    decision = signed(session, region)

    delivered(session, decision)

    assert session.get_one(Case, decision.case_id).state is CaseState.DELIVERED


# What came since


def appointment(session: Session, region: Region, case: Case, service: str, *, minutes: int) -> None:
    hospital, at = session.get_one(Hospital, region.hospitals["ZEED"]), NOW + timedelta(minutes=minutes)
    patient = make.identity(session.get_one(Patient, case.patient_id).local_number)
    told = IncomingAppointment(patient=patient, number=f"A{minutes}", event="S12", state="booked", service=service, starts_at=at)
    assert appointments.tell(session, told, hospital, now=at)


def test_what_came_before_the_decision_is_not_shown_and_what_came_after_closes_nothing_by_itself(
    session: Session, region: Region
) -> None:
    decision = signed(session, region, OPERATION)
    case = session.get_one(Case, decision.case_id)
    appointment(session, region, case, "Intake", minutes=-5)
    appointment(session, region, case, "Opname voor operatie", minutes=5)

    came = follow_up_evidence.since(session, case, decision.signed_at)

    assert [(one.kind, one.text, one.hospital) for one in came] == [("appointment", "Opname voor operatie", "Ziekenhuis ZEED")]
    assert items_of(session, decision)[0].is_open


def test_a_person_points_at_what_came_and_that_stands_with_the_item(session: Session, region: Region) -> None:
    decision = signed(session, region, OPERATION)
    case, (item,) = session.get_one(Case, decision.case_id), items_of(session, decision)
    appointment(session, region, case, "Opname voor operatie", minutes=5)
    (came,) = follow_up_evidence.since(session, case, decision.signed_at)

    close(
        session, region, item, Answer(FollowState.CARRIED_OUT, pointed=follow_up_evidence.pointed(session, item, case, came.key))
    )

    assert (item.evidence_kind, item.evidence_id) == ("appointment", came.id)


def test_nobody_points_at_something_of_another_patient(session: Session, region: Region) -> None:
    decision, other = signed(session, region, OPERATION), signed(session, region, IMAGING)
    appointment(session, region, session.get_one(Case, other.case_id), "PET", minutes=5)
    (came,) = follow_up_evidence.since(session, session.get_one(Case, other.case_id), other.signed_at)

    with pytest.raises(NotFound):
        follow_up_evidence.pointed(session, items_of(session, decision)[0], session.get_one(Case, decision.case_id), came.key)


# Lists


@pytest.mark.parametrize(
    ("due_in", "press"), [(-1, Press.LATE), (0, Press.SOON), (7, Press.SOON), (8, Press.ON_TIME), (None, Press.NO_DATE)]
)
def test_an_item_presses_from_so_many_days_before_its_date(due_in: int | None, press: Press) -> None:
    due_on = None if due_in is None else TODAY + timedelta(days=due_in)

    assert press_of(due_on, today=TODAY, days=7) is press


def test_the_list_has_what_is_late_first_and_nothing_of_another_hospital(session: Session, region: Region) -> None:
    signed(session, region, OPERATION, IMAGING, IMAGING | {"text": "MRI", "due_on": "2026-03-03"})

    def texts(name: str) -> list[str]:
        return [one.text for one in follow_up_rows.rows(session, region.viewers[name], Filter(), today=TODAY)]

    assert texts("Dirk") == texts("Aisha") == ["MRI", "PSMA-PET", "Prostatectomie"]
    assert texts("Carla") == []


def test_the_number_in_the_menu_counts_what_is_late_or_nearly_so(session: Session, region: Region) -> None:
    signed(session, region, OPERATION, IMAGING, IMAGING | {"text": "MRI", "due_on": "2026-03-03"})

    assert follow_up_rows.pressing(session, region.dirk, today=TODAY) == 1
    assert follow_up_rows.pressing(session, region.aisha, today=date(2026, 3, 14)) == 2
    assert follow_up_rows.pressing(session, region.carla, today=date(2026, 3, 14)) == 0


def test_the_board_hears_once_what_became_of_its_advice(session: Session, region: Region) -> None:
    decision = signed(session, region, OPERATION, IMAGING)
    session.get_one(Meeting, region.meeting).state = MeetingState.CLOSED
    next_one = make.meeting(session, board_of(session, region), starts_at=NOW + timedelta(days=9))
    item, _ = items_of(session, decision)
    follow_ups.close(
        session, item, session.get_one(Case, decision.case_id), DONE, seen=1, viewer=region.dirk,
        now=NOW + timedelta(days=5), today=TODAY + timedelta(days=5),
    )  # fmt: skip

    assert [one.text for one in follow_up_rows.told_back(session, next_one)] == ["Prostatectomie"]
    assert follow_up_rows.tell(session, next_one, now=LATER) == 1
    assert follow_up_rows.told_back(session, next_one) == []


# The personal link


def test_a_link_is_for_one_person_and_one_item_and_passes(
    session: Session, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    (item,) = items_of(session, signed(session, region, OPERATION))
    token = follow_up_links.make("s" * 40, item.id, region.dirk.person_id)

    assert follow_up_links.read("s" * 40, token, person_id=region.dirk.person_id) == item.id
    for wrong in (
        lambda: follow_up_links.read("s" * 40, token, person_id=region.bram.person_id),
        lambda: follow_up_links.read("t" * 40, token, person_id=region.dirk.person_id),
        lambda: follow_up_links.read("s" * 40, token + "x", person_id=region.dirk.person_id),
        lambda: follow_up_links.read("s" * 40, "x", person_id=region.dirk.person_id),
    ):
        with pytest.raises(NotFound):
            wrong()
    monkeypatch.setattr(follow_up_links, "GOOD_FOR", timedelta(seconds=-1))
    with pytest.raises(follow_up_links.LinkPassed):
        follow_up_links.read("s" * 40, token, person_id=region.dirk.person_id)


def test_a_link_can_be_made_for_who_treats_patients_of_that_hospital_only(session: Session, region: Region) -> None:
    (item,) = items_of(session, signed(session, region, OPERATION))

    assert [name for _, name in follow_up_links.possible(session, item, now=NOW)] == ["Dirk"]


def test_every_item_is_found_by_who_may_and_by_nobody_else(session: Session, region: Region) -> None:
    (item,) = items_of(session, signed(session, region, OPERATION))

    for viewer in (region.dirk, region.aisha, region.bram):
        assert follow_ups.item_for(session, viewer, Act.FOLLOW_CLOSE, item.id, now=NOW)[0] is item
    with pytest.raises(NotFound):
        follow_ups.item_for(session, region.carla, Act.FOLLOW_READ, item.id, now=NOW)
    assert session.scalar(select(func.count()).select_from(FollowUp)) == 1


def test_the_chair_signs_and_corrects_with_recommendations_within_the_second_wall(database: Database, region: Region) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    with database.transaction() as session:
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = now, now - timedelta(days=1)
        round_id = discussed(session, region, OPERATION, IMAGING, now=now).id
        key = sessions.start_session(session, region.bram.person_id, region.hospitals["DELT"], proof=make.PROOF, now=now)
    web = as_web(database)

    with web.transaction(entering=sessions.hash_key(key)) as session:
        first = make.signed(session, session.get_one(Round, round_id), viewer=region.bram, now=now)
    with web.transaction(entering=sessions.hash_key(key)) as session:
        corrected(session, region, session.get_one(Decision, first.id), IMAGING, now=now + timedelta(minutes=1))
    web.close()

    with database.transaction() as session:
        states = session.scalars(
            select(FollowUp.state).order_by(FollowUp.signed_at, FollowUp.decision_id, FollowUp.position)
        ).all()
    assert sorted(states) == [FollowState.OPEN, FollowState.SUPERSEDED, FollowState.SUPERSEDED]
