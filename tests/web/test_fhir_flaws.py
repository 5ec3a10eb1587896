"""What is wrong with a Bundle itself is said to its sender at once, with the place; whatever else it holds is kept and read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from integrations.fhir.text.judge import problem
from mdo_portal.database import Database
from mdo_portal.domain.inbound import InboundState
from tests.integrations.fhir.make import BASE, Node, bundle, patient, request
from tests.web.fhir_house import app, client, messages, post, understand

__all__ = ["app", "client"]
BARE: Node = {"status": "final", "code": {"text": "PSA"}, "valueString": "8,1"}


def with_entry(entry: Any, kind: str = "collection") -> Node:
    tree: Node = json.loads(bundle(patient(), request(), kind=kind))
    return tree | {"entry": [*tree["entry"], entry]}


FLAWS = pytest.mark.parametrize(
    ("entry", "place", "code"),
    [
        ({"fullUrl": f"{BASE}/Observation/1"}, "Bundle.entry[2].resource", "required"),
        ({"request": {"method": "PUT", "url": "Observation/1"}}, "Bundle.entry[2].resource", "required"),
        ({"resource": BARE}, "Bundle.entry[2].resource.resourceType", "required"),
        ({"resource": "PSA 8,1"}, "Bundle.entry[2].resource", "structure"),
        ("PSA 8,1", "Bundle.entry[2]", "structure"),
    ],
)


def warnings(outcome: Node) -> list[tuple[str, str, str]]:
    assert problem(outcome, "R4") == problem(outcome, "STU3") == ""
    issues = [one for one in outcome["issue"] if one["severity"] == "warning"]
    return [(*one["expression"], one["code"], one["diagnostics"]) for one in issues]


@FLAWS
def test_an_entry_in_which_nothing_can_be_read_is_named(
    client: FlaskClient, database: Database, entry: Any, place: str, code: str
) -> None:
    told = post(client, "/fhir", with_entry(entry))
    understand(database)

    assert told.status_code == 202
    assert [one[:2] for one in warnings(told.json)] == [(place, code)]
    assert warnings(told.json)[0][2].startswith("Entry 3: ") and "8,1" not in told.text
    row = messages(database)[0]
    assert (row.state, list(row.leftovers)) == (InboundState.UNDERSTOOD, ["entry/2"])


@FLAWS
@pytest.mark.parametrize("kind", ["transaction", "batch"])
def test_so_it_is_in_its_own_part_of_the_answer(
    client: FlaskClient, database: Database, kind: str, entry: Any, place: str, code: str
) -> None:
    told = post(client, "/fhir", with_entry(entry, kind))

    assert (told.status_code, told.json["type"]) == (200, f"{kind}-response")
    assert [[one[:2] for one in warnings(each["response"]["outcome"])] for each in told.json["entry"]] == [
        [],
        [],
        [(place, code)],
    ]


@pytest.mark.parametrize("name", ["type", None])
def test_a_bundle_that_does_not_say_of_which_type_it_is_is_read(
    client: FlaskClient, database: Database, name: str | None
) -> None:
    whole = json.loads(bundle(patient(), request()))
    told = post(client, "/fhir", {key: value for key, value in whole.items() if key != name})
    understand(database)

    said = (
        []
        if name is None
        else [("Bundle.type", "required", "The Bundle does not say of which type it is; it is read as a collection.")]
    )
    assert warnings(told.json) == said
    row = messages(database)[0]
    assert (row.state, row.meaning, list(row.leftovers)) == (
        InboundState.UNDERSTOOD,
        "referral",
        ["Bundle.type"] * (name == "type"),
    )


def test_what_does_not_say_what_it_is_is_refused_with_the_place(client: FlaskClient, database: Database) -> None:
    told = post(client, "/fhir", {"id": "1"})

    assert (told.status_code, told.json["issue"][0]["expression"]) == (400, ["resourceType"])
    assert len(messages(database)) == 1


def test_of_thousands_the_first_say_enough(client: FlaskClient) -> None:
    told = post(client, "/fhir", json.loads(bundle(patient(), request())) | {"entry": [{"resource": BARE}] * 3000})

    assert len(warnings(told.json)) == 50


def test_what_a_search_found_without_sending_it_is_no_flaw(client: FlaskClient) -> None:
    entry = {"fullUrl": f"{BASE}/Observation/1", "response": {"status": "200"}}

    assert warnings(post(client, "/fhir", with_entry(entry, "searchset")).json) == []
