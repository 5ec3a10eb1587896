"""The application and one question about who somebody is, for the tests of the page *Wie is dit?*."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.identity_conflict import IdentityConflict
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.people import Membership, Person, Role
from mdo_portal.services.people import sessions
from tests import make
from tests.identity_questions import referral
from tests.make import BSN, OTHER_BSN
from tests.people import Region
from tests.test_reception import hand_in, understand_all
from tests.web.portal import CSRF, app_on


@dataclass(frozen=True)
class House:
    """The application; ZEED sent the same number with another BSN."""

    app: Flask
    database: Database
    region: Region
    conflict_id: uuid.UUID

    def person(self, role: Role, code: str = "ZEED") -> FlaskClient:
        with self.database.transaction() as session:
            person = Person(name=f"{role.value} {code}", email=f"{uuid.uuid4()}@example.nl")
            session.add(person)
            session.flush()
            session.add(Membership(person_id=person.id, hospital_id=self.region.hospitals[code], role=role))
            session.flush()
            hospital_id = self.region.hospitals[code]
            key = sessions.start_session(session, person.id, hospital_id, proof=make.PROOF, now=datetime.now(UTC))
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie.update({"_user_id": key, "_fresh": True, "csrf": CSRF})
        return client

    def decide(self, client: FlaskClient, decision: str, **form: str) -> int:
        data = {"csrf_token": CSRF, "decision": decision, "reason": "gebeld met de polikliniek", **form}
        return client.post(f"/identities/{self.conflict_id}/decide", data=data).status_code

    def state(self) -> list[str]:
        with self.database.transaction() as session:
            query = select(InboundMessage.state, InboundMessage.reason).order_by(InboundMessage.seq)
            return [row.reason or row.state.value for row in session.execute(query)]


@pytest.fixture
def house(database: Database, region: Region) -> Iterator[House]:
    hand_in(database, region, referral("1", bsn=BSN), referral("2", bsn=OTHER_BSN), now=datetime.now(UTC))
    understand_all(database, now=datetime.now(UTC))
    with database.transaction() as session:
        conflict_id = session.scalars(select(IdentityConflict.id)).one()
    with app_on(database) as app:
        yield House(app, database, region, conflict_id)
