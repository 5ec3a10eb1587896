"""Blind indexes made anew when their key is another one: of patients, of what people decided, and of messages that wait."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import LargeBinary, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from mdo_portal.domain.identity_conflict import IdentityConflict
from mdo_portal.domain.inbound import PATIENT_KEY, RAW_PURPOSE, InboundMessage, InboundState, SamePatient
from mdo_portal.domain.link import Link
from mdo_portal.domain.patient import BSN_PURPOSE, Patient
from mdo_portal.domain.pull import Pull, PullState
from mdo_portal.domain.sealing import CANNOT_OPEN, Sealer
from mdo_portal.exchange import Wire, profile_of_link
from mdo_portal.services.common.sealed import row_of
from mdo_portal.services.patients import identity_papers, rulings

NumbersOf = Callable[[Wire, bytes, str], Sequence[str]]
"""Of a message's wire, its bytes and the profile of its link: the patient's numbers."""


def reindex(session: Session, keys: Sealer, numbers_of: NumbersOf) -> tuple[int, int]:
    """Make the blind indexes of patients, of what people decided about who somebody is, and of messages that are not understood anew,
    with the blind key that `keys` has now.

    Nobody else may work meanwhile: what they look for would not be found. Returns (patients, messages).
    """
    patients = session.scalars(select(Patient).where(Patient.bsn_index != b"")).all()
    for patient in patients:
        bsn = keys.open(patient.bsn_sealed, purpose=BSN_PURPOSE, row=row_of("patients", patient.id)).decode()
        patient.bsn_index = keys.blind(bsn, purpose=BSN_PURPOSE)
    _reindex_decisions(session, keys)
    return len(patients), _reindex_messages(session, keys, numbers_of)


def _reindex_decisions(session: Session, keys: Sealer) -> None:
    """Of one that opens no more nobody can say about whom it was: that is asked again."""
    for conflict in session.scalars(select(IdentityConflict)):
        try:
            papers = identity_papers.read(session, conflict)
        except CANNOT_OPEN:
            continue
        conflict.fingerprint = rulings.fingerprint_by(keys, papers.told, previous=papers.previous)
    session.flush()


def _reindex_messages(session: Session, keys: Sealer, numbers_of: NumbersOf) -> int:
    """Understood messages lose their keys: nobody asks any more, but of a notice whose referral is still to be fetched. The others may
    still be understood, in the order of their patient.
    """
    none = cast([], ARRAY(LargeBinary))
    session.execute(
        delete(SamePatient)
    )  # merges are known to the patients themselves; here they only kept what came later in order
    waiting = select(Pull.message_id).where(Pull.state == PullState.WAITING)
    over = InboundMessage.state == InboundState.UNDERSTOOD, InboundMessage.id.not_in(waiting)
    session.execute(update(InboundMessage).where(*over).values(patient_keys=none))
    query = (
        select(InboundMessage.id, InboundMessage.wire, InboundMessage.raw_sealed, Link.profile_in, Link.otherwise)
        .join(Link, Link.id == InboundMessage.link_id)
        .where(func.cardinality(InboundMessage.patient_keys) > 0)
    )
    found = session.execute(query).all()
    for row in found:
        profile = profile_of_link(row.profile_in, row.otherwise)
        numbers = set(numbers_of(row.wire, keys.open(row.raw_sealed, purpose=RAW_PURPOSE), profile))
        made = [keys.blind(number, purpose=PATIENT_KEY) for number in sorted(numbers)]
        session.execute(update(InboundMessage).where(InboundMessage.id == row.id).values(patient_keys=made))
    return len(found)
