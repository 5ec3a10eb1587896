"""Meetings of boards: which there are, what stands on the agenda of one, and what may come on it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, FromClause, Integer, Select, bindparam, exists, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.case import WAITING, Case
from mdo_portal.domain.decision import last_form
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.domain.told import Merge, MergeKind
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove
from mdo_portal.services.common import changes
from mdo_portal.services.history import case_looks
from mdo_portal.services.meetings import agenda_counts, preparation_rows
from mdo_portal.services.meetings.meeting_rows import AgendaRow, Candidate, Candidates, MeetingRow
from mdo_portal.services.patients import held
from mdo_portal.zone import AMSTERDAM

TO_COME = (MeetingState.PLANNED, MeetingState.REGISTRATION_CLOSED)
UNTIL_OVER = (*TO_COME, MeetingState.OPEN)
PLANNABLE = UNTIL_OVER
MOST_CANDIDATES = 100
"""Beside one agenda; the others stand on the work list."""
OFFERED = 8
"""Meetings to choose from for a case."""
TAKES_TIME = or_(Round.outcome.is_(None), Round.outcome.not_in(agenda_counts.ENDS_UNSEEN), Round.started_at.is_not(None))
"""As AgendaRow.takes_time."""


def upcoming(
    session: Session,
    board_ids: Sequence[uuid.UUID],
    *,
    since: datetime,
    until: datetime | None = None,
    limit: int = 200,
    undecided: bool = False,
    states: Sequence[MeetingState] = tuple(MeetingState),
) -> list[MeetingRow]:
    """Meetings of these boards after `since` and before `until`, with what is planned in them; `undecided`: older ones too while a
    case waits there."""
    query = _upcoming(is_until=until is not None, undecided=undecided)
    which = {"boards": board_ids, "states": states, "since": since, "until": until, "most": limit}
    return [MeetingRow._make(row) for row in session.execute(query, which)]


@cache
def _upcoming(*, is_until: bool, undecided: bool) -> Select[*tuple[Any, ...]]:
    """Open: what `upcoming` is asked with."""
    waits = aliased(Round)
    since: BindParameter[Any] = bindparam("since")
    left = exists(select(waits.id).where(waits.meeting_id == Meeting.id, waits.outcome.is_(None)))
    agenda_of = _counted()
    return (
        select(
            Meeting.id, Board.id, Board.code, Board.name, Meeting.starts_at, Meeting.series_at, Meeting.minutes,
            Meeting.registration_closes_at, Meeting.state, *agenda_of.c,
        )
        .join(Board, Board.id == Meeting.board_id)
        .join(agenda_of, true())
        .where(Meeting.board_id.in_(bindparam("boards", expanding=True)), Meeting.state.in_(bindparam("states", expanding=True)))
        .where(or_(Meeting.starts_at > since, left) if undecided else Meeting.starts_at > since)
        .where(Meeting.starts_at < bindparam("until") if is_until else true())
        .order_by(Meeting.starts_at)
        .limit(bindparam("most", type_=Integer))
    )  # fmt: skip


def _counted() -> FromClause:
    """What is planned in a meeting, counted for each that is shown: joined and grouped, it read every round there ever was."""
    planned = select(
        func.count(Round.id).filter(TAKES_TIME),
        func.coalesce(func.sum(Round.minutes).filter(TAKES_TIME), 0),
        func.count(Round.id).filter(Round.outcome.is_(None)),
    )
    return planned.where(Round.meeting_id == Meeting.id).lateral("agenda")


def plannable(session: Session, board_id: uuid.UUID | None, *, now: datetime) -> list[MeetingRow]:
    """The next meetings of this board on which a case can still come."""
    return upcoming(session, [board_id] if board_id else [], since=now, limit=OFFERED, states=PLANNABLE)


_AGENDA = (
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
        case_looks.LOOKED_AT,
        Patient.deceased,
        Case.cancel_told_at,
        exists().where(Merge.kept_id == Patient.id, Merge.kind == MergeKind.MERGE, Merge.undone_at.is_(None)),
        held.waits(Case.id),
        last_form(Round.id),
        Case.cautions,
        Case.question_radiology,
        Case.question_pathology,
        agenda_counts.is_twice(),
        agenda_counts.ended_before(RoundOutcome.DISCUSSED, RoundOutcome.LISTED),
        agenda_counts.ended_before(RoundOutcome.DEFERRED),
        preparation_rows.prepared(),
        agenda_counts.proposed(),
    )
    .join(Case, Case.id == Round.case_id)
    .join(Patient, Patient.id == Case.patient_id)
    .join(Hospital, Hospital.id == Case.hospital_id)
    .where(Round.meeting_id == bindparam("meeting"), ~Case.objected)
    .order_by(Round.position, Round.id)
)


def agenda(session: Session, meeting_id: uuid.UUID, *, viewer: Viewer | None = None, reduced: bool = False) -> list[AgendaRow]:
    """The agenda, in order, without patients who object to sharing; when `viewer` looked at each. `reduced`: for who observes."""
    which = {"meeting": meeting_id, "reader": viewer.person_id if viewer else None}
    rows = [AgendaRow._make(row) for row in session.execute(_AGENDA, which)]
    return [row._replace(given=row.given[:1], family="") for row in rows] if reduced else rows


def gone_by_objection(session: Session, meeting_id: uuid.UUID) -> int:
    """How many cases went off this agenda because the patient objects: only the number may be known here."""
    return session.scalar(select(func.access.gone_by_objection(meeting_id))) or 0


def candidates(session: Session, board_id: uuid.UUID) -> Candidates:
    """Cases that wait for this board, earliest latest-useful-date first; at most MOST_CANDIDATES."""
    waits = (Case.board_id == board_id, Case.is_open, Case.state.in_(WAITING))
    query = (
        select(
            Case.id, Patient.initials, Patient.given, Patient.family, Patient.birth_on, Hospital.name, Case.question_board,
            Case.missing, Case.due_on, Case.state, Case.cautions, agenda_counts.ended(RoundOutcome.DEFERRED),
        )
        .join(Patient, Patient.id == Case.patient_id)
        .join(Hospital, Hospital.id == Case.hospital_id)
        .where(*waits)
        .order_by(Case.due_on, Case.id)
        .limit(MOST_CANDIDATES + 1)
    )  # fmt: skip
    found = [Candidate._make(row) for row in session.execute(query)]
    has_more = len(found) > MOST_CANDIDATES
    waiting = session.scalar(select(func.count(Case.id)).where(*waits)) if has_more else len(found)
    return Candidates(found[:MOST_CANDIDATES], waiting or 0)


def moment(at: datetime) -> str:
    """A moment as the timeline of a case names it: it is kept in its words."""
    return at.astimezone(AMSTERDAM).strftime("%d-%m-%Y %H:%M")


def close_registration(session: Session, meeting: Meeting) -> None:
    """From now on a case comes on the agenda only with a reason. Raises IllegalMove."""
    meeting.move(MeetingState.REGISTRATION_CLOSED)
    changed(session, meeting)


def reopen_registration(session: Session, meeting: Meeting, *, now: datetime) -> None:
    """Cases can be added again; after the closing hour until the meeting begins. Raises IllegalMove when it is not closed, or began."""
    if meeting.state in TO_COME and meeting.starts_at <= now:
        raise IllegalMove(
            N_("Deze vergadering had al moeten beginnen: een casus komt er alleen met een reden bij. Er is niets veranderd.")
        )
    closed_itself = meeting.state is MeetingState.PLANNED and meeting.registration_closes_at <= now < meeting.starts_at
    if not closed_itself:
        meeting.move(MeetingState.PLANNED, only_from=MeetingState.REGISTRATION_CLOSED)
    if meeting.registration_closes_at <= now:
        meeting.registration_closes_at = meeting.starts_at
    changed(session, meeting)


def changed(session: Session, meeting: Meeting) -> None:
    """The agenda or the current case moved: live screens look again."""
    meeting.revision += 1
    changes.announce(session, "meeting", meeting.id, revision=meeting.revision)
