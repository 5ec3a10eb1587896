"""Who changes whom the portal lets in or trusts has just proven who they are: the page and the form of such a change ask for it."""

from __future__ import annotations

import uuid

from flask import request
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.link import Link
from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_, NotFound
from mdo_portal.services.links import links
from mdo_portal.web import confirming
from mdo_portal.web.confirming import require_fresh_strong
from mdo_portal.web.context import now, signed, transaction, viewer

AGAIN = N_("Bevestig nog eens dat u het bent: dat is langer dan vijf minuten geleden. Wat u typte staat er nog.")
AGAIN_WITH_FILE = N_(
    "Bevestig nog eens dat u het bent: dat is langer dan vijf minuten geleden. Wat u typte staat er nog; kies het bestand opnieuw."
)


def own(db: Session, hospital_id: uuid.UUID, *, lock: bool = False) -> tuple[Hospital, Link]:
    """The hospital and the link this viewer manages, locked to change them. Raises NotFound for another's, or when there is none."""
    hospital, link = links.hospital_for(db, viewer(), Act.LINK_MANAGE, hospital_id, lock=lock)
    if link is None:
        raise NotFound()
    return hospital, link


def own_link(db: Session, hospital_id: uuid.UUID) -> Link:
    return own(db, hospital_id)[1]


def confirmed(hospital_id: uuid.UUID) -> None:
    """Who lets somebody in as this hospital has just proven who they are. Whose link it is not, is not asked for that."""
    with transaction() as db:
        own_link(db, hospital_id)
    require_fresh_strong()


def asks_again(hospital_id: uuid.UUID) -> str:
    """Why a form that was sent is shown once more, with what was typed: its proof was too old, or wrong; "" = it holds."""
    with transaction() as db:
        own_link(db, hospital_id)
    return who_again()


def who_again() -> str:
    """The same, of a hospital whose link need not be there yet; that it is theirs was asked."""
    if signed().is_fresh_strong(now()):
        return ""
    if not any(request.form.get(name) for name in ("password", "code", "credential")):
        return AGAIN_WITH_FILE if any(one.filename for one in request.files.values()) else AGAIN
    proven = confirming.by_form()
    return "" if proven and proven.strong else confirming.ONE_FACTOR if proven else confirming.WRONG
