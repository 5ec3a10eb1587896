"""What a message holds beside values and drugs: told where it says something, named where it does not."""

from __future__ import annotations

import base64
import json

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral, Section

from .make import Node, amount, bundle, condition, patient, request, told
from .test_beside import TO, one, read, words
from .test_medication import drug


def test_who_operated_and_at_what_age_is_shown() -> None:
    done = one(
        "Procedure", status="completed", code=words("Lobectomie"), performedAge=amount(60, "jaar"),
        performer=[{"actor": {"display": "dr. Snijder"}, "function": words("chirurg")}],
    )  # fmt: skip
    assert told(read(done)) == [("", "Lobectomie; door: dr. Snijder (chirurg) (60 jaar)")]


def test_a_stage_says_on_what_it_rests_and_a_diagnosis_that_it_is_over() -> None:
    staged = condition(stage=[{"summary": words("IIA"), "type": words("klinisch"), "assessment": [{"display": "cT2N0"}]}])
    assert ("Stadium", "IIA klinisch (cT2N0)") in told(read(staged))


def test_words_alone_stand_in_the_column_of_their_kind() -> None:
    text = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Penicilline</div>'}
    allergy = {"resourceType": "AllergyIntolerance", "id": "a", "patient": TO, "text": text}
    surgery = one("Procedure", status="completed", text=text)
    found = read(allergy, surgery)
    assert [(fact.section, fact.label) for fact in found.facts] == [(Section.COMORBIDITY, "Allergie"), (Section.TREATMENT, "")]


def test_pictures_and_studies_of_a_report_that_are_only_named_are_named() -> None:
    report = one(
        "DiagnosticReport", code=words("CT"), conclusion="Nodus", imagingStudy=[{"display": "CT van 1 maart"}],
        media=[{"comment": "pijl", "link": {"display": "foto 1"}}],
    )  # fmt: skip
    assert told(read(report))[1:] == [
        ("Toelichting", "pijl"),
        ("Document niet meegestuurd", "CT van 1 maart"),
        ("Document niet meegestuurd", "foto 1"),
    ]


def test_what_was_looked_at_and_for_what_is_part_of_an_impression() -> None:
    seen = one(
        "ClinicalImpression", status="completed", summary="Fit", problem=[{"display": "Longcarcinoom"}],
        investigation=[{"code": words("LO"), "item": [{"display": "longen schoon"}]}],
    )  # fmt: skip
    assert [text for _, text in told(read(seen))] == ["Fit", "LO: longen schoon", "betreft: Longcarcinoom"]


def test_an_answer_that_says_nothing_here_is_named() -> None:
    form = {
        "resourceType": "QuestionnaireResponse", "id": "q", "status": "completed", "subject": TO,
        "item": [{"linkId": "7", "text": "CT", "answer": [{"valueReference": {"reference": "ImagingStudy/x"}}]}],
    }  # fmt: skip
    assert "QuestionnaireResponse/2 7" in read(form).unmapped


def test_rules_that_nobody_here_knows_are_named() -> None:
    found = read(one("Observation", code=words("PSA"), valueString="4", implicitRules="https://x.example/rules"))
    assert "Observation/2 implicitRules" in found.unmapped


def test_a_page_of_a_search_is_read_and_says_that_there_is_more() -> None:
    tree = json.loads(bundle(request(), patient(), one("Observation", code=words("PSA"), valueString="4"), kind="searchset"))
    tree["link"] = [{"relation": "next", "url": "https://x.example/page?2"}]
    found = FhirReader().read(json.dumps(tree).encode(), "generic-r4")
    assert isinstance(found, IncomingReferral)
    assert told(found) == [("PSA", "4")]
    assert "Bundle.link next" in found.unmapped


def test_a_file_name_does_not_hide_what_the_document_is() -> None:
    paper = {"contentType": "application/pdf", "title": "pa.pdf", "data": base64.b64encode(b"%PDF-1.7 %%EOF").decode()}
    own = one("DocumentReference", status="current", type=words("PA-verslag"), content=[{"attachment": paper}])
    assert [document.title for document in read(own).documents] == ["pa.pdf: PA-verslag"]


def stu3(*resources: Node) -> IncomingReferral:
    asks = {
        "resourceType": "ReferralRequest", "id": "r", "status": "active", "intent": "order", "subject": TO, "identifier": [{"value": "V1"}],
    }  # fmt: skip
    found = FhirReader().read(bundle(asks, patient(), *resources), "generic-stu3")
    assert isinstance(found, IncomingReferral)
    return found


def test_stu3_says_why_nothing_was_given_that_it_is_over_and_what_a_value_holds() -> None:
    given = drug(
        "MedicationAdministration", status="completed", notGiven=True, reasonNotGiven=[words("koorts")],
        effectiveDateTime="2026-02-01", dosage={"dose": amount(90, "mg")},
    )  # fmt: skip
    assert told(stu3(given)) == [("Toegediend", "Methotrexaat; 90 mg (afgerond) (niet gegeven); koorts")]
    assert told(stu3(condition(abatementBoolean=True, clinicalStatus="resolved"))) == [("", "Diagnose 1 (voorbij) (hersteld)")]
    panel = one(
        "Observation", code=words("Roken"), valueString="ex", related=[{"type": "has-member", "target": {"display": "Pakjes"}}]
    )
    assert told(stu3(panel)) == [("Roken", "ex"), ("Document niet meegestuurd", "Pakjes")]
    risk = one(
        "RiskAssessment",
        code=words("SNAQ"),
        comment="Let op",
        prediction=[{"outcome": words("ondervoeding"), "probabilityDecimal": 0.5}],
    )
    assert told(stu3(risk)) == [("Risico-inschatting", "SNAQ; ondervoeding: 0.5; Let op")]


def test_a_document_that_is_only_named_says_from_whom_it_is() -> None:
    own = one(
        "DocumentReference", status="current", description="Patiëntenbrief", author=[{"display": "G. Boer"}],
        content=[{"attachment": {"url": "https://x.example/Binary/1"}}], context={"practiceSetting": words("Genetica")},
    )  # fmt: skip
    assert told(read(own)) == [("Document niet meegestuurd", "Patiëntenbrief; door: G. Boer, Genetica")]


def test_what_extensions_of_the_request_say_in_words_is_shown() -> None:
    """Belgian requests have what belongs to the question in an extension of the request."""
    more = [{"url": "https://x.example/be-ext-supporting-info", "valueAnnotation": {"text": "Nierfunctie gestoord"}}]
    found = FhirReader().read(bundle(request(extension=more), patient()), "generic-r4")
    assert isinstance(found, IncomingReferral)
    assert told(found) == [("Toelichting", "be ext supporting info: Nierfunctie gestoord")]
