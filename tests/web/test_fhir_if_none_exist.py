"""Conditional create at the FHIR door: what this hospital handed in before under that number is not taken twice."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from mdo_portal.database import Database
from mdo_portal.domain.inbound import InboundMessage, InboundState
from tests.integrations.fhir.make import request
from tests.web.fhir_house import TASK, app, client, messages, post, understand

__all__ = ["app", "client"]


def test_if_none_exist_takes_nothing_twice(client: FlaskClient, database: Database) -> None:
    first = post(client, "/fhir/Task", TASK)
    again = post(client, "/fhir/Task", TASK | {"description": "anders"}, If_None_Exist="identifier=urn:x|T-1")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.headers["Location"] == again.headers["Location"] and len(messages(database)) == 1


@pytest.mark.parametrize(
    ("path", "condition", "is_known"),
    [
        ("/fhir/Task", "identifier=urn%3Ax%7CT-1", True),
        ("/fhir/Task", "identifier=T-1", True),
        ("/fhir/Task", "identifier=urn:y|T-1", False),
        ("/fhir/Task", "identifier=|T-1", False),
        ("/fhir/Task", "identifier=urn:x|T-1%00", False),
        ("/fhir/Task", "identifier=urn:x|T-10", False),
        ("/fhir/Task", "identifier=urn:x|T-1&status=requested", False),
        ("/fhir/Task", "identifier=urn:x|T-1" + "&status=requested" * 40, False),
        ("/fhir", "identifier=urn:x|T-1", True),
        ("/fhir/DocumentReference", "identifier=urn:x|T-1", False),
    ],
)
def test_if_none_exist_means_this_number_of_this_system_and_kind(
    client: FlaskClient, database: Database, path: str, condition: str, is_known: bool
) -> None:
    post(client, "/fhir/Task", TASK)
    post(client, path, TASK | {"description": "anders"}, If_None_Exist=condition)

    assert len(messages(database)) == (1 if is_known else 2)


def test_if_none_exist_does_not_keep_out_what_mends_a_refused_one(client: FlaskClient, database: Database) -> None:
    """It was answered with 200 and thrown away: the hospital thought that its mended message was here."""
    broken = {name: value for name, value in TASK.items() if name != "basedOn"}
    post(client, "/fhir/Task", broken, If_None_Exist="identifier=urn:x|T-1")
    understand(database)
    assert [one.state for one in messages(database)] == [InboundState.UNREADABLE]

    again = post(client, "/fhir/Task", TASK, If_None_Exist="identifier=urn:x|T-1")

    assert again.status_code == 201 and len(messages(database)) == 2


def test_if_none_exist_about_one_that_nobody_can_open_any_more_takes_the_message(client: FlaskClient, database: Database) -> None:
    post(client, "/fhir/Task", TASK)
    with database.transaction() as session:
        session.execute(update(InboundMessage).values(raw_sealed=b"nobody can open this"))

    again = post(client, "/fhir/Task", TASK | {"description": "anders"}, If_None_Exist="identifier=urn:x|T-1")

    assert again.status_code == 201 and len(messages(database)) == 2


@pytest.mark.parametrize("condition", ["identifier=urn:x|R-1", "identifier=R-1", "identifier=urn:y|R-1"])
def test_what_was_written_at_its_address_is_here_under_its_number(
    client: FlaskClient, database: Database, condition: str
) -> None:
    """Under its number and system it was taken again."""
    told = request(identifier=[{"system": "urn:x", "value": "R-1"}], subject={"identifier": {"system": "urn:y", "value": "42"}})
    post(client, "/fhir/ServiceRequest/r", told, method="PUT")

    again = post(client, "/fhir/ServiceRequest", told, If_None_Exist=condition)

    assert again.status_code == (202 if "urn:y" in condition else 200)
    assert len(messages(database)) == (2 if "urn:y" in condition else 1)
