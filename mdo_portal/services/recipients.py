"""Who gets a decision, over which channel, and the rows of the outbox that say so."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services import changes, hospitals


class Destination(NamedTuple):
    """One recipient of the letter, over which channel, and how that channel has been doing."""

    name: str
    channel: str
    city: str
    phone: str
    #: letters to this hospital that have not arrived
    not_arrived: int
    #: when this hospital last said that it has a letter of ours
    last_received_at: datetime | None


def of(session: Session, case: Case) -> list[tuple[Hospital, str]]:
    """Who gets the letter: the referring hospital, over the channel of its link."""
    hospital = session.get_one(Hospital, case.hospital_id)
    channel, _ = hospitals.address_of(session, hospital.id)
    return [(hospital, channel.value)]


def destinations(session: Session, case: Case) -> tuple[Destination, ...]:
    """What the chair sees of the recipients before signing."""
    return tuple(_destination(session, hospital, channel) for hospital, channel in of(session, case))


def _destination(session: Session, hospital: Hospital, channel: str) -> Destination:
    not_arrived = func.count().filter(Delivery.state != DeliveryState.RECEIVED)
    query = select(not_arrived, func.max(Delivery.received_at)).where(Delivery.hospital_id == hospital.id)
    waiting, received_at = session.execute(query).one()
    return Destination(hospital.name, channel, hospital.city, hospital.phone, waiting, received_at)


def post(session: Session, decision: Decision, case: Case, *, now: datetime) -> None:
    """One row of the outbox per recipient, in the transaction that signs."""
    for hospital, channel in of(session, case):
        session.add(
            Delivery(
                decision_id=decision.id,
                case_id=case.id,
                hospital_id=hospital.id,
                document_number=decision.document_number,
                version=decision.version,
                channel=channel,
                state=DeliveryState.WAITING,
                created_at=now,
                next_attempt_at=now,
            )
        )
    session.flush()
    changes.wake(session, "deliver")
