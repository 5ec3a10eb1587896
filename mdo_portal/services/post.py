"""The post page: letters with their receipts, and the list of what has not arrived."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services import receipts

NOT_ARRIVED = (DeliveryState.WAITING, DeliveryState.SENT, DeliveryState.REFUSED, DeliveryState.DEAD)


class PostRow(NamedTuple):
    """One line of the post page."""

    id: uuid.UUID
    case_id: uuid.UUID
    document_number: str
    version: int
    recipient: str
    recipient_phone: str
    recipient_id: uuid.UUID
    initials: str
    given: str
    family: str
    birth_on: date | None
    channel: str
    state: DeliveryState
    created_at: datetime
    sent_at: datetime | None
    received_at: datetime | None
    attempts: int
    next_attempt_at: datetime | None
    receipt_code: str
    receipt_text: str
    has_letter: bool
    board_id: uuid.UUID | None
    held_at: datetime | None
    audience: Audience
    recipient_name: str

    @property
    def short_name(self) -> str:
        letters = "".join(f"{letter}." for letter in self.initials if letter.isalpha()) or self.given[:1]
        year = f" ({self.birth_on.year})" if self.birth_on else ""
        return f"{letters} {self.family}{year}".strip()

    @property
    def initials_year(self) -> str:
        """For who looks after post but treats nobody: `J.P. (1952)`."""
        letters = "".join(f"{letter}." for letter in self.initials if letter.isalpha()) or self.given[:1] or "…"
        return f"{letters} ({self.birth_on.year})" if self.birth_on else letters

    @property
    def is_paper(self) -> bool:
        return self.channel == Channel.PAPER

    @property
    def why(self) -> str:
        """What holds it up, as a Dutch message id."""
        return receipts.why(self)

    @property
    def their_words(self) -> str:
        return receipts.their_words(self)


def rows(session: Session, viewer: Viewer, *, everything: bool = False, case_id: uuid.UUID | None = None) -> list[PostRow]:
    """Letters this viewer may see; without `everything` only those that have not arrived, oldest first."""
    query = (
        select(
            Delivery.id,
            Delivery.case_id,
            Delivery.document_number,
            Delivery.version,
            Hospital.name,
            Hospital.phone,
            Hospital.id,
            func.coalesce(Patient.initials, ""),
            func.coalesce(Patient.given, ""),
            func.coalesce(Patient.family, ""),
            Patient.birth_on,
            Delivery.channel,
            Delivery.state,
            Delivery.created_at,
            Delivery.sent_at,
            Delivery.received_at,
            Delivery.attempts,
            Delivery.next_attempt_at,
            Delivery.receipt_code,
            Delivery.receipt_text,
            Delivery.letter_sha256 != "",
            Case.board_id,
            Delivery.held_at,
            Delivery.audience,
            Delivery.recipient_name,
        )
        # Who looks after a link sees the letters of the hospital and not its patients: for them there is no case to join.
        .outerjoin(Case, Case.id == Delivery.case_id)
        .outerjoin(Patient, Patient.id == Case.patient_id)
        .join(Hospital, Hospital.id == Delivery.hospital_id)
        .where(_visible_post(viewer))
    )
    if not everything:
        query = query.where(Delivery.state.in_(NOT_ARRIVED))
    if case_id:
        query = query.where(Delivery.case_id == case_id)
    order = Delivery.created_at.desc() if everything else Delivery.created_at
    return [PostRow._make(row) for row in session.execute(query.order_by(order, Delivery.id).limit(200))]


def not_arrived(session: Session, viewer: Viewer) -> int:
    """How many letters this viewer may see have not arrived."""
    query = select(func.count()).select_from(Delivery).outerjoin(Case, Case.id == Delivery.case_id)
    return session.scalar(query.where(_visible_post(viewer), Delivery.state.in_(NOT_ARRIVED))) or 0


def concerns(session: Session, viewer: Viewer, hospital_id: uuid.UUID) -> bool:
    """Whether letters to this hospital are the viewer's to see: it is their own, or one of a board of theirs is on their list."""
    if viewer.may(Act.POST_READ, hospital_id=hospital_id):
        return True
    on_list = exists().where(Delivery.hospital_id == hospital_id, Case.id == Delivery.case_id, _visible_post(viewer))
    return bool(viewer.boards_for(Act.POST_READ)) and bool(session.scalar(select(on_list)))


def _visible_post(viewer: Viewer) -> ColumnElement[bool]:
    by_board = and_(Case.board_id.in_(viewer.boards_for(Act.POST_READ)), ~Case.objected)
    own = Delivery.hospital_id == viewer.hospital_id
    return or_(by_board, own) if viewer.may_for_own_hospital(Act.POST_READ) else by_board
