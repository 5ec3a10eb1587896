"""Finding an object for a viewer: what they may not see does not exist."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.board import Board, BoardHospital, Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.people import Role
from mdo_portal.domain.policy import POLICY, Act, Relation
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import NotAllowed, NotFound

MEMBERS_SEE_AFTER = timedelta(days=14)
"""Members see a case from the moment it stands on an agenda until this long after the meeting."""
_SEES_ALL = {Role.SECRETARY, Role.CHAIR}


@dataclass(frozen=True)
class Grant:
    """A case, and by which relation the viewer may do the act they asked for."""

    case: Case
    relation: Relation
    #: the viewer only observes: no names, numbers and documents
    reduced: bool = False


def case_for(session: Session, viewer: Viewer, act: Act, case_id: uuid.UUID, *, now: datetime, lock: bool = False) -> Grant:
    """The case, if this viewer may do `act` with it. NotFound when they may not even see it, else NotAllowed."""
    query = select(Case).where(Case.id == case_id)
    case = session.execute(query.with_for_update(**HELD) if lock else query).scalar_one_or_none()
    if case is None and lock:  # row security locks only what somebody may change: who reads along hears that they may not
        case_for(session, viewer, Act.CASE_READ, case_id, now=now)
        raise NotAllowed()
    if case is None:
        raise NotFound()
    asked = _relations(session, viewer, case, now)
    if not asked(Act.CASE_READ):
        raise NotFound()
    return _allowed(viewer, case, asked(act))


def cases_for(session: Session, viewer: Viewer, act: Act, case_ids: Sequence[uuid.UUID], *, now: datetime) -> list[Grant]:
    """What `case_for` gives of each, in this order and in one statement. Raises as it does when one of them is not there or not allowed."""
    query = select(Case, *FACTS).where(Case.id.in_(case_ids))
    found = {case.id: (case, facts) for case, *facts in session.execute(query, facts_of(viewer, now=now))}
    return [_grant(viewer, act, *found.get(case_id, (None, ()))) for case_id in case_ids]


def _grant(viewer: Viewer, act: Act, case: Case | None, facts: Sequence[Sequence[uuid.UUID]]) -> Grant:
    if case is None or not relations_by(viewer, Act.CASE_READ, case, *facts):
        raise NotFound()
    return _allowed(viewer, case, relations_by(viewer, act, case, *facts))


def _allowed(viewer: Viewer, case: Case, by: list[Relation]) -> Grant:
    if not by:
        raise NotAllowed()
    return Grant(case, by[0], reduced=by == [Relation.BOARD] and viewer.only_observes(case.board_id))


def may(session: Session, viewer: Viewer, act: Act, case: Case, *, now: datetime) -> bool:
    """Whether this viewer may do `act` with a case they already see: for showing or hiding a button."""
    return bool(_relations(session, viewer, case, now)(act))


def may_each(session: Session, viewer: Viewer, acts: Iterable[Act], case: Case, *, now: datetime) -> dict[Act, bool]:
    """What `may` says of each, for all buttons of a page."""
    asked = _relations(session, viewer, case, now)
    return {act: bool(asked(act)) for act in acts}


def reads_anyhow(session: Session, viewer: Viewer, case_id: uuid.UUID, *, now: datetime) -> bool:
    """Whether this viewer may do all that broken glass opens with the case by what they are to it."""
    case = session.get(Case, case_id)
    if case is None:
        return False
    asked = _relations(session, viewer, case, now)
    opens = [act for act, allowed in POLICY.items() if any(relation is Relation.EMERGENCY for _, relation in allowed)]
    return all(set(asked(act)) - {Relation.EMERGENCY} for act in opens)


def _boards_of(session: Session, case: Case, viewer: Viewer) -> list[uuid.UUID]:
    """The case's board; while none is chosen, the viewer's boards in which the referring hospital takes part."""
    if case.board_id is not None:
        return [case.board_id]
    if not viewer.board_roles:
        return []
    return list(
        session.scalars(
            select(BoardHospital.board_id).where(
                BoardHospital.hospital_id == case.hospital_id, BoardHospital.board_id.in_(viewer.board_roles)
            )
        )
    )


def _relations(session: Session, viewer: Viewer, case: Case, now: datetime) -> Callable[[Act], list[Relation]]:
    """By which relations this viewer may do an act with the case. Whether it is on an agenda is asked once, and not for every act."""
    board_ids, on_agenda = _boards_of(session, case, viewer), cache(partial(_on_agenda, session, case, now))
    return lambda act: _by_rule(viewer, act, case, board_ids, on_agenda)


def _by_rule(
    viewer: Viewer, act: Act, case: Case, board_ids: Sequence[uuid.UUID], on_agenda: Callable[[uuid.UUID], bool]
) -> list[Relation]:
    """An objection of the patient leaves the own hospital only: for everybody else the case does not exist."""
    if case.objected:
        return viewer.relations(act, hospital_id=case.hospital_id)
    found = viewer.relations(act, hospital_id=case.hospital_id, case_id=case.id)
    for board_id in board_ids:
        by_board = viewer.relations(act, board_id=board_id)
        if by_board and (viewer.board_roles.get(board_id, frozenset()) & _SEES_ALL or on_agenda(board_id)):
            found += [relation for relation in by_board if relation not in found]
    return found


def _on_agenda(session: Session, case: Case, now: datetime, board_id: uuid.UUID) -> bool:
    of_board = {"case": case.id, "board": board_id, "agendas_since": now - MEMBERS_SEE_AFTER}
    return session.execute(_IS_ON_AGENDA, of_board).first() is not None


_AGENDAS = (
    select(Meeting.board_id).join(Round, Meeting.id == Round.meeting_id).where(Meeting.starts_at > bindparam("agendas_since"))
)
"""The boards on whose agendas cases stand or lately (open: `agendas_since`) stood."""
_IS_ON_AGENDA = _AGENDAS.where(Round.case_id == bindparam("case"), Meeting.board_id == bindparam("board")).limit(1)
_TAKES_PART = select(BoardHospital.board_id).where(
    BoardHospital.hospital_id == Case.hospital_id, BoardHospital.board_id.in_(bindparam("their_boards", expanding=True))
)


def _as_array(query: Select[uuid.UUID]) -> ColumnElement[Any]:
    return func.array(query.correlate(Case).scalar_subquery(), type_=ARRAY(UUID(as_uuid=True)))


FACTS = (_as_array(_TAKES_PART), _as_array(_AGENDAS.where(Round.case_id == Case.id)))
"""What `relations_by` needs to know of a case beside its row: two columns for a query on `cases`, for judging many in one go. Open: what
`facts_of` answers.
"""


def facts_of(viewer: Viewer, *, now: datetime) -> dict[str, Any]:
    """Of whom FACTS are asked, and when."""
    return {"their_boards": list(viewer.board_roles), "agendas_since": now - MEMBERS_SEE_AFTER}


def relations_by(
    viewer: Viewer, act: Act, case: Case, taking_part: Sequence[uuid.UUID], agendas: Sequence[uuid.UUID]
) -> list[Relation]:
    """By which relations this viewer may do `act` with a case, with the answers to FACTS; asks the database nothing."""
    return _by_rule(viewer, act, case, [case.board_id] if case.board_id else taking_part, agendas.__contains__)


def board_for(session: Session, viewer: Viewer, act: Act, board_id: uuid.UUID) -> Board:
    """The board, if this viewer may do `act` on it; otherwise it does not exist."""
    board = session.get(Board, board_id) if board_id in viewer.board_roles else None  # somebody else's costs no more than none
    if board is None:
        raise NotFound()
    if not viewer.may(act, board_id=board_id):
        raise NotAllowed()
    return board


def meeting_for(
    session: Session, viewer: Viewer, act: Act, meeting_id: uuid.UUID, *, lock: bool = False
) -> tuple[Meeting, Board]:
    """The meeting and its board, if this viewer may do `act` there; otherwise it does not exist."""
    query = select(Meeting).where(Meeting.id == meeting_id)
    meeting = session.execute(query.with_for_update(**HELD) if lock else query).scalar_one_or_none()
    if meeting is None:
        raise NotFound()
    return meeting, board_for(session, viewer, act, meeting.board_id)


def on_work_list(viewer: Viewer) -> ColumnElement[bool]:
    """The cases that belong on this viewer's work list, as a condition on `cases`. Open: what `work_list_of` answers of this viewer."""
    return listed(**shape_of(viewer))


def shape_of(viewer: Viewer) -> dict[str, bool]:
    """Which conditions make up this viewer's work list: never whose it is."""
    return {"by_boards": bool(viewer.boards_for(Act.CASE_PLAN)), "own_too": viewer.may_for_own_hospital(Act.CASE_READ)}


@cache
def listed(*, by_boards: bool, own_too: bool) -> ColumnElement[bool]:
    """`on_work_list`, for a statement that is kept by that shape."""
    boards: BindParameter[Any] = bindparam("boards", expanding=True)
    by_board = Case.board_id.in_(boards)
    unrouted = and_(
        Case.board_id.is_(None),
        exists().where(BoardHospital.hospital_id == Case.hospital_id, BoardHospital.board_id.in_(boards)),
    )
    conditions: list[ColumnElement[bool]] = [and_(~Case.objected, or_(by_board, unrouted))] if by_boards else []
    if own_too:
        conditions.append(Case.hospital_id == bindparam("own"))
    return or_(False, *conditions)


_PLANNED = bindparam("boards", type_=ARRAY(UUID(as_uuid=True)))
TAKING_PART = select(BoardHospital.hospital_id).where(BoardHospital.board_id == func.any(_PLANNED))
"""The hospitals that take part in the boards that the viewer plans. Open: `boards`."""
ON_WORK_LIST: ColumnElement[bool] = or_(
    Case.hospital_id == bindparam("own", type_=UUID(as_uuid=True)),
    and_(
        ~Case.objected,
        or_(Case.board_id == func.any(_PLANNED), and_(Case.board_id.is_(None), Case.hospital_id.in_(TAKING_PART))),
    ),
)
"""The same of everybody in one condition, for a statement that is asked with every list. Open: what `work_list_of` answers."""


def work_list_of(viewer: Viewer) -> dict[str, Any]:
    """Whose work list `on_work_list` and ON_WORK_LIST are about."""
    own = viewer.hospital_id if viewer.may_for_own_hospital(Act.CASE_READ) else None
    return {"boards": list(viewer.boards_for(Act.CASE_PLAN)), "own": own}
