"""Of a history holds the newest version: by what the versions say, else what stands first."""

from __future__ import annotations

import json
from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral

from .make import Node, patient, request

OLD, NEW = "2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z"


def version(words: str, meta: Node | None = None, changed: str = "") -> Node:
    asked = request(note=[{"text": words}]) | ({"meta": meta} if meta else {})
    response: dict[str, Any] = {"status": "200"} | ({"lastModified": changed} if changed else {})
    return {"fullUrl": "https://epd.example/ServiceRequest/sr", "resource": asked, "response": response}


def question(*versions: Node) -> tuple[str, list[str]]:
    who = {"fullUrl": "https://epd.example/Patient/p", "resource": patient(), "response": {"status": "201"}}
    found = FhirReader().read(
        json.dumps({"resourceType": "Bundle", "type": "history", "entry": [*versions, who]}).encode(), "generic-r4"
    )
    assert isinstance(found, IncomingReferral)
    return found.question_board, [one for one in found.unmapped if one.endswith(" older")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (version("oud", {"versionId": "2"}), version("nieuw", {"versionId": "10"})),
        (version("oud", changed=OLD), version("nieuw", changed=NEW)),
        (version("oud", {"lastUpdated": OLD}), version("nieuw", {"lastUpdated": NEW})),
    ],
)
def test_versions_that_are_listed_as_they_were_made_are_read_as_they_say(first: Node, second: Node) -> None:
    """The case had the question of before, and not that of now."""
    assert question(first, second) == ("nieuw", ["entry/0 older"])
    assert question(second, first) == ("nieuw", ["entry/1 older"])


def test_where_they_do_not_say_the_first_holds() -> None:
    assert question(version("nieuw"), version("oud", {"versionId": "7"})) == ("nieuw", ["entry/1 older"])
    assert question(version("nieuw", {"versionId": "b"}), version("oud", {"versionId": "a"}))[0] == "nieuw"
