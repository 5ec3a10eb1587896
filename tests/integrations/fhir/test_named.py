"""Plans, goals, warnings, agreements, contacts, specimens: each on the case under its own words, with status and date."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral, Section

from .make import Node, bundle, condition, patient, request

TO = {"reference": "Patient/p"}


def read(*resources: Node) -> IncomingReferral:
    found = FhirReader().read(bundle(request(), patient(), *resources), "generic-r4")
    assert isinstance(found, IncomingReferral)
    return found


def made(kind: str, **more: Any) -> Node:
    return {"resourceType": kind, "id": "x", "subject": TO} | more


def text(words: str) -> Node:
    return {"text": words}


NAMED: list[tuple[Node, tuple[str, str, Section, date | None]]] = [
    (
        made("CarePlan", status="active", intent="plan", title="Plan A", description="in opzet curatief", period={"start": "2026-03-01"},
             activity=[{"detail": {"status": "scheduled", "code": text("Chemoradiatie")}}]),
        ("Behandelplan", "Plan A; in opzet curatief; Chemoradiatie (ingepland)", Section.TREATMENT, date(2026, 3, 1)),
    ),
    (
        made("CarePlan", status="draft", intent="plan", category=[text("MDO")], activity=[{"reference": {"display": "Operatie"}}]),
        ("Behandelplan", "MDO (concept); Operatie", Section.TREATMENT, None),
    ),
    (
        made("Goal", lifecycleStatus="active", description=text("Thuis blijven wonen"), target=[{"dueDate": "2026-06-01"}]),
        ("Doel", "Thuis blijven wonen; 2026-06-01", Section.OTHER, None),
    ),
    (
        made("Flag", status="inactive", code=text("MRSA-drager"), period={"start": "2025-01-02"}),
        ("Waarschuwing", "MRSA-drager (niet actief)", Section.OTHER, date(2025, 1, 2)),
    ),
    (
        {"resourceType": "Consent", "id": "x", "status": "active", "patient": TO, "dateTime": "2026-01-05", "scope": text("treatment"),
         "category": [{"coding": [{"code": "11291000146105", "display": "Behandelaanwijzing"}]}], "policyRule": text("x"),
         "provision": {"type": "deny", "code": [text("Reanimatie")]}},
        ("Toestemming of afspraak", "Behandelaanwijzing; niet toegestaan: Reanimatie", Section.WISH, date(2026, 1, 5)),
    ),
    (
        made("Encounter", status="finished", **{"class": {"code": "AMB", "display": "Poliklinisch"}}, reasonCode=[text("Nacontrole")],
             period={"start": "2026-02-03T10:00:00+01:00"}),
        ("Contact", "Poliklinisch; Nacontrole (afgerond)", Section.OTHER, date(2026, 2, 3)),
    ),
    (
        made("Specimen", type=text("Huidbiopt"), collection={"bodySite": text("Onderarm"), "collectedDateTime": "2026-02-01"}),
        ("Materiaal", "Huidbiopt; Onderarm", Section.PATHOLOGY, date(2026, 2, 1)),
    ),
    (
        made("DiagnosticReport", status="registered", code=text("PA-verslag"), effectiveDateTime="2026-02-02"),
        ("PA-verslag", "Verslag zonder tekst", Section.PATHOLOGY, date(2026, 2, 2)),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("resource", "said"), NAMED, ids=[str(one["resourceType"]) for one, _ in NAMED])
def test_it_stands_under_its_own_words(resource: Node, said: tuple[str, str, Section, date | None]) -> None:
    found = read(resource)
    assert [(one.label, one.text, one.section, one.dated_on) for one in found.facts] == [said]
    assert (found.unmapped, found.quarantined) == ((), ())


def test_what_says_nothing_or_may_mean_its_opposite_is_only_named() -> None:
    turned = made("Flag", status="active", code=text("Let op"), modifierExtension=[{"url": "x", "valueBoolean": True}])
    found = read(made("CarePlan", status="active", intent="plan"), turned)
    assert (found.facts, found.unmapped) == ((), ("CarePlan/2",))
    assert [one.partition(":")[0] for one in found.quarantined] == ["Flag/3"]


def test_the_request_says_where_and_what_the_patient_is_told() -> None:
    asked = request(bodySite=[text("Prostaat"), text("Blaas")], patientInstruction="Nuchter komen")
    found = FhirReader().read(bundle(asked, patient()), "generic-r4")
    assert isinstance(found, IncomingReferral)
    assert [(one.label, one.text) for one in found.facts] == [
        ("Toelichting", "Nuchter komen"),
        ("Plaats in het lichaam", "Prostaat, Blaas"),
    ]


def test_what_the_request_points_at_and_was_not_sent_stands_by_its_name() -> None:
    points = {"reasonReference": [{"reference": "Condition/9", "display": "Prostaatcarcinoom"}]}
    points["supportingInfo"] = [
        {"reference": "DocumentReference/9", "display": "MRI-verslag"},
        {"reference": "Condition/c1", "display": "x"},
    ]
    found = FhirReader().read(bundle(request(**points), patient(), condition()), "generic-r4")
    assert isinstance(found, IncomingReferral)
    said = [(one.section, one.label, one.text) for one in found.facts]
    assert (Section.DIAGNOSIS, "", "Prostaatcarcinoom") in said
    assert (Section.OTHER, "Document niet meegestuurd", "MRI-verslag") in said
    assert (found.tumour_hint, len(said)) == ("Prostaatcarcinoom", 3)


def test_a_reason_has_the_words_of_its_code_beside_its_own() -> None:
    def reason(display: str) -> str:
        coded = {"text": "Klacht: bloedverlies", "coding": [{"code": "1", "display": display}]}
        found = FhirReader().read(bundle(request(reasonCode=[coded]), patient()), "generic-r4")
        assert isinstance(found, IncomingReferral)
        return found.facts[0].text

    assert reason("Rectaal bloedverlies") == "Klacht: bloedverlies (Rectaal bloedverlies)"
    assert reason("Bloedverlies") == "Klacht: bloedverlies"


def test_a_reference_may_leave_out_that_it_is_a_uuid() -> None:
    uuid = "d5ffd0cd-ec7e-48a1-84f1-91f4c0eb8fc5"
    who = {"resourceType": "Organization", "name": "Uro-prostaat"}
    asked = request(subject={"reference": "urn:uuid:p"}, performer=[{"reference": uuid}])
    entries = [{"fullUrl": "urn:uuid:r", "resource": asked}, {"fullUrl": "urn:uuid:p", "resource": patient()}]
    tree = {"resourceType": "Bundle", "type": "message", "entry": [*entries, {"fullUrl": f"urn:uuid:{uuid}", "resource": who}]}
    found = FhirReader().read(json.dumps(tree).encode(), "generic-r4")
    assert isinstance(found, IncomingReferral)
    assert found.board_hint == "Uro-prostaat"


def composition(*entries: str) -> Node:
    words = {"status": "generated", "div": "<div xmlns='http://www.w3.org/1999/xhtml'>cT2N0M0 volgens de lijst</div>"}
    part = {"title": "Stadium", "text": words, "entry": [{"reference": one} for one in entries]}
    return {
        "resourceType": "Composition", "id": "k", "status": "final", "type": text("MDO"), "subject": TO, "date": "2026-03-02",
        "author": [{"display": "A. de Wit"}], "title": "Aanmelding", "section": [part],
    }  # fmt: skip


def test_the_words_of_a_section_are_kept_when_what_it_points_at_was_not_sent() -> None:
    assert [one.text for one in read(composition("Condition/elsewhere")).facts] == ["cT2N0M0 volgens de lijst"]
    assert [one.text for one in read(composition("Condition/c1"), condition()).facts] == ["Diagnose 1"]


def test_a_warning_says_of_which_kind_it_is_and_what_somebody_wrote_beside_it() -> None:
    """As zib2020 has it: the code may say no more than that it is a condition."""
    comment = {"url": "http://nictiz.nl/fhir/StructureDefinition/ext-Comment", "valueString": "Isoleren"}
    flag = made(
        "Flag", status="active", code=text("conditie"), category=[text("Drager van besmettelijke ziekte")], extension=[comment]
    )
    assert [fact.text for fact in read(flag).facts] == ["conditie; Drager van besmettelijke ziekte; toelichting: Isoleren"]
