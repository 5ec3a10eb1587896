"""The work list of what is followed, a page at a time: what is late first, then by due date; what was answered after it, newest first."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.follow_up import FollowState, FollowUp
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.follow_up.follow_up_rows import STANDS, FollowRow, looks_after, told_rows

MOST = 200


class Passed(NamedTuple):
    """The last item of the page before, as it stood there. By what it was and not by what it is: who answers it and goes on must not lose
    what comes behind it."""

    closed_at: datetime | None
    due_on: date | None
    item_id: uuid.UUID


@dataclass(frozen=True)
class Filter:
    """What of the list is wanted."""

    board_id: uuid.UUID | None = None
    hospital_id: uuid.UUID | None = None
    #: closed ones too
    everything: bool = False
    #: what comes behind this one; None = from the beginning
    passed: Passed | None = None


class FollowPage(NamedTuple):
    """At most MOST items, and where the next page goes on; None = these are the last."""

    rows: list[FollowRow]
    further: Passed | None


def page(session: Session, viewer: Viewer, wanted: Filter) -> FollowPage:
    """What this viewer looks after."""
    # First which, then all that is said of these: patients and decisions of tens of thousands were looked up for two hundred.
    ids = [FollowUp.id == func.any(func.array(_first(viewer, wanted, _open(wanted.passed))))]
    if wanted.everything:  # by themselves: together with the open ones all closed ones of ten years were read and sorted
        ids.append(FollowUp.id == func.any(func.array(_first(viewer, wanted, _closed(wanted.passed)))))
    query = told_rows().where(or_(*ids)).order_by(*_ORDER).limit(MOST + 1)
    found = [FollowRow._make(row) for row in session.execute(query)]
    last = found[MOST - 1] if len(found) > MOST else None
    return FollowPage(found[:MOST], Passed(last.closed_at, last.due_on, last.id) if last else None)


_ORDER = (FollowUp.state != FollowState.OPEN, FollowUp.closed_at.desc(), FollowUp.due_on.nulls_last(), FollowUp.id)
"""Of one due date by id, which is of the moment of signing and in the order of the advice."""


def _open(passed: Passed | None) -> ColumnElement[bool]:
    if passed is None:
        return FollowUp.state == FollowState.OPEN
    return and_(FollowUp.state == FollowState.OPEN, _due_behind(passed)) if passed.closed_at is None else false()


def _closed(passed: Passed | None) -> ColumnElement[bool]:
    if passed is None or passed.closed_at is None:
        return FollowUp.closed_at.is_not(None)
    return or_(FollowUp.closed_at < passed.closed_at, and_(FollowUp.closed_at == passed.closed_at, _due_behind(passed)))


def _due_behind(passed: Passed) -> ColumnElement[bool]:
    later, undated = FollowUp.id > passed.item_id, FollowUp.due_on.is_(None)
    if passed.due_on is None:
        return and_(undated, later)
    return or_(FollowUp.due_on > passed.due_on, undated, and_(FollowUp.due_on == passed.due_on, later))


def _first(viewer: Viewer, wanted: Filter, which: ColumnElement[bool]) -> ScalarSelect[uuid.UUID]:
    """The first of these, open ones or closed ones, in the order of the list."""
    of_board = FollowUp.board_id == wanted.board_id if wanted.board_id else true()
    query = select(FollowUp.id).join(Case, Case.id == FollowUp.case_id)
    query = query.where(looks_after(viewer, Act.FOLLOW_READ), STANDS, which, of_board)
    if wanted.hospital_id:
        query = query.where(or_(FollowUp.owner_hospital_id == wanted.hospital_id, FollowUp.hospital_id == wanted.hospital_id))
    return query.order_by(*_ORDER[1:]).limit(MOST + 1).scalar_subquery()
