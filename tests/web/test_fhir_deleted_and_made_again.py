"""What a hospital's server deleted at its address is not here any more: made again, it is taken."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from mdo_portal.database import Database
from mdo_portal.domain.case import CaseState
from tests.integrations.fhir.make import Node
from tests.web.fhir_house import TASK, app, client, messages, post, understand
from tests.web.test_fhir_at_its_address import asks, cases, delete, put

__all__ = ["app", "client"]
NUMBER = [{"system": "urn:x", "value": "R-1"}]
REQUEST: Node = asks(identifier=NUMBER)


def made_again(client: FlaskClient, told: Node = REQUEST) -> Any:
    return post(client, "/fhir/ServiceRequest", told, If_None_Exist="identifier=urn:x|R-1")


@pytest.mark.parametrize("question", ["Operatie?", "Of eerst chemo?"])
@pytest.mark.parametrize("is_read", [True, False])
def test_deleted_it_is_taken_again_where_it_is_not_there(
    client: FlaskClient, database: Database, is_read: bool, question: str
) -> None:
    """It was answered *here already*, and the patient was on no list."""
    put(client, REQUEST)
    delete(client)
    if is_read:
        understand(database)

    answer = made_again(client, asks(question, identifier=NUMBER))

    (case,) = cases(database)
    assert (answer.status_code, case.question_board, case.state is CaseState.WITHDRAWN) == (202, question, False)


@pytest.mark.parametrize("is_read", [True, False])
def test_the_very_same_bytes_ask_again_too_and_once(client: FlaskClient, database: Database, is_read: bool) -> None:
    put(client, REQUEST)
    delete(client)
    if is_read:
        understand(database)

    put(client, REQUEST)
    put(client, REQUEST)

    assert [one.state is CaseState.WITHDRAWN for one in cases(database)] == [False]
    assert len(messages(database)) == 3
    delete(client)
    assert [one.state for one in cases(database)] == [CaseState.WITHDRAWN]


def test_made_again_it_is_here(client: FlaskClient, database: Database) -> None:
    put(client, REQUEST)
    delete(client)
    assert [made_again(client).status_code for _ in "12"] == [202, 200]
    assert len(cases(database)) == 1


def test_of_another_that_was_deleted_it_is_here_still(client: FlaskClient, database: Database) -> None:
    put(client, REQUEST)
    put(client, asks("Bestralen?", id="s", identifier=[{"system": "urn:x", "value": "R-2"}]), "/fhir/ServiceRequest/s")
    delete(client, "/fhir/ServiceRequest/s")
    assert made_again(client).status_code == 200
    understand(database)
    assert made_again(client).status_code == 200


def test_withdrawn_by_its_status_it_is_here_still(client: FlaskClient, database: Database) -> None:
    put(client, REQUEST)
    put(client, asks(identifier=NUMBER, status="revoked"))
    understand(database)
    assert made_again(client).status_code == 200
    assert [one.state for one in cases(database)] == [CaseState.WITHDRAWN]


def test_a_double_of_what_nobody_deleted_is_a_double(client: FlaskClient, database: Database) -> None:
    for _ in "12":
        assert post(client, "/fhir/Task", TASK).status_code == 201
    assert len(messages(database)) == 1
