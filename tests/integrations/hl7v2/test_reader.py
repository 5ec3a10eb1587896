"""What a message means: referrals and changes as the border knows them, and nothing dropped."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pybase64
import pytest

from integrations.hl7v2.reader import Hl7Reader
from integrations.hl7v2.text.values import sent
from mdo_portal.exchange import IncomingReferral, PatientChange, PatientMerge, Section, Unreadable

from .samples import ADT, MERGE, PATIENT, PDF, PDF_TEXT, REFERRAL

HEADER = "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||ORM^O01|M9|P|2.5||||||UNICODE UTF-8\r"
PID = "PID|1||999911120^^^NLMINBIZA^NNNLD||Putten^J||19600101|F\r"


def referral(raw: bytes, profile: str = "generic-v2") -> IncomingReferral:
    read = Hl7Reader().read(raw, profile)
    assert isinstance(read, IncomingReferral)
    return read


def with_observations(*lines: str) -> IncomingReferral:
    return referral((HEADER + PID + "\r".join(lines)).encode())


def test_a_referral_says_who_asks_whom_what_about_whom() -> None:
    read = referral(REFERRAL)
    assert read.patient == PATIENT
    assert (read.number, read.board_hint, read.tumour_hint) == ("VW-2026-17", "MDO Uro-prostaat", "Prostaatcarcinoom")
    assert read.question_board == "Operatie of bestraling?\nGraag ook over & trial."
    assert read.question_pathology == "Revisie biopt?"
    assert read.urgency == "urgent"
    assert (read.referrer.name, read.referrer.number, read.referrer.authority) == ("A. de Wit", "01234567", "VEKTIS")
    assert (read.gp.name, read.gp.organisation) == ("M.A. Blank", "Huisartsenpraktijk Duinzicht")
    assert read.sent_at is not None
    assert read.sent_at.isoformat() == "2026-03-02T12:15:00+01:00"


def test_every_observation_is_a_fact_in_its_section_with_its_date() -> None:
    facts = {fact.label: fact for fact in referral(REFERRAL).facts}
    assert (facts["PSA"].section, facts["PSA"].text, facts["PSA"].dated_on) == (
        Section.MARKER,
        "12.4 ug/L (0-4, H)",
        date(2026, 2, 15),
    )
    assert (facts["WHO-performancestatus"].section, facts["WHO-performancestatus"].text) == (Section.CONDITION, "WHO 1")
    assert (facts["Diagnose"].section, facts["Diagnose"].code, facts["Diagnose"].dated_on) == (
        Section.DIAGNOSIS,
        "C61",
        date(2026, 2, 10),
    )
    assert facts["Iets onbekends"].text == "blijft staan"
    assert facts["Iets onbekends"].dated_on == date(2026, 2, 20)
    assert "Vraagstelling" not in facts


def test_the_letter_is_a_document_under_its_file_name() -> None:
    (letter,) = referral(REFERRAL).documents
    assert (letter.title, letter.media_type, letter.kind, letter.content) == (
        "verwijsbrief.pdf",
        "application/pdf",
        "referral letter",
        PDF,
    )


def test_what_the_profile_does_not_place_is_named() -> None:
    assert referral(REFERRAL).unmapped == ("ZPI",)


def test_what_could_have_been_the_question_becomes_a_fact() -> None:
    read = with_observations(
        "OBR|1|||X^Y|||||||||Bekend met COPD||||||||||||||||||^Staging", "NTE|1||Let op", "OBR|2|||X^Z|||||||||Nog iets"
    )
    assert read.question_board == "Staging"
    assert [(fact.label, fact.text) for fact in read.facts if fact.label != "Aangevraagd"] == [
        ("Klinische gegevens", "Bekend met COPD"),
        ("", "Let op"),
        ("Klinische gegevens", "Nog iets"),
    ]


def test_a_pdf_that_is_none_is_still_a_document_with_its_bytes() -> None:
    (document,) = with_observations("OBX|1|ED|X||^application^pdf^Base64^aGVsbG8=").documents
    assert (document.media_type, document.content) == ("application/pdf", b"hello")


def test_broken_base64_is_kept_as_text_for_a_person() -> None:
    read = with_observations("OBX|1|ED|X^Brief||^application^pdf^Base64^%%%geen base64%%%")
    assert [(d.media_type, d.kind, d.content) for d in read.documents] == [("text/plain", "unreadable", b"%%%geen base64%%%")]
    assert read.quarantined == ("OBX/broken",)


@pytest.mark.parametrize("line_end", ["\r", "\\.br\\", "\\X0D\\\\X0A\\", " "])
def test_base64_in_lines_is_put_together(line_end: str) -> None:
    wrapped = line_end.join(PDF_TEXT[at : at + 76] for at in range(0, len(PDF_TEXT), 76))
    (document,) = with_observations(f"OBX|1|ED|X||^application^pdf^Base64^{wrapped}||||||F").documents
    assert document.content == PDF


def test_a_note_at_a_document_that_is_no_file_name_is_something_to_read() -> None:
    read = with_observations(
        "OBX|1|ED|X^Brief||^application^pdf^Base64^aGVsbG8=", "NTE|1||Graag vandaag lezen", "NTE|2||brief.pdf"
    )
    assert [document.title for document in read.documents] == ["brief.pdf"]
    assert [fact.text for fact in read.facts] == ["Graag vandaag lezen"]


def test_a_large_document_arrives_whole() -> None:
    content = PDF * 500
    (document,) = with_observations(
        f"OBX|1|ED|X||^application^pdf^Base64^{pybase64.b64encode(content).decode()}||||||F"
    ).documents
    assert document.content == content


def test_a_loose_line_belongs_to_the_text_before_it() -> None:
    (fact,) = with_observations("OBX|1|TX|A^Anamnese||eerste regel", "tweede regel").facts
    assert fact.text == "eerste regel\ntweede regel"


def test_the_order_of_numbers_does_not_matter() -> None:
    swapped = REFERRAL.replace(
        b"12345^^^ZEED^PI~999911120^^^NLMINBIZA^NNNLD", b"999911120^^^&2.16.840.1.113883.2.4.6.3&ISO~77^^^OUD^AN~12345^^^ZEED^PI"
    )
    patient = referral(swapped).patient
    assert (patient.bsn, patient.local_number, patient.local_authority) == ("999911120", "12345", "ZEED")
    assert patient.other_numbers == (("OUD", "77"),)


@pytest.mark.parametrize("birth", ["1960", "196013", "19601399", "onbekend", "", "00000000"])
def test_half_a_birth_date_is_no_birth_date(birth: str) -> None:
    assert referral(REFERRAL.replace(b"|19600101|", f"|{birth}|".encode())).patient.birth_on is None


@pytest.mark.parametrize(("sent", "sex"), [("M", "M"), ("V", "F"), ("O", "X"), ("U", ""), ("", "")])
def test_sex_is_as_sent_in_our_letters(sent: str, sex: str) -> None:
    assert referral(REFERRAL.replace(b"|19600101|F", f"|19600101|{sent}".encode())).patient.sex == sex


def test_a_given_name_is_no_set_of_initials() -> None:
    assert referral(REFERRAL.replace(b"^J^P^^^^L", b"^Jan^Piet^^^^L")).patient.name.given == "Jan Piet"


def test_an_update_of_particulars_is_a_change_and_no_case() -> None:
    read = Hl7Reader().read(ADT, "hix")
    assert isinstance(read, PatientChange)
    assert (read.event, read.patient, read.unmapped) == ("A08", PATIENT, ("PV1",))


def test_a_merge_names_the_numbers_that_are_now_the_same_patient() -> None:
    read = Hl7Reader().read(MERGE, "hix")
    assert isinstance(read, PatientMerge)
    (one,) = read.merged
    assert (read.event, one.patient, one.previous) == ("A40", PATIENT, (("ZEED", "54321"), ("OUD", "11111")))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"hello", "no_header"),
        (b"MSH|^^^^|A\r", "hostile_delimiters"),
        (REFERRAL.replace(b"REF^I12", b"ZZZ^Z99"), "unknown_kind"),
        (HEADER.encode() + b"OBX|1|ST|A||x\r", "no_patient"),
        (HEADER.encode() + b"PID|1||^^^NLMINBIZA^NNNLD||\r", "no_patient"),
        (MERGE.replace(b"MRG|", b"ZRG|"), "broken"),
        (REFERRAL + REFERRAL, "broken"),
        (REFERRAL + b"PID|2||999900006^^^NLMINBIZA||Ander^A\r", "broken"),
        (b"MSH|^~\\&|A\rPID|\x81\xff\r", "undecodable"),
    ],
)
def test_what_we_do_not_understand_has_a_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as trouble:
        Hl7Reader().read(raw, "generic-v2")
    assert trouble.value.reason == reason


@pytest.mark.parametrize(
    ("told", "utc"),
    [
        ("20261025015959", datetime(2026, 10, 24, 23, 59, 59, tzinfo=UTC)),
        ("20261025020500", None),
        ("20261025020500+0100", datetime(2026, 10, 25, 1, 5, tzinfo=UTC)),
        ("20261025030000", datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
        ("20260329023000", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_message_of_the_hour_that_comes_twice_says_not_when_it_was_sent(told: str, utc: datetime | None) -> None:
    """Else a correction of 02:05 in winter time is older than the result of 02:10 in summer time, and lost from it."""
    found = sent(told, ZoneInfo("Europe/Amsterdam"))

    assert (found and found.astimezone(UTC)) == utc
