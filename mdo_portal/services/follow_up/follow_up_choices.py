"""By what the list of what is followed may be narrowed: boards and hospitals of which this viewer has something on it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board
from mdo_portal.domain.case import Case
from mdo_portal.domain.follow_up import FollowState, FollowUp
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.follow_up.follow_up_list import Filter
from mdo_portal.services.follow_up.follow_up_rows import looks_after


def boards_of(session: Session, viewer: Viewer, wanted: Filter) -> Sequence[tuple[uuid.UUID, str]]:
    """For the filter: boards of which this viewer has an item such as is wanted, the one that was chosen, and those they lead."""
    led = Board.id.in_([*viewer.boards_for(Act.FOLLOW_FIGURES), wanted.board_id])
    query = select(Board.id, Board.name).where(or_(led, _has_items(viewer, wanted, FollowUp.board_id == Board.id)))
    return [(row[0], row[1]) for row in session.execute(query.order_by(Board.name))]


def hospitals_of(session: Session, viewer: Viewer, wanted: Filter) -> Sequence[tuple[uuid.UUID, str]]:
    """For the filter: hospitals that have something to do for this viewer's items, and the one that was chosen."""
    has_items = _has_items(viewer, wanted, FollowUp.owner_hospital_id == Hospital.id)
    query = select(Hospital.id, Hospital.name).where(or_(Hospital.id == wanted.hospital_id, has_items))
    return [(row[0], row[1]) for row in session.execute(query.order_by(Hospital.name))]


def _has_items(viewer: Viewer, wanted: Filter, where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there is one, found at the first: there may be tens of thousands. Closed ones of ten years only where they are wanted."""
    open_ = () if wanted.everything else (FollowUp.state == FollowState.OPEN,)
    return exists().where(Case.id == FollowUp.case_id, where, looks_after(viewer, Act.FOLLOW_READ), *open_)
