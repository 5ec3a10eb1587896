"""What Dutch systems send that the standard has otherwise, and that was damaged, lost or taken for something else."""

from __future__ import annotations

import pytest

from integrations.hl7v2.reader import Hl7Reader
from mdo_portal.exchange import IncomingAppointment, IncomingReferral, IncomingResult, PatientChange, Unreadable

from .few_lines import labelled, read, referral, result

ORDER = "OBR|1|A1|F1|HEM^Hematologie"


def person(fields: str) -> PatientChange:
    header = "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||ADT^A31|M1|P|2.5"
    found = Hl7Reader().read(f"{header}\rPID|1||71^^^ZEED^PI||Giessen^J||19600101|F{fields}\r".encode(), "generic-v2")
    assert isinstance(found, PatientChange)
    return found


@pytest.mark.parametrize("unit", ["10^9/l", "10^12/L", "x10^9/L", "10^3/mm3", "ml/min/1,73m^2", "kg/m^2", "cm^3", "*10^6"])
def test_a_power_of_ten_in_a_unit_keeps_its_hat(unit: str) -> None:
    assert (
        labelled(result(ORDER, f"OBX|1|NM|TR^Trombocyten||250|{unit}|150 - 400||||F"))["Trombocyten"] == f"250 {unit} (150 - 400)"
    )


@pytest.mark.parametrize("unit", ["mmol/l^millimol per liter^UCUM", "10*9/L^miljard per liter^UCUM"])
def test_the_words_of_a_unit_do_not_stand_behind_it(unit: str) -> None:
    assert labelled(result(ORDER, f"OBX|1|NM|G^Glucose||5|{unit}|||||F"))["Glucose"] == f"5 {unit.partition('^')[0]}"


@pytest.mark.parametrize("said", ["JA", "ja", "Yes", "TRUE"])
def test_dead_in_words_is_dead(said: str) -> None:
    assert person("|" * 22 + said).patient.deceased


@pytest.mark.parametrize("said", ["NEE", "No", "false"])
def test_alive_in_words_is_alive(said: str) -> None:
    found = person("|" * 22 + said).patient
    assert not found.deceased and found.alive


def test_a_question_to_the_board_without_an_order_makes_a_case() -> None:
    lines = ("OBX|1|TX|VRAAG^Vraag aan MDO||Graag advies.||||||F", "OBX|2|TX|DIAG^Diagnose||Coloncarcinoom||||||F")
    found = read("ORU^R01", *lines)

    assert isinstance(found, IncomingReferral)
    assert found.question_board == "Graag advies."


@pytest.mark.parametrize(
    "lines",
    [
        ("OBX|1|TX|VRAAG^Vraagstelling||Metastasen?||||||F", "OBX|2|TX|V^Bevindingen||Geen||||||F"),
        ("OBX|1|TX|VRAAG^Vraag aan MDO||Advies?||||||F", "OBX|2|TX|C^Conclusie MDO||Resectie||||||F"),
        ("OBR|1|A1|F1|M^Bespreking|||||||||||||||||||||F", "OBX|1|TX|VRAAG^Vraag aan MDO||Advies?", "OBX|2|TX|D^Diagnose||x"),
        ("ORC|RE|A1", "OBR|1|A1|F1|M^Bespreking", "OBX|1|TX|VRAAG^Vraag aan MDO||Advies?", "OBX|2|TX|D^Diagnose||x"),
    ],
    ids=["of a radiologist", "with its answer", "done", "results follow"],
)
def test_a_question_that_a_report_answers_makes_none(lines: tuple[str, ...]) -> None:
    assert isinstance(read("ORU^R01", *lines), IncomingResult)


def test_a_sentence_in_the_place_of_who_judged_it_is_why_it_was_asked() -> None:
    found = referral(f"OBR|2|A2||CT^CT thorax{'|' * 28}^Graag bespreken neoadjuvante radiotherapie")

    assert "CT thorax" in [fact.text for fact in found.facts]
    assert "Graag bespreken neoadjuvante radiotherapie" in [fact.text for fact in found.facts]


def test_a_question_one_field_late_is_the_question() -> None:
    found = read("OMG^O19", "ORC|NW|A1", f"OBR|1|A1||MDO^MDO Colorectaal{'|' * 28}^Graag bespreken neoadjuvante radiotherapie?")
    assert isinstance(found, IncomingReferral)
    assert found.question_board == "Graag bespreken neoadjuvante radiotherapie?"


@pytest.mark.parametrize("judged", ["R1&Roos&Pieter", "^van der Berg^Anna", "Dr. P. de Boer - van den Broek"])
def test_who_judged_it_is_still_somebody(judged: str) -> None:
    found = result(f"OBR|1|A1|F1|CT^CT thorax{'|' * 28}{judged}", "OBX|1|TX|V^Verslag||Nodus||||||F")
    assert "beoordeeld door" in found.facts[0].text


def test_who_asked_one_field_late_has_no_telephone() -> None:
    found = read("SRM^S01", "ARQ|PB-1|||||R^Nieuw|M^MDO HPB|||||||||30412^Vos^L.^^^dr.", "AIS|1|A|M^MDO HPB")
    assert isinstance(found, IncomingReferral)
    assert found.referrer.phone == ""


@pytest.mark.parametrize(
    ("label", "section"),
    [
        ("KPS", "condition"),
        ("Oestrogeenreceptor", "pathology"),
        ("Progesteronreceptor", "pathology"),
        ("Hormoonreceptoren", "pathology"),
        ("Werkdiagnose", "diagnosis"),
        ("G8-score", "condition"),
        ("Clinical Frailty Scale", "condition"),
        ("LO", "course"),
        ("RT-verslag", "treatment"),
        ("NGS panel", "pathology"),
        ("MSI status", "pathology"),
        ("Schildwachtklier", "pathology"),
    ],
)
def test_what_departments_write_stands_in_its_column(label: str, section: str) -> None:
    assert [fact.section for fact in result(ORDER, f"OBX|1|ST|X^{label}||80||||||F").facts if fact.label == label] == [section]


@pytest.mark.parametrize("unit", ["CD:289^mg/dl", "258797006^mg/dl^SCT", "^mg/dl", "mg/dl^milligram per deciliter^UCUM"])
def test_a_unit_is_shown_in_words_where_its_code_is_none(unit: str) -> None:
    assert labelled(result(ORDER, f"OBX|1|NM|G^Glucose||5|{unit}|||||F"))["Glucose"] == "5 mg/dl"


def numbered(fields: str, country: str = "") -> tuple[str, ...]:
    header = f"MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||ADT^A31|M1|P|2.5|||||{country}"
    found = Hl7Reader().read(f"{header}\rPID|1|{fields}||19600101|F\r".encode(), "generic-v2")
    assert isinstance(found, PatientChange)
    return found.unmapped


@pytest.mark.parametrize(
    ("fields", "place"), [("999911120|71^^^ZEED^PI||Giessen^J", "PID-2"), ("|71^^^ZEED^PI|999911120|Giessen^J", "PID-4")]
)
def test_a_bsn_beside_the_hospital_s_own_number_is_named_for_a_person_to_look_at(fields: str, place: str) -> None:
    assert f"{place}/bsn" in numbered(fields)
    assert f"{place}/bsn" not in numbered(fields, "BEL")


@pytest.mark.parametrize(
    "fields",
    [
        "999911120|71^^^ZEED^PI~999911120^^^NLMINBIZA^NNNLD||Giessen^J",
        "999911121|71^^^ZEED^PI||Giessen^J",
        "71|71^^^ZEED^PI||Giessen^J",
    ],
    ids=["the same", "no BSN", "their own"],
)
def test_a_number_that_is_known_or_none_is_not(fields: str) -> None:
    assert not [one for one in numbered(fields) if one.startswith(("PID-2", "PID-4"))]


def test_a_name_one_field_late_is_named_where_the_patient_has_none() -> None:
    assert "PID-6" in numbered("|71^^^ZEED^PI|||Giessen^J")
    assert "PID-6" not in numbered("|71^^^ZEED^PI||Giessen^J|Bos^A")


def test_that_it_is_booked_is_not_why() -> None:
    lines = ("SCH|AF1|||||BOOKED||30|MIN|^^30^20260501100000^20260501103000", "AIS|1||SCO^Scopie")
    found = read("SIU^S12", *lines)
    assert isinstance(found, IncomingAppointment)
    assert (found.reason, found.service) == ("", "Scopie")


@pytest.mark.parametrize(("name", "codec"), [("GB 18030-2000", "gb18030"), ("BIG-5", "big5"), ("KS X 1001", "euc_kr")])
def test_a_message_in_a_script_that_nobody_here_reads_is_no_guess(name: str, codec: str) -> None:
    header = f"MSH|^~\\&|HIS|X|MDO||20261102||ADT^A31|M1|P|2.5||||||{name}"
    raw = f"{header}\rPID|1||71^^^ZEED^PI||王^一||19600101|F\r".encode(codec)

    with pytest.raises(Unreadable) as told:
        Hl7Reader().read(raw, "generic-v2")

    assert told.value.reason == "undecodable"
    assert Hl7Reader().read(f"{header}\rPID|1||71^^^ZEED^PI||Giessen^J||19600101|F\r".encode(), "generic-v2")


LINES = ("Aard materiaal: naaldbiopt", "", "Conclusie: carcinoom")


def test_a_free_line_of_a_report_is_no_value_that_is_missing() -> None:
    found = result("OBR|1||T26|PA^Histologie", *(f"OBX|{n}|TX|V^Verslag||{text}||||||F" for n, text in enumerate(LINES, 1)))

    assert [(fact.text, fact.key) for fact in found.facts if fact.label == "Verslag (Histologie)"] == [
        ("Aard materiaal: naaldbiopt\n\nConclusie: carcinoom", "T26/PA/V/"),
    ]


@pytest.mark.parametrize(
    "line",
    ["OBX|2|TX|W^Vraag||||||||F", "OBX|2|NM|V^Verslag||||||||F", "OBX|2|TX|V^Verslag||||||||D"],
    ids=["another", "a number", "withdrawn"],
)
def test_a_value_that_is_missing_is(line: str) -> None:
    found = result("OBR|1||T26|PA^Histologie", "OBX|1|TX|V^Verslag||Geen||||||F", line)

    assert [fact.text for fact in found.facts if fact.label in ("Verslag (Histologie)", "Vraag")] == ["Geen", ""]
