"""Plans, goals, wills, and who is in the team."""

from __future__ import annotations

import base64

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral

from .make import amount, bundle, condition, patient, request, told
from .test_beside import TO, one, read, words


def test_the_paper_of_a_will_is_a_document_and_says_until_when_it_holds() -> None:
    paper = {"contentType": "application/pdf", "title": "verklaring.pdf", "data": base64.b64encode(b"%PDF-1.7 %%EOF").decode()}
    will = {
        "resourceType": "Consent", "id": "c", "status": "active", "scope": words("Behandeling"), "category": [words("Wilsverklaring")],
        "patient": TO, "sourceAttachment": paper,
        "provision": {"type": "deny", "code": [words("Reanimatie")], "period": {"start": "2026-01-01", "end": "2027-01-01"}},
    }  # fmt: skip
    found = read(will)
    assert [one.title for one in found.documents] == ["verklaring.pdf: Wilsverklaring"]
    assert told(found) == [("Toestemming of afspraak", "Wilsverklaring; niet toegestaan: Reanimatie (tot 2027-01-01)")]


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
            "Plan (ingetrokken); betreft: Longcarcinoom; Chemo 1 per 3 wk, gedurende 12 wk (nog niet begonnen); Operatie 2026-04-01 – … (geannuleerd) weigert",
        )
    ]


def test_a_goal_says_whether_it_was_reached_and_why_it_was_given_up() -> None:
    goal = {
        "resourceType": "Goal", "id": "g", "lifecycleStatus": "rejected", "description": words("Genezing"), "subject": TO,
        "achievementStatus": words("not-achieved"), "statusReason": "wil niet",
    }  # fmt: skip
    assert told(read(goal)) == [("Doel", "Genezing; niet bereikt; wil niet (afgewezen)")]


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


def test_at_once_is_as_soon_as_possible() -> None:
    found = FhirReader().read(bundle(request(priority="stat"), patient()), "generic-r4")
    assert isinstance(found, IncomingReferral) and found.urgency == "asap"


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


def test_what_somebody_wrote_beside_a_will_is_shown_and_its_paper_says_what_and_when_it_is() -> None:
    """What matters stands in an extension of HiX (zib 2017): `Niet-reanimerenpenning`."""
    will = {
        "resourceType": "Consent", "id": "c", "status": "active", "category": [words("Wilsverklaring")], "patient": TO,
        "dateTime": "2018-04-09", "sourceAttachment": {"contentType": "application/pdf", "data": "JVBERi0xLjcgJSVFT0Y="},
        "extension": [{"url": "http://nictiz.nl/fhir/StructureDefinition/Comment", "valueString": "Niet-reanimerenpenning"}],
    }  # fmt: skip
    found = read(will, profile="generic-stu3")
    assert told(found) == [("Toestemming of afspraak", "Wilsverklaring; Niet-reanimerenpenning")]
    assert [(one.title, str(one.dated_on)) for one in found.documents] == [("Wilsverklaring", "2018-04-09")]


def test_a_warning_says_of_what_it_warns_where_that_stands_beside_it() -> None:
    warned = one(
        "Flag", status="active", code=words("Anders"),
        extension=[{"url": "http://hl7.org/fhir/StructureDefinition/flag-detail", "valueReference": {"reference": "Condition/b"}}],
    )  # fmt: skip
    cause = condition(id="b", code=words("BRMO: bewezen dragerschap"))
    assert ("Waarschuwing", "Anders; BRMO: bewezen dragerschap") in told(read(warned, cause))


def test_a_visit_says_where_and_with_whom_it_was() -> None:
    visit = one(
        "Encounter", status="finished", type=[words("Revalidatie")], **{"class": {"code": "AMB"}},
        participant=[{"individual": {"display": "A. Krol, arts"}}], location=[{"location": {"display": "Beatrixoord"}}],
    )  # fmt: skip
    assert told(read(visit)) == [("Contact", "Revalidatie; locatie: Beatrixoord; door: A. Krol, arts (afgerond)")]


def test_what_is_asked_for_says_by_whom() -> None:
    asked = one("ServiceRequest", id="s", status="active", intent="order", code=words("MRI"), requester={"display": "dr. Vos"})
    assert ("Aangevraagd", "MRI; door: dr. Vos") in told(read(asked))


def test_a_device_is_of_the_day_since_when_it_is_used_and_is_not_left_over() -> None:
    used = one(
        "DeviceUseStatement", status="active", device={"reference": "Device/k"},
        whenUsed={"start": "2012-06-05T00:00:00+02:00", "end": "2020-01-01"},
    )  # fmt: skip
    device = {"resourceType": "Device", "id": "k", "type": words("Knieprothese")}
    found = read(used, device, profile="generic-stu3")
    assert [(fact.text, str(fact.dated_on)) for fact in found.facts] == [("Knieprothese (tot 2020-01-01)", "2012-06-05")]
    assert found.unmapped == ()


def test_a_device_that_nothing_points_at_is_named() -> None:
    assert read({"resourceType": "Device", "id": "k", "type": words("Pomp")}).unmapped == ("Device/2",)


def test_drugs_that_are_proposed_together_are_named_together() -> None:
    """A group that only points at them was left over, and each drug stood there as if it were proposed alone."""
    drugs = [
        one("MedicationRequest", status="on-hold", intent="option", medicationCodeableConcept=words(name)) | {"id": name}
        for name in ("Adavosertib", "Carboplatine")
    ]
    actions = [{"resource": {"reference": f"MedicationRequest/{drug['id']}"}} for drug in drugs]
    group = one("RequestGroup", status="active", intent="proposal", action=[*actions, {"resource": {"display": "Rebiopsie"}}])
    found = read(*drugs, group)
    assert ("Aangevraagd", "Adavosertib; Carboplatine; Rebiopsie (voorstel)") in told(found)
    assert found.unmapped == ()


def test_what_a_group_points_at_of_another_patient_is_not_told() -> None:
    other = patient(identifier=[{"system": "urn:oid:2.25.1", "value": "0099"}], name=[{"family": "Vos"}]) | {"id": "p2"}
    drug = one("MedicationRequest", status="on-hold", intent="option", medicationCodeableConcept=words("Adavosertib")) | {
        "subject": {"reference": "Patient/p2"},
        "id": "m2",
    }
    group = one("RequestGroup", status="active", intent="proposal", action=[{"resource": {"reference": "MedicationRequest/m2"}}])
    assert not any("Adavosertib" in said for _, said in told(read(other, drug, group)))


def test_a_visit_says_to_which_specialty() -> None:
    visit = one("Encounter", status="finished", **{"class": {"code": "AMB", "display": "poli"}}, serviceType=words("Longziekten"))
    assert told(read(visit)) == [("Contact", "poli; Longziekten (afgerond)")]
