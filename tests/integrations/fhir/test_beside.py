"""What stands in no field of a value belongs to it all the same: its side, its extensions, its reason, what it is about, that it was corrected."""

from __future__ import annotations

import json
from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral, Section

from .make import Node, bundle, patient, request

TO = {"reference": "Patient/p"}
QUALIFIER = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-qualifier"


def read(*resources: Node, who: Node | None = None, profile: str = "generic-r4") -> IncomingReferral:
    asked = request() if profile == "generic-r4" else request(resourceType="ReferralRequest")
    found = FhirReader().read(bundle(asked, who or patient(), *resources), profile)
    assert isinstance(found, IncomingReferral)
    return found


def one(kind: str, name: str = "x", **more: Any) -> Node:
    person = {"patient": TO} if kind == "AllergyIntolerance" else {"subject": TO}
    return {"resourceType": kind, "id": name} | person | more


def words(said: str) -> Node:
    return {"text": said}


def extended(address: str, **value: Any) -> list[Node]:
    return [{"url": f"https://voorbeeld.example/StructureDefinition/{address}"} | value]


def texts(found: IncomingReferral) -> list[str]:
    return [fact.text for fact in found.facts]


LEFT = words("Mamma") | {"extension": extended("Laterality", valueCodeableConcept=words("Links"))}


@pytest.mark.parametrize("profile", ["generic-r4", "generic-stu3"])
@pytest.mark.parametrize(("kind", "status"), [("Condition", {}), ("Procedure", {"status": "completed"})])
def test_a_place_in_the_body_has_its_side(profile: str, kind: str, status: Node) -> None:
    found = read(one(kind, code=words("Tumor"), bodySite=[LEFT], **status), profile=profile)
    assert texts(found) == ["Tumor, Mamma (Links)"]


def test_a_finding_and_a_sample_have_their_side() -> None:
    measured = one("Observation", status="final", code=words("Grootte"), valueString="12 mm", bodySite=LEFT)
    taken = one("Specimen", "s", type=words("Biopt"), collection={"bodySite": LEFT})
    assert texts(read(measured, taken)) == ["12 mm, Mamma (Links)", "Biopt; Mamma (Links)"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"valueCodeableConcept": words("Ductaal carcinoom")}, "Tumor; morphology: Ductaal carcinoom"),
        ({"valueBoolean": True}, "Tumor; morphology: ja"),
        ({"valueAnnotation": {"text": "graad 2"}}, "Tumor; morphology: graad 2"),
        ({"extension": [{"url": "graad", "valueString": "2"}]}, "Tumor; morphology: graad: 2"),
        ({"valueReference": {"reference": "Practitioner/9"}}, "Tumor"),
    ],
)
def test_what_an_extension_says_stands_with_the_diagnosis(value: Node, shown: str) -> None:
    assert texts(read(one("Condition", code=words("Tumor"), extension=extended("morphology", **value)))) == [shown]


def test_an_extension_that_only_says_how_something_was_written_is_not_shown() -> None:
    extension = extended("ext-CodeSpecification", valueCodeableConcept=words("Definitief"))
    assert texts(read(one("Condition", code=words("Tumor"), extension=extension))) == ["Tumor"]


def test_what_is_sent_in_error_with_its_extension_takes_back_what_was_told_with_it() -> None:
    tumour = one("Condition", code=words("Tumor"), extension=extended("morphology", valueString="ductaal"))
    wrong = read(tumour | {"verificationStatus": {"coding": [{"code": "entered-in-error"}]}})
    assert [fact.text for fact in wrong.taken_back] == texts(read(tumour))


def test_with_two_tumours_a_stage_says_which_one_it_is_of_and_how_it_was_found() -> None:
    stage = one("Observation", "o", status="final", code=words("T"), valueString="cT2", method=words("AJCC 8"))
    about = {"focus": [{"reference": "Condition/b"}]}
    first, second = one("Condition", "a", code=words("Mammatumor")), one("Condition", "b", code=words("Colontumor"))
    assert texts(read(first, second, stage | about))[2:] == ["cT2; betreft: Colontumor; methode: AJCC 8"]
    assert texts(read(second, stage | about))[1:] == ["cT2; methode: AJCC 8"]


def test_with_two_samples_a_finding_says_in_which_one() -> None:
    left, right = (one("Specimen", name, type=words(f"Biopt {name}")) for name in ("links", "rechts"))
    finding = one("Observation", "o", status="final", code=words("PA"), valueString="maligne")
    found = read(left, right, finding | {"specimen": {"reference": "Specimen/rechts"}})
    assert texts(found)[-1] == "maligne; materiaal: Biopt rechts"


@pytest.mark.parametrize(("status", "said"), [("corrected", "corrected"), ("amended", "corrected"), ("final", "")])
def test_a_finding_or_report_that_was_corrected_says_so(status: str, said: str) -> None:
    finding = one("Observation", "o", status=status, code=words("PSA"), valueString="3")
    report = one("DiagnosticReport", "d", status=status, code=words("PA"), conclusion="maligne")
    assert [(fact.text, fact.status) for fact in read(finding, report).facts] == [("3", said), ("maligne", said)]


@pytest.mark.parametrize(
    ("intent", "shown"), [("proposal", "Capecitabine (voorstel)"), ("plan", "Capecitabine (gepland)"), ("order", "Capecitabine")]
)
def test_a_drug_that_is_only_proposed_or_planned_does_not_read_as_taken(intent: str, shown: str) -> None:
    drug = one("MedicationRequest", status="active", intent=intent, medicationCodeableConcept=words("Capecitabine"))
    assert texts(read(drug)) == [shown]


def test_a_drug_that_was_given_is_there_with_its_day() -> None:
    (fact,) = read(
        one(
            "MedicationAdministration",
            status="completed",
            medicationCodeableConcept=words("FOLFOX"),
            effectiveDateTime="2026-01-02",
        )
    ).facts
    assert (fact.section, fact.label, fact.text, str(fact.dated_on)) == (
        Section.MEDICATION, "Toegediend", "FOLFOX (afgerond)", "2026-01-02",
    )  # fmt: skip


def test_why_something_is_taken_or_was_done_stands_with_it() -> None:
    drug = one("MedicationStatement", "m", status="active", medicationCodeableConcept=words("Tamoxifen"))
    done = one(
        "Procedure", "d", status="completed", code=words("Stoma"), performedPeriod={"start": "2020-01-01", "end": "2020-03-01"}
    )
    found = read(drug | {"reasonCode": [words("Mammacarcinoom")]}, done | {"reasonReference": [{"display": "Ileus"}]})
    assert texts(found) == ["Tamoxifen; reden: Mammacarcinoom", "Stoma; reden: Ileus (tot 2020-03-01)"]


def test_an_allergy_says_a_low_risk_too_and_to_which_substance() -> None:
    reaction = {"substance": words("Jomeron"), "manifestation": [words("Urticaria")]}
    found = read(one("AllergyIntolerance", code=words("Contrastmiddel"), criticality="low", reaction=[reaction]))
    assert texts(found) == ["Contrastmiddel: Jomeron: Urticaria; risico: laag"]


def test_what_a_diagnosis_rests_on_stands_with_it() -> None:
    assert texts(read(one("Condition", code=words("Tumor"), evidence=[{"code": [words("biopt")]}]))) == [
        "Tumor; op grond van: biopt"
    ]


def test_a_section_that_says_why_it_is_empty_says_it() -> None:
    empty = {"title": "Allergieën", "emptyReason": words("geen bekend")}
    letter = one("Composition", status="final", type=words("Brief"), date="2026-02-02", author=[{"display": "X"}], title="Brief")
    assert texts(read(letter | {"section": [empty]})) == ["geen bekend"]


def test_a_note_says_what_it_is_about() -> None:
    note = {"text": "nee", "extension": extended("annotation-code", valueCodeableConcept=words("Geaccrediteerd"))}
    found = read(one("Observation", status="final", code=words("PSA"), valueString="3", note=[note]))
    assert texts(found) == ["3", "PSA: Geaccrediteerd: nee"]


def test_a_prefix_of_the_surname_among_the_titles_belongs_to_the_name() -> None:
    marks = [{"extension": [{"url": QUALIFIER, "valueCode": "VV"}]}, None]
    name = {"family": "Berg", "prefix": ["van den", "dr."], "_prefix": marks}
    found = read(who=patient(name=[name])).patient.name
    assert (found.family, found.own_prefix, found.own_family) == ("van den Berg", "van den", "Berg")
    whole = read(who=patient(name=[name | {"family": "van den Berg"}])).patient.name
    assert (whole.family, whole.own_prefix, whole.own_family) == ("van den Berg", "van den", "Berg")


def test_what_a_message_asks_to_delete_is_named_without_its_address() -> None:
    tree = json.loads(bundle(request(), patient(), kind="transaction"))
    tree["entry"].append({"request": {"method": "DELETE", "url": "Observation?patient.identifier=999900006"}})
    found = FhirReader().read(json.dumps(tree).encode(), "generic-r4")
    assert isinstance(found, IncomingReferral)
    assert found.unmapped == ("entry/2 DELETE",)


def test_a_birth_date_without_a_day_is_named() -> None:
    assert read(who=patient(birthDate="1950-03")).unmapped == ("Patient/1 birthDate",)


def test_what_a_judgement_found_is_told() -> None:
    found = read(one("ClinicalImpression", status="completed", finding=[{"itemCodeableConcept": words("Progressie")}]))
    assert texts(found) == ["Progressie"]


def test_a_finding_of_which_only_an_extension_and_a_narrative_speak_says_both() -> None:
    own = one("Observation", status="final", code=words("Hoofdpijn"), extension=extended("status", valueString="aanwezig"))
    told = own | {"text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">sinds mei</div>'}}
    assert [(fact.label, fact.text) for fact in read(told).facts] == [("Hoofdpijn", "sinds mei; status: aanwezig")]
    assert [(fact.label, fact.text) for fact in read(own).facts] == [("Hoofdpijn", "status: aanwezig")]


def test_a_dose_in_words_says_its_route_and_warning_too() -> None:
    dosage = {"text": "1 tablet per dag", "route": words("oraal"), "additionalInstruction": [words("niet met melk")]}
    drug = one("MedicationStatement", status="active", medicationCodeableConcept=words("Tamoxifen"), dosage=[dosage])
    assert texts(read(drug)) == ["Tamoxifen; 1 tablet per dag, oraal, niet met melk"]


def test_a_sample_that_is_only_named_is_named_with_its_finding() -> None:
    finding = one("Observation", status="final", code=words("PSA"), valueString="3", specimen={"display": "Bloed"})
    assert texts(read(finding)) == ["3; materiaal: Bloed"]


@pytest.mark.parametrize("kind", ["Observation", "DiagnosticReport"])
def test_what_is_taken_back_without_its_value_is_known_by_its_name_and_day(kind: str) -> None:
    code = {"coding": [{"system": "http://loinc.org", "code": "2857-1", "display": "PSA"}]}
    found = read(one(kind, status="entered-in-error", code=code, effectiveDateTime="2026-02-01"))
    (gone,) = found.taken_back
    assert (gone.label, gone.text, gone.code, str(gone.dated_on)) == ("PSA", "", "2857-1", "2026-02-01")


@pytest.mark.parametrize(
    ("code", "section"),
    [("21905-5", Section.DIAGNOSIS), ("94734-1", Section.PATHOLOGY), ("16112-5", Section.PATHOLOGY), ("2857-1", Section.MARKER)],
)
def test_a_stage_a_grade_and_a_marker_stand_under_their_own_heading_whatever_their_category(code: str, section: Section) -> None:
    coded = {"coding": [{"system": "http://loinc.org", "code": code, "display": "X"}]}
    category = [{"coding": [{"code": "laboratory"}]}]
    (fact,) = read(one("Observation", status="final", code=coded, category=category, valueString="2")).facts
    assert fact.section is section
