"""Templates of letters as the administrator sees them: the list, a template and its versions. A version is added, never changed."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.audience import Audience
from mdo_portal.domain.board import Board
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.letters import LetterLogo, LetterTemplateRow, LetterTemplateVersion
from mdo_portal.domain.people import Person
from mdo_portal.domain.pictures import NotAPicture, clean_png
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, Incomplete, NotFound, Stale
from mdo_portal.letters.letter_template import LetterTemplate, from_json
from mdo_portal.services.access_log import audit
from mdo_portal.services.letters.letter_template_choice import Place, in_force
from mdo_portal.services.letters.letter_template_rules import NOT_SAVED, wrong_in

UNFIT_LOGO = N_("Dit is geen PNG die in een brief past: hoogstens 1600 bij 800 pixels en 60 kB, zonder interlacing.")


class TemplateLine(NamedTuple):
    """A template in the administrator's list."""

    id: uuid.UUID
    audience: Audience
    board: str
    hospital: str
    version: int
    made_at: datetime
    made_by: str
    in_use: bool


class VersionLine(NamedTuple):
    """A version in a template's history."""

    version: int
    made_at: datetime
    made_by: str
    in_use: bool
    back_to: int | None


def lines(session: Session) -> list[TemplateLine]:
    """Every template, with its newest version."""
    other = aliased(LetterTemplateVersion)
    newest = select(func.max(other.version)).where(other.template_id == LetterTemplateRow.id).correlate(LetterTemplateRow)
    query = (
        select(LetterTemplateRow, LetterTemplateVersion, Board.name, Hospital.name, Person.name)
        .join(LetterTemplateVersion, LetterTemplateVersion.template_id == LetterTemplateRow.id)
        .join(Person, Person.id == LetterTemplateVersion.made_by)
        .outerjoin(Board, Board.id == LetterTemplateRow.board_id)
        .outerjoin(Hospital, Hospital.id == LetterTemplateRow.hospital_id)
        .where(LetterTemplateVersion.version == newest.scalar_subquery())
        .order_by(LetterTemplateRow.audience, Hospital.name.nulls_first(), Board.name.nulls_first())
    )
    return [
        TemplateLine(row.id, row.audience, board or "", hospital or "", version.version, version.made_at, by, bool(version.words))
        for row, version, board, hospital, by in session.execute(query)
    ]


def template_of(session: Session, template_id: uuid.UUID) -> LetterTemplateRow:
    found = session.get(LetterTemplateRow, template_id)
    if found is None:
        raise NotFound()
    return found


def history(session: Session, template_id: uuid.UUID) -> list[VersionLine]:
    """Newest first."""
    version = LetterTemplateVersion
    query = (
        select(version, Person.name)
        .join(Person, Person.id == version.made_by)
        .where(version.template_id == template_id)
        .order_by(version.version.desc())
    )
    return [VersionLine(one.version, one.made_at, by, bool(one.words), one.back_to) for one, by in session.execute(query)]


def version_of(session: Session, template_id: uuid.UUID, number: int = 0) -> LetterTemplateVersion:
    """That version, or the newest. Raises NotFound."""
    query = select(LetterTemplateVersion).where(LetterTemplateVersion.template_id == template_id)
    asked = query.where(LetterTemplateVersion.version == number) if number else query
    found = session.scalar(asked.order_by(LetterTemplateVersion.version.desc()).limit(1))
    if found is None:
        raise NotFound()
    return found


def begin(session: Session, viewer: Viewer, place: Place, *, now: datetime) -> LetterTemplateRow:
    """A template for this place that says what counts there now. The one that is there already, when there is one."""
    same = select(LetterTemplateRow).where(
        LetterTemplateRow.audience == place.audience,
        LetterTemplateRow.board_id.is_not_distinct_from(place.board_id),
        LetterTemplateRow.hospital_id.is_not_distinct_from(place.hospital_id),
    )
    there = session.scalar(same)
    if there is not None:
        return there
    if (place.board_id and session.get(Board, place.board_id) is None) or (
        place.hospital_id and session.get(Hospital, place.hospital_id) is None
    ):
        raise NotFound()
    general = in_force(session, place)
    row = LetterTemplateRow(audience=place.audience, board_id=place.board_id, hospital_id=place.hospital_id)
    session.add(row)
    session.flush()
    _add(session, viewer, row, general.words if general else LetterTemplate().as_json(), seen=0, now=now)
    return row


def save(
    session: Session, viewer: Viewer, template_id: uuid.UUID, typed: LetterTemplate, *, seen: int, new_logo: bytes, now: datetime
) -> LetterTemplateVersion:
    """The next version. Raises Incomplete on what cannot be printed, Stale when somebody saved after the person's page read it."""
    row = template_of(session, template_id)
    wrong = wrong_in(typed, row.audience)
    if wrong:
        raise Incomplete(wrong, NOT_SAVED)
    if new_logo:
        typed = replace(typed, logo=keep_logo(session, viewer, new_logo, now=now))
    return _add(session, viewer, row, typed.as_json(), seen=seen, now=now)


def put_back(
    session: Session, viewer: Viewer, template_id: uuid.UUID, number: int, *, seen: int, now: datetime
) -> LetterTemplateVersion:
    """What an earlier version said, as a new version."""
    row, earlier = template_of(session, template_id), version_of(session, template_id, number)
    if not earlier.words:
        raise IllegalMove(N_("In die versie was het sjabloon uit gebruik. Er is niets veranderd."))
    return _add(session, viewer, row, earlier.words, seen=seen, now=now, back_to=number)


def take_out(session: Session, viewer: Viewer, template_id: uuid.UUID, *, seen: int, now: datetime) -> LetterTemplateVersion:
    """Out of use: from now on a more general template counts, or the letter as delivered."""
    return _add(session, viewer, template_of(session, template_id), {}, seen=seen, now=now)


def keep_logo(session: Session, viewer: Viewer, body: bytes, *, now: datetime) -> str:
    """Keep the picture as a file of ours; its SHA-256. Raises Incomplete when it is no PNG that we print."""
    png = cleaned(body)
    sha256 = hashlib.sha256(png).hexdigest()
    row = {"sha256": sha256, "png": png, "added_by": viewer.person_id, "added_at": now}
    session.execute(insert(LetterLogo).values(row).on_conflict_do_nothing())
    return sha256


def cleaned(body: bytes) -> bytes:
    """A logo with nothing in it but its picture. Raises Incomplete for the field `logo`."""
    try:
        return clean_png(body)
    except NotAPicture:
        raise Incomplete({"logo": UNFIT_LOGO}, NOT_SAVED) from None


def words(version: LetterTemplateVersion | None) -> LetterTemplate:
    """What a version says; as delivered when there is none or it is out of use."""
    return from_json(version.words if version else {})


def _add(
    session: Session,
    viewer: Viewer,
    row: LetterTemplateRow,
    said: dict[str, Any],
    *,
    seen: int,
    now: datetime,
    back_to: int | None = None,
) -> LetterTemplateVersion:
    last = _last(session, row.id)
    if last != seen:
        raise Stale()
    made = LetterTemplateVersion(
        template_id=row.id, version=last + 1, words=said, made_by=viewer.person_id, made_at=now, back_to=back_to
    )
    session.add(made)
    session.flush()
    detail = f"{row.audience}: version {made.version}{'' if said else ' (out of use)'}"
    audit.record(
        session, viewer, Act.LETTER_TEMPLATE_MANAGE, now=now, object_type="letter_template", object_id=row.id, detail=detail
    )
    return made


def _last(session: Session, template_id: uuid.UUID) -> int:
    """The number of the newest version; whoever saves at the same moment waits, and then hears that somebody was first."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(str(template_id)))))
    numbers: Sequence[int] = session.scalars(
        select(LetterTemplateVersion.version).where(LetterTemplateVersion.template_id == template_id)
    ).all()
    return max(numbers, default=0)
