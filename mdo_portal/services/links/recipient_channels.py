"""How letters reach who is not the hospital itself: the general practitioners of its patients."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.delivery import Audience
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.link import Link
from mdo_portal.domain.recipient import RecipientChannel
from mdo_portal.exchange import Address
from mdo_portal.services.common.sealed import row_of, sealer
from mdo_portal.services.links import hospitals

SECRET_PURPOSE = "recipient.secret"


def of(session: Session, hospital_id: uuid.UUID, audience: Audience) -> RecipientChannel | None:
    """What was agreed; None = letters for this audience are not sent from here."""
    return session.get(RecipientChannel, (hospital_id, audience))


def address_of(session: Session, hospital_id: uuid.UUID, audience: Audience) -> tuple[Channel, Address]:
    """How letters for this audience go. Without an agreement they go on paper, and a person sees to it."""
    if audience is Audience.REFERRER:
        return hospitals.address_of(session, hospital_id)
    hospital = session.get_one(Hospital, hospital_id)
    agreed = of(session, hospital_id, audience)
    if agreed is None:
        return Channel.PAPER, Address(hospital_code=hospital.code, profile="")
    link = session.scalars(select(Link).where(Link.hospital_id == hospital_id)).one_or_none()
    return agreed.channel, _address(hospital, link, agreed, secret=_opened(session, agreed))


def _address(hospital: Hospital, link: Link | None, agreed: RecipientChannel, *, secret: str) -> Address:
    """In the networks, and by the roots, of the hospital's own link: those the administrator set."""
    return Address(
        hospital_code=hospital.code,
        profile=agreed.profile_out,
        host=agreed.host,
        port=agreed.port,
        tls=agreed.tls,
        url=agreed.url,
        token=secret if agreed.channel is Channel.FHIR else "",
        inside=tuple(link.inside_networks) if link else (),
        trust=link.trust_out if link else "",
        folder=agreed.folder,
        hook_secret=secret if agreed.channel is Channel.HOOK else "",
        mail_to=agreed.mail_to,
    )


def seal(session: Session, agreed: RecipientChannel, secret: str) -> None:
    """Keep the secret of this channel; it is never shown again."""
    row = row_of("recipient_channels", agreed.hospital_id, agreed.audience)
    agreed.secret_sealed = sealer(session).seal(secret.encode(), purpose=SECRET_PURPOSE, row=row)


def _opened(session: Session, agreed: RecipientChannel) -> str:
    if not agreed.secret_sealed:
        return ""
    row = row_of("recipient_channels", agreed.hospital_id, agreed.audience)
    return sealer(session).open(agreed.secret_sealed, purpose=SECRET_PURPOSE, row=row).decode()
