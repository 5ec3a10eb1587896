"""`mdo-portal hospital`: adding one, and trying how a message of one is read, without keeping anything."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal import trial, wiring_profiles
from mdo_portal.database import Database
from mdo_portal.domain import certificate
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.link import Link
from mdo_portal.exchange import Wire
from mdo_portal.services.common import terms
from mdo_portal.services.dossier import routing
from mdo_portal.services.links import hospitals, line_acceptance, line_binding, lines, links
from mdo_portal.services.links.hospitals import LinkRow


def add(database: Database, *, code: str, name: str, profile: str, sending_application: str) -> dict[str, Any]:
    """A hospital with its link. Without a profile it starts at level 0: web form in, printed letter out.

    Gives what the hospital must be told; the token is shown once and kept only as its hash. Raises Incomplete.
    """
    now, token = datetime.now(UTC), ""
    settings = {"name": name, "profile_in": profile, "sending_applications": sending_application, "channel_out": Channel.PAPER}
    with database.transaction() as session:
        hospital = links.add_hospital(session, {"code": code, "name": name}, viewer=None, now=now)
        link = session.scalars(select(Link).where(Link.hospital_id == hospital.id)).one()
        known = wiring_profiles.known_profiles()
        links.save(session, hospital, link, settings, profiles=known, viewer=None, now=now, loopback=False)
        if known.wires.get(profile) is Wire.FHIR:
            token = links.new_token(session, hospital, link, viewer=None, now=now)
        return {"hospital": hospital.code, "profile": profile, "level": link.level.value, "token": token}


def link_of(database: Database, code: str) -> tuple[LinkRow, Sequence[LinkRow]]:
    """The link of this hospital, and all links. Raises KeyError when there is none that reads messages."""
    with database.transaction() as session:
        rows = hospitals.links(session)
    found = next((row for row in rows if row.hospital_code == code), None)
    if found is None or not found.profile_in:
        raise KeyError(code)
    return found, rows


def bare_link(profile: str) -> LinkRow:
    """A link of nobody that only reads with this profile: for trying without a database."""
    nobody = uuid.UUID(int=0)
    return LinkRow(nobody, nobody, "", "", profile, "", (), (), "")


def boards_of(database: Database, link: LinkRow) -> Sequence[routing.Called]:
    """The boards that this link's hospital takes part in."""
    with database.transaction() as session:
        return routing.boards_of(session, session.get_one(Hospital, link.hospital_id))


def check(
    path: Path, *, link: LinkRow, links: Sequence[LinkRow], boards: Sequence[routing.Called] | None = None
) -> dict[str, Any]:
    """How this message would be answered and read: every field and its place, what is missing, what was left over."""
    tried = trial.try_message(path.read_bytes(), link=link, links=links, now=datetime.now(UTC), boards=boards)
    return trial.as_json(tried)


def bind(database: Database, code: str, raw: bytes, *, by: str, by_name: bool, is_shared: bool = False) -> dict[str, Any]:
    """Bind a client certificate to a hospital's link. Raises Incomplete with a sentence when it cannot be, KeyError for no link."""
    found = certificate.read(raw)
    with database.transaction() as session:
        bound_to = line_binding.bind_certificate(
            session,
            _link_id(session, code),
            found,
            by_name=by_name,
            by=by,
            now=datetime.now(UTC),
            viewer=None,
            is_shared=is_shared,
        )
    return {"hospital": code, "bound_to": bound_to, "ends": found.expires_at.isoformat()}


def unbind(database: Database, code: str, bound_to: str) -> bool:
    """Withdraw a certificate; False when the link has no such one."""
    with database.transaction() as session:
        return line_binding.withdraw(session, _link_id(session, code), bound_to, now=datetime.now(UTC))


def accept_plain(database: Database, code: str, *, by: str, why: str, until: datetime) -> None:
    """Accept unencrypted messages of this hospital, to the end of that day. Raises Incomplete, KeyError for no link."""
    last, now = terms.end_of(until.date()), datetime.now(UTC)
    with database.transaction() as session:
        line_acceptance.accept_plain(session, _link_id(session, code), by=by, why=why, until=last, now=now)


def withdraw_plain(database: Database, code: str) -> bool:
    """Take nothing unencrypted of this hospital any more; False when nobody had accepted it."""
    with database.transaction() as session:
        return line_acceptance.withdraw_plain(session, _link_id(session, code), now=datetime.now(UTC))


def line(database: Database, code: str) -> dict[str, Any]:
    """How a hospital's line stands."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        row = lines.line_of(session, _link_id(session, code), now=now)
    told = [
        {
            "bound_to": one.bound_to,
            "subject": one.subject,
            "ends": str(one.expires_at or ""),
            "ends_soon": one.ends_soon(now),
            "ended": one.ended(now),
        }
        for one in row.certificates
    ]
    found: dict[str, Any] = {"hospital": code, "line": row.safety.value, "certificates": told}
    if row.plain_accepted_at:
        until = str(row.plain_accepted_until or "")
        found["plain"] = {"by": row.plain_accepted_by, "why": row.plain_accepted_why, "until": until}
    return found


def _link_id(session: Session, code: str) -> uuid.UUID:
    found = session.scalar(select(Link.id).join(Hospital, Hospital.id == Link.hospital_id).where(Hospital.code == code))
    if found is None:
        raise KeyError(code)
    return found
