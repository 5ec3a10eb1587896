"""A referral holds results too: what it says is deleted, cancelled or preliminary is never shown as simply so."""

from __future__ import annotations

from datetime import date

import pytest

from mdo_portal.exchange import Fact, IncomingReferral, IncomingResult, Section

from .few_lines import read, referral, result


def shown(found: IncomingReferral) -> list[str]:
    return [fact.text for fact in found.facts if fact.label != "Aangevraagd"]


@pytest.mark.parametrize("status", ["D", "W"])
def test_a_result_in_a_referral_that_is_deleted_is_not_shown_and_is_taken_back(status: str) -> None:
    found = referral(f"OBX|1|NM|2039-6^CEA^LN||5.1|ug/L|||||{status}|||20260201")
    assert shown(found) == []
    assert [(fact.label, fact.text, fact.dated_on) for fact in found.taken_back] == [("CEA", "5.1 ug/L", date(2026, 2, 1))]
    assert "OBX/withdrawn" in found.unmapped


def test_a_result_in_a_referral_says_that_it_is_preliminary_or_corrected() -> None:
    found = referral("OBX|1|NM|PSA^PSA^L||3|ug/L|||||P", "OBX|2|NM|CEA^CEA^L||4|ug/L|||||C", "OBX|3|NM|AFP^AFP^L||5|ug/L|||||F")
    assert [fact.status for fact in found.facts if fact.label != "Aangevraagd"] == ["preliminary", "corrected", ""]


def test_a_document_in_a_referral_that_is_deleted_is_withdrawn() -> None:
    found = referral("OBX|1|ED|PA^PA-verslag^L||^application^pdf^Base64^JVBERi0xLjQK||||||D")
    assert [document.status for document in found.documents] == ["withdrawn"]


def test_a_diagnosis_or_procedure_that_is_deleted_is_not_shown() -> None:
    found = referral(
        f"DG1|1||C18.7^Sigmoidcarcinoom^I10{'|' * 18}D",
        f"DG1|2||C20^Rectumcarcinoom^I10{'|' * 18}A",
        f"PR1|1||HEMI^Hemicolectomie^L{'|' * 17}D",
    )
    assert shown(found) == ["Rectumcarcinoom"]
    assert [fact.text for fact in found.taken_back] == ["Sigmoidcarcinoom", "Hemicolectomie"]


def test_a_diagnosis_that_is_deleted_and_told_anew_stands() -> None:
    found = referral(f"DG1|1||C20^Rectumcarcinoom^I10{'|' * 18}D", f"DG1|2||C20^Rectumcarcinoom^I10{'|' * 18}A")
    assert shown(found) == ["Rectumcarcinoom"]
    assert found.taken_back == ()


def test_a_deleted_diagnosis_in_a_result_is_named_and_not_shown_and_is_taken_back() -> None:
    found = result("OBR|1|A1|F1|LAB^Lab^L", f"DG1|1||C20^Rectumcarcinoom^I10{'|' * 18}D", "OBX|1|NM|CEA^CEA^L||4|||||F")
    assert "Rectumcarcinoom" not in [fact.text for fact in found.facts]
    assert "DG1/withdrawn" in found.unmapped
    assert found.taken_back == (Fact(Section.DIAGNOSIS, "Rectumcarcinoom", "Diagnose", code="C20", code_system="I10"),)


@pytest.mark.parametrize(("common", "status"), [("ORC|RE|P1|F1", "X"), ("ORC|OC|P1|F1", ""), ("ORC|SC|P1|F1||CA", "")])
def test_an_order_that_is_cancelled_before_there_is_a_result_is_no_longer_asked_for(common: str, status: str) -> None:
    found = result(common, f"OBR|1|P1|F1|HEM^Hematologie^L{'|' * 21}{status}", "NTE|1||Materiaal gestold")
    assert [(fact.label, fact.text) for fact in found.facts] == [("Hematologie", "Materiaal gestold")]
    assert [(fact.label, fact.text) for fact in found.taken_back] == [("Aangevraagd", "Hematologie")]
    assert found.unmapped == ("OBR/withdrawn",)


def test_an_order_that_is_cancelled_with_results_under_it_is_shown_with_those() -> None:
    found = result("ORC|OC|P1|F1", "OBR|1|P1|F1|HEM^Hematologie^L", "OBX|1|NM|HB^Hb^L||7|||||F")
    assert [fact.text for fact in found.facts] == ["Hematologie", "7"]
    assert found.taken_back == ()


def test_an_order_that_is_cancelled_and_asked_for_anew_stands() -> None:
    found = result("ORC|OC|P1|F1", "OBR|1|P1|F1|HEM^Hematologie^L", "ORC|RE|P2|F2", "OBR|2|P2|F2|HEM^Hematologie^L")
    assert [fact.text for fact in found.facts] == ["Hematologie"]
    assert found.taken_back == ()


def test_what_was_not_asked_for_is_not_simply_empty() -> None:
    assert [fact.status for fact in result("OBR|1|P1|F1|HEM^Hematologie^L", "OBX|1|NM|HB^Hb^L||||||||N").facts] == [
        "",
        "unobtainable",
    ]


def test_an_order_that_is_cancelled_beside_the_board_is_not_asked_for() -> None:
    found = referral("ORC|CA|A2||G1", "OBR|2|A2||CT^CT-thorax^L")
    assert not found.cancelled
    assert [fact.text for fact in found.facts] == ["MDO oncologie"]
    assert Fact(Section.OTHER, "CT-thorax", "Aangevraagd", code="CT", code_system="L") in found.taken_back


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("DG1|1||C20^Rectumcarcinoom^I10||201903", "Rectumcarcinoom (2019-03)"),
        ("DG1|1||C20^Rectumcarcinoom^I10||20190000", "Rectumcarcinoom (2019)"),
        ("PR1|1||HEMI^Hemicolectomie^L||2018", "Hemicolectomie (2018)"),
        ("OBX|1|NM|PSA^PSA^L||3|ug/L|||||F|||201905", "3 ug/L (2019-05)"),
        ("DG1|1||C20^Rectumcarcinoom^I10||onbekend", "Rectumcarcinoom"),
    ],
)
def test_a_year_or_month_without_a_day_is_shown_and_is_no_other_day(line: str, text: str) -> None:
    found = read("ORM^O01", "ORC|NW|A1||G1", "OBR|1|A1||MDO^MDO oncologie^L|||20260301", line)
    assert isinstance(found, IncomingReferral)
    (fact,) = [one for one in found.facts if one.label != "Aangevraagd"]
    assert (fact.text, fact.dated_on) == (text, None)


@pytest.mark.parametrize("common", ["ORC|OD|A1||G1", "ORC|DR|A1||G1", "ORC|SC|A1||G1|CA", "ORC|sc|A1||G1|DC"])
def test_an_order_that_is_discontinued_takes_the_referral_back(common: str) -> None:
    found = read("ORM^O01", common, "OBR|1|A1||MDO^MDO oncologie^L")
    assert isinstance(found, IncomingReferral)
    assert (found.cancelled, found.number) == (True, "G1")


def test_an_order_that_is_done_at_the_hospital_is_no_referral() -> None:
    found = read("ORM^O01", "ORC|SC|A1||G1|CM", "OBR|1|A1||MDO^MDO oncologie^L")
    assert isinstance(found, IncomingResult)
    assert [(fact.label, fact.text) for fact in found.facts] == [("Aangevraagd", "MDO oncologie (afgerond)")]


@pytest.mark.parametrize("common", ["ORC|NW|A1||G1|CM", "ORC|SC|A1||G1|IP", "ORC|SC|A1||G1"])
def test_an_order_that_is_new_or_under_way_stays_a_referral(common: str) -> None:
    found = read("ORM^O01", common, "OBR|1|A1||MDO^MDO oncologie^L")
    assert isinstance(found, IncomingReferral)
    assert not found.cancelled


def test_why_a_referral_is_taken_back_stands_in_a_note() -> None:
    found = read("REF^I14", "RF1|||||R-77", "NTE|1||Patiënt ziet ervan af")
    kept = read("REF^I12", "RF1|||||R-77", "NTE|1||Patiënt ziet ervan af")
    assert isinstance(found, IncomingReferral) and isinstance(kept, IncomingReferral)
    assert (found.cancelled, found.cancel_reason) == (True, "Patiënt ziet ervan af")
    assert (kept.cancelled, kept.cancel_reason) == (False, "")


def test_why_an_order_is_taken_back_may_stand_in_a_note() -> None:
    found = read("ORM^O01", "ORC|CA|A1", "OBR|1|A1||MDO^MDO oncologie^L", "NTE|1||Dubbel aangevraagd")
    assert isinstance(found, IncomingReferral)
    assert (found.cancelled, found.cancel_reason) == (True, "Dubbel aangevraagd")


def test_separators_alone_are_neither_a_question_nor_a_reason() -> None:
    found = read("ORM^O01", "ORC|NW|A1||||||||||||||^^", f"OBR|1|A1||MDO^MDO oncologie^L{'|' * 9}^^{'|' * 18}^Operabel?")
    assert isinstance(found, IncomingReferral)
    assert (found.question_board, shown(found)) == ("Operabel?", [])


@pytest.mark.parametrize("kind", ["MDM^T11", "ORU^R01"])
def test_an_order_without_a_name_that_is_cancelled_takes_back_nothing_by_name(kind: str) -> None:
    """A document that is withdrawn comes with an order of which only the number is sent: no other order is meant by that."""
    found = read(kind, "ORC|RE|D1", "OBR|1|D1|||||||||||||||||||||||X", "TXA|1|310|AP|||20260301||||||D1|||||AU")
    assert isinstance(found, IncomingResult)
    assert (found.taken_back, found.withdrawn) == ((), ("D1/",))


ASKED = "OBX|1|TX|VRAAG^Vraagstelling^L||Chemotherapie?||||||{}"


def test_a_question_that_is_deleted_is_asked_no_more() -> None:
    found = referral(ASKED.format("D"), "OBX|2|TX|VRAAG^Vraagstelling^L||Endocriene therapie?||||||F")
    assert found.question_board == "Endocriene therapie?"
    assert "OBX/withdrawn" in found.unmapped
    assert referral(ASKED.format("W")).question_board == ""
    letter = "OBX|{}|FT|BRIEF^Verwijsbrief^L||Vraagstelling: {}||||||{}"
    assert referral(letter.format(1, "Chemotherapie?", "D"), letter.format(2, "MRI?", "F")).question_board == "MRI?"


@pytest.mark.parametrize(
    ("code", "status"), [("D", "withdrawn"), ("X", "unobtainable"), ("C", "corrected"), ("F", ""), ("S", "")]
)
def test_a_status_one_field_early_counts_where_its_own_place_is_empty(code: str, status: str) -> None:
    order = "OBR|1||F1|CHEM^Chemie^L|||20260201"
    (fact,) = result(order, f"OBX|1|NM|CA^Calcium^L||2,3|mmol/l||||{code}").facts[1:]
    assert fact.status == status
    (fact,) = result(order, f"OBX|1|NM|CA^Calcium^L||2,3|mmol/l||||{code}|F").facts[1:]
    assert fact.status == ""


@pytest.mark.parametrize("how_far", ["IP", "SC", "A"])
def test_how_far_a_study_is_makes_no_case_unless_its_order_asks_a_board(how_far: str) -> None:
    common = f"ORC|SC|A1|F1||{how_far}"
    assert isinstance(read("OMG^O19", common, "OBR|1|A1|F1|CT^CT thorax^L"), IncomingResult)
    assert isinstance(read("OMG^O19", common, "OBR|1|A1|F1"), IncomingResult)
    assert isinstance(read("ORM^O01", common, "OBR|1|A1||MDO^MDO oncologie^L"), IncomingReferral)
    assert isinstance(read("OMG^O19", "ORC|SC|A1|F1||CA", "OBR|1|A1|F1|CT^CT thorax^L"), IncomingReferral)


@pytest.mark.parametrize(
    ("word", "status"),
    [("Voorlopig", "preliminary"), ("CORRECTED", "corrected"), ("gecorrigeerd", "corrected"), ("deleted", "withdrawn")],
)
def test_a_status_in_words_is_that_status(word: str, status: str) -> None:
    assert result("OBR|1||F1|L^Lab", f"OBX|1|NM|PSA^PSA||4.1|ug/l|||||{word}").facts[-1].status == status


@pytest.mark.parametrize(
    "line", ["RF1|C^Cancelled^HL70283|||||VW7||||^Patiënt ziet af", "RF1|C^Cancelled^HL70283|||||VW7||||Z^Patiënt ziet af^L"]
)
def test_why_a_referral_is_taken_back_may_stand_where_its_reason_does(line: str) -> None:
    """Where that is the question of the case it says nothing new (services/referrals)."""
    found = read("REF^I14", line, "PRD|RP|Wit^A")
    assert isinstance(found, IncomingReferral)
    assert (found.cancelled, found.cancel_reason) == (True, "Patiënt ziet af")


@pytest.mark.parametrize("said", ["RF1|C^Cancelled^HL70283|||||VW7||||^Operabel?", "RF1|C^Cancelled^HL70283|||||VW7"])
def test_what_was_asked_is_not_why_it_is_taken_back(said: str) -> None:
    """It was asked otherwise since: the first question stood there as the reason."""
    found = read("REF^I14", said, "PRD|RP|Wit^A", "OBX|1|TX|VRAAG^Vraagstelling||Operabel?||||||F")
    assert isinstance(found, IncomingReferral)
    assert (found.cancelled, found.cancel_reason) == (True, "")
