"""The application with one case in it, for the pages of people, their rights, boards and hospitals."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from mdo_portal.database import Database
from mdo_portal.domain.audit import SUCCESS, AuditEntry
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Role
from tests import make
from tests.people import Region, person_id
from tests.web.portal import CSRF, Portal, app_on


@dataclass(frozen=True)
class House(Portal):
    """The application and one case of ZEED on the agenda of nobody yet."""

    case_id: uuid.UUID

    def post(self, name: str, path: str, /, **form: object) -> TestResponse:
        return self.person(name).post(path, data={"csrf_token": CSRF, **form})

    @property
    def uro(self) -> str:
        return f"/people/board/{self.region.boards['URO-P']}"

    def board_role(self, name: str, role: Role) -> BoardMembership:
        with self.database.transaction() as session:
            held = select(BoardMembership).where(BoardMembership.person_id == person_id(name), BoardMembership.role == role)
            return session.scalars(held.order_by(BoardMembership.ended_at.desc().nulls_first())).first()  # type: ignore[return-value]


@pytest.fixture
def house(database: Database, region: Region) -> Iterator[House]:
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        patient = make.identity("4711")
        case = make.case(session, zeed, now=datetime.now(UTC), board_id=region.boards["URO-P"], patient=patient, number="VW-1")
    with app_on(database) as app:
        yield House(app, database, region, case.id)


def lines(house: House, act: str = "people:manage") -> list[AuditEntry]:
    with house.database.transaction() as session:
        done = (AuditEntry.act == act, AuditEntry.outcome == SUCCESS)
        return list(session.scalars(select(AuditEntry).where(*done).order_by(AuditEntry.seq)))
