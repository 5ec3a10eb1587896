"""One line of the post page, and the query that finds the letters a viewer may see."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.advice import AdviceItem
from mdo_portal.domain.board import Board
from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import NO_ADVICE, Decision
from mdo_portal.domain.delivery import OPEN, Audience, Delivery, DeliveryState
from mdo_portal.domain.hospital import BY_PERSON, Channel, Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.policy import Act
from mdo_portal.domain.recipient import Destination, RecipientChannel
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_
from mdo_portal.exchange import DecisionForm, dotted
from mdo_portal.services.common import own_or_board
from mdo_portal.services.common.short_names import short_name
from mdo_portal.services.letters import destinations, lateness, receipts
from mdo_portal.services.letters.lateness import Mark, Terms
from mdo_portal.services.letters.outbox_order import before_the_referrer

NOT_ARRIVED = (DeliveryState.WAITING, DeliveryState.SENT, DeliveryState.REFUSED, DeliveryState.DEAD)
STUCK = (DeliveryState.REFUSED, DeliveryState.DEAD)
"""Nothing more happens to it by itself."""


class PostRow(NamedTuple):
    """One line of the post page."""

    id: uuid.UUID
    case_id: uuid.UUID
    document_number: str
    version: int
    hospital: str
    hospital_phone: str
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
    other_phone: str
    failures: int
    down_since: datetime | None
    queue_at: datetime | None
    late_hours: int
    late_paper_days: int
    due_on: date | None
    #: what was signed; empty for who sees the letters of a hospital and not its patients
    form: DecisionForm | None
    #: when its recipient last said no, also where it said yes since
    refused_at: datetime | None
    #: a copy that goes when the letter to the referrer has left, and not before
    awaits_referrer: bool
    #: who said by hand that it came, or their system's number
    receipt_reference: str
    #: a person said that it came, and may say that it did not
    can_be_taken_back: bool

    @property
    def recipient(self) -> str:
        return self.recipient_name or self.hospital

    @property
    def recipient_phone(self) -> str:
        return self.hospital_phone if self.audience is Audience.REFERRER else self.other_phone

    @property
    def short_name(self) -> str:
        return short_name(self.initials, self.given, self.family, self.birth_on)

    @property
    def initials_year(self) -> str:
        """For who looks after post but treats nobody: `J.P. (1952)`."""
        letters = dotted(self.initials or self.given[:1]) or "…"
        return f"{letters} ({self.birth_on.year})" if self.birth_on else letters

    @property
    def is_paper(self) -> bool:
        return self.channel == Channel.PAPER

    @property
    def by_person(self) -> bool:
        """No system will say that it arrived: somebody must."""
        return self.channel in BY_PERSON

    @property
    def tries_at(self) -> datetime | None:
        """When a worker tries it again: not before its queue goes on. None = it waits for a person."""
        if self.held_at is not None or self.next_attempt_at is None:
            return None
        return max(self.next_attempt_at, self.queue_at) if self.queue_at and not self.is_paper else self.next_attempt_at

    @property
    def silent_since(self) -> datetime | None:
        """Since when nobody takes letters for this recipient; None = it does, or that is of no importance here."""
        return self.down_since if self.failures >= destinations.DOWN and not self.is_paper and self.held_at is None else None

    @property
    def why(self) -> str:
        """What holds it up, as a Dutch message id."""
        if self.awaits_referrer and self.held_at is None:
            return N_("Wacht op de brief aan het ziekenhuis: deze gaat pas als die weg is.")
        return receipts.why(self)

    @property
    def is_withheld(self) -> bool:
        """A copy that may be there, and goes no more as its patient objects."""
        return self.state is DeliveryState.SENT and self.receipt_code == receipts.WITHHELD

    @property
    def their_words(self) -> str:
        return receipts.their_words(self)

    @property
    def is_stuck(self) -> bool:
        return self.state in STUCK or self.held_at is not None

    def marks(self, now: datetime) -> tuple[Mark, ...]:
        """Why somebody should look today; nothing once it arrived."""
        if self.state not in NOT_ARRIVED:
            return ()
        terms = Terms(self.late_hours, self.late_paper_days)
        return lateness.marks(self.created_at, on_paper=self.by_person, terms=terms, due_on=self.due_on, now=now)


def found(session: Session, query: Select[Any]) -> list[PostRow]:
    """The rows of a query made by `visible_to`."""
    return [PostRow._make(row) for row in session.execute(query)]


def visible_to(viewer: Viewer) -> Select[Any]:
    """Every letter this viewer may see, with all that the page says of it."""
    return _LETTERS.where(visible_post(viewer))


def visible_post(viewer: Viewer) -> ColumnElement[bool]:
    """Letters to the viewer's own hospital, and those of decisions of the viewer's boards."""
    return own_or_board.theirs(viewer, Act.POST_READ, Delivery.hospital_id)


_FIRST_DUE = select(func.min(AdviceItem.due_on)).where(AdviceItem.round_id == Decision.round_id).scalar_subquery()
_HOURS, _DAYS = func.coalesce(Board.late_hours, lateness.HOURS), func.coalesce(Board.late_paper_days, lateness.PAPER_DAYS)
TERMS = (_HOURS, _DAYS)
"""By what a letter is late: hours for what travels by itself, working days for what people carry."""
_COLUMNS: tuple[Any, ...] = (
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
    func.coalesce(RecipientChannel.phone, ""),
    func.coalesce(Destination.failures, 0),
    Destination.down_since,
    Destination.next_attempt_at,
    *TERMS,
    case((Decision.form.in_(NO_ADVICE), None), else_=_FIRST_DUE),  # what is to be carried out is of another letter
    Decision.form,
    Delivery.refused_at,
    and_(Delivery.state.in_(OPEN), Delivery.next_attempt_at.is_not(None), before_the_referrer()),
    Delivery.receipt_reference,
    and_(Delivery.state == DeliveryState.RECEIVED, Delivery.before_by_hand.is_not(None)),
)
_LETTERS: Select[Any] = (
    select(*_COLUMNS)
    # Who looks after a link sees the letters of the hospital and not its patients: for them there is no case to join.
    .outerjoin(Case, Case.id == Delivery.case_id)
    .outerjoin(Decision, Decision.id == Delivery.decision_id)
    .outerjoin(Patient, Patient.id == Case.patient_id)
    .outerjoin(Board, Board.id == Case.board_id)
    .join(Hospital, Hospital.id == Delivery.hospital_id)
    .outerjoin(Destination, and_(Destination.hospital_id == Delivery.hospital_id, Destination.audience == Delivery.audience))
    .outerjoin(
        RecipientChannel,
        and_(RecipientChannel.hospital_id == Delivery.hospital_id, RecipientChannel.audience == Delivery.audience),
    )
)
