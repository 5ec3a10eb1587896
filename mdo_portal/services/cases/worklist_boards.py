"""The left column of the work list: boards with their counts and the next meeting."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.case import WAITING, Case, CaseState
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.cases.worklist import IS_ASKED
from mdo_portal.services.cases.worklist_rows import BoardCount, Unrouted
from mdo_portal.services.common import access
from mdo_portal.services.meetings.meetings import PLANNABLE


def boards(session: Session, viewer: Viewer, *, now: datetime) -> list[BoardCount]:
    """The boards this viewer plans, then those of the own hospital's patients: counts of this work list, next closing time."""
    whose = access.work_list_of(viewer) | {"now": now}
    return [BoardCount._make(row) for row in session.execute(_boards(**access.shape_of(viewer)), whose)]


@cache
def _boards(*, by_boards: bool, own_too: bool) -> Select[*tuple[Any, ...]]:
    """Open: what `access.work_list_of` answers, and `now`."""
    counts, coming = _counts(access.listed(by_boards=by_boards, own_too=own_too)), _coming()
    plans = Board.id.in_(bindparam("boards", expanding=True))
    is_open = and_(coming.c.registration_closes_at > bindparam("now"), coming.c.state == MeetingState.PLANNED)
    return (
        select(
            Board.id,
            Board.code,
            Board.name,
            func.coalesce(counts.c.waiting, 0),
            func.coalesce(counts.c.incomplete, 0),
            func.coalesce(counts.c.scheduled, 0),
            coming.c.id,
            coming.c.starts_at,
            coming.c.registration_closes_at,
            plans,
            func.coalesce(is_open, False),
        )
        .outerjoin(counts, counts.c.board_id == Board.id)
        .outerjoin(coming, coming.c.board_id == Board.id)
        .where(or_(plans, counts.c.board_id.is_not(None)))
        .order_by(plans.desc(), coming.c.registration_closes_at.nulls_last(), Board.name)
    )


def _coming() -> Any:
    """The next meeting of each board that can still be planned into."""
    return (
        select(Meeting.board_id, Meeting.id, Meeting.starts_at, Meeting.registration_closes_at, Meeting.state)
        .where(Meeting.starts_at > bindparam("now"), Meeting.state.in_(PLANNABLE))
        .ext(distinct_on(Meeting.board_id))
        .order_by(Meeting.board_id, Meeting.starts_at)
        .subquery()
    )


def _counts(listed: ColumnElement[bool]) -> Any:
    return (
        select(
            Case.board_id,
            func.count(case((Case.state.in_(WAITING), 1))).label("waiting"),
            func.count(case((func.cardinality(Case.missing) > 0, 1))).label("incomplete"),
            func.count(case((Case.state == CaseState.SCHEDULED, 1))).label("scheduled"),
        )
        .where(listed, Case.is_open, Case.board_id.is_not(None))
        .group_by(Case.board_id)
        .subquery()
    )


def asked(session: Session, viewer: Viewer) -> int:
    """The cases about which a question to the referrer is open, also when they are planned already."""
    query = select(func.count()).select_from(Case).where(access.on_work_list(viewer), Case.is_open, IS_ASKED)
    return session.execute(query, access.work_list_of(viewer)).scalar_one()


def unrouted(session: Session, viewer: Viewer) -> Unrouted:
    """The cases that wait for somebody to choose a board."""
    incomplete = func.count(case((func.cardinality(Case.missing) > 0, 1)))
    query = select(func.count(), incomplete).where(access.on_work_list(viewer), Case.is_open, Case.board_id.is_(None))
    return Unrouted._make(session.execute(query, access.work_list_of(viewer)).one())
