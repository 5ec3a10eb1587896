"""Where a message holds several of a kind: which form an answer is of, which drug did harm, in which study somebody is."""

from __future__ import annotations

from typing import Any

from tests.integrations.fhir.make import Node
from tests.integrations.fhir.read_house import about, of_patient, read, told, value


def form(name: str, *asked: tuple[str, Any], questionnaire: str = "http://voorbeeld.nl/laesie", on: str = "2026-10-01") -> Node:
    kinds = {str: "valueString", int: "valueInteger", bool: "valueBoolean"}
    items = [{"linkId": q, "text": q, "answer": [{kinds[type(said)]: said}]} for q, said in asked]
    return about("QuestionnaireResponse", id=name, status="completed", questionnaire=questionnaire, authored=on, item=items)


def test_answers_on_two_forms_of_one_kind_say_of_which_they_are() -> None:
    left = form("l", ("Zijde", "links"), ("Grootte in mm", 12), ("PI-RADS", 4), ("Kapseldoorbraak", False))
    right = form("r", ("Zijde", "rechts"), ("Grootte in mm", 12), ("PI-RADS", 5), ("Kapseldoorbraak", True))
    assert told(left, right) == [
        ("Zijde", "links"), ("Grootte in mm", "12"), ("PI-RADS (links)", "4"), ("Kapseldoorbraak (links)", "nee"),
        ("Zijde", "rechts"), ("PI-RADS (rechts)", "5"), ("Kapseldoorbraak (rechts)", "ja"),
    ]  # fmt: skip


def test_what_one_of_three_forms_does_not_answer_is_not_said_of_all() -> None:
    some = [form("1", ("Biopt", "A"), ("Tumor", "ja")), form("2", ("Biopt", "B"), ("Tumor", "ja")), form("3", ("Biopt", "C"))]
    assert ("Tumor (A)", "ja") in told(*some)
    assert ("Tumor (B)", "ja") in told(*some)


def test_forms_that_nothing_tells_apart_are_numbered() -> None:
    assert told(form("1", ("Score", 3)), form("2", ("Score", 14))) == [
        ("Score (formulier 1)", "3"),
        ("Score (formulier 2)", "14"),
    ]


def test_forms_of_two_kinds_are_called_by_their_titles() -> None:
    one = {"resourceType": "Questionnaire", "id": "g8", "url": "http://voorbeeld.nl/g8", "title": "G8", "status": "active"}
    two = one | {"id": "must", "url": "http://voorbeeld.nl/must", "title": "MUST"}
    first = form("1", ("Score", 14), questionnaire="http://voorbeeld.nl/g8|1.0")
    second = form("2", ("Score", 2), questionnaire="http://voorbeeld.nl/must")
    assert told(one, two, first, second) == [("Score (G8)", "14"), ("Score (MUST)", "2")]


def test_the_same_form_of_two_days_is_told_apart_by_its_day() -> None:
    facts = read(form("1", ("Gewicht", 80), on="2026-09-01"), form("2", ("Gewicht", 76), on="2026-10-01")).facts
    assert [(one.label, one.text, str(one.dated_on)) for one in facts] == [
        ("Gewicht", "80", "2026-09-01"), ("Gewicht", "76", "2026-10-01"),
    ]  # fmt: skip


def test_a_form_of_another_patient_tells_nothing_apart() -> None:
    other = form("2", ("Score", 2)) | {"subject": {"reference": "https://elders.example/fhir/Patient/9"}}
    assert told(form("1", ("Score", 14)), other) == [("Score", "14")]


DRUGS = [
    about("MedicationStatement", id="pembro", status="active", medicationCodeableConcept={"text": "Pembrolizumab"}),
    about("MedicationStatement", id="statine", status="active", medicationCodeableConcept={"text": "Simvastatine"}),
]


def test_a_side_effect_says_which_drug_of_those_that_came_along_is_suspected() -> None:
    sure = [{"assessment": {"text": "waarschijnlijk"}}]
    suspect = {"instance": {"reference": "MedicationStatement/pembro"}, "causality": sure}
    event = about("AdverseEvent", id="ae", actuality="actual", event={"text": "Colitis graad 3"}, suspectEntity=[suspect])
    assert ("Bijwerking of complicatie", "Colitis graad 3; Pembrolizumab (waarschijnlijk)") in told(*DRUGS, event)


def test_a_warning_says_which_drugs_of_those_that_came_along_it_is_about() -> None:
    both = [{"reference": "MedicationStatement/pembro"}, {"reference": "MedicationStatement/statine"}]
    issue = of_patient("DetectedIssue", id="di", status="final", code={"text": "Interactie"}, implicated=both)
    assert ("Waarschuwing", "Interactie; Pembrolizumab, Simvastatine") in told(*DRUGS, issue)


def test_an_operation_names_its_complication_that_came_along() -> None:
    bled = about("Condition", id="c", code={"text": "Nabloeding"})
    done = about("Procedure", status="completed", code={"text": "Whipple"}, complicationDetail=[{"reference": "Condition/c"}])
    assert ("", "Whipple; Nabloeding") in told(bled, done)


def test_a_patient_in_a_study_is_told_with_the_study_that_came_along() -> None:
    trial = {"resourceType": "ResearchStudy", "id": "s", "title": "Doelwitonderzoek", "status": "active"}
    subject = {"resourceType": "ResearchSubject", "id": "rs", "status": "off-study", "study": {"reference": "ResearchStudy/s"}}
    found = read(trial, subject | {"individual": {"reference": "Patient/p"}})
    assert [(one.label, one.text) for one in found.facts] == [("Studie", "Doelwitonderzoek (neemt niet meer deel)")]
    assert not [one for one in found.unmapped if one.startswith("Research")]


def test_a_study_in_which_nobody_is_said_to_be_is_named() -> None:
    trial = {"resourceType": "ResearchStudy", "id": "s", "title": "Doelwitonderzoek", "status": "active"}
    assert read(trial).unmapped == ("ResearchStudy/2",)


def test_a_study_is_called_by_its_number_where_it_has_no_name() -> None:
    trial = {
        "resourceType": "ResearchStudy",
        "id": "s",
        "identifier": [{"system": "urn:x", "value": "ONDZ-7"}],
        "status": "active",
    }
    subject = {"resourceType": "ResearchSubject", "id": "rs", "status": "on-study", "study": {"reference": "ResearchStudy/s"}}
    assert told(trial, subject | {"individual": {"reference": "Patient/p"}}) == [("Studie", "ONDZ-7 (neemt deel)")]


LONG = "Meerdere vergrote lymfeklieren paratracheaal rechts tot 12 mm, subcarinaal tot 23 mm en hilair rechts tot 14 mm."


def test_what_somebody_wrote_of_a_finding_stands_there_once_and_not_at_each_part() -> None:
    parts = [{"code": {"text": "Grootste maat"}, "valueQuantity": {"value": 23, "unit": "mm"}}]
    assert told(value("Bevindingen CT", valueString=LONG, component=parts)) == [
        ("Bevindingen CT", LONG), ("Grootste maat", "23 mm; onderdeel van: Bevindingen CT"),
    ]  # fmt: skip


def test_a_short_word_of_the_whole_still_stands_at_each_part() -> None:
    parts = [{"code": {"text": "Eiwit"}, "valueString": "p.Val600Glu"}]
    assert ("Eiwit", "p.Val600Glu; Variant: afwezig") in told(value("Variant", valueString="afwezig", component=parts))


def test_ages_and_terms_are_in_years_and_months_where_only_the_code_of_the_unit_was_sent() -> None:
    had = {"code": {"text": "Ovariumcarcinoom"}, "onsetAge": {"value": 58, "system": "http://unitsofmeasure.org", "code": "a"}}
    aunt = of_patient("FamilyMemberHistory", status="completed", relationship={"text": "Tante"}, condition=[had])
    followed = value("Follow-up", valueQuantity={"value": 6, "system": "http://unitsofmeasure.org", "code": "mo"})
    assert told(aunt, followed) == [("Familieanamnese", "Tante: Ovariumcarcinoom (58 jaar)"), ("Follow-up", "6 mnd")]


def test_of_what_a_relative_died_is_said() -> None:
    had = {"code": {"text": "Pancreascarcinoom"}, "contributedToDeath": True}
    uncle = of_patient(
        "FamilyMemberHistory", status="completed", relationship={"text": "Oom"}, deceasedBoolean=True, condition=[had]
    )
    assert told(uncle) == [("Familieanamnese", "Oom: Pancreascarcinoom (doodsoorzaak) (overleden)")]


def test_whether_an_implant_may_go_into_an_mri_is_said() -> None:
    pacer = of_patient("Device", id="d", type={"text": "Pacemaker"}, safety=[{"text": "MR conditional"}])
    used = about("DeviceUseStatement", id="u", status="active", device={"reference": "Device/d"})
    assert told(pacer) == [("Hulpmiddel", "Pacemaker; MR conditional")]
    assert told(pacer, used) == [("Hulpmiddel", "Pacemaker; MR conditional")]


def variant(name: str, gene: str) -> Node:
    parts = [{"code": {"text": "Gen"}, "valueCodeableConcept": {"text": gene}}]
    return value("Variant", valueCodeableConcept={"text": "Aanwezig"}, component=parts) | {"id": name}


def drug_for(name: str, of: str, drug: str) -> Node:
    parts = [
        {"code": {"text": "Middel"}, "valueCodeableConcept": {"text": drug}},
        {"code": {"text": "Niveau"}, "valueCodeableConcept": {"text": "gevoelig"}},
    ]
    return value("Betekenis", derivedFrom=[{"reference": f"Observation/{of}"}], component=parts) | {"id": name}


def test_a_drug_is_of_the_gene_in_which_the_variant_is() -> None:
    said = told(variant("v1", "BRAF"), variant("v2", "KRAS"), drug_for("i1", "v1", "Middel A"), drug_for("i2", "v2", "Middel B"))
    assert said == [
        ("Variant (BRAF)", "Aanwezig"), ("Gen", "BRAF; Variant: Aanwezig"),
        ("Variant (KRAS)", "Aanwezig"), ("Gen", "KRAS; Variant: Aanwezig"),
        ("Middel (BRAF)", "Middel A"), ("Niveau (BRAF, Middel A)", "gevoelig"),
        ("Middel (KRAS)", "Middel B"), ("Niveau (KRAS, Middel B)", "gevoelig"),
    ]  # fmt: skip


def test_an_appointment_without_an_hour_says_when_it_is_wanted() -> None:
    wanted = [{"start": "2026-12-01", "end": "2026-12-10"}]
    pet = {"resourceType": "Appointment", "id": "a", "status": "proposed", "description": "PET", "requestedPeriod": wanted}
    pet |= {"participant": [{"actor": {"reference": "Patient/p"}, "status": "needs-action"}]}
    assert told(pet) == [("Afspraak", "PET; 2026-12-01 – 2026-12-10 (voorgesteld)")]
