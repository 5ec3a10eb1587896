"""A wrong patient, as the fourteenth round of samples showed it: what is inside a message names somebody else, and nobody is told.

What is marked fails on the readers as they are.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

import pytest

from integrations.fhir.reader import FhirReader
from integrations.hl7v2.explain import Hl7Explainer
from integrations.hl7v2.reader import Hl7Reader
from mdo_portal.exchange import IncomingReferral, IncomingResult, Unreadable
from tests.integrations.fhir.make import Node, bundle, patient, request

OURS, ANOTHERS = "999911120", "999990019"
ABOUT = {"subject": {"reference": "Patient/p"}}


@dataclass(frozen=True)
class Told:
    """What came on the case, and what a person is pointed at beside it."""

    words: str = ""
    files: int = 0
    pointed_out: tuple[str, ...] = field(default=())


def told(read: object) -> Told:
    assert isinstance(read, IncomingReferral | IncomingResult)
    words = " ".join(f"{fact.label} {fact.text}" for fact in read.facts)
    return Told(words, len(read.documents), (*read.unmapped, *read.quarantined))


def message(kind: str, *lines: str) -> bytes:
    header = f"MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||{kind}|M1|P|2.5||||||UNICODE UTF-8"
    who = f"PID|1||71^^^ZEED^PI~{OURS}^^^NLMINBIZA^NNNLD||Giessen^J||19600101|F"
    return "\r".join([header, who, *lines, ""]).encode()


def v2(kind: str, *lines: str) -> Told:
    try:
        return told(Hl7Reader().read(message(kind, *lines), "generic-v2"))
    except Unreadable as why:
        return Told(pointed_out=(str(why),))


def fhir(*resources: Node) -> Told:
    number = {"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": OURS}
    try:
        return told(FhirReader().read(bundle(request(), patient(identifier=[number]), *resources), "generic-r4"))
    except Unreadable as why:
        return Told(pointed_out=(str(why),))


def letter(bsn: str) -> str:
    """A clinical document (CDA) that says of whom it is."""
    return (
        '<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title>Brief</title><recordTarget><patientRole>'
        f'<id extension="{bsn}" root="2.16.840.1.113883.2.4.6.3"/></patientRole></recordTarget><component><structuredBody><component>'
        "<section><title>Conclusie</title><text>Progressie in de lever.</text></section>"
        "</component></structuredBody></component></ClinicalDocument>"
    )


def in_a_notification(bsn: str) -> Told:
    content = base64.b64encode(letter(bsn).encode()).decode()
    return v2("MDM^T02", "TXA|1|BR^Brief|AP|20260301||||||||D34", f"OBX|1|ED|B^Brief||^TEXT^XML^Base64^{content}")


def in_a_bundle(bsn: str) -> Told:
    file = {"contentType": "application/hl7-cda+xml", "data": base64.b64encode(letter(bsn).encode()).decode()}
    fixed = {"resourceType": "DocumentReference", "id": "d", "status": "current", "type": {"text": "Brief"}}
    return fhir(fixed | ABOUT | {"content": [{"attachment": file}]})


@pytest.mark.parametrize("sent", [in_a_notification, in_a_bundle], ids=["v2", "fhir"])
def test_a_letter_that_says_it_is_about_another_is_for_a_person(sent: object) -> None:
    assert callable(sent)
    found = sent(ANOTHERS)
    assert "Progressie" not in found.words
    assert found.pointed_out != ()


@pytest.mark.parametrize("sent", [in_a_notification, in_a_bundle], ids=["v2", "fhir"])
def test_one_that_is_about_the_patient_stands_on_the_case(sent: object) -> None:
    assert callable(sent)
    found = sent(OURS)
    assert "Progressie" in found.words and found.files == 1


def form(name: str, said: str) -> Node:
    item = {"linkId": "1", "text": name, "answer": [{"valueString": said}]}
    return {"resourceType": "QuestionnaireResponse", "id": "f", "status": "completed", "item": [item]} | ABOUT


ASKS = ("OBR|1|A1||AANM^Aanmelding MDO Long", "OBX|1|TX|Q^Vraagstelling||Opereren?")


@pytest.mark.parametrize("name", ["BSN", "Burgerservicenummer", "BSN patiënt"])
def test_a_form_of_v2_that_names_another_by_number_is_pointed_out(name: str) -> None:
    assert "OBX(1)/another" in v2("ORU^R01", *ASKS, f"OBX|2|ST|B^{name}||{ANOTHERS}").pointed_out
    assert v2("ORU^R01", *ASKS, f"OBX|2|ST|B^{name}||{OURS}").pointed_out == ()


def test_where_nobody_says_which_is_the_patients_it_is_one_to_look_at() -> None:
    header = "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||ORU^R01|M1|P|2.5||||||UNICODE UTF-8"
    lines = (header, "PID|1||71^^^ZEED^PI||Giessen^J||19600101|F", *ASKS, f"OBX|2|ST|B^BSN||{OURS}", "")
    found = told(Hl7Reader().read("\r".join(lines).encode(), "generic-v2"))
    assert found.pointed_out == ("OBX(1)/bsn",) and "BSN •••••••20" in found.words


@pytest.mark.parametrize("said", [ANOTHERS, f"P. Ander, BSN {ANOTHERS}"])
@pytest.mark.parametrize("asks", [ASKS, ("OBR|1|F1||CT^CT thorax",)], ids=["registration", "result"])
def test_who_tries_such_a_message_sees_what_comes_on_a_case(asks: tuple[str, ...], said: str) -> None:
    """*Bericht proberen* showed the number in full, as a value of the case."""
    raw = message("ORU^R01", *asks, f"OBX|2|ST|B^BSN||{said}")
    read = Hl7Reader().read(raw, "generic-v2")
    assert isinstance(read, IncomingReferral | IncomingResult)

    explained = [one for one in Hl7Explainer().explain(raw, "generic-v2").fields if one.name == "fact"]

    assert [(one.label, one.value) for one in explained] == [(fact.label, fact.text) for fact in read.facts]


@pytest.mark.parametrize("name", ["BSN", "Burgerservicenummer"])
def test_a_form_of_fhir_that_names_another_by_number_is_pointed_out(name: str) -> None:
    assert fhir(form(name, ANOTHERS)).pointed_out != ()


@pytest.mark.parametrize("bsn", [OURS, ANOTHERS])
def test_a_bsn_in_v2_is_no_fact_of_a_case(bsn: str) -> None:
    assert bsn not in v2("ORU^R01", *ASKS, f"OBX|2|ST|B^BSN||{bsn}").words


@pytest.mark.parametrize("bsn", [OURS, ANOTHERS])
def test_a_bsn_in_fhir_is_no_fact_of_a_case(bsn: str) -> None:
    assert bsn not in fhir(form("BSN", bsn)).words


def test_of_a_bsn_in_an_answer_of_fhir_two_digits_are_left() -> None:
    own, others = fhir(form("Brief", f"J. Giessen, BSN: {OURS}, belt zelf")), fhir(form("Brief", f"P. Ander (BSN {ANOTHERS})"))
    assert "BSN: •••••••20, belt zelf" in own.words and own.pointed_out == ()
    assert "(BSN •••••••19)" in others.words and others.pointed_out == ("QuestionnaireResponse/2/another",)


def test_a_letter_in_html_over_fhir_that_names_another_by_number_is_pointed_out() -> None:
    page = base64.b64encode(f"<html><body><p>P. Ander (BSN {ANOTHERS})</p></body></html>".encode()).decode()
    content = [{"attachment": {"contentType": "text/html", "data": page}}]
    found = fhir(
        {"resourceType": "DocumentReference", "id": "d", "status": "current", "type": {"text": "Brief"}, "content": content}
        | ABOUT
    )
    assert "•••••••19" in found.words and found.pointed_out == ("DocumentReference/2/another",)


@pytest.mark.parametrize(
    ("said", "shown", "is_anothers"),
    [
        (f"Betreft: J. Giessen, BSN: {OURS}, geb. 01-01-1960", "BSN: •••••••20, geb.", False),
        ("Betreft: P. Ander (BSN 9999.90.019)", "(BSN •••••••19)", True),
        (f"Nummer {OURS} in het EPD", "Nummer •••••••20 in", False),
        (f"BSN gecontroleerd. Monster {ANOTHERS[:-1]}8", f"Monster {ANOTHERS[:-1]}8", False),
        (f"Tel. 0612345678, monster {ANOTHERS}", f"0612345678, monster {ANOTHERS}", False),
    ],
    ids=["own", "another's", "without the word", "fails the test of a BSN", "no word"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["value", "note"])
def test_of_a_bsn_in_a_text_two_digits_are_left(kind: str, said: str, shown: str, is_anothers: bool) -> None:
    line = f"OBX|2|TX|L^Brief||{said}" if kind == "value" else f"NTE|1||{said}"
    found = v2("ORU^R01", *ASKS[:1], *([line] if kind == "note" else [ASKS[1], line]), *([] if kind == "value" else ASKS[1:]))
    assert shown in found.words
    assert any(one.endswith("/another") for one in found.pointed_out) == is_anothers


@pytest.mark.parametrize(("bsn", "left"), [(ANOTHERS, ("OBX/another",)), (OURS, ())])
def test_the_words_of_a_letter_that_is_no_cda_stay_and_its_bsn_is_said(bsn: str, left: tuple[str, ...]) -> None:
    written = base64.b64encode(f"<html><body><p>BSN: {bsn}</p><p>Progressie in de lever.</p></body></html>".encode()).decode()
    found = v2("MDM^T02", "TXA|1|BR^Brief|AP|20260301||||||||D34", f"OBX|1|ED|B^Brief||^TEXT^HTML^Base64^{written}")
    assert "Progressie" in found.words and bsn not in found.words and found.pointed_out == left


def test_a_letter_that_is_put_apart_is_not_announced_as_still_to_come() -> None:
    found = in_a_notification(ANOTHERS)
    assert found == Told(pointed_out=("OBX/another",))


def with_target(inside: str) -> Told:
    said = letter("").replace('<id extension="" root="2.16.840.1.113883.2.4.6.3"/>', inside)
    content = base64.b64encode(said.encode()).decode()
    return v2("MDM^T02", "TXA|1|BR^Brief|AP|20260301||||||||D34", f"OBX|1|ED|B^Brief||^TEXT^XML^Base64^{content}")


NAMED = '<patient><name><family>{}</family></name><birthTime value="{}"/></patient>'


@pytest.mark.parametrize(
    ("inside", "is_anothers"),
    [
        (NAMED.format("Ander", "19700202"), True),
        (NAMED.format("Giessen", "19700202"), False),
        (NAMED.format("Ander", "19600101"), False),
        (f'<id extension="{OURS}" root="2.16.840.1.113883.2.4.6.3"/>' + NAMED.format("Ander", "19700202"), False),
        ('<id extension="72" root="ZEED"/>', True),
        ('<id extension="71" root="ZEED"/>', False),
        ('<id extension="72" root="1.2.3"/>', False),
    ],
    ids=[
        "name and day",
        "day alone",
        "name alone",
        "by the BSN it is them",
        "other number",
        "same number",
        "number of another house",
    ],
)
def test_without_a_bsn_a_letter_is_anothers_by_its_number_or_by_name_and_day(inside: str, is_anothers: bool) -> None:
    assert (with_target(inside).pointed_out == ("OBX/another",)) == is_anothers


def test_a_letter_of_two_patients_is_for_a_person() -> None:
    two = "".join(
        f'<recordTarget><patientRole><id extension="{one}" root="2.16.840.1.113883.2.4.6.3"/></patientRole></recordTarget>'
        for one in (OURS, ANOTHERS)
    )
    said = letter(OURS).replace("<component><structuredBody>", f"{two}<component><structuredBody>")
    content = base64.b64encode(said.encode()).decode()
    found = v2("MDM^T02", "TXA|1|BR^Brief|AP|20260301||||||||D34", f"OBX|1|ED|B^Brief||^TEXT^XML^Base64^{content}")
    assert found.pointed_out == ("OBX/another",)
