"""What happened or is expected: risks, adverse events, appointments, lists, studies."""

from __future__ import annotations

from .make import amount, condition, told
from .test_beside import TO, one, read, words


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
    assert told(read(event)) == [
        ("Bijwerking of complicatie", "Neuropathie; matig; Herstellend; Oxaliplatine (had kunnen gebeuren)")
    ]
    assert told(read(issue)) == [("Waarschuwing", "Interactie; Capecitabine met acenocoumarol; high; INR controleren")]


def test_an_appointment_says_when_here_with_whom_and_that_it_is_off() -> None:
    people = [{"actor": {"display": "CT 1"}, "status": "accepted"}, {"actor": TO, "status": "accepted"}]
    made = {
        "resourceType": "Appointment", "id": "a", "status": "cancelled", "description": "CT thorax", "participant": people,
        "start": "2026-03-20T08:00:00Z", "end": "2026-03-20T08:30:00Z", "comment": "Nuchter", "cancelationReason": words("Patiënt ziek"),
    }  # fmt: skip
    found = read(made)
    assert told(found) == [("Afspraak", "CT thorax; 2026-03-20 09:00 – 09:30; CT 1; Nuchter (geannuleerd); Patiënt ziek")]
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
        ("Studie", "TRIAL-1; B (neemt deel)"), ("Zorgepisode", "Oncologie; Longcarcinoom"), ("Aangevraagd", "Rollator"),
        ("Aangevraagd", "PET-CT: voor het MDO (gepland)"),
    ]  # fmt: skip


def test_what_else_is_asked_for_says_how_and_what_went_wrong_is_named() -> None:
    biopsy = one(
        "ServiceRequest", "s", status="active", intent="order", code=words("Biopt"), orderDetail=[words("echogeleid")],
        occurrenceTiming={"repeat": {"boundsPeriod": {"start": "2026-04-01"}}},
    )  # fmt: skip
    done = one("Procedure", status="completed", code=words("Resectie"), complicationDetail=[{"display": "Naadlekkage"}])
    found = read(biopsy, done)
    assert told(found) == [("Aangevraagd", "Biopt; echogeleid; gedurende 2026-04-01 – …"), ("", "Resectie; Naadlekkage")]
