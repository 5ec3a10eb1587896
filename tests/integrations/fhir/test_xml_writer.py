"""Our answers in XML say what they say in JSON, in the order that the standard asks for."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from integrations.fhir.answer import answer_body, task_status
from integrations.fhir.capability import FHIR_VERSIONS, capability_statement
from integrations.fhir.text import xml_reader, xml_writer
from integrations.fhir.text.judge import model_of, problem, shapes
from integrations.fhir.text.values import Node
from mdo_portal.exchange import Answer, MessageHeader, Verdict

AT = datetime(2026, 11, 26, 6, 30, tzinfo=UTC)
HEADER = MessageHeader(kind="Bundle/transaction")


def said(answer: Answer, header: MessageHeader = HEADER, entries: int = 0) -> Node:
    tree: Node = json.loads(answer_body(answer, location="/fhir/Task/7", header=header, entries=entries)[1])
    return tree


STORED = Answer(Verdict.STORED, "1", text='Stored: <not> read & "yet".')
OURS = {
    "outcome": lambda _: said(STORED, MessageHeader()),
    "refusal": lambda _: said(Answer(Verdict.REFUSED, "", reason="broken", text="no JSON"), MessageHeader()),
    "transaction": lambda _: said(STORED, entries=3),
    "task": lambda _: task_status("7", "T-1", "rejected", "onbekende patiënt", AT),
    "capabilities": lambda version: capability_statement(
        url="https://portal.example/fhir", version=version, software_version="1"
    ),
}


@pytest.mark.parametrize("version", FHIR_VERSIONS)
@pytest.mark.parametrize("name", OURS)
def test_xml_says_what_json_says(name: str, version: str) -> None:
    told = OURS[name](version)
    assert xml_reader.load(xml_writer.written(told), version) == told
    assert problem(told, version) == ""


@pytest.mark.parametrize("version", FHIR_VERSIONS)
@pytest.mark.parametrize("name", OURS)
def test_everything_stands_in_the_order_of_the_standard(name: str, version: str) -> None:
    assert misplaced(OURS[name](version), OURS[name](version)["resourceType"], version) == []


def misplaced(value: Node, kind: str, version: str) -> list[str]:
    """Names that stand before what should come first."""
    known = shapes(kind, version)
    order = {name: place for place, name in enumerate(["resourceType", *model_of(kind, version).elements_sequence()])}
    elements = [name for name in value if (kind, name) != ("Extension", "url")]  # that one is an attribute
    found = [f"{kind}.{later}" for earlier, later in pairwise(elements) if order[earlier] > order[later]]
    for name, inside in value.items():
        for one in inside if isinstance(inside, list) else [inside]:
            if isinstance(one, dict):
                found += misplaced(one, one.get("resourceType") or (known[name].kind if name in known else ""), version)
    return found


def test_a_wrong_order_is_seen() -> None:
    assert misplaced({"resourceType": "Task", "intent": "order", "status": "requested"}, "Task", "R4") == ["Task.status"]
