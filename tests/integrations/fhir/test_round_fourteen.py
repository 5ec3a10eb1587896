"""What the fourteenth round of FHIR samples showed: a question somebody else asked, an older version shown, and what must be typed again.

Most harm first.
"""

from __future__ import annotations

from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral, IncomingResult, Section

from .make import Node, bundle, patient, request
from .read_house import about, read, value

PATIENT = {"reference": "Patient/p"}
PDF = {"contentType": "application/pdf", "data": "JVBERi0xLjcKJSVFT0Y="}
ANSWER = {"linkId": "1", "text": "Vraagstelling", "answer": [{"valueString": "Opereren?"}]}


def section(title: str, words: str) -> Node:
    return {"title": title, "text": {"status": "additional", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{words}</div>'}}


def written(title: str, *sections: Node, **more: Any) -> Node:
    fixed = {
        "status": "final",
        "type": {"text": title},
        "title": title,
        "date": "2026-10-01",
        "author": [{"display": "dr. Paars"}],
    }
    return about("Composition", **fixed, section=list(sections)) | more


def form(*answers: tuple[str, str]) -> Node:
    items = [{"linkId": str(n), "text": name, "answer": [{"valueString": said}]} for n, (name, said) in enumerate(answers)]
    return about("QuestionnaireResponse", status="completed", item=items)


@pytest.mark.parametrize("title", ["CT thorax verslag", "PA-verslag", "MDO-verslag januari 2026"])
def test_what_a_report_was_made_for_is_not_asked_of_the_board(title: str) -> None:
    found = read(written(title, section("Vraagstelling", "Metastasen?"), section("Conclusie", "Nee.")))
    assert found.question_board == ""
    assert "Metastasen?" in [fact.text for fact in found.facts]


def test_who_judged_a_scan_did_not_refer() -> None:
    assert read(written("CT thorax verslag", section("Conclusie", "Geen metastasen."))).referrer.name == ""


def test_of_a_letter_and_a_report_the_letter_asks() -> None:
    letter = written("Verwijsbrief", section("Vraagstelling", "Bestralen?"))
    report = written("PA-verslag", section("Vraagstelling", "Maligniteit?"), id="y")
    assert read(letter, report).question_board == "Bestralen?"


@pytest.mark.parametrize("name", ["Vraagstelling", "Klinische vraagstelling"])
def test_what_stands_in_the_report_of_a_scan_asks_no_board(name: str) -> None:
    scan = about("DiagnosticReport", status="final", code={"text": "CT thorax"}, result=[{"reference": "Observation/v"}]) | {
        "id": "ct"
    }
    found = read(scan, value(name, valueString="Metastasen?") | {"id": "v"})
    assert found.question_board == ""
    assert "Metastasen?" in [fact.text for fact in found.facts]


def test_of_two_versions_in_a_message_the_newer_is_shown() -> None:
    told = [value("PSA", valueInteger=n) | {"meta": {"versionId": str(version)}} for version, n in ((1, 4), (2, 9))]
    assert [fact.text for fact in read(*told).facts] == ["9"]


def test_of_two_versions_of_a_request_the_newer_asks() -> None:
    asked = [request(note=[{"text": words}], meta={"versionId": n}) for n, words in (("1", "Opereren?"), ("2", "Bestralen?"))]
    found = FhirReader().read(bundle(*asked, patient()), "generic-r4")
    assert isinstance(found, IncomingReferral) and found.question_board == "Bestralen?"


@pytest.mark.parametrize(
    "loose",
    [
        {"resourceType": "DocumentReference", "status": "current", "content": [{"attachment": PDF}]},
        {"resourceType": "Observation", "status": "final", "code": {"text": "PSA"}, "valueInteger": 4},
        {"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "CT thorax"}, "conclusion": "Metastasen."},
        {"resourceType": "QuestionnaireResponse", "status": "completed", "item": [ANSWER]},
        {"resourceType": "QuestionnaireResponse", "status": "completed", "item": [ANSWER], "source": {"reference": "Patient/q"}},
        {"resourceType": "Composition", "status": "final", "type": {"text": "Brief"}, "title": "Brief", "date": "2026-10-01",
         "author": [{"display": "dr. Paars"}], "section": [section("Conclusie", "Metastasen.")]},
    ],
    ids=["document", "value", "report", "form", "form that another filled in", "letter"],
)  # fmt: skip
def test_of_two_patients_what_names_neither_is_for_a_person(loose: Node) -> None:
    other = patient(id="q", identifier=[{"system": "urn:oid:2.25.1", "value": "0099"}], name=[{"family": "Anders"}])
    found = read(other, loose | {"id": "los"})
    assert found.documents == () and found.facts == () and found.question_board == ""
    assert any(loose["resourceType"] in each for each in found.quarantined)


def test_what_an_earlier_meeting_was_asked_is_not_asked_again() -> None:
    assert read(form(("Vraagstelling vorig MDO", "Opereren?"), ("Vraagstelling", "Bestralen?"))).question_board == "Bestralen?"


def test_why_a_request_waits_is_no_question() -> None:
    found = read(asked=request(status="on-hold", note=[{"text": "Wacht op de PET-CT"}], reasonCode=[{"text": "Opereren?"}]))
    assert found.question_board == "Opereren?"


@pytest.mark.parametrize("words", ["Resectabel?", "zie brief"])
def test_a_reason_that_is_no_diagnosis_is_told_as_none(words: str) -> None:
    found = read(asked=request(reasonCode=[{"text": words}]))
    assert found.tumour_hint != words
    assert words not in [fact.text for fact in found.facts if fact.section is Section.DIAGNOSIS]


@pytest.mark.parametrize(
    ("resource", "where"),
    [
        (about("DiagnosticReport", status="final", code={"text": "CT thorax"}, conclusion="Geen metastasen."), Section.IMAGING),
        (about("DiagnosticReport", status="final", code={"text": "MRI bekken"}, conclusion="cT3."), Section.IMAGING),
        (
            about("DiagnosticReport", status="final", code={"text": "PA-verslag mamma"}, conclusion="Carcinoom NST."),
            Section.PATHOLOGY,
        ),
        (value("Gleason score", valueString="3+4"), Section.PATHOLOGY),
        (value("CEA", valueInteger=4), Section.MARKER),
        (value("ECOG performance status", valueInteger=1), Section.CONDITION),
    ],
    ids=lambda given: str(given.get("code", {}).get("text", "")) if isinstance(given, dict) else "",
)
def test_a_name_in_words_finds_its_column(resource: Node, where: Section) -> None:
    found = FhirReader().read(bundle(resource, patient()), "generic-r4")
    assert isinstance(found, IncomingResult)
    assert [fact.section for fact in found.facts] == [where]
