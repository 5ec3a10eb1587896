"""Messages that wait until somebody at their hospital says who a patient is, and whether there is anybody there who can."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity_conflict import IdentityConflict
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.people import BoardMembership, Membership, Person
from mdo_portal.domain.policy import POLICY, Act, Relation
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.common.terms import in_force
from mdo_portal.services.inbox.inbox import meant, visible
from mdo_portal.services.inbox.inbox_rows import WAITING, Asked

ANSWERS = sorted(role for role, relation in POLICY[Act.IDENTITY_DECIDE] if role and relation is Relation.OWN_HOSPITAL)
"""The roles that may say for their own hospital who somebody is."""


class Waits(NamedTuple):
    """What waits for an answer of one hospital."""

    hospital_id: uuid.UUID
    hospital: str
    messages: int
    oldest_at: datetime
    #: somebody there has a role by which they can answer
    has_someone: bool


def waits(session: Session, viewer: Viewer, *, now: datetime, hospital_id: uuid.UUID | None = None) -> list[Waits]:
    """Per hospital whose inbox this viewer sees: the messages that wait for an answer. First those that nobody can answer."""
    works = Membership.person_id == Person.id, Membership.hospital_id == Hospital.id, in_force(Membership, now)
    on_board = exists().where(
        BoardMembership.person_id == Person.id, BoardMembership.role.in_(ANSWERS), in_force(BoardMembership, now)
    )
    someone = exists().where(*works, Person.disabled_at.is_(None), or_(Membership.role.in_(ANSWERS), on_board))
    query = (
        select(Hospital.id, Hospital.name, func.count(), func.min(InboundMessage.received_at), someone.correlate(Hospital))
        .join(Hospital, Hospital.id == InboundMessage.hospital_id)
        .where(visible(viewer), *meant(Asked(WAITING, hospital_id=hospital_id)))
        .group_by(Hospital.id, Hospital.name)
    )
    return sorted((Waits._make(row) for row in session.execute(query)), key=lambda one: (one.has_someone, one.hospital))


def questions_of(session: Session, viewer: Viewer, message_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Message -> the open question that it asked, at the viewer's own hospital."""
    query = select(IdentityConflict.message_id, IdentityConflict.id).where(
        IdentityConflict.hospital_id == viewer.hospital_id,
        IdentityConflict.closed_at.is_(None),
        IdentityConflict.message_id.in_(message_ids),
    )
    return {row.message_id: row.id for row in session.execute(query)}


def behind(session: Session, viewer: Viewer) -> dict[uuid.UUID, int]:
    """Question -> how many messages of that patient wait behind the one that asked it; for who may see the inbox of the own hospital."""
    asked = aliased(InboundMessage)
    query = (
        select(IdentityConflict.id, func.count())
        .join(asked, asked.id == IdentityConflict.message_id)
        .join(InboundMessage, InboundMessage.hospital_id == asked.hospital_id)
        .where(
            IdentityConflict.holds_up(viewer.hospital_id),
            InboundMessage.patient_keys.bool_op("&&")(asked.patient_keys), InboundMessage.id != asked.id, visible(viewer),
            *meant(Asked(WAITING)),
        )
        .group_by(IdentityConflict.id)
    )  # fmt: skip
    return {row[0]: row[1] for row in session.execute(query)}
