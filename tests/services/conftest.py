"""Whom nearly every test of a service asks for."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.hospital import Hospital
from tests.people import Region, board_of


@pytest.fixture
def zeed(session: Session, region: Region) -> Hospital:
    return session.get_one(Hospital, region.hospitals["ZEED"])


@pytest.fixture
def uro(session: Session, region: Region) -> Board:
    return board_of(session, region)


@pytest.fixture
def meeting(session: Session, region: Region) -> Meeting:
    return session.get_one(Meeting, region.meeting)
