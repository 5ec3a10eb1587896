"""A hospital as the administrator sets it up: its particulars, and how often its rights are gone over. Its link is another matter."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, Incomplete, NotFound
from mdo_portal.services.access_log import audit
from mdo_portal.services.links import link_history, particulars

FIELDS = ("name", "city", "phone", "ura", "agb", "review_months")
MOST_REVIEW_MONTHS = 24
REVIEW_BOUNDS = N_("Tussen 1 en 24 maanden.")
NOT_SAVED = N_("Nog niet alles klopt. Er is niets bewaard; verbeter de gemarkeerde velden.")


def hospital_of(session: Session, hospital_id: uuid.UUID) -> Hospital:
    """Held, as its link manager holds it: two pages change its particulars."""
    hospital = session.get(Hospital, hospital_id, with_for_update=HELD)
    if hospital is None:
        raise NotFound()
    return hospital


def save(session: Session, viewer: Viewer, hospital_id: uuid.UUID, form: Mapping[str, str], *, now: datetime) -> Hospital:
    """Keep what the form says. Raises Incomplete with a sentence per field; then nothing changed."""
    hospital = hospital_of(session, hospital_id)
    told = particulars.said(form) | {"epd": hospital.epd}
    months = form.get("review_months", str(hospital.review_months))
    wrong = particulars.wrong(told)
    if not re.fullmatch(r"[0-9]{1,2}", months) or not 1 <= int(months) <= MOST_REVIEW_MONTHS:
        wrong["review_months"] = REVIEW_BOUNDS
    if wrong:
        raise Incomplete(wrong, NOT_SAVED)
    asked = told | {"review_months": int(months)}
    changed = [name for name in FIELDS if getattr(hospital, name) != asked[name]]
    before = link_history.as_text(hospital, None)
    for name in changed:
        setattr(hospital, name, asked[name])
    _tell_link(session, hospital, before, viewer=viewer, now=now)
    detail = ", ".join(changed)
    audit.record(session, viewer, Act.BOARD_MANAGE, now=now, object_type="hospital", object_id=hospital.id, detail=detail)
    return hospital


def _tell_link(session: Session, hospital: Hospital, before: str, *, viewer: Viewer, now: datetime) -> None:
    """Its link manager keeps the same particulars on another page: who has that open hears that they changed."""
    link_history.remember_settings(session, hospital.id, before, link_history.as_text(hospital, None), viewer=viewer, now=now)
