"""`mdo-portal hospital launch`: what is agreed about opening the portal from a hospital's EPD. Its link manager does the same on a page."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from mdo_portal import wiring_profiles
from mdo_portal.database import Database
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.link import Link
from mdo_portal.services.oversight import launches


def agree(database: Database, code: str, said: launches.Agreed, *, public_url: str) -> dict[str, Any]:
    """Write it down, and give how it stands and what the EPD's vendor must be told. Raises KeyError without such a link, Incomplete."""
    profiles = wiring_profiles.known_profiles()
    with database.transaction() as session:
        query = select(Hospital, Link).join(Link, Link.hospital_id == Hospital.id).where(Hospital.code == code)
        found = session.execute(query).one_or_none()
        if found is None:
            raise KeyError(code)
        hospital, link = found
        launches.save(session, hospital, link, said, profiles, viewer=None, now=datetime.now(UTC), loopback=True)
        here = public_url.rstrip("/")
        told = {"launch_url": f"{here}/launch", "redirect_url": f"{here}/launch/back/{hospital.id}"}
        return {"hospital": code, **asdict(launches.as_agreed(session, link, profiles)), **told}
