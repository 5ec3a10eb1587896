"""The application with signed decisions whose letters are as a test says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.delivery import Delivery
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services.room import advice
from tests import make
from tests.people import Region
from tests.web.portal import app_on, signed_in


class House(NamedTuple):
    app: Flask
    database: Database
    region: Region

    def person(self, name: str) -> FlaskClient:
        return signed_in(self.app, self.database, self.region, name)

    def letter(self, *, hospital: str = "ZEED", due_in: int | None = None, **values: object) -> Delivery:
        """A signed decision whose letter is as the test says."""
        now, region = datetime.now(UTC), self.region
        with self.database.transaction() as session:
            at = session.get_one(Hospital, region.hospitals[hospital])
            case = make.case(session, at, now=now, board_id=region.boards["URO-P"])
            meeting = session.get_one(Meeting, region.meeting)
            round_ = make.discussed(session, make.planned(session, case, meeting, viewer=region.aisha), viewer=region.bram)
            if due_in is not None:
                item = advice.add(session, round_, person_id=region.bram.person_id, now=now)
                item.due_on = now.date() + timedelta(days=due_in)
            letter = make.delivery_of(session, make.signed(session, round_, viewer=region.bram, now=now))
            session.execute(update(Delivery).where(Delivery.id == letter.id).values(letter_sha256="0" * 64, **values))
        return letter

    def now_is(self, letter: Delivery) -> Delivery:
        with self.database.transaction() as session:
            return session.get_one(Delivery, letter.id)


@pytest.fixture
def house(database: Database, region: Region) -> Iterator[House]:
    with app_on(database) as app:
        yield House(app, database, region)
