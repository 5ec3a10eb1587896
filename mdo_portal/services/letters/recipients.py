"""Who gets a decision, over which channel, and the rows of the outbox that say so."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import REPLACES, Decision
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import DecisionForm
from mdo_portal.services.common import changes
from mdo_portal.services.letters import destinations as queues
from mdo_portal.services.links import hospitals, recipient_channels

LONGEST_NAME = 200
"""Of a name that a message told: PostgreSQL keeps no more than 2,700 in an index, and whoever has such a name can be written to."""


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
    audience: Audience = Audience.REFERRER


class Recipient(NamedTuple):
    """Who gets this decision."""

    hospital: Hospital  #: of the recipient, or over whose channel it goes
    audience: Audience
    name: str  #: "" = the hospital itself
    channel: str


def of(session: Session, case: Case, form: DecisionForm = DecisionForm.FIRST, about: Decision | None = None) -> list[Recipient]:
    """The referring hospital; then the patient's general practitioner, when the hospital has a channel for that and nobody objects.

    What corrects or withdraws `about` goes also to every general practitioner who got, or may get, what it replaces: under another
    name by now, or without a channel any more (on paper then). A withdrawal goes to those alone: whoever never had the advice need not
    hear that it is gone. That there is no advice is told to who asked for one, and to nobody else (docs/decisions/0038).
    """
    hospital = session.get_one(Hospital, case.hospital_id)
    channel, _ = hospitals.address_of(session, hospital.id)
    found = [Recipient(hospital, Audience.REFERRER, "", channel.value)]
    if not form.has_advice or case.objected or session.get_one(Patient, case.patient_id).objects:
        return found
    agreed = recipient_channels.of(session, hospital.id, Audience.GP)
    told = case.gp_name.strip()[:LONGEST_NAME]
    names = [told] if agreed is not None and told else []
    if about is not None and form in REPLACES:
        had_it = _told_before(session, about)
        names = had_it if form is DecisionForm.WITHDRAWAL else names + had_it
    over = agreed.channel if agreed is not None else Channel.PAPER
    different = {" ".join(name.casefold().split()): name for name in reversed(names)}  # of one written twice the newest counts
    return found + [Recipient(hospital, Audience.GP, name, over.value) for name in reversed(different.values())]


def _told_before(session: Session, about: Decision) -> list[str]:
    """The general practitioners to whom a letter of this round went, or still goes."""
    query = (
        select(Delivery.recipient_name)
        .join(Decision, Decision.id == Delivery.decision_id)
        .where(Decision.round_id == about.round_id, Delivery.audience == Audience.GP)
        .where(Delivery.state != DeliveryState.CANCELLED)
        .order_by(Decision.version, Delivery.id)
    )
    return list(session.scalars(query))


def destinations(
    session: Session, case: Case, form: DecisionForm = DecisionForm.FIRST, about: Decision | None = None
) -> tuple[Destination, ...]:
    """What the chair sees of the recipients before signing."""
    return tuple(_destination(session, one) for one in of(session, case, form, about))


def _destination(session: Session, to: Recipient) -> Destination:
    not_arrived = func.count().filter(Delivery.state.not_in((DeliveryState.RECEIVED, DeliveryState.CANCELLED)))
    query = select(not_arrived, func.max(Delivery.received_at)).where(
        Delivery.hospital_id == to.hospital.id, Delivery.audience == to.audience
    )
    waiting, received_at = session.execute(query).one()
    phone = to.hospital.phone if to.audience is Audience.REFERRER else ""
    return Destination(to.name or to.hospital.name, to.channel, to.hospital.city, phone, waiting, received_at, to.audience)


def post(session: Session, decision: Decision, case: Case, *, now: datetime) -> None:
    """One row of the outbox per recipient, in the transaction that signs.

    Later than every earlier letter of this case, also where it is signed on a machine whose clock is behind: the outbox goes by it.
    """
    last = session.scalar(select(func.max(Delivery.created_at)).where(Delivery.case_id == case.id))
    created_at = now if last is None or last < now else last + timedelta(microseconds=1)
    about = session.get_one(Decision, decision.supersedes_id) if decision.supersedes_id else None
    for to in of(session, case, decision.form, about):
        queues.ensure(session, to.hospital.id, to.audience)
        session.add(
            Delivery(
                decision_id=decision.id,
                case_id=case.id,
                hospital_id=to.hospital.id,
                audience=to.audience,
                recipient_name=to.name,
                document_number=decision.document_number,
                version=decision.version,
                channel=to.channel,
                state=DeliveryState.WAITING,
                created_at=created_at,
                next_attempt_at=now,
            )
        )
    session.flush()
    changes.wake(session, "deliver")
