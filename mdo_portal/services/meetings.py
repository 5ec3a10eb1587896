"""Meetings of a board: the weekly series, the agenda, planning a case into it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.case import WAITING, Case, CaseState, Round, RoundOutcome
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.policy import Viewer
from mdo_portal.domain.told import Merge, MergeKind
from mdo_portal.errors import N_, IllegalMove, Stale
from mdo_portal.services import advice, changes, conclusions, news, referrals, timeline

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
WEEKS_AHEAD = 8
PLANNABLE = (MeetingState.PLANNED, MeetingState.REGISTRATION_CLOSED, MeetingState.OPEN)


class MeetingRow(NamedTuple):
    """One meeting in a list."""

    id: uuid.UUID
    board_id: uuid.UUID
    board_code: str
    board_name: str
    starts_at: datetime
    minutes: int
    registration_closes_at: datetime
    state: MeetingState
    cases: int
    planned_minutes: int


class AgendaRow(NamedTuple):
    """One case on the agenda."""

    round_id: uuid.UUID
    case_id: uuid.UUID
    position: int
    minutes: int
    presenter: str
    outcome: RoundOutcome | None
    case_state: CaseState
    initials: str
    given: str
    family: str
    birth_on: date | None
    hospital_code: str
    hospital_name: str
    question: str
    missing: list[str]
    started_at: datetime | None
    ended_at: datetime | None
    number: int
    news_at: datetime | None
    looked_at: datetime | None
    deceased: bool = False
    #: the hospital took the referral back; the case stays here until a person takes it off
    cancel_told_at: datetime | None = None
    #: numbers of the hospital were merged into this patient
    is_merged: bool = False

    @property
    def short_name(self) -> str:
        return _short_name(self.initials, self.given, self.family, self.birth_on)


class Candidate(NamedTuple):
    """A case that waits for this board."""

    case_id: uuid.UUID
    initials: str
    given: str
    family: str
    birth_on: date | None
    hospital_name: str
    question: str
    missing: list[str]
    due_on: date
    state: CaseState

    @property
    def short_name(self) -> str:
        return _short_name(self.initials, self.given, self.family, self.birth_on)


def _short_name(initials: str, given: str, family: str, birth_on: date | None) -> str:
    letters = "".join(f"{letter}." for letter in initials if letter.isalpha()) or given[:1]
    return f"{letters} {family}{f' ({birth_on.year})' if birth_on else ''}".strip()


def extend_series(session: Session, board: Board, *, now: datetime) -> None:
    """See to it that the weekly meetings of the coming weeks stand; meetings that stand are left alone."""
    today = now.astimezone(AMSTERDAM).date()
    first = today + timedelta(days=(board.weekday - today.weekday()) % 7)
    rows = [_meeting_row(board, first + timedelta(weeks=week)) for week in range(WEEKS_AHEAD)]
    coming = [row for row in rows if row["starts_at"] > now]
    if coming:
        session.execute(insert(Meeting).values(coming).on_conflict_do_nothing(index_elements=["board_id", "starts_at"]))


def _meeting_row(board: Board, day: date) -> dict[str, Any]:
    starts_at = datetime.combine(day, board.starts, tzinfo=AMSTERDAM)
    return {
        "id": new_id(),
        "board_id": board.id,
        "starts_at": starts_at,
        "minutes": board.minutes,
        "registration_closes_at": starts_at - timedelta(hours=board.closing_hours),
        "place": board.place,
        "video_url": board.video_url,
        "state": MeetingState.PLANNED,
        "revision": 0,
    }


def upcoming(session: Session, board_ids: Sequence[uuid.UUID], *, since: datetime, limit: int = 60) -> list[MeetingRow]:
    """Meetings of these boards from `since` on, with what is planned in them."""
    query = (
        select(
            Meeting.id,
            Board.id,
            Board.code,
            Board.name,
            Meeting.starts_at,
            Meeting.minutes,
            Meeting.registration_closes_at,
            Meeting.state,
            func.count(Round.id),
            func.coalesce(func.sum(Round.minutes), 0),
        )
        .join(Board, Board.id == Meeting.board_id)
        .outerjoin(Round, Round.meeting_id == Meeting.id)
        .where(Meeting.board_id.in_(board_ids), Meeting.starts_at > since)
        .group_by(Meeting.id, Board.id)
        .order_by(Meeting.starts_at)
        .limit(limit)
    )
    return [MeetingRow._make(row) for row in session.execute(query)]


def agenda(session: Session, meeting_id: uuid.UUID, *, viewer: Viewer | None = None, reduced: bool = False) -> list[AgendaRow]:
    """The agenda, in order, without patients who object to sharing; when `viewer` looked at each. `reduced`: for who observes."""
    query = (
        select(
            Round.id,
            Case.id,
            Round.position,
            Round.minutes,
            Round.presenter,
            Round.outcome,
            Case.state,
            Patient.initials,
            Patient.given,
            Patient.family,
            Patient.birth_on,
            Hospital.code,
            Hospital.name,
            Case.question_board,
            Case.missing,
            Round.started_at,
            Round.ended_at,
            Round.number,
            Case.news_at,
            news.looked_at(viewer),
            Patient.deceased,
            Case.cancel_told_at,
            exists().where(Merge.kept_id == Patient.id, Merge.kind == MergeKind.MERGE, Merge.undone_at.is_(None)),
        )
        .join(Case, Case.id == Round.case_id)
        .join(Patient, Patient.id == Case.patient_id)
        .join(Hospital, Hospital.id == Case.hospital_id)
        .where(Round.meeting_id == meeting_id, ~Case.objected)
        .order_by(Round.position, Round.id)
    )
    rows = [AgendaRow._make(row) for row in session.execute(query)]
    return [row._replace(given=row.given[:1], family="") for row in rows] if reduced else rows


def gone_by_objection(session: Session, meeting_id: uuid.UUID) -> int:
    """How many cases went off this agenda because the patient objects: only the number may be known here."""
    return session.scalar(select(func.access.gone_by_objection(meeting_id))) or 0


def candidates(session: Session, board_id: uuid.UUID) -> list[Candidate]:
    """Cases that wait for this board, earliest latest-useful-date first."""
    query = (
        select(
            Case.id,
            Patient.initials,
            Patient.given,
            Patient.family,
            Patient.birth_on,
            Hospital.name,
            Case.question_board,
            Case.missing,
            Case.due_on,
            Case.state,
        )
        .join(Patient, Patient.id == Case.patient_id)
        .join(Hospital, Hospital.id == Case.hospital_id)
        .where(Case.board_id == board_id, Case.is_open, Case.state.in_(WAITING))
        .order_by(Case.due_on, Case.id)
        .limit(100)
    )
    return [Candidate._make(row) for row in session.execute(query)]


def plan(
    session: Session, case: Case, meeting: Meeting, board: Board, *, viewer: Viewer, now: datetime, late_reason: str = ""
) -> Round:
    """Put the case on the agenda as its next round. After closing time only with a reason."""
    if meeting.state not in PLANNABLE:
        raise IllegalMove(N_("Deze vergadering is al gesloten. Kies een andere vergadering."))
    closed = meeting.state is not MeetingState.PLANNED or meeting.registration_closes_at <= now
    if closed and not late_reason.strip():
        raise IllegalMove(N_("De aanmelding voor deze vergadering is gesloten. Geef een reden om deze casus toch toe te voegen."))
    _leave_other_agenda(session, case, meeting)
    planned = Round(
        case_id=case.id,
        number=_next(session, select(func.max(Round.number)).where(Round.case_id == case.id)),
        meeting_id=meeting.id,
        position=_next(session, select(func.max(Round.position)).where(Round.meeting_id == meeting.id)),
        minutes=board.minutes_per_case,
        presenter=case.treating_name or case.referrer_name,
    )
    session.add(planned)
    if case.state is not CaseState.SCHEDULED:
        case.move(CaseState.SCHEDULED, now=now, reason=late_reason)
    when = meeting.starts_at.astimezone(AMSTERDAM).strftime("%d-%m-%Y %H:%M")
    timeline.happened(session, case, "case.scheduled", at=now, person_id=viewer.person_id, board=board.name, when=when)
    changed(session, meeting)
    referrals.announce(session, case)
    session.flush()
    return planned


def _leave_other_agenda(session: Session, case: Case, meeting: Meeting) -> None:
    """A case stands on one agenda at a time; who looks at the agenda it leaves sees it go."""
    live = _live_round(session, case)
    if live is None:
        return
    left = session.get_one(Meeting, live.meeting_id)
    _take_off(session, left, live)
    if left.id != meeting.id:
        changed(session, left)


def _take_off(session: Session, meeting: Meeting, live: Round) -> None:
    """Remove a round that was not discussed; when everybody was looking at it, the room shows no case."""
    conclusions.forget(session, live.id)
    advice.forget(session, live.id)
    if meeting.current_round_id == live.id:
        meeting.current_round_id = None
    session.delete(live)
    session.flush()


def _live_round(session: Session, case: Case) -> Round | None:
    query = select(Round).where(Round.case_id == case.id, Round.outcome.is_(None))
    return session.execute(query).scalar_one_or_none()


def _next(session: Session, maximum: object) -> int:
    return (session.scalar(maximum) or 0) + 1  # type: ignore[call-overload]


def unplan(session: Session, case: Case, meeting: Meeting, board: Board, *, viewer: Viewer, now: datetime) -> None:
    """Take the case off the agenda again; it waits as before."""
    live = _live_round(session, case)
    if live is None or live.meeting_id != meeting.id:
        raise Stale()
    _take_off(session, meeting, live)
    case.move(CaseState.INCOMPLETE if case.missing else CaseState.READY, now=now)
    timeline.happened(session, case, "case.unscheduled", at=now, person_id=viewer.person_id, board=board.name)
    changed(session, meeting)
    referrals.announce(session, case)


def reorder(session: Session, meeting: Meeting, order: Sequence[uuid.UUID]) -> None:
    """Put the agenda in this order. Stale when the agenda holds other rounds than the reader saw."""
    rounds = {one.id: one for one in session.scalars(select(Round).where(Round.meeting_id == meeting.id))}
    if set(rounds) != set(order) or len(order) != len(rounds):
        raise Stale()
    for position, round_id in enumerate(order, start=1):
        rounds[round_id].position = position
    changed(session, meeting)


def close_registration(session: Session, meeting: Meeting, *, reopen: bool = False) -> None:
    meeting.move(MeetingState.PLANNED if reopen else MeetingState.REGISTRATION_CLOSED)
    changed(session, meeting)


def changed(session: Session, meeting: Meeting) -> None:
    """The agenda or the current case moved: live screens look again."""
    meeting.revision += 1
    changes.announce(session, "meeting", meeting.id, revision=meeting.revision)
