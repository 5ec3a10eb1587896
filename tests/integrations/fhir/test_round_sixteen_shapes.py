"""What the sixteenth round of FHIR samples showed of JSON that is almost right, and of a message about a referral that was sent before."""

from __future__ import annotations

import base64

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingAnswer

from .make import bundle, patient, request
from .read_house import PDF, about, read, value
from .written_house import extension


def test_one_extension_in_place_of_a_list_is_read() -> None:
    found = read(asked=request(extension=extension("vraagstelling", valueString="Opereren?")))
    assert (found.question_board, found.unmapped) == ("Opereren?", ())


@pytest.mark.parametrize("day", ["1956/04/17", "1956.04.17"])
def test_a_birth_date_with_the_year_first_is_read_whatever_stands_between(day: str) -> None:
    assert str(read(who=patient(birthDate=day)).patient.birth_on) == "1956-04-17"


@pytest.mark.parametrize("day", ["04/05/1956", "1956/13/17"])
def test_a_birth_date_that_may_be_two_days_is_none(day: str) -> None:
    assert read(who=patient(birthDate=day)).patient.birth_on is None


def test_a_number_in_place_of_words_is_told_as_it_was_sent() -> None:
    raw = bundle(request(), patient(), value("Hb", valueString=7.1)).replace(b"7.1", b"7.10")
    assert [(fact.label, fact.text) for fact in FhirReader().read(raw, "generic-r4").facts] == [("Hb", "7.10")]  # type: ignore[union-attr]


def test_a_file_as_stu3_writes_it_is_read_in_r4() -> None:
    letter = about(
        "DocumentReference", status="current", content=[{"attachment": {"contentType": "application/pdf", "url": "Binary/b"}}]
    )
    found = read(letter, {"resourceType": "Binary", "id": "b", "contentType": "application/pdf", "content": PDF})
    assert [one.content for one in found.documents] == [base64.b64decode(PDF)]
    assert (found.facts, found.quarantined) == ((), ())


def test_a_message_that_names_a_referral_by_its_number_is_told_there() -> None:
    said = about("Communication", status="completed", payload=[{"contentString": "PA volgt vrijdag."}])
    found = FhirReader().read(bundle(said | {"basedOn": [{"identifier": {"value": "REF-1"}}]}, patient()), "generic-r4")
    assert isinstance(found, IncomingAnswer) and found.referral_number == "REF-1"
    assert [fact.text for fact in found.facts] == ["PA volgt vrijdag."]


def test_an_end_of_a_line_as_hl7_v2_writes_it_ends_the_line() -> None:
    found = read(asked=request(note=[{"text": "Vraagstelling: Opereren?\\.br\\ECOG: 1"}]))
    assert (found.question_board, [(fact.label, fact.text) for fact in found.facts]) == ("Opereren?", [("ECOG", "1")])
