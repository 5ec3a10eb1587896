"""What the fifteenth round of FHIR samples showed: questions in extensions, on pages and under headings that nobody read.

Most harm first.
"""

from __future__ import annotations

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral, Section

from .make import Node, bundle, patient, request
from .read_house import about, read, told
from .written_house import APPOINTMENT, FORM, PATIENT, TASK, extension, letter, page


@pytest.mark.parametrize(
    ("given", "where", "heard"),
    [
        (extension("vraagstelling", valueString="Opereren?"), "question_board", "Opereren?"),
        (extension("clinical-question", valueCodeableConcept={"text": "Opereren?"}), "question_board", "Opereren?"),
        (extension("Vraagstelling", valueAnnotation={"text": "Opereren?"}), "question_board", "Opereren?"),
        (extension("vraagRadiologie", valueString="Ingroei?"), "question_radiology", "Ingroei?"),
        (extension("uiterste-bespreekdatum", valueDate="2026-12-10"), "latest_useful_on", "2026-12-10"),
    ],
    ids=lambda given: given.get("url", "").rpartition("/")[2] if isinstance(given, dict) else "",
)
def test_an_extension_of_the_request_that_is_called_as_a_field_is_that_field(given: Node, where: str, heard: str) -> None:
    for one in (given, extension("mdo-aanmelding", extension=[given])):
        found = read(asked=request(extension=[one]))
        assert str(getattr(found, where)) == heard
        assert found.facts == ()


@pytest.mark.parametrize(("said", "urgency"), [(True, "urgent"), (False, "")])
def test_a_tick_in_an_extension_says_that_it_cannot_wait(said: bool, urgency: str) -> None:
    assert read(asked=request(extension=[extension("spoed", valueBoolean=said)])).urgency == urgency


@pytest.mark.parametrize("said", [{"valueString": "dr. K. Wit"}, {"valueReference": {"reference": "Practitioner/w"}}], ids=str)
def test_an_extension_of_the_request_says_who_treats(said: Node) -> None:
    who = {"resourceType": "Practitioner", "id": "w", "name": [{"text": "dr. K. Wit"}]}
    assert read(who, asked=request(extension=[extension("hoofdbehandelaar", **said)])).treating.name == "dr. K. Wit"


def test_an_extension_of_the_request_says_which_board() -> None:
    asked = request(code={"text": "MDO"}, extension=[extension("mdoType", valueCoding={"code": "S", "display": "Sarcomen"})])
    assert read(asked=asked).board_hint == "Sarcomen"


def test_what_else_stands_in_an_extension_is_told() -> None:
    inside = [extension("vraagstelling", valueString="Opereren?"), extension("zorgpad", valueString="Darm")]
    found = read(asked=request(extension=[extension("mdo-aanmelding", extension=inside)]))
    assert found.question_board == "Opereren?"
    assert [fact.text for fact in found.facts] == ["mdo aanmelding: zorgpad: Darm"]


@pytest.mark.parametrize(
    "words",
    [
        "<p><b>Vraagstelling:</b> Opereren?<br/><b>ECOG:</b> 1</p>",
        "<table><tr><th>Vraagstelling</th><td>Opereren?</td></tr><tr><th>ECOG</th><td>1</td></tr></table>",
        "<table><tr><td><b>Vraagstelling</b></td><td>Opereren?</td></tr><tr><td><b>ECOG</b></td><td>1</td></tr></table>",
        "<h3>Vraagstelling</h3><p>Opereren?</p><h3>ECOG</h3><p>1</p>",
        "<dl><dt>Vraagstelling</dt><dd>Opereren?</dd><dt>ECOG</dt><dd>1</dd></dl>",
    ],
    ids=["bold", "table", "cells", "headings", "list"],
)
def test_a_page_of_the_request_is_read_by_its_headings(words: str) -> None:
    found = read(asked=request(text=page(words)))
    assert found.question_board == "Opereren?"
    assert [(fact.section, fact.label, fact.text) for fact in found.facts] == [(Section.CONDITION, "ECOG", "1")]


def test_words_on_the_first_page_of_a_letter_are_told() -> None:
    assert ("Verwijsbrief", "Patiënt wil geen operatie.") in told(letter(text=page("Patiënt wil geen operatie."), section=[]))


@pytest.mark.parametrize("status", ["revoked", "entered-in-error", "cancelled"])
def test_why_a_request_is_taken_back_is_no_question(status: str) -> None:
    found = read(asked=request(status=status, note=[{"text": "Patiënt overleden"}]))
    assert (found.cancelled, found.cancel_reason, found.question_board) == (True, "Patiënt overleden", "")


@pytest.mark.parametrize("name", ["note", "description", "orderDetail"])
@pytest.mark.parametrize(
    ("words", "asked"), [("Vraagstelling: n.v.t.", ""), ("Diagnose: darm\nVraagstelling: Opereren?", "Opereren?")]
)
def test_a_question_is_what_stands_under_its_heading(name: str, words: str, asked: str) -> None:
    if name == "description":
        own = {"resourceType": "ReferralRequest", "id": "r", "status": "active", "intent": "order", "subject": PATIENT}
        found = FhirReader().read(bundle(own | {"identifier": [{"value": "1"}], name: words}, patient()), "generic-stu3")
        assert isinstance(found, IncomingReferral)
    else:
        found = read(asked=request(**{name: [{"text": words}]}))
    assert found.question_board == asked


@pytest.mark.parametrize(
    "note",
    [
        "Diagnose: coloncarcinoom<br/>Vraagstelling: Opereren?<br>Casemanager: M. Zilver",
        "**Diagnose:** coloncarcinoom\n\n**Vraagstelling:** Opereren?\n\n**Casemanager:** M. Zilver",
        "Diagnose\ncoloncarcinoom\n\nVraagstelling\nOpereren?\n\nCasemanager\nM. Zilver",
        "[Diagnose] coloncarcinoom\n[Vraagstelling] Opereren?\n[Casemanager] M. Zilver",
        "1. Diagnose: coloncarcinoom\n2. Vraagstelling: Opereren?\n3) Casemanager: M. Zilver",
        "Diagnose - coloncarcinoom\nVraagstelling - Opereren?\nCasemanager - M. Zilver",
        "Diagnose: coloncarcinoom\nVraagstelling voor het multidisciplinair overleg: Opereren?\nCasemanager: M. Zilver",
    ],
    ids=["page", "stars", "lines", "brackets", "numbers", "dashes", "long"],
)
def test_a_note_is_read_by_its_headings_however_they_are_set(note: str) -> None:
    found = read(asked=request(note=[{"text": note}]))
    assert (found.question_board, found.case_manager.name) == ("Opereren?", "M. Zilver")
    assert [(fact.section, fact.text) for fact in found.facts] == [(Section.DIAGNOSIS, "coloncarcinoom")]


@pytest.mark.parametrize("words", ["Vraagstelling:\nMedicatie: metformine", "Vraagstelling: n.v.t.\nMedicatie: metformine"])
def test_a_question_that_was_left_empty_takes_no_next_heading(words: str) -> None:
    found = read(asked=request(note=[{"text": words}]))
    assert found.question_board == ""
    assert [(fact.section, fact.text) for fact in found.facts] == [(Section.MEDICATION, "metformine")]


def test_an_empty_question_alone_asks_nothing() -> None:
    assert read(asked=request(note=[{"text": "Vraagstelling:"}])).question_board == ""


def test_a_reason_that_is_written_as_a_form_is_no_diagnosis() -> None:
    found = read(asked=request(reasonCode=[{"text": f"Diagnose: coloncarcinoom\n{FORM}"}]))
    assert (found.question_board, found.case_manager.name, found.tumour_hint) == ("Opereren?", "M. Zilver", "")
    assert [(fact.section, fact.text) for fact in found.facts] == [(Section.DIAGNOSIS, "coloncarcinoom")]


PAGE = "<p>Belt &amp; <b>schrijft</b><br/>morgen</p>"


@pytest.mark.parametrize(
    "resource",
    [
        about("Communication", status="completed", payload=[{"contentString": PAGE}]),
        about("CarePlan", status="active", intent="plan", description=PAGE),
        about("CarePlan", status="active", intent="plan", activity=[{"detail": {"status": "scheduled", "description": PAGE}}]),
        about("ClinicalImpression", status="completed", summary=PAGE),
        about("ImagingStudy", status="available", description=PAGE),
        about("MedicationStatement", status="active", medicationCodeableConcept={"text": "A"}, dosage=[{"text": PAGE}]),
        about("Observation", status="final", code={"text": "A"}, valueInteger=1, referenceRange=[{"text": PAGE}]),
        about("Procedure", status="completed", code={"text": "A"}, performedString=PAGE),
        APPOINTMENT | {"comment": PAGE},
        TASK | {"description": PAGE},
        request(id="s", code={"text": "CT thorax"}, patientInstruction=PAGE, identifier=[{"value": "2"}]),
    ],
    ids=lambda one: f"{one['resourceType']} {list(one)[-1]}",
)
def test_what_came_as_a_page_is_told_in_words_wherever_it_stands(resource: Node) -> None:
    words = " ".join(text for _, text in told(resource, asked=request(code={"text": "MDO"})))
    assert "Belt & schrijft\nmorgen" in words and "<" not in words


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("Hb < 6 mmol/L, T<2 en N>1", None),
        ("<50 ng/L", None),
        ("{CT}", None),
        ("<LLOQ (0.5)</p>", "<LLOQ (0.5)"),
        ("p<0.05 <br>PSA <0.1", "p<0.05\nPSA <0.1"),
        ("<b>Hb</b> <6", "Hb <6"),
    ],
)
def test_less_than_is_no_page_and_only_tags_go(sent: str, said: str | None) -> None:
    value = about("Observation", status="final", code={"text": "A"}, valueString=sent)
    assert [one.text for one in read(value).facts if one.label == "A"] == [said or sent]


def test_the_name_of_a_document_that_came_as_a_page_is_told_in_words() -> None:
    file = {"contentType": "application/pdf", "data": "JVBERi0xLjcKJSVFT0Y="}
    assert read(about("DocumentReference", status="current", description=PAGE, content=[{"attachment": file}])).documents[
        0
    ].title == ("Belt & schrijft\nmorgen")


def test_below_a_heading_that_asks_each_specialism_is_asked_its_own() -> None:
    asked = [("Aan het MDO", "Opereren?"), ("Aan de radioloog", "Ingroei?"), ("Pathologie", "Type?")]
    items = [{"linkId": str(n), "text": name, "answer": [{"valueString": said}]} for n, (name, said) in enumerate(asked)]
    form = about("QuestionnaireResponse", status="completed", item=[{"linkId": "g", "text": "Vraagstelling", "item": items}])
    parts = [{"title": name, "text": page(said)} for name, said in asked]
    for written in (form, letter({"title": "Vraagstelling", "section": parts})):
        found = read(written)
        assert (found.question_board, found.question_radiology, found.question_pathology) == ("Opereren?", "Ingroei?", "Type?")


def test_of_two_codes_the_one_that_says_which_board_is_asked() -> None:
    plain = {"system": "http://snomed.info/sct", "code": "312384001", "display": "Multidisciplinary assessment"}
    own = {"system": "urn:oid:2.25.1", "code": "MDOLONG", "display": "MDO longoncologie"}
    assert read(asked=request(code={"coding": [plain, own]})).board_hint == "MDO longoncologie"


def test_a_task_says_by_whom_it_is_to_be_done() -> None:
    assert (
        read(TASK | {"performerType": [{"text": "MDO Hoofd-hals"}]}, asked=request(code={"text": "MDO"})).board_hint
        == "MDO Hoofd-hals"
    )


def test_why_a_task_asks_may_be_the_question() -> None:
    assert read(TASK | {"reasonCode": {"text": "Lever eerst of colon eerst?"}}).question_board == "Lever eerst of colon eerst?"


def test_a_remark_among_the_inputs_of_a_task_is_heard() -> None:
    given = {"type": {"text": "Vraag aan MDO"}, "valueAnnotation": {"text": "Opereren?"}}
    assert read(TASK | {"input": [given]}).question_board == "Opereren?"


def test_of_a_place_and_a_kind_by_code_alone_both_are_told() -> None:
    icdo = "urn:oid:2.16.840.1.113883.6.43.1"
    coded = [{"system": icdo, "code": "C20.9"}, {"system": icdo, "code": "8140/3"}, {"system": "urn:oid:2.25.9", "code": "7"}]
    assert told(about("Condition", code={"coding": coded})) == [("", "C20.9, 8140/3")]


BSN = "http://fhir.nl/fhir/NamingSystem/bsn"


@pytest.mark.parametrize("written", ["9999.11.120", "9999 11 120", "9999-11-120"])
def test_a_bsn_as_an_epd_shows_it_is_that_bsn(written: str) -> None:
    own = about("Observation", status="final", code={"text": "PSA"}, valueInteger=9)
    own |= {"subject": {"identifier": {"system": BSN, "value": "999911120"}}}
    asked = request(code={"text": "MDO"}, text=page(f"Aanvraag voor J. Vos, BSN {written}"))
    found = read(own, asked=asked, who=patient(identifier=[{"system": BSN, "value": written}]))
    assert found.patient.bsn == "999911120"
    assert [fact.text for fact in found.facts if "PSA" in fact.label] == ["9"]
    assert not any(number in repr(found.facts) for number in (written, "999911120"))


def test_a_name_in_a_list_of_one_is_that_name() -> None:
    assert read(who=patient(name=[{"family": ["de Vries"], "given": ["Jan"]}])).patient.name.family == "de Vries"


@pytest.mark.parametrize(("said", "sex"), [("M", "M"), ("F", "F"), ("V", "F"), ("Male", "M"), ("vrouw", "F")])
def test_a_sex_in_one_letter_is_known(said: str, sex: str) -> None:
    assert read(who=patient(gender=said)).patient.sex == sex
