"""What stands one step aside of a finding and turns or explains it: on what it rests, why it was not done, what came of it."""

from __future__ import annotations

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral

from .make import Node, bundle, patient, request
from .read_house import about, of_patient, read, told, value

WHY = [{"text": "niet bereikt"}]


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ({"itemCodeableConcept": {"text": "Longmetastasen"}, "basis": "uitgesloten op CT"}, "Longmetastasen (uitgesloten op CT)"),
        ({"itemReference": {"display": "Longmetastasen"}, "basis": "uitgesloten op CT"}, "Longmetastasen (uitgesloten op CT)"),
        ({"itemReference": {"reference": "Condition/c1"}, "basis": "uitgesloten op CT"}, "Diagnose 1 (uitgesloten op CT)"),
        ({"basis": "geen aanwijzing voor recidief"}, "geen aanwijzing voor recidief"),
    ],
)
def test_an_impression_says_on_what_its_finding_rests(found: Node, shown: str) -> None:
    disease = about("Condition", code={"text": "Diagnose 1"}) | {"id": "c1"}

    assert ("Beoordeling", shown) in told(about("ClinicalImpression", status="completed", finding=[found]), disease)


def test_an_impression_whose_finding_came_along_does_not_say_it_twice() -> None:
    disease = about("Condition", code={"text": "Diagnose 1"}) | {"id": "c1"}
    impression = about("ClinicalImpression", status="completed", finding=[{"itemReference": {"reference": "Condition/c1"}}])

    assert [words for _, words in told(impression, disease)] == ["Diagnose 1"]


@pytest.mark.parametrize("more", [{"statusReason": WHY[0]}, {"reasonCode": WHY}])
def test_what_was_never_told_says_why(more: Node) -> None:
    told_of = about("Communication", status="not-done", payload=[{"contentString": "Uitslag besproken"}], **more)

    (words,) = [words for label, words in told(told_of) if label == "Bericht"]
    assert words.startswith("Uitslag besproken (niet gedaan)") and "niet bereikt" in words


def test_a_value_that_nobody_knows_is_not_called_a_state() -> None:
    why = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "unknown"}]}

    assert told(value("Ureum", dataAbsentReason=why)) == [("Ureum", "onbekend")]


def test_what_could_have_happened_is_not_told_as_what_did() -> None:
    event = about("AdverseEvent", actuality="potential", event={"text": "Anafylaxie"})

    assert told(event) == [("Bijwerking of complicatie", "Anafylaxie (had kunnen gebeuren)")]


def test_what_came_of_it_is_told() -> None:
    event = about("AdverseEvent", actuality="actual", event={"text": "Extravasatie"}, resultingCondition=[{"display": "Necrose"}])
    goal = about("Goal", lifecycleStatus="active", description={"text": "R0"}, outcomeCode=[{"text": "R1"}])

    assert told(event) == [("Bijwerking of complicatie", "Extravasatie; Necrose")]
    assert told(goal | {"id": "g"}) == [("Doel", "R0; R1")]


def test_why_something_else_was_asked_for_is_told_where_it_is_only_named() -> None:
    other = about(
        "ServiceRequest", status="active", intent="order", code={"text": "PET-CT"}, reasonReference=[{"display": "Klier"}]
    )

    assert ("Aangevraagd", "PET-CT; Klier") in told(other, asked=request(code={"text": "MDO"}))


def test_what_was_noted_at_a_picture_in_a_report_is_told() -> None:
    media = [{"comment": "laesie in S4", "link": {"display": "opname 3"}}]
    report = about("DiagnosticReport", status="final", code={"text": "CT"}, conclusion="Geen afwijkingen", media=media)

    assert [fact.text for fact in read(report).facts] == ["Geen afwijkingen", "laesie in S4", "opname 3"]


def test_a_relative_has_an_age_and_a_diet_what_may_not_be_in_it() -> None:
    aunt = of_patient(
        "FamilyMemberHistory", status="completed", relationship={"text": "tante"}, ageAge={"value": 52, "unit": "jaar"},
        condition=[{"code": {"text": "Mammacarcinoom"}}],
    )  # fmt: skip
    diet = of_patient("NutritionOrder", status="active", dateTime="2026-11-01", excludeFoodModifier=[{"text": "noten"}])

    assert told(aunt) == [("Familieanamnese", "tante (52 jaar): Mammacarcinoom")]
    assert told(diet | {"intent": "order"}) == [("Dieet", "noten (niet doen)")]


def test_a_team_says_what_was_noted_at_it() -> None:
    team = about("CareTeam", status="active", note=[{"text": "alleen via de casemanager"}])
    team |= {"participant": [{"role": [{"text": "oncoloog"}], "member": {"display": "dr. Vos"}}]}

    assert ("Toelichting", "alleen via de casemanager") in told(team)


def test_a_drug_that_was_not_handed_out_says_why() -> None:
    drug = about("MedicationDispense", status="declined", medicationCodeableConcept={"text": "Capecitabine"})

    (words,) = [words for _, words in told(drug | {"statusReasonCodeableConcept": {"text": "niet leverbaar"}})]
    assert words.endswith("; niet leverbaar")


@pytest.mark.parametrize(
    ("kind", "more", "shown"),
    [
        ("Condition", {"verificationStatus": {"coding": [{"code": "refuted"}]}}, "Metastasen (weerlegd): gezien op CT"),
        ("Procedure", {"status": "not-done"}, "Metastasen (niet gedaan): gezien op CT"),
        ("ServiceRequest", {"status": "active", "intent": "order", "doNotPerform": True}, "Metastasen (niet doen): gezien op CT"),
        ("Condition", {"verificationStatus": {"coding": [{"code": "confirmed"}]}}, "Metastasen: gezien op CT"),
    ],
)
def test_a_remark_at_what_is_not_so_does_not_read_as_if_it_were(kind: str, more: Node, shown: str) -> None:
    found = about(kind, code={"text": "Metastasen"}, note=[{"text": "gezien op CT"}], **more)

    assert ("Toelichting", shown) in told(found, asked=request(code={"text": "MDO"}))


def test_an_object_that_came_as_a_text_is_named_and_not_passed_over() -> None:
    planned = '{"detail": {"status": "cancelled", "code": {"text": "Operatie"}}}'
    plan = about("CarePlan", status="active", intent="plan", title="Plan", activity=[planned])
    said = value("Opmerking", valueString='{"uitslag": "goed"}')  # words that only look like one stay words

    assert [one.partition(":")[0] for one in read(plan | {"id": "y"}, said).quarantined] == ["CarePlan/2"]
    assert told(said) == [("Opmerking", '{"uitslag": "goed"}')]


def test_what_was_asked_is_no_reason_to_take_a_referral_back() -> None:
    revoked = request(status="revoked", note=[{"text": "Kan operatie nog?"}, {"text": "patiënt is overleden"}])

    assert read(asked=revoked).cancel_reason == "patiënt is overleden"


def test_in_stu3_what_was_not_given_or_not_asked_says_why() -> None:
    asked = {"resourceType": "ReferralRequest", "id": "r", "status": "active", "intent": "order", "description": "Operatie?"}
    asked |= {"subject": {"reference": "Patient/p"}, "identifier": [{"value": "R"}]}
    shot = of_patient("Immunization", status="completed", notGiven=True, primarySource=True, vaccineCode={"text": "Griep"})
    shot |= {"explanation": {"reasonNotGiven": [{"text": "weigert"}]}}
    mother = of_patient("FamilyMemberHistory", status="completed", notDone=True, relationship={"text": "moeder"})
    mother |= {"notDoneReason": {"text": "geadopteerd"}, "id": "m"}
    found = FhirReader().read(bundle(asked, patient(), shot, mother), "generic-stu3")

    assert isinstance(found, IncomingReferral)
    assert [fact.text for fact in found.facts] == ["Griep; weigert (niet gegeven)", "moeder (geadopteerd) (niet gedaan)"]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("<p>Geen <b>tumor</b></p>", "Geen tumor"),
        ("<div>Tumor, <del>niet</del> radicaal</div>", "Tumor, [doorgehaald: niet] radicaal"),
        (r"{\rtf1\ansi Geen tumor}", "Geen tumor"),
        ("<5", "<5"),
        ("< 1 mm vrij", "< 1 mm vrij"),
    ],
)
def test_a_value_or_a_conclusion_that_came_as_a_page_is_read_in_words(sent: str, shown: str) -> None:
    report = about("DiagnosticReport", status="final", code={"text": "PA"}, conclusion=sent)

    assert told(value("Uitslag", valueString=sent)) == [("Uitslag", shown)]
    assert told(report) == [("PA", shown)]
