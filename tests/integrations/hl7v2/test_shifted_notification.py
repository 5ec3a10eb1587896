"""A notification of a document (TXA) whose fields stand elsewhere: its own number, the one it replaces, its state and its day."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingDocument, IncomingReferral, IncomingResult

from .few_lines import read

LETTER = "OBX|1|ED|PDF^Poliklinische brief||^application^pdf^Base64^JVBERi0xLjQK||||||F"
TEXT = "OBX|1|TX|V^Verslag||Geen bijzonderheden||||||F"


def told(event: str, places: dict[int, str], line: str = LETTER) -> IncomingResult:
    txa = "|".join(["TXA", "1", "CN^Poliklinische brief", "AP", *(places.get(n, "") for n in range(4, 24))])
    found = read(f"MDM^{event}", txa, line)
    assert isinstance(found, IncomingResult)
    return found


def document(event: str, places: dict[int, str]) -> IncomingDocument:
    (found,) = told(event, places).documents
    return found


def test_a_new_document_has_no_parent_so_what_stands_there_is_its_own_number() -> None:
    assert document("T02", {4: "20260301", 13: "DOC-9", 19: "AU"}).reference == "DOC-9"
    assert [fact.key for fact in told("T02", {13: "DOC-9"}, TEXT).facts] == ["DOC-9/V/"]


@pytest.mark.parametrize("event", ["T05", "T06"])
def test_an_addendum_that_names_only_its_parent_is_not_that_document(event: str) -> None:
    assert document(event, {13: "DOC-9"}).reference == ""


@pytest.mark.parametrize("late", [1, 2, 3])
def test_numbers_and_state_that_stand_late_together_are_those_of_the_document(late: int) -> None:
    found = document("T08", {12 + late: "DOC-9", 13 + late: "DOC-7", 17 + late: "AU"})

    assert (found.reference, found.replaces) == ("DOC-9", "DOC-7")


def test_numbers_that_stand_where_they_belong_are_read_there_whatever_the_state_does() -> None:
    found = document("T08", {12: "DOC-9", 13: "DOC-7", 14: "ORDER-1", 19: "DI"})

    assert (found.reference, found.replaces) == ("DOC-9", "DOC-7")


def test_the_number_of_an_order_alone_is_no_number_of_a_document() -> None:
    assert document("T02", {14: "ORDER-1", 17: "AU"}).reference == ""


@pytest.mark.parametrize("field", [15, 16, 17, 18, 19])
def test_a_document_is_preliminary_wherever_its_state_stands(field: int) -> None:
    assert document("T02", {12: "DOC-9", field: "DI"}).status == "preliminary"


@pytest.mark.parametrize("available", [18, 19, 21])
def test_a_document_that_is_taken_away_says_so_two_fields_behind_its_state(available: int) -> None:
    assert document("T02", {12: "DOC-9", available - 2: "AU", available: "OB"}).status == "withdrawn"


@pytest.mark.parametrize("field", [4, 5, 6, 7, 8])
def test_a_document_is_of_the_day_that_its_notification_names(field: int) -> None:
    assert str(document("T02", {12: "DOC-9", field: "20260228103000"}).dated_on) == "2026-02-28"


def test_the_day_of_the_activity_goes_before_that_of_the_typing() -> None:
    assert str(document("T02", {4: "20260227", 5: "20260228", 7: "20260301"}).dated_on) == "2026-02-27"


def test_a_referral_in_a_document_whose_number_stands_late_has_that_number() -> None:
    found = read("MDM^T02", f"TXA|1|CN^Aanmelding MDO long{'|' * 11}DOC-9", LETTER)

    assert isinstance(found, IncomingReferral)
    assert (found.number, found.documents[0].reference) == ("DOC-9", "DOC-9")
