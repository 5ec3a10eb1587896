"""A value that stands where it does not belong, as half of what is sent does: it is not taken for what should stand there."""

from __future__ import annotations

import pytest

from integrations.hl7v2.reader import Hl7Reader
from mdo_portal.exchange import IncomingAppointment, IncomingReferral, IncomingResult, PatientChange

from .few_lines import read, referral, result


def refers(*lines: str) -> IncomingReferral:
    found = read("REF^I12", *lines)
    assert isinstance(found, IncomingReferral)
    return found


def person(numbers: str) -> PatientChange:
    header = "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||ADT^A08|M1|P|2.5"
    found = Hl7Reader().read(f"{header}\rPID|1||{numbers}||Giessen^J||19600101|F\r".encode(), "generic-v2")
    assert isinstance(found, PatientChange)
    return found


@pytest.mark.parametrize("flag", ["H", "L", "HH", "LL", "AA", "POS", "NEG"])
def test_a_flag_in_the_place_of_the_status_is_shown_as_a_flag(flag: str) -> None:
    found = result("OBR|1||F1|CH^Chemie", f"OBX|1|NM|A^ALAT^L||85|U/L|<40||||{flag}")
    assert [fact.text for fact in found.facts if fact.label == "ALAT"] == [f"85 U/L (<40, {flag})"]


@pytest.mark.parametrize("status", ["F", "N", "O", "R", "V", "Final"])
def test_a_status_is_no_flag(status: str) -> None:
    found = result("OBR|1||F1|CH^Chemie", f"OBX|1|NM|A^ALAT^L||85|U/L|<40||||{status}")
    assert [fact.text for fact in found.facts if fact.label == "ALAT"] == ["85 U/L (<40)"]


def test_a_moment_is_nobody_and_no_telephone() -> None:
    found = referral("ORC|NW|A2||G1||||||20260301141500|", "OBR|2|A2||MDO^MDO^L||||||||||||||20260301141500")
    assert (found.referrer.number, found.referrer.name, found.referrer.phone) == ("", "", "")


def test_a_number_of_a_professional_in_the_place_of_his_telephone_is_no_telephone() -> None:
    found = refers("RF1||||||R-77", "PRD|RP|Wit^A||||DOC203^Healy", "PRD|PP|Zwart^B|||0456789B")
    assert (found.referrer.phone, found.gp.phone) == ("", "")
    assert refers("PRD|RP|Wit^A|||+31 (0)20 123 4567 tst 8").referrer.phone == "+31 (0)20 123 4567 tst 8"


@pytest.mark.parametrize("said", ["20260302", "R", "AU"])
def test_the_day_of_the_message_or_a_letter_is_no_number_of_a_referral(said: str) -> None:
    assert refers(f"RF1|P|||||{said}").number == ""
    assert refers(f"RF1|P|||||{said}|||||EXT-1").number == "EXT-1"


def test_a_status_in_the_place_of_a_document_s_number_is_no_number() -> None:
    found = read("MDM^T02", "TXA|1|CL|TX|20260301||||||||AU", "OBX|1|TX|V^Verslag^L||Geen bijzonderheden||||||F")
    assert isinstance(found, IncomingResult)
    assert ([fact.key for fact in found.facts], found.referral_number, found.whole) == ([""], "", ())


def test_a_national_number_of_another_country_is_no_bsn_though_its_type_says_so() -> None:
    found = person("71^^^ZEED^PI~81061534217^^^NISS_BE^NNNLD").patient
    assert (found.bsn, found.local_number, found.other_numbers) == ("", "71", (("NISS_BE", "81061534217"),))


@pytest.mark.parametrize("written", ["9999.11.120", "999 911 120", "999-911-120"])
def test_a_bsn_may_be_written_in_groups(written: str) -> None:
    assert person(f"71^^^ZEED^PI~{written}^^^NLMINBIZA^NNNLD").patient.bsn == "999911120"


def test_a_bsn_of_another_length_is_as_sent_for_a_person_looks_at_it() -> None:
    assert person("71^^^ZEED^PI~99991112^^^NLMINBIZA^NNNLD").patient.bsn == "99991112"


def test_a_contact_person_of_a_provider_is_shown() -> None:
    found = refers("PRD|RP|Wit^A", "CTD|PR^Contact|Groen^C^^^mw.|||^WPN^PH^^^^020-9990011")
    assert ("Contactpersoon", "mw. C Groen, 020-9990011") in [(fact.label, fact.text) for fact in found.facts]


def test_a_question_one_component_too_far_is_shown_without_its_separators() -> None:
    """OBR-13 is plain text; Irish radiology orders have it as the words of a code (`^^Persistent cough`)."""
    found = read("ORM^O01", "ORC|NW|A1||G1", "OBR|1|A1||MDO^MDO long^L|||20260301||||||^^Hoest, 2^3 cm")
    assert isinstance(found, IncomingReferral)
    assert found.question_board == "Hoest, 2^3 cm"


def test_who_ordered_one_field_too_early_is_a_person_and_no_material() -> None:
    """OBR-16 in OBR-15, as several senders have it: `13478, Sullivan, Orla` stood there as the material."""
    found = result(
        "OBR|1|A1|F1|CT^CT thorax^L|||20260301||||||||13478^Sullivan^Orla^^^Prof.", "OBX|1|TX|V^Verslag^L||Nodus||||||F"
    )
    assert [fact.text for fact in found.facts] == ["CT thorax; Prof. Orla Sullivan (13478)", "Nodus"]
    real = result("OBR|1|A1|F1|CT^PA^L|||20260301||||||||BX^Biopt^Mamma", "OBX|1|TX|V^Verslag^L||Nodus||||||F")
    assert [fact.text for fact in real.facts] == ["PA; BX, Biopt, Mamma", "Nodus"]


def test_the_number_of_an_order_is_no_telephone() -> None:
    found = referral(f"OBR|2|A2||CT^CT thorax{'|' * 13}RAD20250415001")
    assert found.referrer.phone == ""


def test_an_appointment_one_field_too_early_ends_when_it_says() -> None:
    found = read(
        "SIU^S12",
        "SCH|AF1|||||ROUTINE|MRI^MRI hersenen|60|MIN|^^60^20260501100000^20260501110000",
        "AIS|1||MRI^MRI hersenen|20260501100000",
    )
    assert isinstance(found, IncomingAppointment)
    assert found.ends_at is not None and found.ends_at.hour == 11


@pytest.mark.parametrize("system", ["SCT", "SNM", "L", "LN"])
def test_a_coded_material_is_nobody(system: str) -> None:
    found = result(f"OBR|1||F1|CH^Chemie|||||||||||119364003^Serum^{system}", "OBX|1|NM|A^ALAT^L||85|U/L||||||F")
    assert not any(f"{system} Serum" in fact.text for fact in found.facts)


def test_words_where_the_moment_of_reception_belongs_are_told() -> None:
    """OBR-14, one too far for the clinical information; a moment there says nothing to a board."""
    found = referral(
        "OBR|2|A2||CT^CT thorax|||20260301|||||||Verdenking longembolie", "OBR|3|A3||PET^PET|||20260301|||||||202603011415"
    )
    assert [fact.text for fact in found.facts if fact.label.startswith("Klinische gegevens")] == ["Verdenking longembolie"]


@pytest.mark.parametrize(
    "lines",
    [
        ("SCH|AF1|||||K^Kontrole||30|MIN|^^30^20260501100000^20260501103000", "AIS|1||SCO^Scopie"),
        ("SCH|AF1|||||||K^Kontrole|30|MIN|^^^^20260501100000^20260501103000", "AIS|1||SCO^Scopie"),
        ("SCH|AF1|||||||K^Kontrole|30|MIN", "AIS|1||SCO^Scopie||20260501100000|30|MIN"),
    ],
    ids=["SCH one early", "one component too far", "AIS one too far"],
)
def test_an_appointment_a_place_beside_where_it_belongs_begins_and_ends_when_it_says(lines: tuple[str, ...]) -> None:
    found = read("SIU^S12", *lines)
    assert isinstance(found, IncomingAppointment)
    assert found.starts_at is not None and f"{found.starts_at:%H:%M}" == "10:00"
    assert found.ends_at is not None and f"{found.ends_at:%H:%M}" == "10:30"


def test_an_end_alone_is_no_beginning() -> None:
    found = read("SIU^S12", "SCH|AF1|||||||K^Kontrole|||^^^^20260501103000")
    assert isinstance(found, IncomingAppointment)
    assert found.starts_at is None and found.ends_at is not None


def test_a_notification_one_field_early_names_its_own_document_and_the_one_it_replaces() -> None:
    """A state of a document (AU, LA) is no file name, so all before it stands a field early."""
    pdf = "OBX|1|ED|B^Brief^L||^application^pdf^Base64^JVBERi0xLjQK||||||F"
    found = read("MDM^T10", "TXA|1|CN^Brief|TX|20260301|||||||D2|D1||||DO", pdf)
    assert isinstance(found, IncomingResult)
    assert [(one.reference, one.replaces, one.status) for one in found.documents] == [("D2", "D1", "preliminary")]
    told = read("MDM^T04", "TXA|1|CN^Brief|TX|20260301|||||||D2|||||LA")
    assert isinstance(told, IncomingResult)
    assert [(one.reference, one.title) for one in told.documents] == [("D2", "Brief")]
    right = read("MDM^T10", "TXA|1|CN^Brief|TX|20260301|||||||77|D2|D1|||brief.pdf|AU", pdf)
    assert isinstance(right, IncomingResult)
    assert [(one.reference, one.replaces) for one in right.documents] == [("D2", "D1")]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ("||||R|F", ">32 mg/L (R)"),  # many laboratories write it there of a germ and a drug
        ("||R|||F", ">32 mg/L (R)"),
        ("|0-4|||R|F", ">32 mg/L (0-4)"),  # a range that holds for a race
    ],
)
def test_how_a_germ_answers_to_a_drug_is_told_where_it_stands_two_fields_late(fields: str, text: str) -> None:
    found = result("OBR|1||F1|KW^Kweek", f"OBX|1|ST|MERO^Meropenem^L||>32|mg/L{fields}")
    assert [fact.text for fact in found.facts if fact.label == "Meropenem"] == [text]
