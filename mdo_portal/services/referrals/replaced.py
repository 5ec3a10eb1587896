"""An earlier referral that the same message takes back: another takes its place, and it would stand on the list beside that one."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import IncomingReferral, Wire
from mdo_portal.services.dossier import known_referrals
from mdo_portal.services.referrals import referrals


def take_back(
    session: Session,
    referral: IncomingReferral,
    case: Case,
    hospital: Hospital,
    *,
    wire: Wire,
    now: datetime,
    message_id: uuid.UUID,
) -> None:
    """As when each of them is taken back by a message of its own. One that is not here, or of another patient than the referral that
    takes its place, stays as it is: the message names it.
    """
    for one in referral.replaced:
        before = known_referrals.meant(session, hospital, one.number, one.known_as)
        if before is None or before.id == case.id or before.patient_id != case.patient_id:
            continue
        told = IncomingReferral(
            patient=referral.patient,
            number=one.number,
            known_as=one.known_as,
            cancelled=True,
            cancel_reason=one.reason if referral.cancelled else _why(one.reason, referral.number),
            sent_at=referral.sent_at,
            asked_at=referral.asked_at,
            version=one.version,
        )
        referrals.cancel(session, told, hospital, wire=wire, now=now, message_id=message_id)


def _why(reason: str, number: str) -> str:
    """In Dutch, as the reason of a withdrawal stands on the case; with the number under which it was asked anew."""
    instead = f"vervangen door aanmelding {number}" if number else "vervangen door een nieuwe aanmelding"
    return f"{reason}; {instead}" if reason else instead
