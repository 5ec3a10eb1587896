"""What was read past: a second record of the patient, letters in extensions and in addresses, entries that are no resources, empty places."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from integrations.fhir.text.json_gate import dump, load
from mdo_portal.exchange import IncomingReferral

from .make import BASE, Node, bundle, condition, patient, request
from .read_house import PDF, about, read, told

# Who it is


def test_a_second_record_of_a_patient_is_named() -> None:
    """It may say another birth date than the first, or all that the first leaves out."""
    again = patient(id="q", birthDate="1954-08-12", name=[{"family": "Zuidwal"}])
    assert read(again).unmapped == ("Patient/2",)
    assert read().unmapped == ()


def test_one_of_twins_says_so() -> None:
    """They have the same surname and birth date."""
    for said in ({"multipleBirthInteger": 2}, {"multipleBirthBoolean": True}):
        assert ("Meerling", "ja") in [(one.label, one.text.split(" ")[0]) for one in read(who=patient(**said)).facts]
    assert read(who=patient(multipleBirthBoolean=False)).facts == ()


@pytest.mark.parametrize("said", ["0001-01-01", "1954-08", "1954"])
def test_a_birth_date_that_is_none_is_named(said: str) -> None:
    found = read(who=patient(birthDate=said))
    assert found.patient.birth_on is None and found.unmapped == ("Patient/1 birthDate",)


# Letters


def _letter(attachment: Node) -> Node:
    return about("DocumentReference", status="current", type={"text": "Brief"}, content=[{"attachment": attachment}])


def test_a_letter_in_an_extension_is_a_letter() -> None:
    """Only its title stood there, as if that were all."""
    inside = {"url": "https://epd.example/letters", "extension": [{"url": "letter", "valueAttachment": _pdf("Verwijsbrief")}]}
    found = read(asked=request(extension=[inside]))
    assert [(one.title, one.media_type) for one in found.documents] == [("Verwijsbrief", "application/pdf")] and found.facts == ()
    beside = read(condition(extension=[{"url": "https://epd.example/photo", "valueAttachment": _pdf("Foto")}]))
    assert [one.title for one in beside.documents] == ["Foto"]
    assert [one.text for one in beside.facts] == ["Diagnose 1"]


def _pdf(title: str) -> Node:
    return {"contentType": "application/pdf", "data": PDF, "title": title}


@pytest.mark.parametrize(
    ("address", "media", "content"),
    [
        ("data:text/plain,Graag%20spoed%20i.v.m.%20pijn", "text/plain", b"Graag spoed i.v.m. pijn"),
        ("data:text/plain;charset=UTF-8,caf%C3%A9", "text/plain;charset=UTF-8", "café".encode()),
        (f"data:application/pdf;base64,{PDF}", "application/pdf", base64.b64decode(PDF)),
        (f"data:application/pdf;name=brief.pdf;base64,{PDF}", "application/pdf;name=brief.pdf", base64.b64decode(PDF)),
    ],
)
def test_a_letter_that_stands_in_its_own_address_came_along(address: str, media: str, content: bytes) -> None:
    found = read(_letter({"url": address, "title": "Brief"}))
    assert [(one.media_type, one.content) for one in found.documents] == [(media, content)]
    assert not [one for one in found.facts if one.label == "Document niet meegestuurd"]


# Empty places, and what is no resource


def test_an_empty_place_among_things_is_passed_over() -> None:
    """A whole referral was refused over `reasonCode: [null, …]`."""
    asked = request(reasonCode=[None, {"text": "Longcarcinoom"}], note=[None])
    found = read(
        asked=asked, who=patient(telecom=[None], name=[{"family": "Vos", "given": [None, "Mia"], "_given": [{"id": "a"}, None]}])
    )
    assert [one.text for one in found.facts] == ["Longcarcinoom"] and found.patient.name.given == "Mia"


@pytest.mark.parametrize(
    "odd", [{"resource": "{}"}, {"resource": {"id": "c", "code": {"text": "Longca"}}}, "Longca", {"resource": []}]
)
def test_an_entry_that_holds_no_resource_is_named(odd: Any) -> None:
    tree = load(bundle(request(), patient()))
    tree["entry"].insert(1, odd)
    found = FhirReader().read(dump(tree), "generic-r4")
    assert isinstance(found, IncomingReferral) and found.unmapped == ("entry/1",)


def test_entries_that_carry_nothing_say_nothing() -> None:
    tree = load(bundle(request(), patient()))
    tree["entry"] += [{}, None, {"fullUrl": f"{BASE}/Patient/9"}, {"request": {"method": "DELETE", "url": "Condition/7"}}]
    found = FhirReader().read(dump(tree), "generic-r4")
    assert isinstance(found, IncomingReferral) and found.unmapped == ("entry/5 DELETE",)


# Words


def test_whom_to_call_at_an_organisation_and_where_a_member_of_a_team_works() -> None:
    who = patient(
        contained=[{"resourceType": "Organization", "id": "w", "name": "Wijkzorg Zuid"}],
        contact=[{"organization": {"reference": "#w"}, "telecom": [{"system": "phone", "value": "0801"}]}],
    )
    assert [(one.label, one.text) for one in read(who=who).facts] == [("Contactpersoon", "Wijkzorg Zuid, 0801")]
    member = {"role": [{"text": "hoofdbehandelaar"}], "member": {"display": "dr. Veen"}, "onBehalfOf": {"display": "Zuidwal"}}
    found = read(about("CareTeam", status="active", participant=[member]))
    assert (found.treating.name, found.treating.organisation) == ("dr. Veen", "Zuidwal")


def test_letters_of_a_page_are_letters() -> None:
    said = condition(code={"text": "Pati&euml;nt met na&iuml;ef beeld, &ge; 3 cm &amp; R&D; &bogus;"})
    assert told(said) == [("", "Patiënt met naïef beeld, ≥ 3 cm & R&D; &bogus;")]


@pytest.mark.parametrize(("name", "section"), [("WHO-score", "condition"), ("WHO performance status", "condition")])
def test_a_form_asks_how_fit_somebody_is_in_other_words_too(name: str, section: str) -> None:
    form = about(
        "QuestionnaireResponse", status="completed", item=[{"linkId": "1", "text": name, "answer": [{"valueInteger": 1}]}]
    )
    assert [one.section for one in read(form).facts] == [section]
