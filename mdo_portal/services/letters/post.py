"""The post page: letters with their receipts, and the list of what has not arrived."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.delivery import Audience, Delivery
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.letters.post_rows import NOT_ARRIVED, STUCK, PostRow, found, visible_post, visible_to
from mdo_portal.services.letters.receipts import OTHER_PATIENT

MOST = 200
"""Letters on one page."""


class Refusing(NamedTuple):
    """A hospital whose own system refused or never took some letters, which wait for a person: when its link works again, all may go."""

    hospital_id: uuid.UUID
    hospital: str
    letters: list[uuid.UUID]


def rows(
    session: Session,
    viewer: Viewer,
    *,
    everything: bool = False,
    held: bool = False,
    case_id: uuid.UUID | None = None,
    after: uuid.UUID | None = None,
    limit: int | None = None,
) -> list[PostRow]:
    """Letters this viewer may see; what has not arrived oldest first, `everything` newest first. `held`: only after a restore.

    `after`: the last letter of the page before.
    """
    query = visible_to(viewer)
    if not everything:
        query = query.where(Delivery.state.in_(NOT_ARRIVED))
    if held:
        query = query.where(Delivery.held_at.is_not(None))
    if case_id:
        query = query.where(Delivery.case_id == case_id)
    at = session.scalar(select(Delivery.created_at).where(Delivery.id == after)) if after else None
    if after and at:
        query = query.where(_beyond(at, after, newest_first=everything))
    order = Delivery.created_at.desc() if everything else Delivery.created_at
    return found(session, query.order_by(order, Delivery.id).limit(limit or MOST))


def _beyond(at: datetime, letter_id: uuid.UUID, *, newest_first: bool) -> ColumnElement[bool]:
    """What comes behind this letter; of one moment there may be several."""
    further = Delivery.created_at < at if newest_first else Delivery.created_at > at
    return or_(further, and_(Delivery.created_at == at, Delivery.id > letter_id))


def refusing(session: Session, viewer: Viewer) -> list[Refusing]:
    """The hospitals that have more than one letter which this viewer may let go again, all of them and not a page of them; not what
    waits after a restore, nor what they never saw as it names another patient by now."""
    over_line = (Delivery.audience == Audience.REFERRER, Delivery.channel != Channel.PAPER, Delivery.held_at.is_(None))
    theirs = (Delivery.state.in_(STUCK), Delivery.receipt_code != OTHER_PATIENT)
    query = visible_to(viewer).where(*theirs, *over_line).order_by(Delivery.created_at, Delivery.id)
    found: dict[uuid.UUID, Refusing] = {}
    for letter_id, hospital_id, hospital, board_id in session.execute(
        query.with_only_columns(Delivery.id, Hospital.id, Hospital.name, Case.board_id)
    ):
        if viewer.may(Act.POST_RESEND, hospital_id=hospital_id, board_id=board_id):
            found.setdefault(hospital_id, Refusing(hospital_id, hospital, [])).letters.append(letter_id)
    return [one for one in found.values() if len(one.letters) > 1]


def not_arrived_before(session: Session, viewer: Viewer, moment: datetime) -> list[PostRow]:
    """What was signed before that moment and has not arrived, by hospital, oldest first."""
    query = visible_to(viewer).where(Delivery.state.in_(NOT_ARRIVED), Delivery.created_at < moment)
    return found(session, query.order_by(Hospital.name, Delivery.created_at, Delivery.id))


def concerns(session: Session, viewer: Viewer, hospital_id: uuid.UUID) -> bool:
    """Whether letters to this hospital are the viewer's to see: it is their own, or one of a board of theirs is on their list."""
    if viewer.may(Act.POST_READ, hospital_id=hospital_id):
        return True
    on_list = exists().where(Delivery.hospital_id == hospital_id, Case.id == Delivery.case_id, visible_post(viewer))
    return bool(viewer.boards_for(Act.POST_READ)) and bool(session.scalar(select(on_list)))
