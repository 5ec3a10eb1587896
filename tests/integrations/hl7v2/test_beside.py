"""What belongs to a value, a document or an order and stands in another field of it: its specimen, method, place, author and kind."""

from __future__ import annotations

from datetime import date

import pytest

from mdo_portal.exchange import IncomingReferral, IncomingResult, Section

from .few_lines import labelled, read, referral, result


def shown(found: IncomingReferral) -> list[str]:
    return [fact.text for fact in found.facts if fact.label != "Aangevraagd"]


def test_an_order_of_drugs_alone_asks_no_board_and_says_what_is_given() -> None:
    found = read(
        "ORM^O01", "ORC|NW|A1", "RXO|L01BC02^fluorouracil^ATC|400||mg/m2|IV||^over 46 uur", "OBX|1|NM|BSA^BSA^L||1.82|m2|||||F"
    )
    assert isinstance(found, IncomingResult)
    assert next((fact.section, fact.label, fact.text) for fact in found.facts) == (
        Section.MEDICATION, "Voorgeschreven", "fluorouracil; 400; mg/m2; IV; over 46 uur",
    )  # fmt: skip


def test_a_working_diagnosis_says_that_it_is_one() -> None:
    found = referral("DG1|1||C20^Rectumcarcinoom^I10|||W", "DG1|2||C18^Coloncarcinoom^I10|||F")
    assert shown(found) == ["Rectumcarcinoom (werkdiagnose)", "Coloncarcinoom"]


def test_results_of_one_name_say_of_which_part_they_are() -> None:
    found = read(
        "ORU^R01",
        "OBR|1|A1|F1|PA^Pathologie^L",
        "OBX|1|CWE|CON^Conclusie^L|A|1^Adenocarcinoom||||||F",
        "OBX|2|CWE|CON^Conclusie^L|B|2^Geen maligniteit||||||F",
        "OBX|3|TX|MIC^Microscopie^L|1|regel een||||||F",
        "OBX|4|TX|MIC^Microscopie^L|2|regel twee||||||F",
        "OBX|5|NM|KI^Ki-67^L|1|20|%|||||F",
    )
    assert isinstance(found, IncomingResult)
    assert [fact.label for fact in found.facts][1:] == ["Conclusie (A)", "Conclusie (B)", "Microscopie", "Microscopie", "Ki-67"]


def test_material_says_where_it_was_taken() -> None:
    found = referral("OBR|2|A2||PA^Pathologie^L|||||||||||Biopt^^^COL&Colon^Links", "SPM|1|||BIO^Biopt||||COL^Colon|LI^Links")
    assert [fact.text for fact in found.facts] == ["MDO oncologie", "Pathologie; Biopt, Colon, Links", "Biopt; Colon; Links"]


@pytest.mark.parametrize(("author", "name"), [("|66^Wit^A", "A Wit"), ("55^Zwart^B|||||", "B Zwart")])
def test_who_wrote_the_document_that_refers_is_the_referrer(author: str, name: str) -> None:
    fields = f"||||{author}" if author.startswith("|") else author
    line = f"TXA|1|Aanmelding MDO|AP|20260301|{fields.removeprefix('|')}"
    found = read("MDM^T02", line, "OBX|1|ED|BRIEF^Brief^L||^application^pdf^Base64^JVBERi0xLjQK||||||F")
    assert isinstance(found, IncomingReferral)
    assert found.referrer.name == name


def test_a_document_that_is_announced_is_called_by_what_it_is_and_not_by_its_file() -> None:
    found = read("MDM^T01", "TXA|1|Aanvraag Pathologie|application/pdf|20260301||||||||D1||||2193_77.PDF|AU")
    assert isinstance(found, IncomingResult)
    assert [document.title for document in found.documents] == ["Aanvraag Pathologie"]


def test_a_value_says_how_and_where_it_was_found() -> None:
    found = referral("OBX|1|NM|KI^Ki-67^L||20|%|||||F||||||IHC^Immunohistochemie|||MAM^Mamma links")
    assert shown(found) == ["20 %\nmethode: Immunohistochemie\nplaats: Mamma links"]


@pytest.mark.parametrize("who", ["881&Wit&A", "881^Wit^A"])
def test_a_result_says_who_judged_it(who: str) -> None:
    found = result(f"OBR|1|A1|F1|PA^Pathologie^L{'|' * 28}{who}", "OBX|1|ST|CON^Conclusie^L||maligne||||||F")
    assert found.facts[0].text == "Pathologie; beoordeeld door: A Wit"


@pytest.mark.parametrize(
    ("value", "text"), [("1^Maligne^L^^^^^^adenocarcinoom", "Maligne (adenocarcinoom)"), ("1^Maligne^L^^^^^^maligne", "Maligne")]
)
def test_a_coded_value_says_what_was_really_written(value: str, text: str) -> None:
    assert shown(referral(f"OBX|1|CWE|CON^Conclusie^L||{value}||||||F")) == [text]


def test_instructions_for_an_order_are_shown() -> None:
    found = referral("TQ1|1|||||||||als het kan deze week|bel de poli")
    assert shown(found) == ["als het kan deze week", "bel de poli"]


def test_who_stands_where_material_should_is_shown_as_a_person() -> None:
    found = result(f"OBR|1|A1|F1|LAB^Lab^L{'|' * 11}0123^Zwart^B^^^dr.", "OBX|1|NM|CEA^CEA^L||4|||||F")
    assert found.facts[0].text == "Lab; dr. B Zwart (0123)"


def test_a_result_is_of_the_day_on_which_observing_ended_when_only_that_was_sent() -> None:
    found = result(
        "OBR|1|A1|F1|CT^CT-thorax^L||||20260301",
        "OBX|1|ST|CON^Conclusie^L||geen afwijkingen||||||F",
        "OBX|2|ED|PDF^Verslag^L||^application^pdf^Base64^JVBERi0xLjQK||||||F",
    )
    assert [fact.dated_on for fact in found.facts if fact.label == "Conclusie"] == [date(2026, 3, 1)]
    assert [document.dated_on for document in found.documents] == [date(2026, 3, 1)]


def test_a_document_of_a_year_is_not_of_the_day_of_its_order() -> None:
    line = "OBX|1|ED|PDF^Verslag^L||^application^pdf^Base64^JVBERi0xLjQK||||||F|||2019"
    assert [document.dated_on for document in result("OBR|1|A1|F1|CT^CT^L|||20260301", line).documents] == [None]


@pytest.mark.parametrize(
    ("lines", "label", "text"),
    [
        (("RXE||G03^Ascal^L|80||mg|TAB|^1dd1", "RXR|PO^Oraal"), "Voorgeschreven", "Ascal; 80; mg; TAB; 1dd1; Oraal"),
        (("RXD|1|L02^Letrozol^L|20260301|30|ST",), "Verstrekt", "Letrozol; 30; ST"),
        (("RXA|0|1|20260301||L01^Docetaxel^L|150|mg|||||||||||||CP",), "Toegediend", "Docetaxel; 150; mg"),
        (("RXA|0|1|20260301||L01^Docetaxel^L|150|mg|||||||||||||RE",), "Toegediend", "Docetaxel; 150; mg (geweigerd)"),
        (("IAM|1|DA|PEN^Penicilline^L|SV|Shock|A^^",), "Allergie", "Penicilline; Shock; ernstig"),
        (("AL1|1|DA|PEN^Penicilline^L|U|Shock",), "Allergie", "Penicilline; Shock"),
    ],
)
def test_a_drug_or_allergy_beside_results_says_what_was_sent_of_it(lines: tuple[str, ...], label: str, text: str) -> None:
    found = result(*lines, "OBR|1|P1|F1|LAB^Lab^L", "OBX|1|NM|HB^Hb^L||7|||||F")
    assert (label, text) in [(fact.label, fact.text) for fact in found.facts]
    assert found.unmapped == ()


def test_a_drug_that_was_deleted_from_what_was_given_is_taken_back() -> None:
    found = result("RXA|0|1|20260301||L01^Docetaxel^L|150|mg||||||||||||||D", "OBR|1|P1|F1|LAB^Lab^L")
    assert [fact.text for fact in found.taken_back] == ["Docetaxel; 150; mg"]
    assert [fact.text for fact in found.facts] == ["Lab"]


def test_a_specimen_says_why_it_was_refused() -> None:
    found = result("OBR|1|P1|F1|LAB^Lab^L", f"SPM|1|S1||BLD^Bloed^L{'|' * 17}H^Gehemolyseerd")
    assert ("Materiaal", "Bloed; Gehemolyseerd") in [(fact.label, fact.text) for fact in found.facts]


def test_the_board_is_the_one_of_two_names_that_is_one() -> None:
    found = read("REF^I12", "RF1|||||VW1", "PRD|RT|MDO Mamma||^^^NET", "OBR|1|||X^Y^L")
    assert isinstance(found, IncomingReferral)
    assert found.board_hint == "MDO Mamma"


def test_a_letter_that_was_escaped_in_the_code_of_before_utf_8_is_that_letter() -> None:
    assert result("OBR|1|P1|F1|LAB^Lab^L", "OBX|1|TX|C^Conclusie^L||pati\\XEB\\nt||||||F").facts[-1].text == "patiënt"


def test_the_name_of_a_person_as_a_value_has_no_separators() -> None:
    assert result("OBR|1|P1|F1|LAB^Lab^L", "OBX|1|XPN|C^Door^L||Jansen&&Jansen^A||||||F").facts[-1].text == "Jansen A"


def test_a_referral_says_what_kind_of_answer_is_asked_for() -> None:
    found = read("REF^I12", "RF1|P|S|Med|SO^Second opinion^HL70282||VW1||||^Graag uw oordeel")
    assert isinstance(found, IncomingReferral)
    assert found.question_board == "Graag uw oordeel"
    assert [(fact.label, fact.text) for fact in found.facts] == [("Soort aanvraag", "Second opinion")]


def test_material_says_how_it_was_taken() -> None:
    """SPM-5 and SPM-7: a needle biopsy is no resection."""
    found = referral("OBR|2|A2||PA^Pathologie^L", "SPM|1|||TIS^Weefsel|VERS^Vers||NB^Naaldbiopt|MAM^Mamma|LI^Links")
    assert [fact.text for fact in found.facts if fact.label == "Materiaal"] == ["Weefsel; Vers; Naaldbiopt; Mamma; Links"]


def test_a_note_behind_who_found_a_value_is_of_that_value() -> None:
    found = result(
        "OBR|1||F1|L^Lab", "OBX|1|NM|PSA^PSA||4.1|ug/l|||||F", "PRT|1|AD||RO^Observer|9^Kok^K", "NTE|1|L|Let op biotine."
    )
    assert "Let op biotine." in labelled(found)["PSA"]
    assert "" not in labelled(found)


def test_a_unit_that_is_written_where_its_own_words_belong_is_said() -> None:
    assert labelled(result("OBR|1||F1|L^Lab", "OBX|1|NM|PSA^PSA||12.4|^^^^^^^^ng/mL|||||F"))["PSA"] == "12.4 ng/mL"
