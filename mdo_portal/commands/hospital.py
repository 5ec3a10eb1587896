"""`mdo-portal hospital`: adding one, and trying how a message of one is read, without keeping anything."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from mdo_portal import trial, wiring
from mdo_portal.database import Database
from mdo_portal.domain.hospital import Channel, Link
from mdo_portal.exchange import Wire
from mdo_portal.services import hospitals, links
from mdo_portal.services.hospitals import LinkRow


def add(database: Database, *, code: str, name: str, profile: str, sending_application: str) -> dict[str, Any]:
    """A hospital with its link. Without a profile it starts at level 0: web form in, printed letter out.

    Gives what the hospital must be told; the token is shown once and kept only as its hash. Raises Incomplete.
    """
    now, token = datetime.now(UTC), ""
    settings = {"name": name, "profile_in": profile, "sending_applications": sending_application, "channel_out": Channel.PAPER}
    with database.transaction() as session:
        hospital = links.add_hospital(session, {"code": code, "name": name}, viewer=None, now=now)
        link = session.scalars(select(Link).where(Link.hospital_id == hospital.id)).one()
        known = wiring.known_profiles()
        links.save(session, hospital, link, settings, profiles=known, viewer=None, now=now, loopback=False)
        if known.wires.get(profile) is Wire.FHIR:
            token = links.new_token(session, hospital, link, viewer=None, now=now)
        return {"hospital": hospital.code, "profile": profile, "level": link.level.value, "token": token}


def link_of(database: Database, code: str) -> tuple[LinkRow, list[LinkRow]]:
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


def check(path: Path, *, link: LinkRow, links: list[LinkRow]) -> dict[str, Any]:
    """How this message would be answered and read: every field and its place, what is missing, what was left over."""
    tried = trial.try_message(path.read_bytes(), link=link, links=links, now=datetime.now(UTC))
    return trial.as_json(tried)
