"""The outbox: the next letter that may leave, claimed by one worker."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

import structlog
from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.delivery import Audience, Delivery
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.recipient import Destination
from mdo_portal.domain.sealing import CANNOT_OPEN
from mdo_portal.exchange import Address, Receipt, ReceiptKind
from mdo_portal.services.letters import destinations, handing_over, outbox_order, replacing, under_way, withholding
from mdo_portal.services.letters.deliveries import letter_of, write_down
from mdo_portal.services.letters.outbox_order import FIRST, PAPER, QUEUES, Share
from mdo_portal.services.letters.receipts import OTHER_PATIENT, REPLACED
from mdo_portal.services.letters.replacing import IS_REPLACED
from mdo_portal.services.letters.under_way import LEASE
from mdo_portal.services.links import recipient_channels
from mdo_portal.services.patients import patients

log = structlog.get_logger(__name__)
_SOON = text("SET LOCAL synchronous_commit = off")
"""Taking a letter that is not printed yet need not be on disk at once: keeping the print is a commit of its own, before anything is
sent, and puts this one on disk with it."""


@dataclass(frozen=True)
class ClaimedDelivery:
    """One letter, with everything needed to send it without a transaction."""

    delivery_id: uuid.UUID
    decision: Decision
    content: dict[str, Any]
    channel: Channel
    address: Address
    letter: bytes
    patient: Any
    #: for the printer: a letter to the general practitioner shows it only where its template says so
    bsn: str
    request_task: str
    recipient: Hospital
    audience: Audience
    recipient_name: str  #: of a recipient that is not the hospital itself
    replaces_delivery_id: str
    replaces_document_number: str
    referral_number: str
    attempts: int
    last_code: str  #: of the last receipt before this attempt
    had_left: bool = True  #: it may be there already, from an attempt of before
    worker: int | None = None  #: who took it
    is_queued: bool = False  #: its destination waits until it is delivered; of a letter that is only printed it does not


def claim(
    session: Session, *, now: datetime, share: Share = Share.EVERYTHING, worker: int | None = None
) -> ClaimedDelivery | None:
    """Take the letter that has waited longest and may go now; nobody else takes it until the lease runs out.

    One letter at a time per destination. Letters about one case to one recipient go in order: a correction waits until the first
    version arrived. A general practitioner gets nothing before the letter to the referrer left. `worker`: who takes it, by the number
    of its lock. One that cannot be opened, or whose address cannot, is tried again later; the others go on.
    """
    claimed = None
    while claimed is None:  # a letter that need not leave after all, or cannot, and the next one is looked for
        queue = session.scalars(QUEUES[share], {"now": now}).one_or_none()
        queued = _first_of(session, queue, now=now) if queue is not None else None
        if queue is not None and queued is not None:
            claimed = _taken(session, queue, queued, worker, now=now)
        elif (on_paper := session.scalars(PAPER, {"now": now}).one_or_none()) is not None:
            claimed = _opened(session, on_paper, now=now)
        else:
            return None
    if not claimed.letter:
        session.execute(_SOON)
    return claimed


def claim_after(session: Session, before: ClaimedDelivery, queue: Destination, *, now: datetime) -> ClaimedDelivery | None:
    """The next letter of the same destination, in the transaction that settled the one `before`: nobody came in between.

    `queue`: locked by that settling. None when there is none, when it must rest, and when another worker has it by now.
    """
    if not before.is_queued or not destinations.is_free(queue, now=now):
        return None
    queued = _first_of(session, queue, now=now)
    return _taken(session, queue, queued, before.worker, now=now) if queued is not None else None


def _first_of(session: Session, queue: Destination, *, now: datetime) -> Delivery | None:
    """The letter of this destination that has waited longest."""
    which = {"now": now, "hospital": queue.hospital_id, "audience": queue.audience}
    return session.scalars(FIRST, which).one_or_none()


def _taken(
    session: Session, queue: Destination, delivery: Delivery, worker: int | None, *, now: datetime
) -> ClaimedDelivery | None:
    """This letter, and with it its queue. None when it does not leave after all: then the queue stays free."""
    claimed = _opened(session, delivery, now=now)
    if claimed is None:
        return None
    queue.leased_until, queue.leased_by = now + LEASE, worker
    return replace(claimed, worker=worker, is_queued=True)


def _opened(session: Session, delivery: Delivery, *, now: datetime) -> ClaimedDelivery | None:
    """This letter, counted. None when it is cancelled, or when what it needs cannot be opened: then it says so where people look."""
    try:
        return _claimed(session, delivery, now=now)
    except CANNOT_OPEN as error:
        log.error("delivery.sealed", delivery_id=str(delivery.id), error=type(error).__name__)
        delivery.attempts += 1
        write_down(session, delivery, Receipt(ReceiptKind.LATER, "sealed"), now=now)
        session.flush()
        return None


class _About(NamedTuple):
    """What a letter is about."""

    decision: Decision
    case: Case
    patient: Patient
    recipient: Hospital
    #: a newer version of the decision took its place
    is_replaced: bool


_ABOUT = (
    select(Decision, Case, Patient, Hospital, IS_REPLACED)
    .join(Delivery, Delivery.decision_id == Decision.id)
    .join(Case, Case.id == Decision.case_id)
    .join(Patient, Patient.id == Case.patient_id)
    .join(Hospital, Hospital.id == Delivery.hospital_id)
    .where(Delivery.id == bindparam("letter"))
)


def _told_to_stay(session: Session, delivery: Delivery, about: _About, *, now: datetime) -> bool:
    """Whether it does not leave after all, which it then says: it was replaced, its patient objects, or it is of somebody else."""
    names_another = withholding.names_another(session, about.decision, about.patient)
    is_carried = delivery.channel == Channel.PAPER and delivery.letter_sha256 and not names_another  # people carry it, or not
    if about.is_replaced and (not is_carried or outbox_order.goes_too_early(session, delivery)):
        handing_over.need_not(session, delivery, REPLACED, now=now)
    elif delivery.audience is not Audience.REFERRER and (about.patient.objects or about.case.objected):
        withholding.cancel(session, delivery)
    elif names_another:
        write_down(session, delivery, Receipt(ReceiptKind.REFUSED, OTHER_PATIENT), now=now)
    else:
        return False
    return True


def _claimed(session: Session, delivery: Delivery, *, now: datetime) -> ClaimedDelivery | None:
    under_way.may_have_left(delivery, now=now)
    about = _About._make(session.execute(_ABOUT, {"letter": delivery.id}).one())
    if _told_to_stay(session, delivery, about, now=now):
        return None
    case, decision = about.case, about.decision
    channel, address = recipient_channels.address_of(session, delivery.hospital_id, delivery.audience)
    if delivery.channel == Channel.PAPER:
        channel = Channel.PAPER  # a person put this letter on paper, or it was signed so
    own = delivery.hospital_id == case.hospital_id and delivery.audience is Audience.REFERRER
    told, letter = patients.identity_of(session, about.patient), letter_of(session, delivery)  # before anything is written
    last_code, had_left = delivery.receipt_code, under_way.has_left(delivery)
    under_way.begin(delivery, channel, now=now)
    earlier = replacing.named(session, decision, delivery)
    return ClaimedDelivery(
        delivery_id=delivery.id,
        decision=decision,
        content=decision.content,
        channel=channel,
        address=address,
        letter=letter,
        patient=told if own else replace(told, bsn=""),
        bsn=told.bsn if delivery.hospital_id == case.hospital_id else "",
        request_task=case.request_task if own else "",
        recipient=about.recipient,
        audience=delivery.audience,
        recipient_name=delivery.recipient_name,
        replaces_delivery_id=str(earlier.delivery_id) if earlier else "",
        replaces_document_number=earlier.document_number if earlier else "",
        referral_number=case.referral_number,
        attempts=delivery.attempts,
        last_code=last_code,
        had_left=had_left,
    )
