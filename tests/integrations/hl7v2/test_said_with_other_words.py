"""Where Dutch and Australian senders put what they say: a question one field aside, urgency as yes or no, a date in words, a prefix."""

from __future__ import annotations

from datetime import date

import pytest

from integrations.hl7v2.reader import Hl7Reader
from integrations.hl7v2.text.header import read_header
from mdo_portal.exchange import IncomingReferral, IncomingResult, PatientChange, PatientMerge

from .few_lines import labelled, read, referral
from .retyped import refers, with_pid

WHY = "Graag beoordeling van operabiliteit bij levermetastasen"


@pytest.mark.parametrize("n", [9, 11])
def test_why_a_patient_is_referred_may_stand_beside_its_field_and_asks(n: int) -> None:
    found = refers("RF1|P|R||||VW9|20260302" + "|" * (n - 7) + WHY)
    assert (found.question_board, found.number) == (WHY, "VW9")
    assert not [one for one in found.unmapped if one.startswith("RF1")]


def test_beside_a_question_it_is_told() -> None:
    found = refers(f"RF1|P|R||||VW9|20260302||{WHY}|^Opereren?")
    assert (found.question_board, labelled(found)["Reden van verwijzing"]) == ("Opereren?", WHY)
    assert "Reden van verwijzing" not in labelled(refers("RF1|P|R||||VW9|20260302||20260303|^Opereren?|EXT9"))


@pytest.mark.parametrize(
    ("sent", "number"), [("20260720", ""), ("20261020", ""), ("20991231", "20991231"), ("20260042", "20260042")]
)
def test_a_day_of_these_months_where_rf1_has_the_number_is_no_number(sent: str, number: str) -> None:
    assert refers(f"RF1|P|R||||{sent}||||^Opereren?").number == number


@pytest.mark.parametrize(
    ("said", "urgency"),
    [
        ("SPOED^Spoed|1|Ja", "urgent"),
        ("X1^Spoed?|1|ja", "urgent"),
        ("SPOED^Spoedeisend|1|Nee", "routine"),
        ("SPOED^Spoed|1|direct", "direct"),
    ],
)
def test_urgency_is_said_as_yes_or_no(said: str, urgency: str) -> None:
    found = referral(f"OBX|1|ST|{said}||||||F")
    assert found.urgency == urgency
    assert said.split("|")[2] in labelled(found).values()


def test_that_somebody_came_through_emergency_is_no_urgency() -> None:
    assert not referral("OBX|1|ST|X1^Bezoek Spoedeisende Hulp||Ja||||||F").urgency


@pytest.mark.parametrize(
    ("sent", "born"),
    [
        ("3 maart 1953", date(1953, 3, 3)),
        ("03-mrt-1953", date(1953, 3, 3)),
        ("3 mei. 1953", date(1953, 5, 3)),
        ("31 OKTOBER 1953", date(1953, 10, 31)),
        ("03-Oct-1953", date(1953, 10, 3)),
        ("31 februari 1953", None),
        ("3 mar 53", None),
        ("3 mand 1953", None),
    ],
)
def test_a_day_with_its_month_in_words_is_that_day(sent: str, born: date | None) -> None:
    found = with_pid(f"PID|1||71^^^ZEED^PI||Giessen^J||{sent}|F")
    assert found.patient.birth_on == born
    assert ("PID-7" in found.unmapped) is (born is None)


@pytest.mark.parametrize("name", ["Berg^Piet^P^van den", "Berg^Piet^P^^van den"])
def test_a_prefix_where_hl7_has_a_suffix_is_part_of_the_surname(name: str) -> None:
    found = with_pid(f"PID|1||71^^^ZEED^PI||{name}||19530304|M").patient.name
    assert (found.family, found.own_prefix, found.own_family) == ("van den Berg", "van den", "Berg")
    assert with_pid("PID|1||71^^^ZEED^PI||Berg^Piet^P^jr.||19530304|M").patient.name.family == "Berg"


@pytest.mark.parametrize("name", ["Berg^P^^van den", "Berg^P^^^van den", "Berg^P^^van den^dr."])
def test_so_is_that_of_a_professional(name: str) -> None:
    found = refers(f"PRD|RP|{name}|||||03012345^^VEKTIS")
    assert found.referrer.name == ("dr. P van den Berg" if "dr." in name else "P van den Berg")


@pytest.mark.parametrize("fields", ["999911120^^^NLMINBIZA^NNNLD|71^^^ZEED^PI|", "|71^^^ZEED^PI|999911120^^^NLMINBIZA^NNNLD"])
def test_a_bsn_that_says_that_it_is_one_counts_where_numbers_stood_before(fields: str) -> None:
    found = with_pid(f"PID|1|{fields}|Giessen^J||19600101|F")
    assert (found.patient.bsn, found.patient.local_number, found.patient.other_numbers) == ("999911120", "71", ())
    own = with_pid(f"PID|1|{fields.replace('71^^^ZEED^PI', '71^^^ZEED^PI~999900006^^^NLMINBIZA^NNNLD')}|Giessen^J||19600101|F")
    assert own.patient.bsn == "999900006"


def test_a_bsn_with_its_name_before_it_is_that_number() -> None:
    assert with_pid("PID|1||71^^^ZEED^PI~BSN: 999911120^^^NLMINBIZA^NNNLD||Giessen^J||19600101|F").patient.bsn == "999911120"


def test_of_a_course_of_drugs_what_is_in_it_is_told() -> None:
    found = read("ORM^O01", "ORC|NW|C38", "RXO|FOLFOX6^FOLFOX6 kuur 3", "RXC|B|OXA^Oxaliplatine|150|mg", "RXC|A|MG^Magnesium|2|g")
    assert isinstance(found, IncomingResult)
    assert [fact.text for fact in found.facts] == ["FOLFOX6 kuur 3", "Oxaliplatine; 150; mg", "Magnesium; 2; g"]
    assert not found.unmapped


@pytest.mark.parametrize(("called", "section"), [("CONCURRENT_PROBLEMS", "comorbidity"), ("CLINICAL_INFORMATION", "course")])
def test_a_note_of_oscar_stands_in_its_column(called: str, section: str) -> None:
    found = refers(f"NTE|||COPD|^{called}")
    assert [fact.section for fact in found.facts if fact.text == "COPD"] == [section]


def test_a_letter_in_html_is_called_as_its_order_is() -> None:
    found = refers(
        "OBR|2|A2||57133-1^Referral note", "OBX|1|ED|HTML^Display format in HTML^AUSPDI||^text^html^Base64^PGI+T2s8L2I+"
    )
    assert labelled(found)["Referral note"] == "Ok"


def test_a_woman_is_one_in_scandinavian_too() -> None:
    found = read("ADT^A08")
    assert isinstance(found, PatientChange)
    assert with_pid("PID|1||71^^^ZEED^PI||Giessen^J||19600101|K").patient.sex == "F"


@pytest.mark.parametrize("others", ["111^^^ODUL^PI~71^^^ZEED^PI", "71^^^ZEED^PI~111^^^ODUL^PI", "111^^^ODUL^PI~71^^^Zeed^MR"])
@pytest.mark.parametrize("kind", ["REF^I12", "ADT^A08", "ORU^R01", "ADT^A40", "SIU^S12"])
def test_of_the_numbers_of_several_hospitals_that_of_the_sender_is_its_own(kind: str, others: str) -> None:
    header = f"MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||{kind}|M1|P|2.5"
    message = [header, f"PID|1||{others}||Giessen^J||19600101|F", "MRG|72^^^ZEED^PI" if "A40" in kind else "SCH|1|1", ""]
    found = Hl7Reader().read("\r".join(message).encode(), "generic-v2")
    patient = found.merged[0].patient if isinstance(found, PatientMerge) else found.patient  # type: ignore[union-attr]
    assert (patient.local_number, [number for _, number in patient.other_numbers]) == ("71", ["111"])


def test_questions_that_are_numbered_are_all_asked() -> None:
    found = referral("OBX|1|TX|V1^Vraag 1||Re-excisie nodig?||||||F", "OBX|2|TX|V2^Vraag 2:||SWK zinvol?||||||F")
    assert found.question_board == "Re-excisie nodig?\nSWK zinvol?"


def test_who_wrote_a_document_may_stand_a_field_behind_his_own() -> None:
    text = "OBX|1|TX|SP^Specialist Letter^LN||Dank voor uw verwijzing.||||||F"
    told = read("MDM^T02", "TXA|1|SP^Specialist Letter|TX|20240830||0489012G^LEE^MICHAEL^^^DR||||||DOC89012||||||AU", text)
    assert labelled(told)["Specialist Letter"] == "Dank voor uw verwijzing.\ndoor: DR MICHAEL LEE"
    asked = read("MDM^T02", "TXA|1|AANM^Aanmelding MDO|TX|20260302||55^Wit^A||||||D9", text)
    assert isinstance(asked, IncomingReferral)
    assert (asked.referrer.name, asked.referrer.number, asked.number) == ("A Wit", "55", "D9")
    assert not labelled(read("MDM^T02", "TXA|1|SP^Brief|TX|20240830||20240831||||||D8", text))["Specialist Letter (Brief)"].count(
        "door"
    )


def test_a_feed_that_has_the_bsn_where_numbers_stood_before_is_about_that_patient() -> None:
    header = "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||ADT^A08|M1|P|2.5"
    raw = f"{header}\rPID|1|999911120^^^NLMINBIZA^NNNLD|71^^^ZEED^PI||Giessen^J\r".encode()
    assert ("NLMINBIZA", "999911120") in read_header(raw).patient_numbers
    assert len(read_header(raw.replace(b"NLMINBIZA^NNNLD", b"OUD")).patient_numbers) == 1
