"""What people decided earlier about who somebody is: the same question is asked once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import Select, bindparam, exists, select, update
from sqlalchemy.orm import Session

from mdo_portal.domain.identity_conflict import ConflictKind, Decision, IdentityConflict
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.sealing import Sealer
from mdo_portal.domain.told import Merge
from mdo_portal.exchange import (
    Incoming,
    IncomingAnswer,
    IncomingAppointment,
    IncomingReferral,
    IncomingResult,
    PatientIdentity,
    Unreadable,
)
from mdo_portal.services.common.sealed import sealer

FINGERPRINT = "conflict.fingerprint"


class Conflict(Unreadable):
    """The patient of a message does not fit `patient_id` (and `other_id`) here: a person decides. The text names no value."""

    def __init__(
        self,
        kind: ConflictKind,
        where: str,
        patient_id: uuid.UUID,
        told: PatientIdentity,
        *,
        other_id: uuid.UUID | None = None,
        previous: str = "",
    ) -> None:
        super().__init__("identity_conflict", where)
        self.kind = kind
        self.patient_id = patient_id
        self.other_id = other_id
        self.told = told
        self.previous = previous  # of a merge the number of before, else the number that is of another (`number_of`)


def fingerprint(session: Session, told: PatientIdentity, *, previous: str = "") -> bytes:
    """Equal for equal people as told; nothing can be read from it."""
    return fingerprint_by(sealer(session), told, previous=previous)


def fingerprint_by(keys: Sealer, told: PatientIdentity, *, previous: str = "") -> bytes:
    """The same by these keys."""
    born = told.birth_on.isoformat() if told.birth_on else ""
    words = "\x1f".join((told.local_number, told.bsn, told.name.family.casefold(), born, previous))
    return keys.blind(words, purpose=FINGERPRINT)


def number_of(incoming: Incoming) -> str:
    """The number (else the address) of a referral, appointment or question that it came under: what people decide about that holds for it
    alone.
    """
    if isinstance(incoming, IncomingAnswer):
        return incoming.referral_number or incoming.question or incoming.referral_at
    if isinstance(incoming, IncomingResult):
        return incoming.referral_number or incoming.referral_at
    if isinstance(incoming, IncomingReferral):
        return incoming.number or incoming.known_as
    return incoming.number if isinstance(incoming, IncomingAppointment) else ""


def of(session: Session, hospital_id: uuid.UUID, told: PatientIdentity, *, previous: str = "") -> IdentityConflict | None:
    """The newest decision about exactly these particulars at this hospital that was carried out and not taken back.

    Nor is it one any more when the merge that came of it was undone: then a person says anew.
    """
    return session.scalars(
        NEWEST, {"hospital": hospital_id, "fingerprint": fingerprint(session, told, previous=previous)}
    ).first()


def _newest() -> Select[IdentityConflict]:
    undone = exists().where(Merge.id == IdentityConflict.merge_id, Merge.undone_at.is_not(None))
    query = select(IdentityConflict).where(
        IdentityConflict.hospital_id == bindparam("hospital"),
        IdentityConflict.fingerprint == bindparam("fingerprint"),
        IdentityConflict.decision.in_((Decision.SAME, Decision.OTHER, Decision.CORRECTED)),
        IdentityConflict.carried_out_at.is_not(None),
        ~undone,
    )
    return query.order_by(IdentityConflict.decided_at.desc()).limit(1)


NEWEST = _newest()
"""Asked for every message. Open: `hospital`, `fingerprint`."""


def came_under(session: Session, message_id: uuid.UUID, hospital_id: uuid.UUID, told: PatientIdentity, number: str) -> None:
    """Keep with the message which answer said of whom it is, of these particulars or under this number: taken back, it is not."""
    for previous in sorted({"", number}):
        ruling = of(session, hospital_id, told, previous=previous)
        if ruling is not None:
            own = update(InboundMessage).where(InboundMessage.id == message_id)
            session.execute(own.values(ruling_id=ruling.id))
            return


def concern(session: Session, told: Sequence[tuple[uuid.UUID, PatientIdentity | None, str]]) -> bool:
    """Whether anything that people decided, or must still decide, could be about one of these (hospital, who, `number_of`): then each
    goes by itself, in order."""
    known = [(who, number) for _, who, number in told if who is not None]
    prints = [fingerprint(session, who, previous=one) for who, number in known for one in {"", number}]
    asked = select(IdentityConflict.id).where(
        IdentityConflict.hospital_id.in_({hospital_id for hospital_id, *_ in told}),
        IdentityConflict.closed_at.is_(None) & IdentityConflict.blocks | IdentityConflict.fingerprint.in_(prints),
    )
    return session.execute(asked.limit(1)).first() is not None
