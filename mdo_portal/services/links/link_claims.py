"""Under which names a hospital may send: a message that could be of two hospitals would be nobody's (hospitals.sender_of)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.link import Link
from mdo_portal.errors import N_

CLAIMED = N_(
    "Een andere koppeling stuurt al onder deze naam. Vul ook MSH-4 in, zodat beide uit elkaar te houden zijn. "
    "Kan dat niet, dan moet dat andere met een certificaat bellen en koppelt u hier eerst het uwe: dat zegt van wie een bericht is."
)
CLAIMED_BOTH = N_(
    "Een ander ziekenhuis stuurt al onder deze MSH-3 met deze MSH-4: dan is niet te zeggen van wie een bericht is. "
    "Laat uw EPD in MSH-4 een eigen naam zetten. "
    "Kan dat niet, dan moet dat andere met een certificaat bellen en koppelt u hier eerst het uwe: dat zegt van wie een bericht is."
)
CLAIMED_WHOLLY = N_(
    "De koppeling van een ander ziekenhuis neemt alles onder deze naam aan, wat er ook in MSH-4 staat. "
    "Vraag de beheerder van het netwerk om daar MSH-4 in te laten vullen, en vul hier de uwe in. "
    "Kan dat niet, dan moet dat ziekenhuis met een certificaat bellen en koppelt u hier eerst het uwe: dat zegt van wie een bericht is."
)


def claim_on(session: Session, hospital_id: uuid.UUID, applications: Sequence[str], facilities: Sequence[str]) -> str:
    """What to say when a message could be this hospital's and another's: it would be nobody's (hospitals.sender_of). "" = it could not.

    Lines whose certificates tell them apart may send under one name: some systems (ZorgDomein) fill in the same for every hospital.
    What two share already is not asked again.
    """
    own = session.scalar(select(Link).where(Link.hospital_id == hospital_id))
    for other in session.scalars(select(Link).where(Link.hospital_id != hospital_id)):
        shared = own is not None and _signs_alike(other, own.sending_applications, own.sending_facilities)
        if shared or not _signs_alike(other, applications, facilities):
            continue
        if own is None or not session.scalar(select(func.access.apart_by_certificate(other.id, own.id))):
            return _claimed(facilities, other.sending_facilities)
    return ""


def _claimed(facilities: Sequence[str], taken: Sequence[str]) -> str:
    if not taken:
        return CLAIMED_WHOLLY
    return CLAIMED_BOTH if facilities else CLAIMED


def is_shared(session: Session, link: Link) -> bool:
    """Whether another hospital sends under a name of this one, so that only a certificate says of whom a message is."""
    others = session.scalars(select(Link).where(Link.hospital_id != link.hospital_id))
    return any(_signs_alike(other, link.sending_applications, link.sending_facilities) for other in others)


def _signs_alike(other: Link, applications: Sequence[str], facilities: Sequence[str]) -> bool:
    any_facility = not facilities or not other.sending_facilities
    return bool(set(applications) & set(other.sending_applications)) and (
        any_facility or bool(set(facilities) & set(other.sending_facilities))
    )
