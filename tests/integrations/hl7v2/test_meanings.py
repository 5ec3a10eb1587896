"""One readable test per kind of message: what it means at the border, and what is named as not placed."""

from __future__ import annotations

from datetime import date

import pybase64
import pytest

from integrations.hl7v2.reader import Hl7Reader
from mdo_portal.exchange import (
    Incoming,
    IncomingAppointment,
    IncomingReferral,
    IncomingResult,
    PatientChange,
    PatientLink,
    PatientMerge,
    Unreadable,
)

PID = "PID|1||12345^^^ZEED^PI~999911120^^^NLMINBIZA^NNNLD||Putten&van&Putten^J^P^^^^L||19600101|F"
PDF = pybase64.b64encode(b"%PDF-1.7 invented").decode()


def message(kind: str, *lines: str, sent: str = "20260302121500+0100") -> bytes:
    head = f"MSH|^~\\&|HIX|ZEED|MDO|NET|{sent}||{kind}|M1|P|2.5||||||UNICODE UTF-8"
    return "".join(f"{line}\r" for line in (head, *lines)).encode()


def read(kind: str, *lines: str, profile: str = "generic-v2") -> Incoming:
    return Hl7Reader().read(message(kind, *lines), profile)


def result(kind: str, *lines: str) -> IncomingResult:
    found = read(kind, *lines)
    assert isinstance(found, IncomingResult)
    return found


def appointment(event: str, *lines: str) -> IncomingAppointment:
    found = read(f"SIU^{event}", "SCH|P1|F9||||CONTROLE^Controle|CONS^Consult|||15|min^minuten||||||", PID, *lines)
    assert isinstance(found, IncomingAppointment)
    return found


# Results


def test_a_result_has_the_senders_own_name_and_day() -> None:
    found = result(
        "ORU^R01", PID, "ORC|RE|P7", "OBR|1|P7|F7|PSA^PSA|||20260301", "OBX|1|NM|2857-1^PSA^LN||12.4|ug/L|0-4|H|||F", "ZLB|x"
    )
    (fact,) = [one for one in found.facts if one.label == "PSA"]
    assert (fact.key, fact.status, fact.dated_on) == ("F7/PSA/2857-1/", "", date(2026, 3, 1))
    assert (found.event, found.patient.local_number, found.unmapped) == ("R01", "12345", ("ZLB",))


@pytest.mark.parametrize(
    ("obx", "obr", "status"),
    [("F", "", ""), ("P", "", "preliminary"), ("C", "F", "corrected"), ("", "C", "corrected"), ("D", "", "withdrawn"),
     ("W", "", "withdrawn"), ("X", "", "unobtainable")],
)  # fmt: skip
def test_what_the_sender_says_of_a_result_is_kept_as_said(obx: str, obr: str, status: str) -> None:
    order = f"OBR|1|P7|F7|PSA{'|' * 21}{obr}"
    found = result("ORU^R01", PID, order, f"OBX|1|NM|2857-1^PSA^LN||12.4||||||{obx}")
    assert {one.status for one in found.facts if one.label == "PSA"} == {status}


def test_an_order_that_is_taken_back_whole_names_what_goes() -> None:
    assert result("ORU^R01", PID, f"OBR|1|P7|F7|PSA{'|' * 21}D").withdrawn == ("F7/PSA",)


def test_a_result_with_two_values_of_one_name_keeps_them_apart() -> None:
    found = result("ORU^R01", PID, "OBR|1|P7|F7|X", "OBX|1|ST|A^Kleur||rood", "OBX|2|ST|A^Kleur||blauw")
    assert [one.key for one in found.facts if one.label == "Kleur"] == ["F7/X/A/", "F7/X/A/#2"]


def test_an_oru_that_is_the_referral_letter_is_a_referral() -> None:
    letter = f"OBX|1|ED|57133-1^Verwijsbrief^LN||^application^pdf^Base64^{PDF}||||||F"
    assert isinstance(read("ORU^R01", PID, "OBR|1|VW1||MDO^MDO", letter), IncomingReferral)


def test_whatever_zorgdomein_sends_is_a_referral() -> None:
    found = read("ORU^R01", PID, f"OBX|1|ED|X^Bijlage||^application^pdf^Base64^{PDF}", profile="zorgdomein")
    assert isinstance(found, IncomingReferral)


# Documents


def txa(number: str, *, parent: str = "", status: str = "LA", available: str = "AV") -> str:
    return f"TXA|1|CN^Brief|AP|20260301||||||||{number}|{parent}|||brief.pdf|{status}||{available}"


def content() -> str:
    return f"OBX|1|ED|X^Brief||^application^pdf^Base64^{PDF}||||||F"


def test_a_document_has_its_number_and_its_content() -> None:
    (one,) = result("MDM^T02", "EVN|T02", PID, "PV1|1|O", txa("D1"), content()).documents
    assert (one.reference, one.replaces, one.status, one.content) == ("D1", "", "", b"%PDF-1.7 invented")


def test_a_replacement_names_what_it_replaces_and_an_addendum_stands_beside() -> None:
    (new,) = result("MDM^T10", PID, txa("D2", parent="D1"), content()).documents
    (beside,) = result("MDM^T06", PID, txa("D3", parent="D1"), content()).documents
    assert (new.reference, new.replaces) == ("D2", "D1")
    assert (beside.reference, beside.replaces) == ("D3", "")


@pytest.mark.parametrize(
    ("event", "line", "status"),
    [("T01", txa("D1"), ""), ("T03", txa("D1", status="PA"), "preliminary"), ("T03", txa("D1", available="CA"), "withdrawn"),
     ("T11", txa("D1"), "withdrawn")],
)  # fmt: skip
def test_a_notification_without_content_says_what_became_of_the_document(event: str, line: str, status: str) -> None:
    (one,) = result(f"MDM^{event}", PID, line).documents
    assert (one.reference, one.content, one.status, one.title) == ("D1", b"", status, "brief.pdf")


# Referrals


@pytest.mark.parametrize("kind", ["REF^I12", "REF^I13", "ORM^O01", "OMG^O19", "OML^O21", "SRM^S01"])
def test_kinds_that_ask_for_a_discussion(kind: str) -> None:
    lines = ("RF1|P||MDO|||VW7",) if kind.startswith("REF") else ("ARQ|VW7",) if kind.startswith("SRM") else ("ORC|NW|VW7",)
    found = read(kind, PID, *lines)
    assert isinstance(found, IncomingReferral)
    assert (found.number, found.cancelled) == ("VW7", False)


def test_a_referral_that_is_taken_back() -> None:
    for found in (read("REF^I14", "RF1|C||MDO|||VW7", PID), read("ORM^O01", PID, "ORC|CA|VW7", "OBR|1|VW7")):
        assert isinstance(found, IncomingReferral)
        assert (found.number, found.cancelled) == ("VW7", True)


def test_one_line_of_an_order_that_is_withdrawn_leaves_the_rest() -> None:
    found = read("ORM^O01", PID, "ORC|CA|VW7", "OBR|1|VW7", "ORC|NW|VW7", "OBR|2|VW7")
    assert isinstance(found, IncomingReferral)
    assert not found.cancelled


BOARD, SCAN = "OBR|1|P1||MDO^Uro-prostaat", "OBR|2|P2||CT^CT thorax"


@pytest.mark.parametrize(
    ("lines", "taken_back"),
    [
        (["ORC|CA|P1||G9", BOARD], ("G9", True)),
        (["ORC|CA|P2||G9", SCAN, "ORC|CA|P1||G9", BOARD], ("G9", True)),
        (["ORC|NW|P2||G9", SCAN, "ORC|CA|P1||G9", BOARD], ("G9", True)),
        (["ORC|CA|||G9"], ("G9", True)),
        (["ORC|CA|P2||G9", SCAN], ("P2", True)),
        (["ORC|CA|P2||G9"], ("P2", True)),
        (["ORC|CA|P2||G9", SCAN, "ORC|NW|P1||G9", BOARD], ("G9", False)),
        (["ORC|CA|P1||G9", BOARD, "ORC|NW|P3||G9", BOARD], ("G9", False)),
    ],
)
def test_an_order_that_is_taken_back_takes_its_group_along_only_when_it_asked_the_board(
    lines: list[str], taken_back: tuple[str, bool]
) -> None:
    found = read("ORM^O01", PID, *lines)
    assert isinstance(found, IncomingReferral)
    assert (found.number, found.cancelled) == taken_back


def test_the_number_of_a_zorgdomein_referral_is_no_number_of_the_patient() -> None:
    pid = "PID|1||999911120^^^NLMINBIZA^NNNLD~ZD123^^^ZorgDomein^VN||Putten^J||19600101|F"
    found = read("ORM^O01", pid, profile="zorgdomein")
    assert isinstance(found, IncomingReferral)
    assert (found.patient.local_number, found.patient.bsn, found.number) == ("", "999911120", "ZD123")


# Patient feed


@pytest.mark.parametrize("event", ["A01", "A02", "A03", "A04", "A05", "A06", "A07", "A08", "A11", "A13", "A28", "A31", "A38"])
def test_a_feed_message_is_a_change(event: str) -> None:
    found = read(f"ADT^{event}", f"EVN|{event}", PID, "PV1|1|O", "NK1|1|x", "//junk")
    assert isinstance(found, PatientChange)
    assert (found.event, found.unmapped) == (event, ("PV1", "NK1", "?"))


@pytest.mark.parametrize(("field", "deceased", "alive"), [("Y", True, False), ("N", False, True), ("", False, False)])
def test_death_is_told_and_taken_back_in_words(field: str, deceased: bool, alive: bool) -> None:
    found = read("ADT^A08", f"{PID}{'|' * 22}{field}")
    assert isinstance(found, PatientChange)
    assert (found.patient.deceased, found.patient.alive) == (deceased, alive)


@pytest.mark.parametrize("event", ["A18", "A34", "A36", "A39", "A40", "A47"])
def test_a_merge_says_who_goes_on_and_which_numbers_go(event: str) -> None:
    found = read(f"ADT^{event}", PID, "MRG|54321^^^ZEED^PI~999900006^^^NLMINBIZA^NNNLD")
    assert isinstance(found, PatientMerge)
    (one,) = found.merged
    assert (one.patient.local_number, one.previous, one.previous_bsn) == ("12345", (("ZEED", "54321"),), "999900006")


def test_a_merge_may_name_nothing_of_before_but_a_bsn() -> None:
    found = read("ADT^A40", PID, "MRG|999900006^^^NLMINBIZA^NNNLD")
    assert isinstance(found, PatientMerge)
    assert [(one.previous, one.previous_bsn) for one in found.merged] == [((), "999900006")]


def test_several_merges_in_one_message_stay_apart() -> None:
    found = read("ADT^A40", PID, "MRG|1^^^ZEED^PI", PID.replace("12345", "777"), "MRG|2^^^ZEED^PI")
    assert isinstance(found, PatientMerge)
    assert [(one.patient.local_number, one.previous[0][1]) for one in found.merged] == [("12345", "1"), ("777", "2")]


def test_numbers_of_an_account_are_no_merge() -> None:
    assert isinstance(read("ADT^A41", PID, "MRG|1^^^ZEED^AN"), PatientChange)


@pytest.mark.parametrize(("event", "linked"), [("A24", True), ("A37", False)])
def test_a_link_has_two_patients(event: str, linked: bool) -> None:
    found = read(f"ADT^{event}", PID, PID.replace("12345", "777"))
    assert isinstance(found, PatientLink)
    assert ([one.local_number for one in found.patients], found.linked) == (["12345", "777"], linked)


def test_a_link_with_one_patient_is_broken() -> None:
    with pytest.raises(Unreadable, match="broken"):
        read("ADT^A24", PID)


# Appointments


@pytest.mark.parametrize(
    ("event", "state"),
    [("S12", "booked"), ("S13", "booked"), ("S14", "booked"), ("S15", "cancelled"), ("S16", "cancelled"), ("S17", "deleted"),
     ("S18", "booked"), ("S20", "booked"), ("S26", "no_show")],
)  # fmt: skip
def test_the_event_says_what_became_of_an_appointment(event: str, state: str) -> None:
    assert appointment(event).state == state


def test_an_appointment_has_number_time_place_and_people() -> None:
    found = appointment(
        "S12", "RGS|1", "AIS|1||MRI^MRI bekken|202603041030|||15|min", "AIL|1||POLI 3^Kamer 2", "AIP|1||01234567^Wit^A."
    )
    assert (found.number, found.other_numbers) == ("F9", ("P1",))
    assert found.starts_at is not None
    assert found.ends_at is not None
    assert found.starts_at.isoformat() == "2026-03-04T10:30:00+01:00"
    assert (found.ends_at - found.starts_at).total_seconds() == 900
    assert (found.service, found.place, found.with_whom, found.unmapped) == ("MRI bekken", "POLI 3, Kamer 2", "A. Wit", ())


def test_the_fillers_status_counts_when_the_event_says_nothing() -> None:
    sch = f"SCH|P1|F9{'|' * 23}Cancelled"
    found = read("SIU^S14", sch, PID)
    assert isinstance(found, IncomingAppointment)
    assert found.state == "cancelled"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("ST", PDF),
        ("TX", PDF),
        ("", PDF),
        ("ED", PDF),
        ("ED", f"application^pdf^Base64^{PDF}"),
        ("ED", f"^^^^{PDF}"),
        ("ED", f"^application/pdf^^Base64^{PDF}"),
        ("ED", f"^application^pdf^Base64^data:application/pdf;base64,{PDF}"),
    ],
)
def test_a_pdf_is_a_document_wherever_it_stands_in_its_observation(kind: str, value: str) -> None:
    (document,) = result("ORU^R01", PID, "OBR|1|P7|F7|PA^Pathologie", f"OBX|1|{kind}|PDF^Verslag||{value}||||||F").documents
    assert (document.title, document.media_type, document.content) == ("Verslag", "application/pdf", b"%PDF-1.7 invented")
