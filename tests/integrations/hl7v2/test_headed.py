"""A question that names itself in a letter or a note is the question, whatever else stands where one may be."""

from __future__ import annotations

from base64 import b64encode

import pytest

from mdo_portal.exchange import IncomingReferral

from .few_lines import labelled, read, referral

LETTER = (
    "Geachte collegae,",
    "",
    "{asked}",
    "",
    "Voorgeschiedenis:",
    "2011 COPD Gold II",
    "",
    "Met vriendelijke groet,",
    "dr. K. Wiersma",
)


def letter(asked: str, label: str = "BRIEF^Aanmelding MDO long") -> IncomingReferral:
    lines = "\\.br\\".join(LETTER).format(asked=asked)
    found = read("ORU^R01", "OBR|1|A1||MDO^Aanmelding MDO long", f"OBX|1|FT|{label}||{lines}||||||F")
    assert isinstance(found, IncomingReferral)
    return found


def booked(*lines: str) -> IncomingReferral:
    found = read("SRM^S01", "ARQ|PB-1|||||R^Nieuwe bespreking|MDOHPB^MDO HPB", "AIS|1|A|MDOHPB^MDO HPB", *lines)
    assert isinstance(found, IncomingReferral)
    return found


@pytest.mark.parametrize("head", ["Vraagstelling", "Vraag aan MDO", "VRAAG", "Reden van verwijzing", "Vraag voor het MDO"])
@pytest.mark.parametrize("between", [": ", ":\\.br\\", ":\\.br\\\\.br\\"])
def test_what_stands_below_the_heading_of_a_letter_is_the_question(head: str, between: str) -> None:
    found = letter(f"{head}{between}Graag bespreken of resectie\\.br\\mogelijk is.")

    assert found.question_board == "Graag bespreken of resectie\nmogelijk is."
    assert "2011 COPD Gold II" in labelled(found)["Aanmelding MDO long"]


def test_a_heading_or_a_greeting_ends_it_though_no_line_is_free() -> None:
    assert letter("Vraagstelling: resectie?\\.br\\ECOG: 1").question_board == "resectie?"
    assert letter("Vraagstelling: resectie?\\.br\\Hoogachtend").question_board == "resectie?"


@pytest.mark.parametrize("asked", ["De vraagstelling: is er nog plaats", "Vraagstelling", "Vraagstelling:", "Geen vragen"])
def test_a_sentence_about_a_question_is_none(asked: str) -> None:
    assert letter(asked).question_board == ""


@pytest.mark.parametrize("label", ["CT^CT thorax", "V^MDO-verslag", "X^Verslag MDO long", "M^MDO long 3 maart"])
def test_the_question_of_another_report_is_not_that_to_the_board(label: str) -> None:
    assert letter("Vraagstelling: metastasen?", label).question_board == ""


def test_a_letter_in_rtf_asks_too() -> None:
    rtf = b64encode(rb"{\rtf1\ansi Aanmelding MDO Long\par Vraagstelling: graag bespreken.\par ECOG: 1\par}").decode()
    found = referral(f"OBX|1|ED|RTF^Aanmelding MDO Long||^text^rtf^Base64^{rtf}||||||F")

    assert found.question_board == "graag bespreken."


def test_a_note_that_names_itself_the_question_goes_before_why_an_appointment_is_asked_for() -> None:
    found = booked("NTE|1||Vraag aan MDO: Resectabel pancreaskopcarcinoom?", "NTE|2||CT d.d. 28-10")

    assert found.question_board == "Resectabel pancreaskopcarcinoom?\nCT d.d. 28-10"
    assert [fact.text for fact in found.facts] == ["Nieuwe bespreking"]


def test_of_notes_with_more_than_the_question_the_rest_is_shown() -> None:
    found = booked("NTE|1||Vraag: resectabel?", "NTE|2||Echo: massa 4 cm")

    assert found.question_board == "resectabel?"
    assert [fact.text for fact in found.facts] == ["Nieuwe bespreking", "Echo: massa 4 cm"]


def test_a_note_that_asks_goes_before_why_an_appointment_is_asked_for_and_one_that_does_not_stays_behind_it() -> None:
    assert booked("NTE|1||Resectabel?").question_board == "Resectabel?"
    assert booked("NTE|1||Resectabel").question_board == "Nieuwe bespreking"


def test_a_note_below_another_order_than_the_board_s_asks_the_board_nothing() -> None:
    found = referral("ORC|NW|A2||G1", "OBR|2|A2||CT^CT thorax", "NTE|1||Vraagstelling: metastasen?")

    assert found.question_board == ""


@pytest.mark.parametrize("label", ["Vraag MDO", "MDO-vraag", "Vraag voor MDO", "Vraag aan het MDO"])
def test_the_question_has_more_names(label: str) -> None:
    assert referral(f"OBX|1|TX|V1^{label}||Biopt of resectie?||||||F").question_board == "Biopt of resectie?"


def test_the_text_of_a_document_whose_title_refers_is_the_letter() -> None:
    lines = ("OBX|1|TX|B^Brief||Vraagstelling: operabel?", "OBX|2|TX|CT^CT-verslag||Vraagstelling: metastasen?")
    found = read("MDM^T02", "TXA|1|AANM^Aanmelding MDO Long|TX|20261101||||||||D1|||||AU", *reversed(lines))

    assert isinstance(found, IncomingReferral)
    assert found.question_board == "operabel?"


@pytest.mark.parametrize(("label", "asked"), [("T^Tekst", "operabel?"), ("CT^CT thorax", ""), ("V^Verslag", "")])
def test_so_is_a_text_without_a_name_of_its_own_below_an_order_that_refers(label: str, asked: str) -> None:
    assert letter("Vraagstelling: operabel?", label).question_board == asked


def test_a_text_without_a_name_below_an_order_for_the_board_is_part_of_the_letter() -> None:
    assert referral("OBX|1|TX|ALG^Algemeen||Vraagstelling: marges?").question_board == "marges?"
    assert referral("OBX|1|TX|CT^CT thorax||Vraagstelling: metastasen?").question_board == ""
