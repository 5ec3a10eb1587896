"""Nearly as the standard has it: a document whose fields stand aside, signs written as HTML has them, a number that is no BSN."""

from __future__ import annotations

import pytest

from integrations.hl7v2.reader import Hl7Reader
from mdo_portal.exchange import IncomingReferral, IncomingResult, PatientChange, Unreadable

from .few_lines import labelled, read, referral, result
from .retyped import with_pid

LETTER = "OBX|1|TX|VB^Brief||Vraagstelling: operabel?||||||F"


def documented(txa: str) -> IncomingReferral:
    found = read("MDM^T02", txa, LETTER)
    assert isinstance(found, IncomingReferral)
    return found


def test_the_number_of_a_document_is_its_number_also_a_field_early_or_late() -> None:
    assert documented("TXA|1|VB^Aanmelding MDO CRC|AP|20260701|||||||D6|||||LA||AV").number == "D6"
    assert documented("TXA|1|VB^Aanmelding MDO CRC|AP|20260701||||||||D6|||||LA||AV").number == "D6"
    assert documented("TXA|1|VB^Aanmelding MDO CRC|AP|20260701||||||||||D6||||LA||AV").number == "D6"
    assert documented("TXA|1|VB^Aanmelding MDO CRC|AP|20260701|||||||LA||||||AV").number == ""


@pytest.mark.parametrize("field", [15, 16, 17])
def test_the_name_of_a_file_says_so_wherever_it_stands(field: int) -> None:
    name = f"{'|' * (field - 12)}20260701_Aanmelding_MDO_CRC.docx{'|' * (18 - field)}LA"
    assert documented(f"TXA|1|DOC|AP|20260701||||||||D6{name}").board_hint == "20260701 Aanmelding MDO CRC"


def test_signs_that_a_browser_wrote_are_the_signs() -> None:
    found = referral(
        "NTE|1||Marge &lt; 2 cm?", "NTE|2||RFA &amp; TACE, &#39;s nachts &eacute;&#xe9;n keer", "NTE|3||R&D; Q&A &onzin;"
    )
    assert "Marge < 2 cm?\nRFA & TACE, 's nachts één keer\nR&D; Q&A &onzin;" in (found.question_board, *labelled(found).values())
    assert (
        result("OBR|1|1||L^Lab", "OBX|1|TX|X^Uitslag||PSA &gt; 10 &#x26; stijgend||||||F").facts[-1].text == "PSA > 10 & stijgend"
    )


def test_an_extension_is_no_longer_than_one() -> None:
    found = referral("NK1|1|Kind^T|CHD||^PRN^CP^^^^06^13131313")
    assert labelled(found)["Contactpersoon"] == "T Kind (kind), 06 13131313"
    assert labelled(referral("NK1|1|Kind^T|CHD||^PRN^PH^^^113^123456^12"))["Contactpersoon"] == "T Kind (kind), 113 123456 x12"


@pytest.mark.parametrize(
    ("numbers", "bsn", "local"),
    [
        ("W28000^^^NLMINBIZA^PI", "", "W28000"),
        ("999911120^^^NLMINBIZA^PI", "999911120", ""),
        ("ONBEKEND^^^NLMINBIZA^NNNLD~71^^^ZEED^PI", "ONBEKEND", "71"),  # nobody is found by it, and a person looks
        ("99991112^^^NLMINBIZA^NNNLD~71^^^ZEED^PI", "99991112", "71"),
    ],
)
def test_a_number_with_a_letter_in_it_is_no_bsn_whoever_is_said_to_have_given_it(numbers: str, bsn: str, local: str) -> None:
    header = "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||ADT^A31|M1|P|2.5"
    found = Hl7Reader().read(f"{header}\rPID|1||{numbers}||Giessen^J||19600101|F\r".encode(), "generic-v2")
    assert isinstance(found, PatientChange)
    assert (found.patient.bsn, found.patient.local_number) == (bsn, local)


def test_a_letter_that_does_not_ask_a_board_stays_a_document() -> None:
    assert isinstance(
        read("MDM^T02", f"TXA|1|DOC|AP|20260701||||||||D6{'|' * 5}20260701_Brief_huisarts.docx|LA", LETTER), IncomingResult
    )


@pytest.mark.parametrize(
    "cx",
    [
        "999911120^^^Burger Service Nummer", "999911120^^^RvIG^NI", "999911120^^^SOFI^SS", "999911120^^^NLD^NI", "999911120^^^^NNNL",
    ],
)  # fmt: skip
def test_a_bsn_is_one_by_other_names_of_it_and_no_number_in_the_clear(cx: str) -> None:
    found = with_pid(f"PID|1||71^^^ZEED^PI~{cx}||Giessen^J||19600101|F")
    assert (found.patient.bsn, found.patient.local_number, found.patient.other_numbers) == ("999911120", "71", ())


@pytest.mark.parametrize("cx", ["999911121^^^NLD^NI", "999911120^^^BEL^NI", "1234567890^^^NL^NI"])
def test_another_number_of_a_nation_is_no_bsn(cx: str) -> None:
    assert with_pid(f"PID|1||71^^^ZEED^PI~{cx}||Giessen^J||19600101|F").patient.bsn == ""


def test_a_patient_who_comes_again_in_capitals_is_one_patient_and_another_name_is_not() -> None:
    pid, value = "PID|1||71^^^ZEED^PI||{}^J||19600101|F", "OBX|1|NM|CEA^CEA||44|ug/l|||||F"
    lines = [pid.format("Giessen"), "OBR|1||F1|L^Lab", value, pid.format("GIESSEN"), "OBR|1||F2|L^Lab", value]
    header = "MSH|^~\\&|LAB|ZEED|MDO|NET|20260302||ORU^R01|M1|P|2.5"
    found = Hl7Reader().read("\r".join([header, *lines, ""]).encode(), "generic-v2")
    assert isinstance(found, IncomingResult)
    assert [fact.text for fact in found.facts if fact.label.startswith("CEA")] == ["44 ug/l", "44 ug/l"]
    lines[3] = pid.format("Gies")
    with pytest.raises(Unreadable):
        Hl7Reader().read("\r".join([header, *lines, ""]).encode(), "generic-v2")
