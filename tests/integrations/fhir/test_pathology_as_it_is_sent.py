"""Reports of pathology as Dutch laboratories (MedMij Pathologie) and checklists of the CAP send them."""

from __future__ import annotations

from typing import Any

import pytest

from mdo_portal.exchange import Section

from .make import Node, request
from .read_house import about, read, told, value

SCT = "http://snomed.info/sct"


def coded(code: str, words: str) -> Node:
    return {"coding": [{"system": SCT, "code": code, "display": words}]}


def report(**more: Any) -> Node:
    kind = {
        "category": [coded("108257001", "pathologisch-anatomische verrichting")],
        "code": coded("252416005", "Histopathology test"),
    }
    return about("DiagnosticReport", status="final", **kind) | more


def page(words: str) -> Node:
    return {"status": "additional", "div": f"<div xmlns='http://www.w3.org/1999/xhtml'>{words}</div>"}


def test_a_report_stands_under_pathology_with_all_that_it_consists_of() -> None:
    item = about(
        "Observation", id="i", status="final", code=coded("396984004", "histologisch kenmerk"), valueString="tubulair adenoom"
    )
    cells = about("Observation", id="m", status="final", code=coded("1", "Beschrijving"), text=page("MSH2 verlies: ja"))
    points = [{"reference": "Observation/i"}, {"reference": "Observation/m"}]
    found = read(report(conclusion="Adenoom", result=points), item, cells)
    assert {fact.section for fact in found.facts} == {Section.PATHOLOGY} and len(found.facts) == 3


@pytest.mark.parametrize("code", ["117259009", "168126000"])
def test_the_microscopy_of_urine_is_no_pathology_and_that_of_such_a_report_is(code: str) -> None:
    """It is called so of whatever was looked at: a sediment stood there as the report that the case waited for."""
    looked_at = value("Sediment", category=[coded(code, "microscopie")], valueString="geen cellen") | {"id": "i"}
    alone, of_report = read(looked_at), read(report(conclusion="Adenoom", result=[{"reference": "Observation/i"}]), looked_at)
    assert Section.PATHOLOGY not in {fact.section for fact in alone.facts}
    assert {fact.section for fact in of_report.facts} == {Section.PATHOLOGY}


def test_paragraphs_of_a_laboratory_are_lines_and_no_tags() -> None:
    words = "<par>I: tubulair adenoom.</par><par>II: adenocarcinoom.</par><par> </par>"
    macro = about("Observation", status="final", code={"text": "Macroscopie"}, text=page("<par>Biopt 1</par><par>Biopt 2</par>"))
    assert told(report(conclusion=words)) == [("Histopathology test", "I: tubulair adenoom.\n\nII: adenocarcinoom.")]
    assert told(macro) == [("Macroscopie", "Biopt 1\n\nBiopt 2")]


def test_the_words_of_a_code_that_came_as_a_page_are_words() -> None:
    asked = request(reasonCode=[{"text": "<div>Vraagstelling</div><div>Is resectie mogelijk?</div><div/>"}])
    assert read(asked=asked).question_board == "Vraagstelling\n\nIs resectie mogelijk?"


def test_ticked_answers_without_a_value_are_told_as_such() -> None:
    parts = [{"code": {"text": "Thoraxwand"}}, {"code": {"text": "Nervus phrenicus"}}]
    found = read(value("Aangedane structuren", component=parts))
    assert [(fact.label, fact.text) for fact in found.facts] == [
        ("Aangedane structuren", "Thoraxwand, Nervus phrenicus (zonder waarde)")
    ]
    assert found.unmapped == ()


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"valueString": "nee"}, [("Metastasen", "nee")]),
        ({"interpretation": [{"text": "Negatief"}]}, [("Metastasen", "[Negatief]")]),
        ({"dataAbsentReason": {"text": "niet bepaald"}}, [("Metastasen", "niet bepaald")]),
    ],
)
def test_what_says_something_itself_has_no_ticked_answers(more: Node, expected: list[tuple[str, str]]) -> None:
    assert told(value("Metastasen", component=[{"code": {"text": "Lever"}}], **more)) == expected
