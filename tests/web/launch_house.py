"""A portal and an invented EPD of ZEED that opens it, for the tests of being opened from the EPD."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.launch import Launch
from mdo_portal.domain.link import Link
from mdo_portal.exchange import PatientIdentity
from tests import make
from tests.integrations.smart import ehr as ehrs
from tests.integrations.smart.ehr import CLIENT, LAUNCH, Ehr, sent_back
from tests.people import Region
from tests.web.portal import app_on, signed_in


@dataclass
class House:
    app: Flask
    database: Database
    region: Region
    ehr: Ehr

    def person(self, name: str = "Dirk") -> FlaskClient:
        return signed_in(self.app, self.database, self.region, name)

    def start(self, browser: FlaskClient, iss: str = "", launch: str = LAUNCH) -> TestResponse:
        """The button in the EPD."""
        return browser.get("/launch", query_string={"iss": iss or self.ehr.iss, "launch": launch})

    def away(self, browser: FlaskClient, iss: str = "") -> TestResponse:
        """As far as the answer that sends the browser to the EPD's own door."""
        begun = self.start(browser, iss).location
        assert begun.startswith("/launch/out/")
        return browser.get(begun)

    def at_the_door(self, sent: TestResponse) -> str:
        """The EPD lets the browser through: the path and query with which it comes back."""
        parts = urlsplit(sent_back(sent.location))
        return f"{parts.path}?{parts.query}"

    def opened(self, browser: FlaskClient) -> TestResponse:
        """From the button to the page that is shown."""
        return browser.get(self.at_the_door(self.away(browser)))

    def case(self, identity: PatientIdentity, **over: Any) -> uuid.UUID:
        with self.database.transaction() as session:
            hospital = session.get_one(Hospital, self.region.hospitals["ZEED"])
            return make.case(session, hospital, board_id=self.region.boards["URO-P"], patient=identity, **over).id

    def agreed(self, code: str = "ZEED", **over: Any) -> None:
        """What stands with the link of that hospital, whoever wrote it."""
        with self.database.transaction() as session:
            link_id = self.region.links[code].link_id
            row = session.get(Launch, link_id) or Launch(
                link_id=link_id, hospital_id=self.region.hospitals[code], is_on=True, iss=self.ehr.iss, client_id=CLIENT,
                authorize_url=f"{self.ehr.url}/authorize", token_url=f"{self.ehr.url}/token", profile="generic-r4",
            )  # fmt: skip
            for name, value in over.items():
                setattr(row, name, value)
            session.add(row)
            session.execute(update(Link).where(Link.id == link_id).values(inside_networks=["127.0.0.0/8"]))

    def lines(self) -> list[tuple[str, str, int]]:
        """What was logged: of what, why, with what outcome."""
        with self.database.transaction() as session:
            rows = session.scalars(select(AuditEntry).where(AuditEntry.act == "case:read").order_by(AuditEntry.seq))
            return [(one.object_type, one.detail, one.outcome) for one in rows]


@pytest.fixture(scope="session")
def serving() -> Iterator[Ehr]:
    with ehrs.serving() as made:
        yield made


@pytest.fixture
def house(database: Database, region: Region, serving: Ehr) -> Iterator[House]:
    serving.__dict__.update(Ehr(serving.url).__dict__)
    with app_on(database) as app:
        made = House(app, database, region, serving)
        made.agreed()
        yield made
