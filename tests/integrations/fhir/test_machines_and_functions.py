"""Who did something says in which function, by whatever kind of resource; a machine that made a letter asks for nothing."""

from __future__ import annotations

from typing import Any

import pytest

from mdo_portal.exchange import Contact

from .make import Node, patient, request
from .read_house import about, read, told, value

TO = {"reference": "Patient/p"}
KROL = {"resourceType": "Practitioner", "id": "krol", "name": [{"text": "dr. A. Krol"}]}
HOUSE = {"resourceType": "Organization", "id": "zuid", "name": "Streeklab Zuid"}
ROLE = {
    "resourceType": "PractitionerRole", "id": "role", "practitioner": {"reference": "Practitioner/krol"},
    "organization": {"reference": "Organization/zuid"}, "specialty": [{"text": "patholoog"}],
}  # fmt: skip
MACHINE = {
    "resourceType": "Device", "id": "made", "identifier": [{"system": "urn:serial", "value": "SN-1"}],
    "deviceName": [{"name": "Brievenmaker 9", "type": "user-friendly-name"}],
}  # fmt: skip
DAUGHTER = {
    "resourceType": "RelatedPerson",
    "id": "vos",
    "patient": TO,
    "relationship": [{"text": "dochter"}],
    "name": [{"family": "Vos"}],
}
TEAM = {"resourceType": "CareTeam", "id": "team", "subject": TO, "name": "Oncologieteam Oost"}
PEOPLE = (KROL, HOUSE, ROLE, DAUGHTER, TEAM, MACHINE)


def to(kind_and_id: str) -> Node:
    return {"reference": kind_and_id}


def letter(*authors: Node) -> Node:
    return about("Composition", status="final", type={"text": "Brief"}, date="2026-03-02", title="Brief", author=list(authors))


@pytest.mark.parametrize(
    ("who", "shown"),
    [
        ("PractitionerRole/role", "dr. A. Krol (patholoog), Streeklab Zuid"),
        ("Practitioner/krol", "dr. A. Krol"),
        ("Organization/zuid", "Streeklab Zuid"),
        ("RelatedPerson/vos", "Vos (dochter)"),
        ("CareTeam/team", "Oncologieteam Oost"),
        ("Device/made", "Brievenmaker 9"),
    ],
)
def test_who_measured_says_in_which_function(who: str, shown: str) -> None:
    assert ("PSA", f"4; door: {shown}") in told(value("PSA", valueString="4", performer=[to(who)]), *PEOPLE)


def test_who_stands_for_a_report_says_it_too() -> None:
    report = about(
        "DiagnosticReport",
        status="final",
        code={"text": "PA"},
        conclusion="Geen maligniteit",
        performer=[to("PractitionerRole/role")],
    )
    assert told(report, KROL, HOUSE, ROLE) == [("PA", "Geen maligniteit; door: dr. A. Krol (patholoog), Streeklab Zuid")]


def test_what_somebody_did_in_an_operation_stands_with_the_name() -> None:
    did = [
        {"function": {"text": "operateur"}, "actor": to("Practitioner/krol")},
        {"function": {"text": "assistent"}, "actor": {"display": "B. Ooms"}},
    ]
    done = about("Procedure", status="completed", code={"text": "Lobectomie"}, performer=did)
    assert told(done, KROL) == [("", "Lobectomie; door: dr. A. Krol (operateur), B. Ooms (assistent)")]


def test_in_which_part_somebody_had_a_visit_stands_with_the_name() -> None:
    there = [{"type": [{"text": "supervisor"}], "individual": to("Practitioner/krol")}]
    visit = about("Encounter", status="finished", **{"class": {"code": "AMB"}}, type=[{"text": "Poli"}], participant=there)
    assert told(visit, KROL) == [("Contact", "Poli; door: dr. A. Krol (supervisor) (afgerond)")]


def test_a_function_is_said_once() -> None:
    did = [{"function": {"text": "Patholoog"}, "actor": to("PractitionerRole/role")}]
    done = about("Procedure", status="completed", code={"text": "Obductie"}, performer=did)
    assert told(done, KROL, HOUSE, ROLE) == [("", "Obductie; door: dr. A. Krol (Patholoog), Streeklab Zuid")]
    team = about("CareTeam", participant=[{"role": [{"text": "Patholoog"}], "member": to("PractitionerRole/role")}])
    assert told(team, KROL, HOUSE, ROLE) == [("Zorgteam", "Patholoog: dr. A. Krol, Streeklab Zuid")]


def asker(*resources: Node, asked: Any = None) -> Contact:
    return read(*resources, *PEOPLE, asked=asked).referrer


def test_a_machine_that_made_a_letter_did_not_ask() -> None:
    assert asker(letter(to("Device/made"), to("PractitionerRole/role"))).name == "dr. A. Krol"
    assert asker(letter(to("Device/made"))) == Contact()
    assert asker(letter({"reference": "Device/elders", "display": "Brievenmaker 9"})) == Contact()


def test_nor_one_that_sent_the_request() -> None:
    assert asker(letter(to("Practitioner/krol")), asked=request(requester=to("Device/made"))).name == "dr. A. Krol"
    assert asker(asked=request(requester={"type": "Device", "display": "Brievenmaker 9"})) == Contact()
    assert read(who=patient(), asked=request(requester={"display": "dr. A. Krol"})).referrer.name == "dr. A. Krol"
