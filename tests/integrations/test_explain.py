"""How a message is read: the values are the reader's, the places are where they stand, and nothing a sender does makes it fall over."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.fhir.explain import FhirExplainer
from integrations.hl7v2.explain import Hl7Explainer, as_sent
from integrations.hl7v2.reader import Hl7Reader
from integrations.hl7v2.text.er7 import Message
from mdo_portal.exchange import Explanation, FieldRead, IncomingReferral
from tests.integrations.fhir.make import sample
from tests.integrations.hl7v2 import samples


def by_name(said: Explanation) -> dict[str, FieldRead]:
    return {one.name: one for one in said.fields if one.name not in ("fact", "document")}


def test_a_v2_referral_field_by_field() -> None:
    said = Hl7Explainer().explain(samples.REFERRAL, "generic-v2")
    read = Hl7Reader().read(samples.REFERRAL, "generic-v2")
    assert isinstance(read, IncomingReferral)
    fields = by_name(said)

    assert (said.meaning, said.reason) == ("referral", "")
    assert fields["patient.bsn"].value == read.patient.bsn
    assert {name: fields[name].place for name in ("patient.name", "patient.birth_on", "patient.bsn", "number", "question_board")} == {
        "patient.name": "PID-5-1",
        "patient.birth_on": "PID-7-1",
        "patient.bsn": "PID-3(1)-1",
        "number": "RF1-6-1",
        "question_board": "@label board",
    }  # fmt: skip
    assert [(one.label, one.place) for one in said.fields if one.name == "fact" and one.label == "PSA"] == [("PSA", "OBX(1)-5")]
    assert [(one.place, one.label) for one in said.fields if one.name == "document"] == [("OBX(5)-5", "verwijsbrief.pdf")]
    assert [one.place for one in said.leftovers] == ["ZPI"]


def test_every_plain_place_holds_the_value_that_is_shown() -> None:
    message = Message.parse(samples.REFERRAL)
    for one in Hl7Explainer().explain(samples.REFERRAL, "generic-v2").fields:
        if (
            one.value
            and not one.place.startswith("@")
            and one.name in ("patient.local_number", "patient.bsn", "number", "referrer.number", "gp.organisation")
        ):
            assert message.get(one.place) == one.value, one.name


@pytest.mark.parametrize(
    ("link", "stated", "body", "used", "by"),
    [
        ("", b"8859/1", "Muñoz".encode("latin-1"), "iso8859-1", "message"),
        ("UNICODE UTF-8", b"8859/1", "Muñoz".encode(), "utf-8", "link"),
        ("", b"", "Muñoz".encode(), "utf-8", "guess"),
        ("", b"", b"Munoz", "ascii", "standard"),
    ],
)
def test_the_character_set_and_who_said_so(link: str, stated: bytes, body: bytes, used: str, by: str) -> None:
    raw = samples.REFERRAL.replace(b"8859/1", stated).replace(b"Uro-prostaat", body)

    said = Hl7Explainer().explain(raw, "generic-v2", link)

    assert (said.charset, said.charset_by) == (used, by)


def test_a_message_that_cannot_be_read_says_why_and_where() -> None:
    said = Hl7Explainer().explain(samples.REFERRAL.replace(b"PID|", b"PIX|"), "generic-v2")

    assert (said.reason, said.where, said.header.control_id) == ("no_patient", "PID", "M0001")


def test_a_profile_that_is_wrong_is_the_links_trouble() -> None:
    said = Hl7Explainer().explain(samples.REFERRAL, "generic-v2\n[patient]\nbsn = ['PID']")

    assert (said.reason, said.where) == ("wrong_profile", "patient.bsn")


def test_a_change_of_particulars_shows_the_patient() -> None:
    fields = by_name(Hl7Explainer().explain(samples.ADT, "generic-v2"))

    assert fields["patient.local_number"].value and fields["event"].value.startswith("A")


@pytest.mark.parametrize(("name", "profile"), [("referral-r4.json", "generic-r4"), ("referral-stu3.json", "generic-stu3")])
def test_a_fhir_referral_field_by_field(name: str, profile: str) -> None:
    tree = json.loads(sample(name))
    said = FhirExplainer().explain(sample(name), profile)
    fields = by_name(said)

    assert said.reason == ""
    for field in ("patient.bsn", "patient.local_number", "patient.birth_on", "number", "question_board", "urgency"):
        assert str(at(tree, fields[field].place)).strip() == fields[field].value, field


def at(tree: dict[str, Any], place: str) -> object:
    """The value at `ServiceRequest/1.note[0].text`; a step without an index takes the first of a list."""
    where, _, steps = place.partition(".")
    found: Any = tree["entry"][int(where.partition("/")[2])]["resource"]
    for step in steps.split("."):
        name, _, index = step.partition("[")
        found = found[name]
        if isinstance(found, list):
            found = found[int(index.rstrip("]") or 0)]
    return found


@given(st.binary(max_size=400))
def test_whatever_comes_is_explained(junk: bytes) -> None:
    for raw in (junk, samples.REFERRAL[:200] + junk, samples.REFERRAL.replace(b"PV1", junk)):
        assert isinstance(Hl7Explainer().explain(raw, "generic-v2"), Explanation)
        assert isinstance(FhirExplainer().explain(raw, "generic-r4"), Explanation)


@given(st.text(st.characters(codec="latin-1", exclude_categories=("Cc",)), max_size=40))
def test_what_was_pasted_is_written_as_the_message_says(words: str) -> None:
    text = f"MSH|^~\\&|A|B|C|D|20260101||ADT^A08|1|P|2.5||||||8859/1\r\nPID|1||{words.strip()}"

    raw = as_sent(text)

    assert raw.decode("latin-1").split("\r")[1] == f"PID|1||{words.strip()}".rstrip()


def result_of(*lines: str) -> Explanation:
    header = "MSH|^~\\&|LAB|71|HIX|LAB|20260302121500||ORU^R01|7|P|2.5||||||UNICODE UTF-8"
    return Hl7Explainer().explain("\r".join((header, "PID|1||71^^^ZEED^PI||Giessen^J", *lines, "")).encode(), "generic-v2")


def test_what_a_result_tells_stands_where_it_was_read_and_not_where_the_same_words_stand() -> None:
    said = result_of(
        "OBR|1||F1|PIJN^Pijnscore|||202603020930",
        "OBX|1|NM|A^Pijnscore^L||7||||||F",
        "OBR|2||F2|CRP^CRP",
        "OBX|1|NM|C^CRP^L||71|mg/L|||||F",
        "NTE|1||LAB",
        "OBX|2|ED|P^Verslag^L||^application^pdf^Base64^JVBERi0xLjQK||||||F",
    )
    assert [(one.name, one.label, one.place) for one in said.fields if one.name in ("fact", "document")] == [
        ("fact", "Aangevraagd", "OBR"),
        ("fact", "Pijnscore", "OBX-5"),
        ("fact", "Aangevraagd", "OBR(1)"),
        ("fact", "CRP", "OBX(1)-5"),
        ("document", "Verslag", "OBX(2)-5"),
    ]


def test_who_refers_stands_where_he_was_read_and_not_where_he_stands_too() -> None:
    header = "MSH|^~\\&|SALUT|LAB|MDO|SALUT|20260302121500||ORM^O01|7|P|2.5||||||UNICODE UTF-8"
    order = "ORC|NW|A1||G1||||||||881^Roos^P|||||||||SALUT"
    lines = (header, "PID|1||71^^^ZEED^PI||Giessen^J", "PV1|1|O|||||881^Roos^P", order, "OBR|1|A1||MDO^MDO oncologie^L", "")
    fields = by_name(Hl7Explainer().explain("\r".join(lines).encode(), "generic-v2"))
    assert {
        name: fields[name].place for name in ("referrer.name", "referrer.number", "referrer.organisation", "treating.name")
    } == {
        "referrer.name": "ORC-12",
        "referrer.number": "ORC-12-1",
        "referrer.organisation": "ORC-21-1",
        "treating.name": "PV1-7",
    }


def test_the_number_of_a_patient_and_of_an_order_stand_where_they_were_read() -> None:
    said = Hl7Explainer().explain(
        "\r".join(
            (
                "MSH|^~\\&|LAB|ZEED|HIX|LAB|20260302121500||ORU^R01|77|P|2.5",
                "PID|1|71|71^^^ZEED^PI||Giessen^J",
                "OBR|1|77|F1|A^B",
                "",
            )
        ).encode(),
        "generic-v2",
    )
    fields = by_name(said)
    assert (fields["patient.local_number"].place, fields["referral_number"].place) == ("PID-3-1", "OBR-2-1")


def test_a_question_stands_where_the_reader_took_it_from_and_not_where_nothing_is_asked() -> None:
    """Why a request changes asks nothing: the page showed the question at that place, with the words of a note."""
    header = "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||SRM^S03|M1|P|2.5"
    lines = ("ARQ|PB-1|||||P^Verzet|M^MDO HPB", "NTE|1||Resectabel?", "PID|1||71^^^ZEED^PI||Giessen^J||19600101|F")
    fields = by_name(Hl7Explainer().explain("\r".join([header, *lines, ""]).encode(), "generic-v2"))

    assert (fields["question_board"].value, fields["question_board"].place) == ("Resectabel?", "@notes ARQ")
