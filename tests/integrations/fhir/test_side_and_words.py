"""A side, a material, an end and words that stand beside the fields, or in a resource of their own, are shown with what they belong to."""

from __future__ import annotations

from typing import Any

import pytest

from mdo_portal.exchange import IncomingReferral

from .make import Node, condition
from .test_beside import LEFT, TO, one, read, words

RIGHT_BREAST = {
    "resourceType": "BodyStructure", "id": "b", "patient": TO, "location": words("Mamma"), "locationQualifier": [words("Rechts")],
    "morphology": words("Massa"), "description": "5 uur",
}  # fmt: skip


AT_B = {"reference": "BodyStructure/b"}


BODY_SITE = "http://hl7.org/fhir/StructureDefinition/bodySite"


def told(found: IncomingReferral) -> list[tuple[str, str]]:
    return [(fact.label, fact.text) for fact in found.facts]


def narrative(status: str, said: str) -> Node:
    return {"status": status, "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{said}</div>'}


@pytest.mark.parametrize("points", [{"focus": [AT_B]}, {"extension": [{"url": BODY_SITE, "valueReference": AT_B}]}])
def test_a_measurement_says_the_side_of_the_part_of_the_body_that_it_points_at(points: Node) -> None:
    found = told(read(one("Observation", status="final", code=words("Grootte"), valueString="13 mm", **points), RIGHT_BREAST))
    assert found == [
        ("Grootte", f"13 mm; {'bodySite' if 'extension' in points else 'plaats'}: Mamma (Rechts)"),
        ("Plaats in het lichaam", "5 uur; Mamma (Rechts); Massa"),
    ]


def test_a_report_says_its_material_and_who_wrote_it() -> None:
    report = one(
        "DiagnosticReport", status="final", code=words("PA"), conclusion="Geen maligniteit", specimen=[{"display": "Biopt links"}],
        performer=[{"display": "Lab Delta"}], resultsInterpreter=[{"display": "dr. Groen"}],
    )  # fmt: skip
    assert told(read(report)) == [("PA", "Geen maligniteit; materiaal: Biopt links; door: Lab Delta, dr. Groen")]


def test_a_study_says_where_it_was_made_and_why() -> None:
    series = [{"uid": "1.2", "modality": {"code": "CT"}, "bodySite": {"display": "Thorax"}, "laterality": {"display": "Links"}}]
    study = one("ImagingStudy", status="available", description="CT", series=series, reasonCode=[words("Stadiëring")])
    assert told(read(study)) == [("CT", "CT; Thorax (Links); reden: Stadiëring")]


@pytest.mark.parametrize(
    ("profile", "kind"),
    [("generic-r4", "ServiceRequest"), ("generic-stu3", "ReferralRequest"), ("generic-stu3", "ProcedureRequest")],
)
def test_what_else_was_asked_for_is_shown_with_what_became_of_it(profile: str, kind: str) -> None:
    code = {"serviceRequested": [words("CT abdomen")]} if kind == "ReferralRequest" else {"code": words("CT abdomen")}
    other = one(kind, "r2", status="completed", intent="order", **code)
    assert told(read(other, profile=profile)) == [("Aangevraagd", "CT abdomen (afgerond)")]


def test_what_is_over_or_will_end_says_until_when() -> None:
    flag = one("Flag", status="active", code=words("Isolatie"), period={"end": "2024-01-01"})
    stay = one(
        "Encounter", "e", status="finished", **{"class": {"code": "IMP"}}, period={"start": "2026-01-02", "end": "2026-01-05"}
    )
    visit = one(
        "Encounter", "v", status="finished", **{"class": {"code": "AMB"}}, period={"start": "2026-01-02", "end": "2026-01-02"}
    )
    found = read(flag, stay, visit).facts
    assert [fact.text for fact in found] == ["Isolatie (tot 2024-01-01)", "IMP (tot 2026-01-05) (afgerond)", "AMB (afgerond)"]
    assert [str(fact.dated_on) for fact in found] == ["None", "2026-01-02", "2026-01-02"]


def test_a_plan_says_what_came_of_each_part_and_when_it_is_to_be_done() -> None:
    done = {
        "detail": {"status": "completed", "description": "Chemo", "scheduledString": "binnen 6 weken"},
        "progress": [{"text": "2 kuren gehad"}], "outcomeCodeableConcept": [words("Goede respons")],
    }  # fmt: skip
    plan = one("CarePlan", status="active", intent="plan", title="Plan", activity=[done])
    assert told(read(plan)) == [("Behandelplan", "Plan; Chemo binnen 6 weken; Goede respons; 2 kuren gehad")]


def test_a_message_has_its_subject() -> None:
    message = one("Communication", status="completed", topic=words("Uitslag"), payload=[{"contentString": "Volgt morgen"}])
    assert told(read(message)) == [("Bericht", "Uitslag: Volgt morgen")]


def test_the_words_of_the_task_that_asks_are_shown() -> None:
    task: dict[str, Any] = {
        "resourceType": "Task", "id": "t", "status": "requested", "intent": "order", "focus": {"reference": "ServiceRequest/r"},
        "for": TO, "description": "Graag voor vrijdag", "note": [{"text": "Patiënt belt"}],
    }  # fmt: skip
    assert told(read(task)) == [("Toelichting", "Graag voor vrijdag"), ("Toelichting", "Patiënt belt")]


@pytest.mark.parametrize(("status", "said"), [("in-progress", "unfinished"), ("stopped", "stopped"), ("completed", "")])
def test_a_form_that_is_not_finished_says_so(status: str, said: str) -> None:
    answers = [{"linkId": "1", "text": "ECOG", "answer": [{"valueString": "1"}]}]
    form = one("QuestionnaireResponse", status=status, questionnaire="http://x.example/q", item=answers)
    assert [fact.status for fact in read(form).facts] == [said]


@pytest.mark.parametrize(("status", "shown"), [("additional", True), ("extensions", False), ("generated", False)])
def test_a_section_that_says_more_than_its_entries_is_read(status: str, shown: bool) -> None:
    section = {
        "title": "Bevindingen",
        "text": narrative(status, "Let op: eerder geweigerd"),
        "entry": [{"reference": "Condition/c"}],
    }
    letter = one(
        "Composition", "l", status="final", type=words("Brief"), date="2026-03-01", author=[{"display": "dr. Wit"}], title="Brief",
        section=[section],
    )  # fmt: skip
    found = told(read(letter, one("Condition", "c", code=words("Coloncarcinoom"))))
    assert (("Bevindingen", "Let op: eerder geweigerd") in found) is shown


@pytest.mark.parametrize(("status", "shown"), [("additional", True), ("extensions", False), ("generated", False)])
def test_so_is_the_text_of_a_resource_that_says_more_than_its_fields(status: str, shown: bool) -> None:
    found = told(read(one("Condition", code=words("Coloncarcinoom"), text=narrative(status, "Patiënt weigerde scopie"))))
    assert (("Toelichting", "Patiënt weigerde scopie") in found) is shown
    assert ("", "Coloncarcinoom") in found


@pytest.mark.parametrize(
    "title", ["Reason for referral", "Reden van verwijzing", "Verwijsreden", "Reason for consultation", "Fragestellung"]
)
def test_why_a_letter_refers_is_the_question(title: str) -> None:
    section = {"title": title, "text": narrative("generated", "Graag advies"), "entry": [{"reference": "ServiceRequest/r"}]}
    letter = one(
        "Composition", "l", status="final", type=words("Brief"), date="2026-03-01", author=[{"display": "dr. Wit"}], title="Brief",
        section=[section],
    )  # fmt: skip
    assert read(letter).question_board == "Graag advies"


def test_a_device_a_diet_and_a_dispensed_drug_stand_on_the_case() -> None:
    pump = {"resourceType": "Device", "id": "d", "type": words("Pacemaker, niet MRI-veilig"), "patient": TO}
    used = one("DeviceUseStatement", "u", status="active", device={"reference": "Device/d"}, bodySite=LEFT)
    diet = {
        "resourceType": "NutritionOrder", "id": "n", "status": "active", "intent": "order", "dateTime": "2026-03-01", "patient": TO,
        "oralDiet": {"type": [words("Vloeibaar")]},
    }  # fmt: skip
    given = one(
        "MedicationDispense", "m", status="completed", medicationCodeableConcept=words("Letrozol"), whenHandedOver="2026-02-01"
    )
    assert told(read(pump, used, diet, given)) == [
        ("Hulpmiddel", "Pacemaker, niet MRI-veilig; Mamma (Links)"),
        ("Dieet", "Vloeibaar"),
        ("Verstrekt", "Letrozol (afgerond)"),
    ]


def test_a_letter_that_was_sent_in_error_takes_its_words_back() -> None:
    section = {"title": "Beloop", "text": narrative("generated", "Van een ander")}
    letter = one(
        "Composition", "l", status="entered-in-error", type=words("Brief"), date="2026-03-01", author=[{"display": "dr. Wit"}],
        title="Brief", section=[section],
    )  # fmt: skip
    found = read(letter)
    over = {(fact.label, fact.text) for fact in found.taken_back}  # as it was told alone, and as it was told among other letters
    assert (told(found), over) == ([], {("Beloop", "Van een ander"), ("Brief: Beloop", "Van een ander")})


def test_a_part_of_the_body_says_its_name_once_and_a_device_what_is_noted_of_it() -> None:
    place = {"resourceType": "BodySite", "id": "b", "code": words("Mamma"), "qualifier": [words("Rechts")], "patient": TO}
    pump = {"resourceType": "Device", "id": "d", "type": words("Pacemaker"), "note": [{"text": "niet in de MRI"}]}
    used = one("DeviceUseStatement", "u", status="active", device={"reference": "Device/d"}, indication=[words("AV-blok")])
    assert told(read(place, pump, used, profile="generic-stu3")) == [
        ("Plaats in het lichaam", "Mamma (Rechts)"), ("Hulpmiddel", "Pacemaker; AV-blok, niet in de MRI"),
    ]  # fmt: skip


def test_how_a_diagnosis_was_made_sure_is_shown() -> None:
    """German cancer profiles say it as a second code of verificationStatus."""
    sure = {
        "coding": [
            {"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed"},
            {"code": "7.1", "display": "histologie"},
        ]
    }
    assert told(read(condition(code=words("Mammacarcinoom"), verificationStatus=sure))) == [("", "Mammacarcinoom (histologie)")]


def test_a_treatment_says_where_it_was_done_and_what_was_put_in() -> None:
    done = one(
        "Procedure", status="completed", code=words("Knieprothese"), location={"display": "Drachten"},
        focalDevice=[{"manipulated": {"display": "Gen 2 Tibia"}}],
    )  # fmt: skip
    assert told(read(done)) == [("", "Knieprothese; Gen 2 Tibia; locatie: Drachten")]


def test_a_part_with_a_name_that_says_nothing_by_itself_says_of_what_it_is() -> None:
    """Epic: the kind of tobacco and the kind of drug are both called `Type`."""
    used = one(
        "Observation", code=words("Drugsgebruik"), valueString="Ja", component=[{"code": words("Type"), "valueString": "Crack"}]
    )
    assert told(read(used)) == [("Drugsgebruik", "Ja"), ("Type (Drugsgebruik)", "Crack; Drugsgebruik: Ja")]


def test_a_value_that_is_a_moment_is_told_as_a_clock_here_tells_it() -> None:
    at = one("Observation", code=words("Begin"), valueDateTime="2016-05-30T19:46:00Z")
    span = one("Observation", id="o2", code=words("Opname"), valuePeriod={"start": "2016-05-30T21:46:00+02:00", "end": "2016-06"})
    assert told(read(at, span)) == [("Begin", "2016-05-30 21:46"), ("Opname", "2016-05-30 21:46 – 2016-06")]


def test_letters_that_a_page_writes_for_a_sign_are_that_sign() -> None:
    """`&#039;` and `&lt;` come from systems that keep text as a page holds it."""
    value = one(
        "Observation", code=words("CEA &amp; CA&nbsp;15.3"), valueString="&lt;0,5 bij Van &#039;t Hof; R&amp;D; x &unknown; y"
    )
    assert told(read(value)) == [("CEA & CA 15.3", "<0,5 bij Van 't Hof; R&D; x &unknown; y")]


def test_a_slide_says_what_it_was_cut_from() -> None:
    """Of two slides, one of the left and one of the right, neither is told by its name."""
    biopsies = [
        one("Specimen", side, type=words("Biopt"), collection={"bodySite": words(f"Mamma {side}")})
        for side in ("links", "rechts")
    ]
    slides = [
        one("Specimen", f"s-{side}", type=words("Coupe"), parent=[{"reference": f"Specimen/{side}"}])
        for side in ("links", "rechts")
    ]
    grade = one(
        "Observation", "o", status="final", code=words("Gleason"), valueString="3", specimen={"reference": "Specimen/s-rechts"}
    )
    found = told(read(*biopsies, *slides, grade))
    assert ("Gleason", "3; materiaal: Coupe, Biopt, Mamma rechts") in found
    assert ("Materiaal", "Coupe; Biopt, Mamma links") in found


def test_a_sample_without_a_place_has_its_number_with_the_finding_and_one_that_is_of_itself_has_none() -> None:
    number = {"accessionIdentifier": {"value": "T24-01"}}
    first = one("Specimen", "a", type=words("Biopt"), **number)
    round_and_round = one("Specimen", "b", type=words("Coupe"), parent=[{"reference": "Specimen/b"}])
    grade = one("Observation", "o", status="final", code=words("Gleason"), valueString="3", specimen={"reference": "Specimen/a"})
    assert told(read(first, round_and_round, grade))[-1][1] == "3; materiaal: Biopt, T24-01"
