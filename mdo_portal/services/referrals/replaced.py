"""An earlier referral that the same message takes back: another takes its place, and it would stand on the list beside that one.

Whichever of the two comes first.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import false, func, or_, select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseEvent, CaseState
from mdo_portal.exchange import IncomingReferral, Replaced
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier import known_referrals, latest_word
from mdo_portal.services.dossier.latest_word import Word
from mdo_portal.services.history import timeline
from mdo_portal.services.referrals import referrals

NOT_HERE = "referral.replaces_unknown"
_NUMBER, _ADDRESS = "replaces", "replaces_at"
"""Under these such an event says which referral it was: by the sender's number, and by its address at the sender."""


def take_back(session: Session, referral: IncomingReferral, case: Case, source: Source) -> None:
    """As when each of them is taken back by a message of its own. One that is of another patient than the referral that takes its place
    stays as it is: the message names it. One that is not here is kept in mind, and is taken back when it comes.
    """
    for one in referral.replaced:
        before = known_referrals.meant(session, source.hospital, one.number, one.known_as)
        if before is None and not referral.cancelled:
            _keep_in_mind(session, referral, one, case, source)
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
        referrals.cancel(session, told, source)


def _keep_in_mind(session: Session, referral: IncomingReferral, one: Replaced, case: Case, source: Source) -> None:
    names = {name: told for name, told in ((_NUMBER, one.number), (_ADDRESS, one.known_as)) if told}
    known = select(CaseEvent.id).where(
        CaseEvent.case_id == case.id, CaseEvent.what == NOT_HERE, CaseEvent.details.contains(names)
    )
    if not names or session.execute(known.limit(1)).first() is not None:
        return
    word = Word(referral.sent_at or referral.asked_at, one.known_as, one.version)
    details: dict[str, Any] = latest_word.said(word, source.at) | names
    timeline.happened(session, case, NOT_HERE, at=source.at, hospital=source.hospital.name, **details)


def came_late(session: Session, referral: IncomingReferral, case: Case, source: Source) -> None:
    """The case is new: what took its place may have come before it, and be there still. A newer version than was taken back is left to a
    person.
    """
    number, address = (CaseEvent.details[name].as_string() for name in (_NUMBER, _ADDRESS))
    names = [number == referral.number] if referral.number else []
    if referral.known_as:  # under another number it is another request, as everywhere (known_referrals.at)
        is_numbered_otherwise = number != referral.number if referral.number else false()
        names.append((address == referral.known_as) & ~func.coalesce(is_numbered_otherwise, false()))
    beside = select(CaseEvent, Case.referral_number).join(Case, Case.id == CaseEvent.case_id)
    beside = beside.where(
        Case.patient_id == case.patient_id,
        Case.hospital_id == case.hospital_id,
        Case.id != case.id,
        Case.state != CaseState.WITHDRAWN,
    )
    found = session.execute(beside.where(CaseEvent.what == NOT_HERE, or_(False, *names)).limit(1)).first()
    if found is None:
        return
    event, instead = found
    word = latest_word.of_event(event)
    told = IncomingReferral(
        patient=referral.patient,
        number=referral.number,
        known_as=referral.known_as,
        cancelled=True,
        cancel_reason=_why("", instead),
        sent_at=word.sent_at,
        version=word.version,
    )
    referrals.cancel(session, told, source._replace(at=max(source.at, event.at)))


def _why(reason: str, number: str) -> str:
    """In Dutch, as the reason of a withdrawal stands on the case; with the number under which it was asked anew."""
    instead = f"vervangen door aanmelding {number}" if number else "vervangen door een nieuwe aanmelding"
    return f"{reason}; {instead}" if reason else instead
