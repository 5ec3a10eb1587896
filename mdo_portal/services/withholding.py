"""What may not leave any more: a letter that names somebody else by now, and what its patient objects to."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.patient import Patient
from mdo_portal.services import changes


def names_another(decision: Decision, patient: Patient) -> bool:
    """Whether what was signed names somebody else than its case is of by now: another number and another birth date.

    An answer about who somebody is was taken back, or a merge undone. It would be filed under the numbers of the one, and tell of the
    other: the chair signs a correction, which names who it is.
    """
    said, born = decision.content["patient"], patient.birth_on.isoformat() if patient.birth_on else ""
    is_other_day = bool(said["birth_on"] and born) and said["birth_on"] != born
    return is_other_day and said["number"] != patient.local_number


def withhold(session: Session, case: Case) -> None:
    """The patient objects: what was printed for a general practitioner and nobody sent yet, nobody need send.

    What has its turn still to come is looked at then.
    """
    printed = (Delivery.channel == Channel.PAPER.value, Delivery.state == DeliveryState.WAITING, Delivery.sent_at.is_(None))
    to_others = select(Delivery).where(Delivery.case_id == case.id, Delivery.audience != Audience.REFERRER, *printed)
    for delivery in session.scalars(to_others.order_by(Delivery.id).with_for_update()):
        cancel(session, delivery)


def cancel(session: Session, delivery: Delivery) -> None:
    """The patient objects to sharing: this copy does not leave; what left before the objection does not leave again."""
    if delivery.sent_at is None:
        delivery.move(DeliveryState.CANCELLED)
    elif delivery.state is DeliveryState.WAITING:
        delivery.move(DeliveryState.SENT)  # somebody wanted it sent again; it may have arrived, and nobody says that it did not
    delivery.next_attempt_at = delivery.leased_until = None
    changes.announce(session, "post", delivery.hospital_id)
