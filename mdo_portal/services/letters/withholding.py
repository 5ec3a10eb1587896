"""What may not leave any more: a letter that names somebody else by now, and what its patient objects to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.common import changes
from mdo_portal.services.letters import under_way
from mdo_portal.services.letters.deliveries import write_down
from mdo_portal.services.letters.receipts import OTHER_PATIENT, WITHHELD
from mdo_portal.services.patients import patients

_ON_PAPER = (Delivery.channel == Channel.PAPER.value, Delivery.state == DeliveryState.WAITING)


def names_another(session: Session, decision: Decision, patient: Patient) -> bool:
    """Whether what was signed names somebody else than its case is of by now: another number, and that number is of another patient
    here, or the birth date is another too.

    An answer about who somebody is was taken back, or a merge undone. It would be filed under the numbers of the one, and tell of the
    other: the chair signs a correction, which names who it is. Twins, whom a number that was mistaken had made one, were born on one day.
    """
    said, born = decision.content["patient"], patient.birth_on.isoformat() if patient.birth_on else ""
    if said["number"] == patient.local_number:
        return False
    named = patients.root(session, patients.by_local_number(session, patient.hospital_id, said["number"]))
    is_anothers = named is not None and named.id != patient.id
    return is_anothers or (bool(said["birth_on"] and born) and said["birth_on"] != born)


def stays(session: Session, delivery: Delivery) -> bool:
    """Whether a letter that a person sends again, or puts on paper, does not leave as it names another.

    Who may not read decisions sees no.
    """
    decision = session.get(Decision, delivery.decision_id)
    patient = session.get(Patient, session.get_one(Case, delivery.case_id).patient_id)
    return decision is not None and patient is not None and names_another(session, decision, patient)


def hold_letters(session: Session, of: ColumnElement[bool]) -> None:
    """What is on paper of these cases and nobody carried yet, held before the cases are.

    Whoever takes, prints or confirms a letter has it before its case: in another order each waits for the other.
    """
    query = select(Delivery.id).join(Case, Case.id == Delivery.case_id).where(of, *_ON_PAPER)
    session.execute(query.order_by(Delivery.id).with_for_update(of=Delivery)).all()


def withhold_of_another(session: Session, case: Case, patient: Patient, *, now: datetime) -> None:
    """The case is this patient's from now on: what is on paper and nobody carried yet, and names somebody else, nobody carries.

    What goes over a line is looked at when it has its turn.
    """
    query = (
        select(Delivery, Decision)
        .join(Decision, Decision.id == Delivery.decision_id)
        .where(Delivery.case_id == case.id, *_ON_PAPER)
    )
    for delivery, decision in session.execute(query.order_by(Delivery.id).with_for_update(of=Delivery)).all():
        if names_another(session, decision, patient):
            write_down(session, delivery, Receipt(ReceiptKind.REFUSED, OTHER_PATIENT), now=now)


def withhold(session: Session, case: Case) -> None:
    """The patient objects: what was printed for a general practitioner and nobody sent yet, nobody need send; also what left over a line
    before it was put on paper. What has its turn still to come is looked at then.
    """
    to_others = select(Delivery).where(Delivery.case_id == case.id, Delivery.audience != Audience.REFERRER, *_ON_PAPER)
    for delivery in session.scalars(to_others.order_by(Delivery.id).with_for_update()):
        cancel(session, delivery)


def cancel(session: Session, delivery: Delivery) -> None:
    """The patient objects to sharing: this copy does not leave; what left before the objection does not leave again."""
    if delivery.state is DeliveryState.WAITING and not under_way.has_left(delivery):
        delivery.move(DeliveryState.CANCELLED)
    else:
        if delivery.state is DeliveryState.WAITING:
            delivery.move(
                DeliveryState.SENT
            )  # somebody wanted it sent again; it may have arrived, and nobody says that it did not
        delivery.receipt_code = WITHHELD
    delivery.next_attempt_at = delivery.leased_until = None
    changes.announce(session, "post", delivery.hospital_id)
