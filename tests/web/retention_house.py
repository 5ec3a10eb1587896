"""The application with one finished case of ZEED, whose patient asks to be forgotten."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.destruction import DestroyRequest
from mdo_portal.domain.people import Membership, Person, Role
from mdo_portal.services.people import sessions
from tests import make
from tests.people import Region
from tests.services.keeping.test_retention import LATELY, LONG_AGO, finished
from tests.web.portal import CSRF, Portal, app_on

NUMBER = "Z-4711"


@dataclass(frozen=True)
class House(Portal):
    """The application with one finished case of ZEED, a second privacy officer (Pim) and a case manager (Cees)."""

    case_id: uuid.UUID

    def extra(self, name: str, role: Role, *, code: str = "ZEED", at: datetime | None = None) -> FlaskClient:
        """Somebody of this role, signed in at that moment."""
        hospital_id = self.region.hospitals[code]
        with self.database.transaction() as session:
            person = Person(name=name, email=f"{uuid.uuid4()}@example.nl")
            session.add(person)
            session.flush()
            session.add(Membership(person_id=person.id, hospital_id=hospital_id, role=role))
            session.flush()
            key = sessions.start_session(session, person.id, hospital_id, proof=make.PROOF, now=at or datetime.now(UTC))
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie.update({"_user_id": key, "_fresh": True, "csrf": CSRF})
        return client

    def patient_id(self) -> uuid.UUID:
        with self.database.transaction() as session:
            return session.get_one(Case, self.case_id).patient_id

    def asked(self, client: FlaskClient) -> uuid.UUID:
        """A request that this person noted; its id."""
        answer = post(
            client, "/destruction/requests", patient_id=self.patient_id(), letter_on=LATELY.date().isoformat(), case_id=""
        )
        assert answer.status_code == 303
        with self.database.transaction() as session:
            return session.scalars(select(DestroyRequest.id).order_by(DestroyRequest.requested_at.desc())).first() or uuid.uuid4()

    def has_case(self) -> bool:
        with self.database.transaction() as session:
            return session.get(Case, self.case_id) is not None


def post(client: FlaskClient, path: str, **form: object):  # type: ignore[no-untyped-def]
    return client.post(path, data={"csrf_token": CSRF, **form})


def found(client: FlaskClient, **form: object):  # type: ignore[no-untyped-def]
    """The page of the patient that is searched so, or why there is none."""
    return client.post("/destruction/find", data={"csrf_token": CSRF, **form}, follow_redirects=True)


@contextmanager
def opened(database: Database, region: Region) -> Iterator[House]:
    with database.transaction() as session:
        patient = make.identity(NUMBER, bsn=make.BSN)
        case_id = finished(session, region, at=LONG_AGO, patient=patient, number="VW-9001").id
    with app_on(database) as app:
        yield House(app, database, region, case_id)
