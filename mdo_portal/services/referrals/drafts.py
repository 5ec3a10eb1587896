"""A registration as it is being typed: kept sealed, one per person and hospital.

Among its fields stand `page`, which window typed it, and `after`, what that window went on from: a second window of the same
person does not put its own patient in the place of what the first was told is kept.
"""

from __future__ import annotations

import json
from datetime import datetime

import structlog
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.draft import Draft
from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.sealing import CANNOT_OPEN
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, PortalError
from mdo_portal.services.common.sealed import row_of, sealer

log = structlog.get_logger(__name__)
PURPOSE = "draft.fields"


class TypedElsewhere(PortalError):
    """Another window of this person holds the draft; nothing was saved."""

    status = 409
    sentence = N_(
        "In een ander venster typt u ook een aanmelding, en die is bewaard; deze niet. Dien die eerst in of maak dat formulier leeg."
    )


def load(session: Session, viewer: Viewer) -> tuple[dict[str, str], datetime | None]:
    """What this person typed so far, and when it was saved."""
    query = select(Draft).where(Draft.person_id == viewer.person_id, Draft.hospital_id == viewer.hospital_id)
    draft = session.execute(query).scalar_one_or_none()
    if draft is None:
        return {}, None
    try:
        return json.loads(sealer(session).open(draft.fields_sealed, purpose=PURPOSE, row=_row(viewer))), draft.saved_at
    except CANNOT_OPEN as error:  # its key is gone, and with it the text: nobody is kept from typing anew
        log.error("draft.sealed", draft_id=str(draft.id), error=type(error).__name__)
        return {}, None


def _row(viewer: Viewer) -> str:
    return row_of("drafts", viewer.person_id, viewer.hospital_id)


def save(session: Session, viewer: Viewer, fields: dict[str, str], *, now: datetime) -> None:
    """Keep what was typed; the newest text of one window wins. Raises TypedElsewhere."""
    if not is_of(session, viewer, fields):
        raise TypedElsewhere()
    sealed = sealer(session).seal(json.dumps(fields).encode(), purpose=PURPOSE, row=_row(viewer))
    row = {
        "id": new_id(),
        "person_id": viewer.person_id,
        "hospital_id": viewer.hospital_id,
        "fields_sealed": sealed,
        "saved_at": now,
    }
    statement = insert(Draft).values(row)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["person_id", "hospital_id"], set_={"fields_sealed": sealed, "saved_at": now}
        )
    )


def is_of(session: Session, viewer: Viewer, fields: dict[str, str]) -> bool:
    """Whether what is kept was typed in this window, or is what it went on from; also when nothing is kept."""
    kept = load(session, viewer)[0].get("page", "")
    return not kept or "page" not in fields or kept in (fields["page"], fields.get("after", ""))


def drop(session: Session, viewer: Viewer) -> None:
    session.execute(delete(Draft).where(Draft.person_id == viewer.person_id, Draft.hospital_id == viewer.hospital_id))
