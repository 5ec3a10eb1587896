"""FHIR as hurried software writes it: what is almost right is read, what was left out is named, what may mislead is set apart."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral, Section, Unreadable

from .make import Node, bundle, condition, patient, request

PDF = b"%PDF-1.7\n" + bytes(range(256)) + b"\n%%EOF"
DATA = base64.b64encode(PDF).decode()
PATIENT = {"reference": "Patient/p"}


def read(*resources: Node, kind: str = "collection", profile: str = "generic-r4") -> IncomingReferral:
    found = FhirReader().read(bundle(*resources, kind=kind), profile)
    assert isinstance(found, IncomingReferral)
    return found


def letter(**more: Any) -> Node:
    part = {"contentType": "application/pdf", "title": "Brief", "data": DATA} | more
    part = {name: value for name, value in part.items() if value is not None}
    return {
        "resourceType": "DocumentReference",
        "id": "d",
        "status": "current",
        "subject": PATIENT,
        "content": [{"attachment": part}],
    }


def narrated(words: str, status: str = "generated") -> Node:
    return {"status": status, "div": f"<div xmlns='http://www.w3.org/1999/xhtml'><p>{words}</p></div>"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"priority": ""},
        {"authoredOn": "03/01/2026"},
        {"authoredOn": "begin maart"},
        {"id": "VERW_1"},
        {"requester": {"agent": {"display": "de Wit"}}},
        {"status": None},
        {"intent": None},
    ],
)
def test_a_referral_with_a_slip_beside_its_meaning_is_read(wrong: dict[str, Any]) -> None:
    asked = {name: value for name, value in (request(note=[{"text": "Operatie?"}]) | wrong).items() if value is not None}
    found = read(asked, patient())
    left = [f"ServiceRequest/0 {name}" for name in wrong if name not in ("id",) and wrong[name] != ""]
    assert (found.question_board, found.quarantined) == ("Operatie?", ())
    assert list(found.unmapped) == left


def test_ids_with_an_underscore_still_point_at_each_other() -> None:
    found = read(
        request(subject={"reference": "Patient/PAT_1"}), patient(id="PAT_1"), condition(subject={"reference": "Patient/PAT_1"})
    )
    assert ([fact.text for fact in found.facts], found.quarantined, found.unmapped) == (["Diagnose 1"], (), ())


def test_a_birth_date_with_a_time_is_that_day_and_numbers_may_be_numbers() -> None:
    who = patient(birthDate="1960-01-31T00:00:00", identifier=[{"system": "urn:oid:2.25.1", "value": 42}])
    found = read(request(), who).patient
    assert (str(found.birth_on), found.local_number) == ("1960-01-31", "42")


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": ["completed"]},
        {"subject": 7},
        {"notDone": True},
        {"code": 7},
        {"modifierExtension": [{"url": "https://x.example", "valueBoolean": True}]},
    ],
)
def test_what_may_turn_the_meaning_round_is_never_left_out(wrong: dict[str, Any]) -> None:
    done = {"resourceType": "Procedure", "id": "x", "status": "completed", "subject": PATIENT, "code": {"text": "Prostatectomie"}}
    found = read(request(), patient(), done | wrong)
    assert found.facts == ()
    assert [one.split(":")[0] for one in found.quarantined] == ["Procedure/2"]


@pytest.mark.parametrize(
    "wrong", [{"identifier": "42"}, {"birthDate": ["1960-01-31", "1961-01-31"]}, {"name": 7}, {"deceasedBoolean": "soms"}]
)
def test_a_patient_who_is_not_clear_is_for_a_person(wrong: dict[str, Any]) -> None:
    with pytest.raises(Unreadable, match="broken"):
        read(request(), patient(**wrong))


@pytest.mark.parametrize(
    "more",
    [
        {"data": DATA.rstrip("=")},
        {"data": DATA.replace("+", "-").replace("/", "_")},
        {"data": None, "url": f"data:application/pdf;base64,{DATA}"},
    ],
)
def test_a_letter_is_whole_however_its_letters_were_written(more: dict[str, Any]) -> None:
    assert [one.content for one in read(request(), patient(), letter(**more)).documents] == [PDF]


def test_a_letter_without_its_paperwork_is_a_letter() -> None:
    paper = {name: value for name, value in letter(data=None, url="Binary/b").items() if name != "status"}
    found = read(request(), patient(), paper, {"resourceType": "Binary", "id": "b", "data": DATA})
    assert [one.content for one in found.documents] == [PDF]
    assert set(found.unmapped) == {"DocumentReference/2 status", "Binary/3 contentType"}


def test_text_that_is_no_base64_is_that_text() -> None:
    found = read(request(), patient(), letter(contentType="text/plain", data="Geachte collega, graag advies."))
    assert [one.content for one in found.documents] == [b"Geachte collega, graag advies."]


def test_the_words_of_a_letter_in_html_or_rtf_stand_beside_it() -> None:
    for kind, source in (("text/html", "<p>Geachte collega</p>"), ("text/rtf", "{\\rtf1 Geachte collega}")):
        found = read(request(), patient(), letter(contentType=kind, data=base64.b64encode(source.encode()).decode()))
        assert [(fact.label, fact.text) for fact in found.facts] == [("Brief", "Geachte collega")]


def test_a_document_of_sections_is_a_referral_with_what_they_say() -> None:
    written = {
        "resourceType": "Composition", "id": "c", "status": "final", "type": {"text": "Verwijsbrief"}, "subject": PATIENT,
        "date": "2026-03-01", "author": [{"display": "A. de Wit"}], "title": "Verwijzing",
        "section": [
            {"title": "Vraagstelling", "text": narrated("Operatie of bestraling?")},
            {"title": "Beloop", "text": narrated("Pijn sinds mei"), "section": [{"title": "Thuis", "text": narrated("Woont alleen")}]},
            {"title": "Diagnosen", "text": narrated("dubbel"), "entry": [{"reference": "Condition/c1"}]},
        ],
    }  # fmt: skip
    found = read(written, request(), patient(), condition(), kind="document")
    assert found.question_board == "Operatie of bestraling?"
    assert [(fact.label, fact.text) for fact in found.facts] == [
        ("Beloop", "Pijn sinds mei"),
        ("Thuis", "Woont alleen"),
        ("Diagnosen", "Diagnose 1"),
    ]


def test_what_stands_in_a_narrative_only_is_shown() -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "status": "final",
        "code": {"text": "Histologie"},
        "subject": PATIENT,
    }
    asked = request(text=narrated("Graag uw advies", "additional"))
    found = read(asked, patient(), report | {"text": narrated("Adenocarcinoom")})
    assert [(fact.label, fact.text) for fact in found.facts] == [
        ("Toelichting", "Graag uw advies"),
        ("Histologie", "Adenocarcinoom"),
    ]
    assert read(asked, patient(), report | {"text": narrated("x"), "conclusion": "Benigne"}).facts[1].text == "Benigne"


def test_messages_impressions_and_the_family_are_read() -> None:
    about = {"status": "completed", "subject": PATIENT}
    family = {"condition": [{"code": {"text": "Prostaatca"}}], "relationship": {"text": "vader"}, "patient": PATIENT}
    found = read(
        request(),
        patient(),
        {"resourceType": "Communication", "id": "m", "payload": [{"contentString": "Graag overleg"}]} | about,
        {"resourceType": "ClinicalImpression", "id": "i", "summary": "Kwetsbaar"} | about,
        {"resourceType": "FamilyMemberHistory", "id": "f", "status": "completed"} | family,
        {"resourceType": "Media", "id": "p", "status": "completed", "content": {"contentType": "application/pdf", "data": DATA}},
    )
    assert [(fact.section, fact.label, fact.text) for fact in found.facts] == [
        (Section.OTHER, "Bericht", "Graag overleg"),
        (Section.COURSE, "Beoordeling", "Kwetsbaar"),
        (Section.COMORBIDITY, "Familieanamnese", "vader: Prostaatca"),
    ]
    assert ([one.content for one in found.documents], found.unmapped) == ([PDF], ())


def test_an_answer_under_the_heading_of_a_question_is_that_question() -> None:
    answer = {"linkId": "2.1", "text": "toelichting", "answer": [{"valueString": "Wat nu?"}]}
    form = {"resourceType": "QuestionnaireResponse", "id": "q", "status": "completed", "subject": PATIENT}
    assert read(
        request(), patient(), form | {"item": [{"linkId": "2", "text": "Vraag aan het MDO", "item": [answer]}]}
    ).question_board == ("Wat nu?")


def test_a_request_alone_may_name_its_patient_by_number() -> None:
    bsn = {"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "999900006"}
    subject = {"reference": "Patient/77", "identifier": bsn, "display": "J. van der Meulen"}
    found = read(request(subject=subject), condition(subject={"reference": "Patient/77"}))
    assert (found.patient.bsn, found.patient.name.family, found.patient.birth_on) == ("999900006", "J. van der Meulen", None)
    assert ([fact.text for fact in found.facts], found.quarantined) == (["Diagnose 1"], ())
    with pytest.raises(Unreadable, match="no_patient"):
        read(request(subject={"display": "J. van der Meulen"}))


def test_a_second_bsn_is_named_and_stands_nowhere() -> None:
    system = "http://fhir.nl/fhir/NamingSystem/bsn"
    numbers = [{"system": system, "value": number} for number in ("999900006", "999911120")]
    found = read(request(), patient(identifier=numbers))
    assert (found.patient.bsn, found.patient.other_numbers) == ("999900006", ())
    assert found.unmapped == ("Patient/1/bsn",)
    assert "999911120" not in repr(found)


def test_what_is_empty_all_the_way_down_is_not_there() -> None:
    found = read(
        request(priority="", note=[{"text": ""}], supportingInfo=[{"reference": "", "identifier": {"value": ""}}]),
        patient(birthDate=""),
    )
    assert (found.number, found.question_board, found.quarantined) == ("REF-1", "", ())
