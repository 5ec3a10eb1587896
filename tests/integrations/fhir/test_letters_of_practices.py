"""Referrals as the guides for general practitioners (HG) and laboratories of Nictiz have them: headings, and what stands beside a value."""

from __future__ import annotations

from typing import Any

import pytest

from .make import Node, request
from .read_house import about, read, value

BOARD = request(code={"text": "MDO prostaat"})


def section(title: str, words: str) -> Node:
    page = f"<div xmlns='http://www.w3.org/1999/xhtml'>{title}: {words}</div>"
    return {"title": title, "text": {"status": "extensions", "div": page}}


def letter(*sections: Node) -> Node:
    kind = {"coding": [{"system": "http://loinc.org", "code": "57133-1"}]}
    return about(
        "Composition", status="final", type=kind, title="Verwijsbrief", section=[{"title": "Kern", "section": list(sections)}]
    )


def test_a_heading_that_is_said_again_before_its_words_stands_there_once() -> None:
    found = read(letter(section("Zorgpad", "Oncologie prostaat"), section("Verder van belang", "Slechthorend")), asked=BOARD)
    assert [(one.label, one.text) for one in found.facts] == [
        ("Zorgpad", "Oncologie prostaat"),
        ("Verder van belang", "Slechthorend"),
    ]


@pytest.mark.parametrize(
    "title",
    [
        "Reden bericht",
        "Bespreekpunt",
        "Vraag voor MDO",
        "Vraag aan MDO",
        "Consultvraag",
        "Reden aanmelding",
        "Adviesvraag",
        "Discussievraag",
    ],
)
def test_a_question_is_found_by_more_names(title: str) -> None:
    """As over HL7 v2."""
    form = about(
        "QuestionnaireResponse",
        status="completed",
        item=[{"linkId": "1", "text": title, "answer": [{"valueString": "Opereren?"}]}],
    )
    for told in (letter(section(title, "Opereren?")), form):
        assert read(told, asked=BOARD).question_board == "Opereren?"


@pytest.mark.parametrize(
    ("extension", "shown"),
    [
        ({"url": "http://nictiz.nl/fhir/StructureDefinition/ext-CopyIndicator", "valueBoolean": True}, "165; kopie: ja"),
        ({"url": "http://nictiz.nl/fhir/StructureDefinition/ext-EdifactReferenceNumber", "valueString": "111444"}, "165"),
        ({"url": "http://nictiz.nl/fhir/StructureDefinition/ext-Verloop", "valueString": "stijgend"}, "165; Verloop: stijgend"),
    ],
)
def test_what_stands_beside_a_value_is_called_by_its_name(extension: Node, shown: str) -> None:
    found: Any = read(value("Natrium", valueString="165", extension=[extension]))
    assert [one.text for one in found.facts] == [shown]
