"""What FHIR senders say that nobody here had seen: doses in parts, days in UTC, what happened, what is planned, and what is only named."""

from __future__ import annotations

import base64
import json

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral, Section

from .make import Node, bundle, condition, patient, request
from .test_beside import TO, one, read, words


def told(found: IncomingReferral) -> list[tuple[str, str]]:
    return [(fact.label, fact.text) for fact in found.facts]


def amount(value: float, unit: str) -> Node:
    return {"value": value, "unit": unit}


def drug(kind: str = "MedicationRequest", **more: object) -> Node:
    fixed = {
        "resourceType": kind,
        "id": "m",
        "status": "active",
        "subject": TO,
        "medicationCodeableConcept": words("Methotrexaat"),
    }
    return fixed | ({"intent": "order"} if kind == "MedicationRequest" else {}) | more


def test_a_dose_says_on_which_days_at_what_hour_for_how_long_and_how_much_at_most() -> None:
    """Once a week, on Monday: `1 per 1 wk` alone is not what was prescribed."""
    repeat = {
        "frequency": 1, "period": 1, "periodUnit": "wk", "dayOfWeek": ["mon", "thu"], "timeOfDay": ["08:00:00"],
        "boundsPeriod": {"start": "2026-01-01", "end": "2026-03-01"},
    }  # fmt: skip
    most = {"numerator": amount(10, "mg"), "denominator": amount(1, "wk")}
    found = read(
        drug(
            dosageInstruction=[
                {"timing": {"repeat": repeat}, "doseAndRate": [{"doseQuantity": amount(10, "mg")}], "maxDosePerPeriod": most}
            ]
        )
    )
    assert told(found) == [
        ("", "Methotrexaat; 10 mg, 1 per 1 wk, maandag, donderdag, 08:00, gedurende 2026-01-01 – 2026-03-01, maximaal 10 mg/1 wk")
    ]


def test_a_dose_says_how_fast_where_and_by_what_it_is_given() -> None:
    line = {
        "doseAndRate": [{"rateQuantity": amount(2, "ml/h")}], "site": words("linkerarm"), "method": words("infuus"), "route": words("iv"),
        "timing": {"repeat": {"boundsDuration": amount(5, "d"), "count": 3, "duration": 30, "durationUnit": "min"}},
    }  # fmt: skip
    assert told(read(drug(dosageInstruction=[line]))) == [
        ("", "Methotrexaat; 2 ml/h, 3 keer, 30 min, gedurende 5 d, iv, infuus, linkerarm")
    ]


def test_what_was_given_says_how_much() -> None:
    rate = {"numerator": amount(500, "ml"), "denominator": amount(3, "h")}
    given = drug(
        "MedicationAdministration", status="completed", effectiveDateTime="2026-02-01",
        dosage={"dose": amount(175, "mg/m2"), "rateRatio": rate, "route": words("iv")},
    )  # fmt: skip
    assert told(read(given)) == [("Toegediend", "Methotrexaat; 175 mg/m2, 500 ml/3 h, iv (completed)")]
    handed = drug("MedicationDispense", status="completed", quantity=amount(112, "tablet"), daysSupply=amount(14, "d"))
    assert told(read(handed)) == [("Verstrekt", "Methotrexaat; 112 tablet; 14 d (completed)")]


def test_a_drug_that_is_made_of_ingredients_has_a_name() -> None:
    strength = {"numerator": amount(1, "mg"), "denominator": amount(1, "stuk")}
    made = {
        "resourceType": "Medication", "id": "d", "form": words("tablet"),
        "ingredient": [{"itemCodeableConcept": words("Acenocoumarol"), "strength": strength}, {"itemCodeableConcept": words("Lactose")}],
    }  # fmt: skip
    own = drug("MedicationStatement", contained=[made], medicationReference={"reference": "#d"})
    del own["medicationCodeableConcept"]
    assert told(read(own)) == [("", "Acenocoumarol 1 mg/1 stuk, Lactose, tablet")]


def test_a_drug_that_nothing_points_at_is_named() -> None:
    assert "Medication/2" in read({"resourceType": "Medication", "id": "z", "code": words("Los middel")}).unmapped


@pytest.mark.parametrize(
    ("sent", "on"),
    [
        ("2026-02-28T23:00:00Z", "2026-03-01"),  # midnight in Amsterdam, as a server writes it that knows UTC alone
        ("2026-07-01T22:30:00+00:00", "2026-07-02"),
        ("2026-03-01T00:00:00Z", "2026-03-01"),
        ("2026-02-28T23:00:00-05:00", "2026-02-28"),  # the sender's own zone
        ("2026-03-01", "2026-03-01"),
    ],
)
def test_a_moment_in_utc_is_on_the_day_it_was_here(sent: str, on: str) -> None:
    found = read(one("Observation", code=words("PSA"), valueString="4", effectiveDateTime=sent))
    assert [str(fact.dated_on) for fact in found.facts] == [on]


def test_until_when_something_was_so_is_a_day_here_too() -> None:
    ran = {"start": "2026-01-31T23:00:00Z", "end": "2026-02-27T23:00:00Z"}
    found = read(one("Procedure", status="completed", code=words("Bestraling"), performedPeriod=ran))
    assert [(str(fact.dated_on), fact.text) for fact in found.facts] == [("2026-02-01", "Bestraling (tot 2026-02-28)")]


def test_a_risk_is_shown_as_it_was_received() -> None:
    """Nothing is computed of it: the sender's own words and numbers."""
    risk = one(
        "RiskAssessment", code=words("G8"), occurrenceDateTime="2026-03-01", mitigation="geriater betrekken",
        prediction=[
            {"outcome": words("Kwetsbaarheid"), "probabilityDecimal": 0.35, "qualitativeRisk": words("hoog"), "rationale": "score 11"},
            {"outcome": words("Delier"), "probabilityRange": {"low": amount(10, "%"), "high": amount(20, "%")}},
        ],
    )  # fmt: skip
    found = read(risk)
    assert told(found) == [
        ("Risico-inschatting", "G8; Kwetsbaarheid: hoog, 0.35, score 11; Delier: 10 % – 20 %; geriater betrekken"),
    ]
    assert str(found.facts[0].dated_on) == "2026-03-01"


def test_what_went_wrong_is_shown() -> None:
    event = {
        "resourceType": "AdverseEvent", "id": "a", "actuality": "potential", "event": words("Neuropathie"), "subject": TO,
        "date": "2026-02-01", "severity": words("matig"), "outcome": words("Herstellend"),
        "suspectEntity": [{"instance": {"display": "Oxaliplatine"}}],
    }  # fmt: skip
    issue = {
        "resourceType": "DetectedIssue", "id": "d", "status": "final", "code": words("Interactie"), "severity": "high", "patient": TO,
        "detail": "Capecitabine met acenocoumarol", "mitigation": [{"action": words("INR controleren")}],
    }  # fmt: skip
    assert told(read(event)) == [("Bijwerking of complicatie", "Neuropathie; matig; Herstellend; Oxaliplatine (potential)")]
    assert told(read(issue)) == [("Waarschuwing", "Interactie; Capecitabine met acenocoumarol; high; INR controleren")]


def test_an_appointment_says_when_here_with_whom_and_that_it_is_off() -> None:
    people = [{"actor": {"display": "CT 1"}, "status": "accepted"}, {"actor": TO, "status": "accepted"}]
    made = {
        "resourceType": "Appointment", "id": "a", "status": "cancelled", "description": "CT thorax", "participant": people,
        "start": "2026-03-20T08:00:00Z", "end": "2026-03-20T08:30:00Z", "comment": "Nuchter", "cancelationReason": words("Patiënt ziek"),
    }  # fmt: skip
    found = read(made)
    assert told(found) == [("Afspraak", "CT thorax; 2026-03-20 09:00 – 09:30; CT 1; Nuchter (cancelled); Patiënt ziek")]
    assert str(found.facts[0].dated_on) == "2026-03-20"


def test_a_list_tells_what_it_names_and_does_not_send() -> None:
    problems = one(
        "List", status="current", mode="working", title="Problemen", code=words("Probleemlijst"),
        entry=[{"item": {"display": "COPD"}}, {"item": {"reference": "Condition/c1"}}, {"item": {"display": "Jicht"}, "deleted": True}],
    )  # fmt: skip
    found = read(problems, condition())
    assert ("Problemen", "COPD; Jicht (verwijderd)") in told(found)
    none = one("List", status="current", mode="working", title="Allergieën", emptyReason=words("Geen bekend"))
    assert told(read(none)) == [("Allergieën", "Geen bekend")]
    silent = one("List", status="current", mode="working", title="Alles", entry=[{"item": {"reference": "Condition/c1"}}])
    assert "List/2" in read(silent, condition()).unmapped


def test_studies_episodes_and_what_else_is_asked_for_are_shown() -> None:
    trial = {
        "resourceType": "ResearchSubject",
        "id": "r",
        "status": "on-study",
        "individual": TO,
        "study": {"display": "TRIAL-1"},
        "assignedArm": "B",
    }
    episode = {
        "resourceType": "EpisodeOfCare", "id": "e", "status": "active", "patient": TO, "type": [words("Oncologie")],
        "period": {"start": "2026-01-01"}, "diagnosis": [{"condition": {"display": "Longcarcinoom"}}],
    }  # fmt: skip
    asked = one("DeviceRequest", status="active", intent="order", codeCodeableConcept=words("Rollator"))
    group = one("RequestGroup", status="active", intent="plan", action=[{"title": "PET-CT", "description": "voor het MDO"}])
    assert told(read(trial, episode, asked, group)) == [
        ("Studie", "TRIAL-1; B (on-study)"), ("Zorgepisode", "Oncologie; Longcarcinoom"), ("Hulpmiddel", "Rollator"),
        ("Aangevraagd", "PET-CT: voor het MDO (gepland)"),
    ]  # fmt: skip


def test_the_paper_of_a_will_is_a_document_and_says_until_when_it_holds() -> None:
    paper = {"contentType": "application/pdf", "title": "verklaring.pdf", "data": base64.b64encode(b"%PDF-1.7 %%EOF").decode()}
    will = {
        "resourceType": "Consent", "id": "c", "status": "active", "scope": words("Behandeling"), "category": [words("Wilsverklaring")],
        "patient": TO, "sourceAttachment": paper,
        "provision": {"type": "deny", "code": [words("Reanimatie")], "period": {"start": "2026-01-01", "end": "2027-01-01"}},
    }  # fmt: skip
    found = read(will)
    assert [one.title for one in found.documents] == ["verklaring.pdf"]
    assert told(found) == [("Toestemming of afspraak", "Wilsverklaring; deny: Reanimatie (tot 2027-01-01)")]


def test_a_plan_that_holds_no_more_says_so_before_what_it_planned() -> None:
    weekly = {"repeat": {"frequency": 1, "period": 3, "periodUnit": "wk", "boundsDuration": amount(12, "wk")}}
    plan = one(
        "CarePlan", status="revoked", intent="plan", title="Plan", addresses=[{"display": "Longcarcinoom"}],
        activity=[
            {"detail": {"status": "not-started", "description": "Chemo", "scheduledTiming": weekly}},
            {"detail": {"status": "cancelled", "description": "Operatie", "scheduledPeriod": {"start": "2026-04-01"}, "statusReason": words("weigert")}},
        ],
    )  # fmt: skip
    assert told(read(plan)) == [
        (
            "Behandelplan",
            "Plan (revoked); betreft: Longcarcinoom; Chemo 1 per 3 wk, gedurende 12 wk (not-started); Operatie 2026-04-01 – … (cancelled) weigert",
        )
    ]


def test_a_goal_says_whether_it_was_reached_and_why_it_was_given_up() -> None:
    goal = {
        "resourceType": "Goal", "id": "g", "lifecycleStatus": "rejected", "description": words("Genezing"), "subject": TO,
        "achievementStatus": words("not-achieved"), "statusReason": "wil niet",
    }  # fmt: skip
    assert told(read(goal)) == [("Doel", "Genezing; not-achieved; wil niet (rejected)")]


def test_who_operated_and_at_what_age_is_shown() -> None:
    done = one(
        "Procedure", status="completed", code=words("Lobectomie"), performedAge=amount(60, "jaar"),
        performer=[{"actor": {"display": "dr. Snijder"}, "function": words("chirurg")}],
    )  # fmt: skip
    assert told(read(done)) == [("", "Lobectomie; door: dr. Snijder (60 jaar)")]


def test_what_a_value_is_about_and_rests_on_is_shown_when_it_was_not_sent_along() -> None:
    value = one(
        "Observation", code=words("Grootte"), valueQuantity=amount(22, "mm"), focus=[{"display": "Lesie 2"}],
        derivedFrom=[{"display": "CT van 1 maart"}], device={"display": "CT 1"},
    )  # fmt: skip
    assert told(read(value)) == [("Grootte", "22 mm; betreft: Lesie 2; op grond van: CT van 1 maart; methode: CT 1")]


def test_a_part_of_a_value_that_is_a_curve_is_named() -> None:
    curve = {"origin": amount(0, "mV"), "period": 10, "dimensions": 1, "data": "1 2 3"}
    parts = [{"code": words("Pols"), "valueQuantity": amount(72, "/min")}, {"code": words("ECG"), "valueSampledData": curve}]
    found = read(one("Observation", status="final", code=words("Meting"), component=parts))
    assert (told(found), found.unmapped) == ([("Pols", "72 /min")], ("Observation/2 component[1]",))


def test_a_stage_says_on_what_it_rests_and_a_diagnosis_that_it_is_over() -> None:
    staged = condition(stage=[{"summary": words("IIA"), "type": words("klinisch"), "assessment": [{"display": "cT2N0"}]}])
    assert ("Stadium", "IIA klinisch (cT2N0)") in told(read(staged))


def test_words_alone_stand_in_the_column_of_their_kind() -> None:
    text = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Penicilline</div>'}
    allergy = {"resourceType": "AllergyIntolerance", "id": "a", "patient": TO, "text": text}
    surgery = one("Procedure", status="completed", text=text)
    found = read(allergy, surgery)
    assert [(fact.section, fact.label) for fact in found.facts] == [(Section.COMORBIDITY, "Allergie"), (Section.TREATMENT, "")]


def test_who_else_is_in_the_team_is_shown() -> None:
    team = {
        "resourceType": "CareTeam",
        "id": "t",
        "subject": TO,
        "participant": [{"role": [words("Diëtist")], "member": {"display": "C. Voeding"}}],
    }
    found = read(team)
    assert told(found) == [("Zorgteam", "Diëtist: C. Voeding")]
    assert found.unmapped == ()


def test_pictures_and_studies_of_a_report_that_are_only_named_are_named() -> None:
    report = one(
        "DiagnosticReport", code=words("CT"), conclusion="Nodus", imagingStudy=[{"display": "CT van 1 maart"}],
        media=[{"comment": "pijl", "link": {"display": "foto 1"}}],
    )  # fmt: skip
    assert told(read(report))[1:] == [("Document niet meegestuurd", "CT van 1 maart"), ("Document niet meegestuurd", "foto 1")]


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
    assert told(stu3(given)) == [("Toegediend", "Methotrexaat; 90 mg (completed) (niet gegeven); koorts")]
    assert told(stu3(condition(abatementBoolean=True, clinicalStatus="resolved"))) == [("", "Diagnose 1 (voorbij) (resolved)")]
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


def variant(name: str, found: str, *parts: tuple[str, str], **more: object) -> Node:
    inside = [{"code": words(label), "valueCodeableConcept": words(value)} for label, value in parts]
    return one("Observation", name, status="final", code=words("Variant"), valueString=found, component=inside, **more)


def test_panels_of_one_name_say_of_each_part_which_panel_it_is_of() -> None:
    """Which change belongs to which gene: two values of one name stand in one column without their panel."""
    found = read(
        variant("a", "aanwezig", ("Gen", "EGFR"), ("Verandering", "c.2573T>G"), ("Herkomst", "somatisch")),
        variant("b", "afwezig", ("Gen", "KRAS"), ("Herkomst", "somatisch")),
    )
    assert told(found) == [
        ("Variant (EGFR)", "aanwezig"), ("Gen", "EGFR"), ("Verandering (EGFR)", "c.2573T>G"), ("Herkomst (EGFR)", "somatisch"),
        ("Variant (KRAS)", "afwezig"), ("Gen", "KRAS"), ("Herkomst (KRAS)", "somatisch"),
    ]  # fmt: skip


def test_panels_that_no_coded_part_tells_apart_say_their_hour_or_are_numbered_and_those_of_other_days_neither() -> None:
    def pressure(name: str, high: float, **more: object) -> Node:
        parts = [
            {"code": words(label), "valueQuantity": amount(value, "mm[Hg]")} for label, value in (("Boven", high), ("Onder", 80))
        ]
        return one("Observation", name, status="final", code=words("Bloeddruk"), component=parts, **more)

    hours = read(
        pressure("a", 130, effectiveDateTime="2026-03-01T08:00:00+01:00"),
        pressure("b", 120, effectiveDateTime="2026-03-01T13:00:00Z"),
    )
    assert [label for label, _ in told(hours)] == [
        "Boven (2026-03-01 08:00)", "Onder (2026-03-01 08:00)", "Boven (2026-03-01 14:00)", "Onder (2026-03-01 14:00)",
    ]  # fmt: skip
    plain = read(pressure("a", 130), pressure("b", 120))
    assert [label for label, _ in told(plain)] == ["Boven (1)", "Onder (1)", "Boven (2)", "Onder (2)"]
    days = read(pressure("a", 130, effectiveDateTime="2026-03-01"), pressure("b", 120, effectiveDateTime="2026-03-02"))
    assert [label for label, _ in told(days)] == ["Boven", "Onder", "Boven", "Onder"]


def test_a_number_without_a_unit_has_none() -> None:
    assert told(read(one("Observation", code=words("VAF"), valueQuantity={"value": 0.12, "unit": "1", "code": "1"}))) == [
        ("VAF", "0.12")
    ]


def test_a_file_name_does_not_hide_what_the_document_is() -> None:
    paper = {"contentType": "application/pdf", "title": "pa.pdf", "data": base64.b64encode(b"%PDF-1.7 %%EOF").decode()}
    own = one("DocumentReference", status="current", type=words("PA-verslag"), content=[{"attachment": paper}])
    assert [document.title for document in read(own).documents] == ["pa.pdf: PA-verslag"]


def test_a_sample_has_the_number_of_its_laboratory_and_a_stay_its_diagnosis() -> None:
    taken = one("Specimen", type=words("Weefsel"), accessionIdentifier={"value": "T26-1"})
    assert told(read(taken)) == [("Materiaal", "Weefsel; T26-1")]
    stay = one(
        "Encounter", status="in-progress", type=[words("Opname")], diagnosis=[{"condition": {"display": "Longontsteking"}}],
        hospitalization={"dischargeDisposition": words("naar huis")},
    ) | {"class": {"code": "IMP"}}  # fmt: skip
    assert told(read(stay)) == [("Contact", "Opname; Longontsteking; naar huis (in-progress)")]


def test_what_else_is_asked_for_says_how_and_what_went_wrong_is_named() -> None:
    biopsy = one(
        "ServiceRequest", "s", status="active", intent="order", code=words("Biopt"), orderDetail=[words("echogeleid")],
        occurrenceTiming={"repeat": {"boundsPeriod": {"start": "2026-04-01"}}},
    )  # fmt: skip
    done = one("Procedure", status="completed", code=words("Resectie"), complicationDetail=[{"display": "Naadlekkage"}])
    found = read(biopsy, done)
    assert told(found) == [("Aangevraagd", "Biopt; echogeleid; gedurende 2026-04-01 – …"), ("", "Resectie; Naadlekkage")]


def test_at_once_is_as_soon_as_possible() -> None:
    found = FhirReader().read(bundle(request(priority="stat"), patient()), "generic-r4")
    assert isinstance(found, IncomingReferral) and found.urgency == "asap"


def test_a_side_among_the_codes_of_a_place_is_part_of_it() -> None:
    """The German cancer profiles write topography and side as two codings of one place."""
    place = {
        "coding": [
            {"code": "C34.1", "display": "Oberlappen"},
            {"code": "R", "display": "rechts"},
            {"code": "39607008", "display": "Lung"},
        ]
    }
    assert told(read(condition(bodySite=[place]))) == [("", "Diagnose 1, Oberlappen (rechts)")]


def test_what_is_added_to_a_value_or_its_part_is_shown_with_it() -> None:
    """cT and pT: the prefix and the suffix of a TNM stand in extensions of its value."""
    prefix = [{"url": "https://x.example/tnm-prefix", "valueCodeableConcept": words("c")}]
    suffix = [{"url": "https://x.example/itc-suffix", "valueCodeableConcept": words("(i-)")}]
    parts = [
        {"code": words("T"), "valueCodeableConcept": words("2a"), "extension": prefix},
        {"code": words("N"), "valueCodeableConcept": {"coding": [{"code": "2", "extension": suffix}]}},
    ]
    whole = one(
        "Observation",
        status="final",
        code=words("TNM"),
        valueCodeableConcept=words("IIIA") | {"extension": prefix},
        component=parts,
    )
    assert told(read(whole)) == [("TNM", "IIIA; tnm prefix: c"), ("T", "2a; tnm prefix: c"), ("N", "2; itc suffix: (i-)")]


def test_what_came_of_a_plan_and_why_a_task_asks_is_shown() -> None:
    plan = one(
        "CarePlan", status="active", intent="plan", title="Plan", activity=[{"outcomeReference": [{"display": "OK op 1 maart"}]}]
    )
    assert told(read(plan)) == [("Behandelplan", "Plan; OK op 1 maart")]
    task = {
        "resourceType": "Task", "id": "t", "status": "requested", "intent": "order", "for": TO,
        "focus": {"reference": "ServiceRequest/r"}, "reasonCode": words("binnen twee weken"),
    }  # fmt: skip
    assert told(read(task)) == [("Toelichting", "binnen twee weken")]
