"""Statements that are put together once are said for whoever asks next: two who lead boards of two hospitals ask in turns, in any order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from mdo_portal.domain.absence import Absence
from mdo_portal.domain.board import Board, Meeting, Presence
from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.decision_objection import DecisionObjection
from mdo_portal.domain.grant import CaseGrant, GrantKind
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.policy import Act
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.domain.told import Appointment, ToldChange
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import NotFound
from mdo_portal.exchange import Fact, PersonName, Section
from mdo_portal.services.cases import (
    case_lists,
    decision_objection_rows,
    other_cases,
    told_rows,
    unseen,
    worklist,
    worklist_boards,
)
from mdo_portal.services.cases.worklist_rows import Filter
from mdo_portal.services.common import access
from mdo_portal.services.decisions import outcomes, untold
from mdo_portal.services.history import case_looks, standing, timeline
from mdo_portal.services.meetings import absence_rows, meetings, preparation_rows, preparations
from mdo_portal.services.people import grants
from mdo_portal.services.referrals import questions
from mdo_portal.services.rights import memberships
from tests import make
from tests.chance import examples
from tests.people import Region

LONG_AGO, LATER = make.NOW - timedelta(days=2), make.NOW + timedelta(days=30)


class Corner(NamedTuple):
    """A board with two patients of one hospital, who leads it, and words by which anybody tells that something is about them."""

    viewer: Viewer
    case: Case  #: discussed, with an advice
    waiting: Case
    unrouted: Case
    meeting: Meeting
    word: str


def _boards_asked(session: Session, at: Corner, act: Act, *cases: Case) -> list[str]:
    found = access.cases_for(session, at.viewer, act, [one.id for one in cases], now=make.NOW)
    return [one.case.question_board for one in found]


#: what is asked about the own corner: each answer says whose it is, in the word of that corner
QUESTIONS: Mapping[str, Callable[[Session, Corner], Any]] = {
    "facts": lambda db, at: case_lists.facts(db, [at.case.id]),
    "documents": lambda db, at: case_lists.documents(db, [at.case.id]),
    "events": lambda db, at: case_lists.events(db, [at.case.id]),
    "rounds": lambda db, at: case_lists.rounds(db, [at.case.id]),
    "decisions": lambda db, at: case_lists.decisions(db, [at.case.id]),
    "requests": lambda db, at: case_lists.requests(db, [at.waiting.id]),
    "told": lambda db, at: told_rows.of_patient(db, at.case.patient_id),
    "objections": lambda db, at: decision_objection_rows.rows(db, case_id=at.case.id),
    "unanswered": lambda db, at: [one[0] for one in decision_objection_rows.unanswered(db, at.viewer, now=make.NOW)],
    "missed": lambda db, at: decision_objection_rows.missed(db, at.viewer, now=make.NOW),
    "grants": lambda db, at: grants.of_case(db, at.case.id),
    "preparations": lambda db, at: preparation_rows.of_cases(db, [at.waiting.id]),
    "agenda": lambda db, at: meetings.agenda(db, at.meeting.id, viewer=at.viewer),
    "meetings": lambda db, at: meetings.upcoming(db, [at.meeting.board_id], since=LONG_AGO),
    "meetings until": lambda db, at: meetings.upcoming(
        db, [at.meeting.board_id], since=LONG_AGO, until=LATER, undecided=True, states=meetings.UNTIL_OVER
    ),
    "absent": lambda db, at: absence_rows.of_meeting(db, at.meeting.id),
    "work list": lambda db, at: worklist.page(db, at.viewer, Filter()),
    "of the own hospital": lambda db, at: worklist.page(
        db, replace(at.viewer, hospital_id=at.case.hospital_id, board_roles={}), Filter()
    ),
    "roles": lambda db, at: memberships.roles_of(db, [at.viewer.person_id], now=make.NOW),
    "looked at": lambda db, at: [at.word for row in worklist.page(db, at.viewer, Filter()) if row.looked_at],
    "boards": lambda db, at: worklist_boards.boards(db, at.viewer, now=make.NOW),
    "unseen": lambda db, at: unseen.rows(db, at.viewer, Filter()),
    "other cases": lambda db, at: other_cases.of_case(db, at.viewer, at.case, now=make.NOW),
    "untold": lambda db, at: untold.rows(db, at.viewer, now=make.NOW),
    "may see": lambda db, at: access.case_for(db, at.viewer, Act.CASE_READ, at.case.id, now=make.NOW).case.question_board,
    "may see each": lambda db, at: _boards_asked(db, at, Act.CASE_READ, at.case, at.waiting),
    "may plan what has no board": lambda db, at: _boards_asked(db, at, Act.CASE_PLAN, at.unrouted),
    "cases of": lambda db, at: [one.question_board for one in standing.cases_of(db, db.get_one(Patient, at.case.patient_id))],
}


@settings(max_examples=examples(10))
@given(turns=st.lists(st.tuples(st.sampled_from((0, 1)), st.sampled_from(sorted(QUESTIONS))), min_size=20, max_size=60))
def _in_turns(db: Session, corners: tuple[Corner, Corner], turns: list[tuple[int, str]]) -> None:
    for which, question in turns:
        own, other = corners[which], corners[1 - which]
        answer = repr(QUESTIONS[question](db, own))

        assert own.word in answer, f"{question}: {own.word} finds what is there"
        assert other.word not in answer, f"{question}: and nothing of {other.word}"
        with pytest.raises(NotFound):
            access.cases_for(db, own.viewer, Act.CASE_READ, [own.case.id, other.case.id], now=make.NOW)


def test_who_asks_next_reads_the_own_patients_only(session: Session, region: Region) -> None:
    of_two = (
        _corner(session, region, "Ooster", "ZEED", "URO-P", "Bram"),
        _corner(session, region, "Wester", "KREE", "GI", "Carla"),
    )

    for question in QUESTIONS:  # each once for both, whatever chance draws
        for own, other in (of_two, of_two[::-1], of_two):
            answer = repr(QUESTIONS[question](session, own))
            assert (own.word in answer, other.word in answer) == (True, False), question
    _in_turns(session, of_two)


def _corner(session: Session, region: Region, word: str, house: str, board: str, leads: str) -> Corner:
    viewer, hospital = region.viewers[leads], session.get_one(Hospital, region.hospitals[house])
    at = session.get_one(Board, region.boards[board])
    meeting = make.meeting(session, at, starts_at=make.NOW + timedelta(days=1))
    hospital.name, at.name = f"Ziekenhuis {word}", f"MDO {word}"
    case, waiting, while_away, unrouted = (_case(session, hospital, to, word) for to in (at.id, at.id, at.id, None))
    case_looks.look(session, viewer, waiting, now=make.NOW)
    questions.ask(session, waiting, word, viewer=viewer, now=make.NOW)
    preparations.write(session, waiting, word, seen="", viewer=viewer, now=make.NOW)
    again = _case(session, hospital, at.id, word, patient=case.patient_id)
    ended, round_ = (make.planned(session, one, meeting, viewer=viewer) for one in (again, case))
    outcomes.set_outcome(session, ended, again, RoundOutcome.DEFERRED, reason=word, board=at, viewer=viewer, now=make.NOW)
    decision = make.signed(session, make.discussed(session, round_, viewer=viewer, text=word), viewer=viewer)
    _told(session, case, decision, word, viewer)
    _missed(session, make.planned(session, while_away, meeting, viewer=viewer), meeting, word, viewer)
    away = {"person_id": viewer.person_id, "told_by": viewer.person_id, "told_at": make.NOW, "words": word}
    session.add(Absence(board_id=at.id, from_on=make.TODAY, until_on=LATER.date(), **away))
    session.flush()
    return Corner(viewer, case, waiting, unrouted, meeting, word)


def _case(session: Session, hospital: Hospital, board_id: UUID | None, word: str, *, patient: UUID | None = None) -> Case:
    number = session.get_one(Patient, patient).local_number if patient else ""
    who = make.identity(number, local_authority=hospital.code, name=PersonName(family=word, initials="AB"))
    told: dict[str, Any] = {
        "question_board": f"{word}?",
        "board_hint": word,
        "facts": (*make.COMPLETE[:4], Fact(Section.PATHOLOGY, word)),
    }
    return make.case(session, hospital, board_id=board_id, patient=who, documents=(make.document(title=word),), **told)


def _told(session: Session, case: Case, decision: Decision, word: str, viewer: Viewer) -> None:
    """What came beside it, who reads along and who objected."""
    of, by = {"patient_id": case.patient_id, "hospital_id": case.hospital_id}, {"person_id": viewer.person_id, "case_id": case.id}
    session.add(ToldChange(**of, what="family", after=word, at=make.NOW))
    session.add(Appointment(**of, state="booked", service=word, told_at=make.NOW, received_at=make.NOW))
    about = {"round_id": decision.round_id, "decision_id": decision.id}
    session.add(DecisionObjection(**by, **about, reason=word, made_at=make.NOW))
    until = {"begins_at": make.NOW, "ends_at": LATER, "given_by": viewer.person_id, "given_at": make.NOW}
    session.add(CaseGrant(**by, **until, hospital_id=case.hospital_id, kind=GrantKind.SECOND_READER, reason=word))
    timeline.happened(session, case, "result.received", at=make.NOW, text=word)
    case.unseen_since = make.NOW


def _missed(session: Session, round_: Round, meeting: Meeting, word: str, viewer: Viewer) -> None:
    """Decided while this viewer, who had been in the room, was out of it."""
    seen = {"meeting_id": meeting.id, "person_id": viewer.person_id, "hospital_id": viewer.hospital_id}
    meeting.opened_at = LONG_AGO
    session.add(Presence(**seen, first_seen_at=LONG_AGO, seen_at=LONG_AGO))
    make.signed(session, make.discussed(session, round_, viewer=viewer, text=word), viewer=viewer)
