"""A note whose text stands beside its own field, a question behind an equals sign, and line ends that were escaped twice."""

from __future__ import annotations

import pytest

from integrations.hl7v2.text.tidy import shown
from mdo_portal.exchange import IncomingAppointment, IncomingReferral, IncomingResult

from .few_lines import labelled, read, referral, result

ASKS = "Graag bespreken of operatie mogelijk is"


@pytest.mark.parametrize(
    "note", [f"NTE|1|{ASKS}", f"NTE|{ASKS}", f"NTE|1|L||{ASKS}", f"NTE|1|L|^{ASKS}", f"NTE|1|L|||||||X1^{ASKS}", f"NTE|1|{ASKS}|"]
)
def test_a_note_is_read_where_its_text_stands(note: str) -> None:
    found = referral(note)
    assert (found.question_board, labelled(found)) == (ASKS, {"Aangevraagd": "MDO oncologie"})


@pytest.mark.parametrize("note", ["NTE|1|L|", "NTE|1|Laboratorium|", "NTE|1|Klinische chemie|", "NTE|1|L||RE^Remark^HL70364"])
def test_who_wrote_a_note_and_what_kind_it_is_are_no_text(note: str) -> None:
    found = result("OBR|1||F1|L^Lab", "OBX|1|NM|PSA^PSA||4.1|ug/l|||||F", note)
    assert found.facts[-1].text == "4.1 ug/l"


@pytest.mark.parametrize("sign", [" = ", "=", "= "])
def test_a_question_may_stand_behind_an_equals_sign(sign: str) -> None:
    lines = (f"Voorgeschiedenis{sign}COPD", f"Vraagstelling{sign}Is resectie mogelijk?", f"Medicatie{sign}metoprolol")
    letter = read("REF^I12", "RF1|P", "OBX|1|FT|B^Verwijsbrief||" + "\\.br\\".join(lines) + "||||||F")
    assert isinstance(letter, IncomingReferral)
    assert letter.question_board == "Is resectie mogelijk?"
    noted = referral("NTE|1||" + "~".join(lines[1:]))
    assert (noted.question_board, labelled(noted)[""]) == ("Is resectie mogelijk?", lines[2])


def test_an_equals_sign_in_a_value_is_no_heading() -> None:
    letter = read("REF^I12", "RF1|P", "OBX|1|FT|B^Verwijsbrief||Vraagstelling: SBRT?\\.br\\FEV1 = 80%, graag advies||||||F")
    assert isinstance(letter, IncomingReferral)
    assert letter.question_board == "SBRT?\nFEV1 = 80%, graag advies"


@pytest.mark.parametrize("end", ["\\X0A\\", "\\X0D0A\\", "\\X0D\\\\X0A\\", "\\x0d\\"])
def test_the_end_of_a_line_that_was_escaped_once_more_is_one(end: str) -> None:
    assert shown(f"eerste{end}tweede") == "eerste\ntweede"


def test_a_diagnosis_that_its_sender_keeps_from_others_is_said_to_be_so() -> None:
    line = f"DG1|1||B20^HIV^I10||20260301|F{'|' * 12}"
    assert "DG1-18/confidential" in referral(f"{line}Y").unmapped
    assert "DG1-18/confidential" not in referral(f"{line}N").unmapped


@pytest.mark.parametrize("kind", ["PPR^PC1", "REF^I12"])
def test_problems_of_the_list_are_told_with_what_became_of_them_and_a_deleted_one_is_over(kind: str) -> None:
    found = read(
        kind,
        "PRB|AD|20260301|C34.1^Longcarcinoom^I10|P1||||||||||ACTIVE||20260201",
        f"PRB|UP|20260301|J44^COPD^I10|P2{'|' * 9}Weerlegd|INACTIVE",
        "PRB|DE|20260301|E11^Diabetes^I10|P3",
    )
    assert isinstance(found, IncomingReferral | IncomingResult)
    assert [(one.label, one.text) for one in found.facts] == [
        ("Probleem", "Longcarcinoom"),
        ("Probleem", "COPD; Weerlegd (niet meer actief)"),
    ]
    assert [one.text for one in found.taken_back] == ["Diabetes"]
    assert "PRB" not in found.unmapped


def test_diagnoses_and_procedures_of_an_account_are_told() -> None:
    found = read("BAR^P12", "DG1|1||C34.1^Longcarcinoom^I10||20260301|F", "PR1|1||X^Lobectomie^L||20260302")
    assert isinstance(found, IncomingResult)
    assert labelled(found) == {"Diagnose": "Longcarcinoom", "Verrichting": "Lobectomie"}


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("R^Refused^HL70498", "Delen met MDO; Refused (geweigerd)"),
        ("R", "Delen met MDO; R (geweigerd)"),
        ("GEWEIGERD", "Delen met MDO; GEWEIGERD"),
    ],
)
def test_what_a_patient_does_not_allow_is_told(status: str, said: str) -> None:
    found = read("REF^I12", "RF1|P", f"CON|1|D1^Delen met MDO{'|' * 9}{status}||20260301")
    assert labelled(found) == {"Toestemming of afspraak": said}
    assert isinstance(found, IncomingReferral) and "CON" not in found.unmapped


def test_why_a_document_is_withdrawn_or_replaced_is_told() -> None:
    for event in ("T11", "T10"):
        found = read(f"MDM^{event}", f"TXA|1|CN^Brief|TX|20260301{'|' * 8}D2|D1||||AU||AV||Verkeerde patiënt")
        assert labelled(found)["Reden"] == "Verkeerde patiënt"


def test_a_moment_with_its_precision_is_that_moment() -> None:
    found = result("OBR|1||F1|L^Lab", "OBX|1|TS|W^Afgenomen||20260301120000+0100^M||||||F")
    assert found.facts[-1].text == "2026-03-01 12:00"


def test_an_appointment_whose_fields_stand_early_is_not_called_after_its_length() -> None:
    sch = "SCH|A1|A1|||CT^CT abdomen^L|Gepland|Normal|30|min|^^30^20260322100000^20260322103000"
    found = read("SIU^S12", sch)
    assert isinstance(found, IncomingAppointment)
    assert (found.service, found.reason) == ("CT abdomen", "Gepland")


def test_words_in_a_field_of_an_order_that_nobody_reads_are_named_also_when_they_are_few() -> None:
    found = referral("OBR|2|A2||XR^X-thorax^L|||||||Portable requested - patient on O2")
    assert "OBR(1)-11" in found.unmapped
    assert not [one for one in referral("OBR|2|A2||XR^X-thorax^L|||||||dr. Jan van den Berg").unmapped if one.startswith("OBR")]


def test_a_moment_in_the_place_of_the_material_is_none() -> None:
    found = referral("OBR|2|A2||XR^X-thorax^L|||||||||||20260301090000", "OBR|3|A3||PA^Biopt^L|||||||||||01234567^Long")
    assert [one.text for one in found.facts if one.label == "Aangevraagd"] == [
        "MDO oncologie",
        "X-thorax",
        "Biopt; 01234567, Long",
    ]


def test_the_initial_of_somebody_in_the_place_of_a_house_is_no_house() -> None:
    found = read("ORM^O01", f"ORC|NW|A1{'|' * 10}77^Wit^Warren^C|77^Wit^Warren^C", "OBR|1|A1||MDO^MDO oncologie^L")
    assert isinstance(found, IncomingReferral)
    assert (found.referrer.name, found.referrer.organisation) == ("Warren C Wit", "ZEED")


def test_notes_that_follow_each_other_are_lines_of_one_and_what_has_a_name_is_by_itself() -> None:
    lines = ("NTE|1|L|Verslag in vier", "NTE|2|L|regels,", "NTE|3|L|Bloedgroep A|B^Bloedgroep", "NTE|4|L|en dit.")
    found = result("OBR|1|A1|F1|PA^Histologie^L", *lines, "OBX|1|ST|G^Graad^L||3||||||F")

    assert [(fact.text, fact.label) for fact in found.facts[1:]] == [
        ("Verslag in vier\nregels,", ""), ("Bloedgroep A", "Bloedgroep"), ("en dit.", ""), ("3", "Graad")
    ]  # fmt: skip
