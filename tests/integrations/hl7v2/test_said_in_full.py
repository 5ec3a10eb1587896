"""Nothing that belongs to a value or a person stays behind: its unit, its flags, its name, the number to call, the reason."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from mdo_portal.exchange import IncomingAppointment, IncomingReferral, IncomingResult, PatientChange

from .few_lines import PID, read, refers


def appointment(*lines: str) -> IncomingAppointment:
    found = read("SIU^S12", PID, *lines)
    assert isinstance(found, IncomingAppointment)
    return found


@pytest.mark.parametrize(
    ("obx", "shown"),
    [
        ("TX|CRP^CRP^L||8,5|mg/L|0-5|H", "8,5 mg/L (0-5, H)"),
        ("CWE|HPV^HPV^L||POS^Aangetoond^L||Niet aangetoond|A", "Aangetoond (Niet aangetoond, A)"),
        ("NM|PSA^PSA^L||4.1|^ug/L^L", "4.1 ug/L"),
        ("NM|PSA^PSA^L||4.1|^^^ug/L^microgram per liter^UCUM", "4.1 ug/L"),
        ("NM|PSA^PSA^L||4.1|ug/L|0-4|H~U", "4.1 ug/L (0-4, H, U)"),
        ("NM|PSA^PSA^L||4.1|ug/L|0-4|^verhoogd^L", "4.1 ug/L (0-4, verhoogd)"),
    ],
)
def test_a_value_of_any_type_has_its_unit_range_and_flags(obx: str, shown: str) -> None:
    (fact,) = refers(PID, f"OBX|1|{obx}").facts
    assert fact.text == shown


@pytest.mark.parametrize(
    ("code", "label"),
    [("^^^ERY^Erytrocyten^L", "Erytrocyten"), ("^^^ERY", "ERY"), ("^^^^^^^^Rode bloedcellen", "Rode bloedcellen")],
)
def test_an_observation_that_only_the_other_code_system_names_has_that_name(code: str, label: str) -> None:
    (fact,) = refers(PID, f"OBX|1|NM|{code}||3.0|10*12/L").facts
    assert fact.label == label


def test_a_result_whose_words_stand_in_its_name_is_there() -> None:
    found = read("ORU^R01", PID, "OBR|1|A1|F1|KWEEK^Kweek^L", "OBX|1|TX|^^^K7^Na zeven dagen geen groei||||||||F")
    assert isinstance(found, IncomingResult)
    assert "Na zeven dagen geen groei" in [fact.label for fact in found.facts]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("DG1|1||^^^C61^Prostaatcarcinoom^I10", "Prostaatcarcinoom"),
        ("DG1|1||C50.4^Maligne neoplasma mamma^I10|li", "Maligne neoplasma mamma; li"),
        ("DG1|1||C50.4^Carcinoom mamma, re^I10|Re", "Carcinoom mamma, re"),
        ("DG1|1||C34^Longca^I10|Longca re", "Longca re"),
        ("OBX|1|CWE|CT^cT||2^Stadium cT2b^L^^^^^^cT2", "Stadium cT2b (cT2)"),
        ("AL1|1|DA|^Penicilline|SV^ernstig|Huiduitslag~Benauwdheid", "Penicilline; Huiduitslag; Benauwdheid; ernstig"),
        ("AL1|1|DA|^Penicilline", "Penicilline"),
    ],
)
def test_a_diagnosis_or_allergy_says_all_that_was_sent_of_it(line: str, shown: str) -> None:
    (fact,) = refers(PID, line).facts
    assert fact.text == shown


@pytest.mark.parametrize(
    ("sent", "phone"),
    [
        ("020-1234567", "020-1234567"),
        ("^WPN^PH^^31^20^1234567", "+31 20 1234567"),
        ("^WPN^PH^^^20^1234567^12", "20 1234567 x12"),
        ("^^^^^^^^^^^020-1234567", "020-1234567"),
        ("^WPN^FX^^31^20^7654321~^WPN^PH^^31^20^1234567", "+31 20 1234567"),
        ("^NET^Internet^arts@voorbeeld.example", ""),
    ],
)
def test_a_telephone_number_may_stand_in_parts(sent: str, phone: str) -> None:
    assert refers(f"PRD|RP|Wit^A|||{sent}", PID).referrer.phone == phone
    assert refers(PID, f"ORC|NW|1||||||||||01234567^Wit^A||{sent}").referrer.phone == phone


def test_a_person_who_is_written_where_his_telephone_belongs_is_no_telephone() -> None:
    who = refers(PID, "ORC|NW|1||||||||||01234567^Wit^A", "OBR|1|1||MDO^MDO^L|||||||||||||01234567^Wit^A").referrer
    assert (who.number, who.phone) == ("01234567", "")


def test_what_is_said_beside_an_appointment_or_an_order_is_shown() -> None:
    found = refers(
        "ORC|NW|1||||||||||||||^Tweede mening",
        "OBR|1|1||MDO^MDO^L" + "|" * 42 + "^Verstaat alleen Fries",
        PID,
        "AIS|1|A|^MDO||||||||^Rolstoel",
    )
    assert {(fact.label, fact.text) for fact in found.facts} >= {
        ("Reden", "Tweede mening"),
        ("Aanvullende informatie", "Verstaat alleen Fries"),
        ("Aanvullende informatie", "Rolstoel"),
    }


def test_an_order_that_is_taken_back_says_why() -> None:
    found = read("ORM^O01", PID, "ORC|CA|VW1||||||||||||||ANN^Op verzoek van de patiënt", "OBR|1|VW1||MDO^MDO^L")
    assert isinstance(found, IncomingReferral)
    assert (found.cancelled, found.cancel_reason) == (True, "Op verzoek van de patiënt")


@pytest.mark.parametrize(
    ("sch", "ais", "minutes"),
    [
        ("|45|min", "", 45),
        ("|1|h", "|15|min", 15),
        ("|45|min", "|0|min", 45),
        ("|45|min", "|30|000000", 45),
        ("|45|keer", "", None),
        ("|45", "", 45),
    ],
)
def test_the_length_of_an_appointment_counts_in_the_unit_beside_it(sch: str, ais: str, minutes: int | None) -> None:
    found = appointment(f"SCH|1|||||||{sch}", f"AIS|1|A|^Spreekuur|20260310093000||{ais}")
    starts = datetime.fromisoformat("2026-03-10T09:30:00+01:00")
    assert found.starts_at == starts
    assert found.ends_at == (starts + timedelta(minutes=minutes) if minutes else None)


@pytest.mark.parametrize(
    ("surname", "shown"),
    [
        ("Berg&van den&Berg", "van den Berg"),
        ("Berg&van den", "van den Berg"),
        ("van den Berg&van den&Berg", "van den Berg"),
        ("Van den Berg&van den", "Van den Berg"),
        ("Wit&van den&Berg&de&Wit", "Wit"),
        ("Groot&de&Groot&van der&Laan", "de Groot"),
        ("Berg&Berg&Berg", "Berg"),
        ("Perez&Lopez", "Perez"),
    ],
)
def test_a_prefix_that_stands_only_in_its_own_place_is_shown_with_the_surname(surname: str, shown: str) -> None:
    found = refers(f"PID|1||71^^^ZEED^PI||{surname}^J||19600101|F", f"PRD|RP|{surname}^A")
    assert (found.patient.name.family, found.referrer.name) == (shown, f"A {shown}")


BSN = "999911120^^^NLMINBIZA^NNNLD"


@pytest.mark.parametrize(
    ("numbers", "own", "others", "left"),
    [
        (f"{BSN}~{BSN}", "", (), ()),
        (f"{BSN}~999911120^^^ZEED^PI", "", (), ()),
        (f"{BSN}~999900006^^^NLMINBIZA^NNNLD~71^^^ZEED^PI", "71", (), ("PID-3/bsn",)),
        (f"{BSN}~71^^^ZEED^PI~72^^^ODUL^PI", "71", (("ODUL", "72"),), ()),
    ],
)
def test_a_bsn_that_comes_twice_is_never_a_number_in_the_clear(numbers: str, own: str, others: object, left: object) -> None:
    found = read("ADT^A08", f"PID|1||{numbers}||Giessen^J||19600101|F")
    assert isinstance(found, PatientChange)
    assert (found.patient.bsn, found.patient.local_number, found.patient.other_numbers, found.unmapped) == (
        "999911120",
        own,
        others,
        left,
    )


def test_a_letter_alone_is_no_telephone_of_a_provider_and_a_mark_before_a_number_is_one() -> None:
    """Some write the way they want to be reached (`C`) where the number belongs."""
    found = read("REF^I12", PID, "RF1||R", "PRD|PP^Huisarts|Visser^H|||C", "PRD|RP^Verwijzer|Smit^A|||sein 4711")
    assert isinstance(found, IncomingReferral)
    assert (found.gp and found.gp.phone, found.referrer and found.referrer.phone) == ("", "sein 4711")


def test_what_a_note_is_about_stands_before_it() -> None:
    """NTE-2 (table 0105: L, P, O) where a sender writes words instead of a letter."""
    found = read(
        "SIU^S12",
        "SCH|A1",
        "NTE||P|Nuchter komen",
        "NTE||Affected body parts|arm~been",
        "NTE||_default|Met rolstoel",
        PID,
        "RGS|1",
    )
    assert isinstance(found, IncomingAppointment)
    assert found.note == "Nuchter komen\nAffected body parts: arm\nbeen\nMet rolstoel"
    told = read(
        "ORM^O01", PID, "ORC|NW|A1", "OBR|1|A1||MDO^MDO long^L", "NTE|1|Vraagstelling|Operabel?", "NTE|2|Allergie|Penicilline"
    )
    assert isinstance(told, IncomingReferral)
    assert told.question_board == "Operabel?"
    assert [(fact.label, fact.text) for fact in told.facts if fact.label == "Allergie"] == [("Allergie", "Penicilline")]


def test_a_practice_is_called_by_its_name_and_not_by_its_number() -> None:
    found = refers(PID, "PRD|RP|Wit^A||Praktijk De Roos^^^01051234")
    assert found.referrer.organisation == "Praktijk De Roos"


def test_a_street_is_said_once() -> None:
    found = read("ORU^R01", PID, "OBR|1||F1|A^Algemeen", "OBX|1|XAD|A^Adres^L||Dorpsweg 1&Dorpsweg&1^^Zeedorp^^1234AB||||||F")
    assert isinstance(found, IncomingResult)
    assert [fact.text for fact in found.facts if fact.label == "Adres"] == ["Dorpsweg 1 Zeedorp 1234AB"]
