"""Whom nearly every test of a service asks for."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from tests.people import Region


@pytest.fixture
def zeed(session: Session, region: Region) -> Hospital:
    return session.get_one(Hospital, region.hospitals["ZEED"])
