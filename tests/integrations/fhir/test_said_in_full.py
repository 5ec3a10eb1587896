"""What belongs to a finding, a drug, an allergy or a plan stands with it: the usual range, the place, the end, how badly, unless when."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral

from .make import Node, bundle, patient, request

TO = {"reference": "Patient/p"}


def read(*resources: Node, profile: str = "generic-r4") -> IncomingReferral:
    asked = request() if profile == "generic-r4" else request(resourceType="ReferralRequest")
    found = FhirReader().read(bundle(asked, patient(), *resources), profile)
    assert isinstance(found, IncomingReferral)
    return found


def said(kind: str, profile: str = "generic-r4", **more: Any) -> str:
    (fact,) = read({"resourceType": kind, "id": "x", "subject": TO} | more, profile=profile).facts
    return fact.text


def words(one: str) -> Node:
    return {"text": one}


def amount(value: float, unit: str = "ug/L") -> Node:
    return {"value": value, "unit": unit}


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ({"valueQuantity": amount(6), "referenceRange": [{"low": amount(0), "high": amount(4)}]}, "6 ug/L (0 ug/L – 4 ug/L)"),
        ({"valueQuantity": amount(6), "referenceRange": [{"high": amount(4)}]}, "6 ug/L (… – 4 ug/L)"),
        ({"valueQuantity": amount(6), "referenceRange": [{"text": "lager dan 4"}]}, "6 ug/L (lager dan 4)"),
        ({"valueQuantity": amount(12, "mm"), "bodySite": words("linkermamma")}, "12 mm, linkermamma"),
        ({"valueQuantity": {"value": 1.015, "code": "1"}}, "1.015"),
    ],
)
def test_a_finding_says_where_and_what_is_usual(more: Node, shown: str) -> None:
    assert said("Observation", status="final", code=words("PSA"), **more) == shown


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ({"status": "completed"}, "Tamoxifen (afgerond)"),
        ({"status": "active", "effectivePeriod": {"start": "2010", "end": "2015-06"}}, "Tamoxifen (tot 2015-06) (2010)"),
        ({"status": "active"}, "Tamoxifen"),
    ],
)
def test_a_drug_that_is_no_longer_taken_says_so(more: Node, shown: str) -> None:
    assert said("MedicationStatement", medicationCodeableConcept=words("Tamoxifen"), **more) == shown


@pytest.mark.parametrize(
    ("dosage", "shown"),
    [
        ({"text": "zo nodig 1 tablet", "asNeededBoolean": True}, "zo nodig 1 tablet"),
        (
            {"asNeededBoolean": True, "doseAndRate": [{"doseRange": {"low": amount(1, "tablet"), "high": amount(2, "tablet")}}]},
            "1 tablet – 2 tablet, zo nodig",
        ),
        (
            {"asNeededCodeableConcept": words("pijn"), "route": words("oraal"),
             "timing": {"repeat": {"frequency": 1, "frequencyMax": 3, "period": 1, "periodUnit": "d"}}},
            "1–3 per 1 d, oraal, zo nodig: pijn",
        ),
        ({"patientInstruction": "niet met melk", "doseAndRate": [{"doseQuantity": amount(5, "mg")}]}, "5 mg, niet met melk"),
    ],
)  # fmt: skip
def test_a_dose_says_how_much_how_often_and_whether_only_when_needed(dosage: Node, shown: str) -> None:
    drug = {"status": "active", "intent": "order", "medicationCodeableConcept": words("Oxynorm"), "dosageInstruction": [dosage]}
    assert said("MedicationRequest", **drug) == f"Oxynorm; {shown}"


def test_an_allergy_says_how_it_shows_and_how_badly() -> None:
    own = {"resourceType": "AllergyIntolerance", "id": "x", "patient": TO, "code": words("Jodium"), "criticality": "high"}
    reactions = [
        {"manifestation": [words("Anafylaxie")], "severity": "severe", "description": "na contrast in 2019"},
        {"manifestation": [words("Jeuk")]},
    ]
    (fact,) = read(own | {"reaction": reactions}).facts
    assert fact.text == "Jodium: Anafylaxie; na contrast in 2019 (ernstig), Jeuk; risico: hoog"


def test_a_disease_says_how_bad_it_is_and_until_when_it_was() -> None:
    own = {"code": words("Astma"), "severity": words("ernstig"), "abatementDateTime": "2013"}
    over = {"clinicalStatus": {"coding": [{"code": "resolved"}]}, "verificationStatus": {"coding": [{"code": "confirmed"}]}}
    assert said("Condition", **own, **over) == "Astma, ernstig (tot 2013) (hersteld)"


def test_a_disease_in_the_family_has_its_age_and_what_is_said_of_it() -> None:
    own = {
        "resourceType": "FamilyMemberHistory",
        "id": "x",
        "patient": TO,
        "status": "completed",
        "relationship": words("moeder"),
    }
    had = [
        {"code": words("Mammacarcinoom"), "onsetAge": amount(41, "jaar"), "note": [{"text": "BRCA1"}]},
        {"code": words("Jicht")},
    ]
    (fact,) = read(own | {"condition": had}).facts
    assert fact.text == "moeder: Mammacarcinoom (41 jaar, BRCA1), Jicht"


def test_a_goal_says_what_is_aimed_at() -> None:
    target = {
        "measure": words("Gewicht"),
        "detailRange": {"low": amount(70, "kg"), "high": amount(75, "kg")},
        "dueDate": "2026-06-01",
    }
    goal = {"lifecycleStatus": "active", "description": words("Aankomen"), "target": [target]}
    assert said("Goal", **goal) == "Aankomen; Gewicht 70 kg – 75 kg 2026-06-01"


def test_an_exception_to_an_agreement_stands_behind_it() -> None:
    inner = {"type": "deny", "code": [words("Beademing")]}
    own = {"resourceType": "Consent", "id": "x", "status": "active", "patient": TO, "scope": words("t"), "policyRule": words("x")}
    (fact,) = read(own | {"category": [words("Afspraak")], "provision": {"type": "permit", "provision": [inner]}}).facts
    assert fact.text == "Afspraak; toegestaan; niet toegestaan: Beademing"


def test_an_operation_says_what_went_wrong_and_what_follows() -> None:
    own = {
        "status": "completed",
        "code": words("Hemicolectomie"),
        "complication": [words("naadlekkage")],
        "followUp": [words("stoma")],
    }
    assert said("Procedure", **own) == "Hemicolectomie; naadlekkage; stoma"


def test_a_report_whose_results_came_along_is_not_said_to_be_without_words() -> None:
    value = {
        "resourceType": "Observation",
        "id": "v",
        "status": "final",
        "code": words("CEA"),
        "subject": TO,
        "valueQuantity": amount(3),
    }
    report = {"resourceType": "DiagnosticReport", "id": "r", "status": "final", "code": words("Lab"), "subject": TO}
    with_it = read(value, report | {"result": [{"reference": "Observation/v"}]})
    without = read(report | {"result": [{"reference": "Observation/elders"}]})
    assert [fact.text for fact in with_it.facts] == ["3 ug/L"]
    assert [fact.text for fact in without.facts] == ["Verslag zonder tekst"]


def test_a_team_with_somebody_of_whom_nothing_is_said_is_named() -> None:
    members = [
        {"role": [words("huisarts")], "member": {"display": "A. Wit"}},
        {"role": [words("diëtist")], "member": {"reference": "Practitioner/elders"}},
    ]
    team = {"resourceType": "CareTeam", "id": "t", "status": "active", "subject": TO}
    some, all_of_them = read(team | {"participant": members}), read(team | {"participant": members[:1]})
    assert (some.gp.name, some.unmapped, all_of_them.unmapped) == ("A. Wit", ("CareTeam/2",), ())


def test_of_two_numbers_that_of_who_asks_counts() -> None:
    numbers = [{"type": {"coding": [{"code": kind}]}, "value": value} for kind, value in (("FILL", "F-9"), ("PLAC", "P-1"))]
    for old, wanted in (({"use": "old", "value": "O-1"}, "P-1"), ({"value": "X-1"}, "P-1")):
        found = FhirReader().read(bundle(request(identifier=[old, *numbers]), patient()), "generic-r4")
        assert isinstance(found, IncomingReferral) and found.number == wanted
    found = FhirReader().read(
        bundle(request(identifier=[{"use": "old", "value": "O-1"}, {"value": "N-2"}]), patient()), "generic-r4"
    )
    assert isinstance(found, IncomingReferral) and found.number == "N-2"


def test_two_answers_of_one_name_say_under_which_heading_they_stand() -> None:
    def group(text: str, name: str) -> Node:
        asked = {"linkId": text, "text": "Naam", "answer": [{"valueString": name}]}
        return {
            "linkId": text,
            "text": text,
            "item": [asked, {"linkId": f"{text}2", "text": f"Plaats {text}", "answer": [{"valueString": "Zee"}]}],
        }

    form = {"resourceType": "QuestionnaireResponse", "id": "f", "status": "completed", "subject": TO}
    found = read(form | {"item": [group("Mantelzorger", "A. Wit"), group("Huisarts", "B. Zwart")]})
    assert [(fact.label, fact.text) for fact in found.facts] == [
        ("Mantelzorger: Naam", "A. Wit"), ("Plaats Mantelzorger", "Zee"), ("Huisarts: Naam", "B. Zwart"), ("Plaats Huisarts", "Zee"),
    ]  # fmt: skip


def test_what_is_contained_is_read_or_named_whether_something_points_at_it_or_not() -> None:
    form = {"resourceType": "QuestionnaireResponse", "id": "f", "status": "completed", "item": [
        {"linkId": "1", "text": "Roken", "answer": [{"valueString": "nooit"}]}]}  # fmt: skip
    visit = {"resourceType": "Appointment", "id": "a", "status": "booked", "participant": [{"status": "accepted"}]}
    found = FhirReader().read(bundle(request(contained=[form, visit]), patient()), "generic-r4")
    assert isinstance(found, IncomingReferral)
    assert [(fact.label, fact.text) for fact in found.facts] == [("Roken", "nooit")]
    assert found.unmapped == ("ServiceRequest/0#Appointment/1",)


def test_a_document_that_was_not_sent_says_what_it_is_beside_its_file_name() -> None:
    paper = {
        "resourceType": "DocumentReference",
        "id": "d",
        "status": "current",
        "subject": TO,
        "description": "Foto van de huid",
    }
    (fact,) = read(paper | {"content": [{"attachment": {"url": "Binary/9", "title": "img4.png"}}]}).facts
    assert fact.text == "img4.png: Foto van de huid"


@pytest.mark.parametrize(("sent", "shown"), [(True, "ja"), (False, "nee")])
def test_a_finding_that_is_a_yes_or_no_is_one_in_words(sent: bool, shown: str) -> None:
    assert said("Observation", status="final", code=words("Rookt"), valueBoolean=sent) == shown


@pytest.mark.parametrize(
    ("onset", "shown"), [({"onsetString": "als kind"}, "Astma (als kind)"), ({"onsetAge": amount(40, "jaar")}, "Astma (40 jaar)")]
)
def test_a_disease_without_a_date_says_since_when_in_the_words_that_came(onset: Node, shown: str) -> None:
    assert said("Condition", code=words("Astma"), **onset) == shown


def test_a_report_has_its_codes_behind_its_conclusion_where_they_say_more() -> None:
    report = {"status": "final", "code": words("CT"), "conclusion": "Geen metastasen"}
    assert said("DiagnosticReport", **report, conclusionCode=[words("Nodus rechts"), words("geen metastasen")]) == (
        "Geen metastasen (Nodus rechts)"
    )


def test_a_message_says_what_it_names_and_what_was_noted_at_it() -> None:
    told = {"resourceType": "Communication", "id": "x", "status": "completed", "subject": TO, "note": [{"text": "Met spoed"}]}
    found = read(told | {"payload": [{"contentReference": {"reference": "DocumentReference/9", "display": "Brief KNO"}}]})
    assert [fact.text for fact in found.facts] == ["Brief KNO", "Met spoed"]


def test_what_says_nothing_that_can_be_shown_is_named_as_left_over() -> None:
    curve = {"origin": {"value": 0}, "period": 1, "dimensions": 1, "data": "1 2"}
    ecg = {
        "resourceType": "Observation",
        "id": "x",
        "status": "final",
        "subject": TO,
        "code": words("ECG"),
        "valueSampledData": curve,
    }
    panel = {"resourceType": "Observation", "id": "y", "status": "final", "subject": TO, "code": words("Lab")}
    found = read(ecg, panel | {"hasMember": [{"reference": "Observation/9"}]})
    assert (found.facts, found.unmapped) == ((), ("Observation/2",))


@pytest.mark.parametrize(
    ("kind", "more", "profile", "shown"),
    [
        ("Procedure", {"status": "not-done", "code": words("Operatie"), "statusReason": words("geweigerd")}, "generic-r4",
         "Operatie (niet gedaan); geweigerd"),
        ("Procedure", {"status": "suspended", "code": words("Operatie"), "notDone": True, "notDoneReason": words("te ziek")}, "generic-stu3",
         "Operatie (niet gedaan); te ziek"),
        ("MedicationStatement", {"status": "stopped", "medicationCodeableConcept": words("Ascal"), "statusReason": [words("bloeding")]},
         "generic-r4", "Ascal (gestopt); bloeding"),
        ("MedicationStatement", {"status": "active", "taken": "n", "medicationCodeableConcept": words("Ascal"),
                                 "reasonNotTaken": [words("bloeding")]}, "generic-stu3", "Ascal (niet gebruikt); bloeding"),
    ],
)  # fmt: skip
def test_what_was_not_done_or_is_not_taken_says_why(kind: str, more: Node, profile: str, shown: str) -> None:
    assert said(kind, profile, **more) == shown


@pytest.mark.parametrize(
    ("period", "shown"),
    [
        ({"start": "1985", "end": "2001-02"}, "350 g (tot 2001-02)"),
        ({"start": "2026-01-05T08:00:00+01:00", "end": "2026-01-05T09:00:00+01:00"}, "350 g"),
        ({"start": "1985"}, "350 g"),
    ],
)
def test_a_finding_over_years_says_until_when_it_was_so(period: Node, shown: str) -> None:
    own = {"status": "final", "code": words("Tabak"), "valueQuantity": amount(350, "g"), "effectivePeriod": period}
    assert said("Observation", **own).removesuffix(" (1985)") == shown
