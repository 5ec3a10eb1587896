"""Which earlier letter of the same discussion a letter names at its recipient: chosen once, and the same at every attempt.

The last one that the recipient has, or may have: what it refused does not stand there, and naming it would end nothing. What went by
hand stands in no system under our number, so the last that went over a line comes before it. What is only added to a letter is added
to that one or to none. Kept from the moment it is taken (`Delivery.named_id`) until it is certain that nothing of it is there.
"""

from __future__ import annotations

import uuid
from itertools import dropwhile
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from mdo_portal.domain.decision import REPLACES, Decision
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import BY_PERSON
from mdo_portal.exchange import DecisionForm
from mdo_portal.services.letters import under_way

BY_HAND = "hand"
"""Code of what a person confirmed."""
_NOT_SINCE = (DeliveryState.REFUSED, DeliveryState.WAITING, DeliveryState.CANCELLED)
"""States of a letter that did not leave since it was refused, if it was."""

Name = InstrumentedAttribute[str] | str


class Earlier(NamedTuple):
    """The letter that is named."""

    delivery_id: uuid.UUID
    document_number: str


class _Version(NamedTuple):
    """One decision before this one, and its letter to the same recipient, if there was one."""

    decision_id: uuid.UUID
    supersedes_id: uuid.UUID | None
    delivery_id: uuid.UUID | None
    document_number: str
    channel: str
    state: DeliveryState
    has_left: bool
    receipt_code: str
    is_refused: bool  #: nothing of it left since it was last refused
    was_on_a_line: bool  #: also when it was put on paper since: as far as anybody knows it is there both ways

    @property
    def is_there(self) -> bool:
        """The recipient has it, or may have it."""
        no_was_last = self.is_refused and self.state in _NOT_SINCE
        return self.delivery_id is not None and self.has_left and not no_was_last

    @property
    def is_in_system(self) -> bool:
        """It went over a line or may have, or the system at the other end said so."""
        said_so = self.state is DeliveryState.RECEIVED and self.receipt_code != BY_HAND
        return self.is_there and (said_so or self.channel not in BY_PERSON or self.was_on_a_line)

    @property
    def has_come(self) -> bool:
        """Somebody said so; of one that a person carried that says nothing of their system."""
        is_carried = self.receipt_code == BY_HAND and self.channel in BY_PERSON
        return self.state is DeliveryState.RECEIVED and not is_carried


def named(session: Session, decision: Decision, delivery: Delivery) -> Earlier | None:
    """What this letter names, from now on at every attempt. None: nothing, as its recipient has nothing that it could be about."""
    if delivery.named_id is None:
        found = _chosen(decision, _before(session, decision, delivery)) if decision.supersedes_id else None
        if delivery.channel not in BY_PERSON:  # else no system hears what it names
            delivery.named_id = found.delivery_id if found else delivery.id
        return found
    if delivery.named_id == delivery.id:
        return None
    return Earlier(delivery.named_id, session.get_one(Delivery, delivery.named_id).document_number)


def same_recipient(one: InstrumentedAttribute[str], other: Name) -> ColumnElement[bool]:
    """Whether both names are of one recipient: as services/letters/recipients.py tells them apart, however they were typed."""
    return or_(one == other, _plain(one) == _plain(other))


def _plain(name: Name) -> ColumnElement[str]:
    return func.lower(func.btrim(func.regexp_replace(name, r"\s+", " ", "g")))


def _replacements(later: type[Delivery]) -> Select[uuid.UUID]:
    """The letters to the same recipient that correct or withdraw one of `Delivery` and are there, or may be."""
    own, newer = aliased(Decision), aliased(Decision)
    return (
        select(later.id)
        .join(newer, newer.id == later.decision_id)
        .join(own, own.round_id == newer.round_id)
        .where(own.id == Delivery.decision_id, newer.version > own.version, newer.form.in_(REPLACES))
        .where(later.hospital_id == Delivery.hospital_id, later.audience == Delivery.audience)
        .where(same_recipient(later.recipient_name, Delivery.recipient_name))
        .where(under_way.may_be_there(later))
    )


_LATER = aliased(Delivery)
_WENT_LATER = _replacements(_LATER)
IS_REPLACED = _WENT_LATER.exists()
"""Of `Delivery`: whether this recipient has, or may have, what corrects or withdraws this letter: sent again now it would be the last word
there. One that waits for its first attempt goes after this one.
"""
_IS_OVERTAKEN = select(IS_REPLACED).where(Delivery.id == bindparam("letter"))
_NAMED_LATER = _WENT_LATER.with_only_columns(_LATER.named_id).where(Delivery.id == bindparam("letter"))


def is_overtaken(session: Session, delivery: Delivery) -> bool:
    """Whether what replaces it is at the same recipient, or may be: sent again, it does not leave. Who may not read decisions sees no."""
    return bool(session.scalar(_IS_OVERTAKEN, {"letter": delivery.id}))


def stands_beside(session: Session, delivery: Delivery) -> bool:
    """Whether what replaces this letter went to the same recipient and named another one, or none: both stand there, each as if it held."""
    named_ids = session.scalars(_NAMED_LATER, {"letter": delivery.id}).all()
    return bool(named_ids) and delivery.id not in named_ids


def may_stand_beside(session: Session, delivery: Delivery) -> str:
    """The number of an older letter that stands in their system still, if the one that this letter named never came: of that one nobody
    said so. "" where there is none. Who has this letter may have two that hold."""
    if delivery.named_id in (None, delivery.id):
        return ""
    decision = session.get_one(Decision, delivery.decision_id)
    chain = _chain(decision, _before(session, decision, delivery))
    named_and_older = list(dropwhile(lambda one: one.delivery_id != delivery.named_id, chain))
    if not named_and_older or named_and_older[0].has_come:
        return ""
    return next((one.document_number for one in named_and_older[1:] if one.is_in_system), "")


def naming(session: Session, delivery: Delivery) -> list[Delivery]:
    """The letters that named this one, and are there or may be."""
    later = select(Delivery).where(Delivery.case_id == delivery.case_id, Delivery.named_id == delivery.id)
    return list(session.scalars(later.where(Delivery.id != delivery.id, under_way.may_be_there(Delivery))))


def _before(session: Session, decision: Decision, delivery: Delivery) -> dict[uuid.UUID, _Version]:
    to_the_same = and_(
        Delivery.decision_id == Decision.id,
        Delivery.hospital_id == delivery.hospital_id,
        Delivery.audience == delivery.audience,
        same_recipient(Delivery.recipient_name, delivery.recipient_name),
    )
    query = (
        select(
            Decision.id, Decision.supersedes_id, Delivery.id, Decision.document_number, Delivery.channel, Delivery.state,
            Delivery.sent_at.is_not(None), Delivery.receipt_code, func.coalesce(Delivery.refused_at >= Delivery.sent_at, False),
            Delivery.named_id.is_not(None),
        )
        .outerjoin(Delivery, to_the_same)
        .where(Decision.round_id == decision.round_id, Decision.version < decision.version)
    )  # fmt: skip
    return {row[0]: _Version._make(row) for row in session.execute(query)}


def _chosen(decision: Decision, before: dict[uuid.UUID, _Version]) -> Earlier | None:
    chain = _chain(decision, before)
    there = [one for one in chain if one.is_there]
    found = next((one for one in there if one.is_in_system), there[0] if there else None)
    return Earlier(found.delivery_id, found.document_number) if found and found.delivery_id else None


def _chain(decision: Decision, before: dict[uuid.UUID, _Version]) -> list[_Version]:
    """What this decision is about, the newest first."""
    chain: list[_Version] = []
    at = decision.supersedes_id
    while at is not None:
        chain.append(before[at])
        at = before[at].supersedes_id
    return chain[:1] if decision.form is DecisionForm.ADDENDUM else chain
