"""When the rights of a board or a hospital are to be reviewed again, asked of all places at once: the menu says how many it are."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board
from mdo_portal.domain.granting import Place
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Membership
from mdo_portal.domain.policy import Act
from mdo_portal.domain.retention import months_later
from mdo_portal.domain.rights import RightsReview
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.people.people_rows import PlaceRow
from mdo_portal.services.rights import memberships
from mdo_portal.zone import day_of


class DueRow(NamedTuple):
    """How it stands with the review of one place."""

    place: Place
    name: str
    last_at: datetime | None
    last_by: str
    due_on: date | None  #: empty = never reviewed, and of some role nobody knows since when: now
    is_overdue: bool
    open_id: uuid.UUID | None
    roles: int


class _Known(NamedTuple):
    """What is known of places of one kind, each by its id."""

    months: dict[uuid.UUID, int]
    #: how many roles are held, of how many it is known since when, and the first of those moments
    held: dict[uuid.UUID, tuple[int, int, datetime | None]]
    signed: dict[uuid.UUID, RightsReview]
    under_way: dict[uuid.UUID, uuid.UUID]


def due_list(session: Session, viewer: Viewer, *, now: datetime) -> list[DueRow]:
    """Every place this viewer reviews, the most overdue first. As many statements for a network as for one board."""
    rows = memberships.places(session, viewer, Act.RIGHTS_REVIEW)
    known = {is_board: _known(session, rows, is_board=is_board) for is_board in {row.place.is_board for row in rows}}
    found = [_due(row, known[row.place.is_board], now=now) for row in rows]
    return sorted((one for one in found if one.roles or one.last_at), key=lambda one: (one.due_on or date.min, one.name))


def overdue(session: Session, viewer: Viewer, *, now: datetime) -> int:
    """How many reviews are due, for the header."""
    return sum(one.is_overdue for one in due_list(session, viewer, now=now))


def _known(session: Session, rows: Sequence[PlaceRow], *, is_board: bool) -> _Known:
    ids = [row.place.id for row in rows if row.place.is_board is is_board]
    place = Board if is_board else Hospital
    months = select(place.id, place.review_months).where(place.id.in_(ids))
    of = RightsReview.board_id if is_board else RightsReview.hospital_id
    is_open = RightsReview.signed_at.is_(None)
    newest = (
        select(RightsReview).ext(distinct_on(of, is_open)).where(of.in_(ids)).order_by(of, is_open, RightsReview.signed_at.desc())
    )
    reviews = [(one.board_id or one.hospital_id, one) for one in session.scalars(newest)]
    return _Known(
        {row[0]: row[1] for row in session.execute(months)},
        _held(session, ids, is_board=is_board),
        {at: one for at, one in reviews if at and one.signed_at},
        {at: one.id for at, one in reviews if at and one.signed_at is None},
    )


def _held(session: Session, ids: Sequence[uuid.UUID], *, is_board: bool) -> dict[uuid.UUID, tuple[int, int, datetime | None]]:
    kind, of = (BoardMembership, BoardMembership.board_id) if is_board else (Membership, Membership.hospital_id)
    counted = select(of, func.count(), func.count(kind.given_at), func.min(kind.given_at))
    rows = session.execute(counted.where(of.in_(ids), kind.ended_at.is_(None)).group_by(of))
    return {place_id: (held, dated, first) for place_id, held, dated, first in rows}


def _due(row: PlaceRow, known: _Known, *, now: datetime) -> DueRow:
    held, dated, first = known.held.get(row.place.id, (0, 0, None))
    signed = known.signed.get(row.place.id)
    since = signed.signed_at if signed else first if dated == held else None  # a role given today was looked at today
    due_on = months_later(day_of(since), known.months[row.place.id]) if since else None
    is_overdue = held > 0 and (due_on is None or due_on <= day_of(now))
    last_at, last_by = (signed.signed_at, signed.signed_name) if signed else (None, "")
    return DueRow(row.place, row.name, last_at, last_by, due_on, is_overdue, known.under_way.get(row.place.id), held)
