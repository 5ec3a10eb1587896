"""Which template of a letter counts for a board and a hospital, what a signature freezes of it, and its picture."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.audience import Audience
from mdo_portal.domain.letters import LetterLogo, LetterTemplateRow, LetterTemplateVersion
from mdo_portal.letters.letter_template import frozen_for

#: for whom a decision is frozen; the letter to the patient takes its template when it is written
WITH_DECISION: Final = (Audience.REFERRER, Audience.GP)


class Place(NamedTuple):
    """For whom and where a template counts; None = everywhere."""

    audience: Audience
    board_id: uuid.UUID | None = None
    hospital_id: uuid.UUID | None = None


def frozen(session: Session, board_id: uuid.UUID, hospital_id: uuid.UUID) -> dict[str, Any]:
    """What a signature freezes: `{"template": {audience: version and words}}`; empty while nobody made a template."""
    found = {audience: in_force(session, Place(audience, board_id, hospital_id)) for audience in WITH_DECISION}
    kept = {audience.value: as_frozen(one) for audience, one in found.items() if one is not None}
    return {"template": kept} if kept else {}


def as_frozen(version: LetterTemplateVersion) -> dict[str, Any]:
    return {"id": str(version.template_id), "version": version.version, "words": version.words}


def in_force(session: Session, place: Place) -> LetterTemplateVersion | None:
    """The newest version of the most specific template in use: board and hospital, hospital, board, everywhere."""
    return session.scalar(_IN_FORCE, {"audience": place.audience, "board": place.board_id, "hospital": place.hospital_id})


def _most_specific() -> Select[LetterTemplateVersion]:
    newest = (
        select(LetterTemplateVersion.template_id, func.max(LetterTemplateVersion.version).label("version"))
        .group_by(LetterTemplateVersion.template_id)
        .subquery()
    )
    row, version = LetterTemplateRow, LetterTemplateVersion
    return (
        select(version)
        .join(newest, (newest.c.template_id == version.template_id) & (newest.c.version == version.version))
        .join(row, row.id == version.template_id)
        .where(row.audience == bindparam("audience"), version.words != {})
        .where(row.board_id.is_(None) | (row.board_id == bindparam("board")))
        .where(row.hospital_id.is_(None) | (row.hospital_id == bindparam("hospital")))
        .order_by(row.hospital_id.is_(None), row.board_id.is_(None))
        .limit(1)
    )


_IN_FORCE = _most_specific()


def logo(session: Session, sha256: str) -> bytes:
    """The picture, or nothing when the template has none."""
    found = session.get(LetterLogo, sha256) if sha256 else None
    return found.png if found else b""


def logo_for(session: Session, content: Mapping[str, Any], audience: Audience) -> bytes:
    """The picture that was frozen with this content for this audience."""
    return logo(session, frozen_for(content, audience).logo)
