"""What refers, asks and takes back: who asks, what is the question, and what is none."""

from __future__ import annotations

from datetime import date

import pytest

from integrations.hl7v2.explain import Hl7Explainer
from integrations.hl7v2.reader import Hl7Reader
from mdo_portal.exchange import IncomingReferral, IncomingResult, profile_of_link

from . import samples
from .few_lines import labelled, read, referral, result

ARQ = "ARQ|PL-1^ZD|F-1^MDO||||{why}|MDO^MDO long^L||||202603201300^202603201500"


@pytest.mark.parametrize("event", ["S02", "S03"])
def test_a_request_that_changes_is_the_request_anew(event: str) -> None:
    found = read(f"SRM^{event}", ARQ.format(why="Kan later"), "RGS|1", "AIS|1||MDOL^MDO long^L")
    assert isinstance(found, IncomingReferral)
    assert (found.number, found.board_hint, found.cancelled) == ("PL-1", "MDO long", False)


@pytest.mark.parametrize("event", ["S04", "S05", "S06"])
def test_a_request_that_is_taken_back_takes_the_referral_back_and_says_why(event: str) -> None:
    found = read(f"SRM^{event}", ARQ.format(why="OVL^Patiënt overleden"), "RGS|1")
    assert isinstance(found, IncomingReferral)
    assert (found.number, found.cancelled, found.cancel_reason) == ("PL-1", True, "Patiënt overleden")


@pytest.mark.parametrize(("kind", "cancelled"), [("CCR^I16", False), ("CCR^I17", False), ("CCR^I18", True)])
def test_a_referral_in_the_form_of_collaborative_care_is_one(kind: str, cancelled: bool) -> None:
    """HL7 v2.6 chapter 11: CCR carries what REF did."""
    found = read(kind, "RF1|A|U|||||VW-9^HIX|||VR^Resectabel?", "PRD|RP|Snijder^A", "PRD|RT|MDO long")
    assert isinstance(found, IncomingReferral)
    assert (found.board_hint, found.cancelled) == ("MDO long", cancelled)


def test_numbers_with_blanks_around_them_are_the_same_numbers() -> None:
    found = read("MDM^T10", "TXA|1|PA^Verslag|FT|20260310|||||||| D-2 |  D-1", "OBX|1|FT|C^Tekst||pT2||||||C")
    assert isinstance(found, IncomingResult)
    assert {(one.reference, one.replaces) for one in found.documents} == {("D-2", "D-1")}
    asked = read("REF^I12", "RF1||R|||||V1", "PRD|RP|Snijder^A|||||  01004567 ^VEKTIS", "PRD|RT|MDO long")
    assert isinstance(asked, IncomingReferral)
    assert asked.referrer.number == "01004567"


def test_who_orders_may_stand_in_a_segment_of_its_own() -> None:
    """PRT (v2.7): ORC-12 and OBR-16 are left out by who follows that version."""
    found = read(
        "OMG^O19", "ORC|NW|A1", "PRT|1|AD||OP^Ordering Provider^HL70912|01004567^Snijder^A^^^dr.^^^VEKTIS",
        "OBR|1|A1||MDO^MDO long^L", "PRT|2|AD||AT^Attending^HL70912|02^Behandelaar^B",
    )  # fmt: skip
    assert isinstance(found, IncomingReferral)
    assert (found.referrer.name, found.referrer.number) == ("dr. A Snijder", "01004567")
    assert found.treating.name == "B Behandelaar"


def test_a_birth_date_that_cannot_be_read_is_named_whatever_the_message_is() -> None:
    pid = "PID|1||71^^^ZEED^PI||Giessen^J||600101|F"
    for kind, line in (("ORU^R01", "OBR|1||F1|X^X"), ("ADT^A08", "EVN|A08"), ("SIU^S12", "SCH||F1")):
        raw = f"MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||{kind}|M1|P|2.5\r{pid}\r{line}\r".encode()
        assert "PID-7" in Hl7Reader().read(raw, "generic-v2").unmapped, kind  # type: ignore[union-attr]


def test_an_answer_on_urgency_or_the_last_useful_day_counts_where_no_field_says_it() -> None:
    found = referral("OBX|1|ST|URG^Urgentie^L||Spoed||||||F", "OBX|2|DT|LZD^Uiterlijk bespreken voor^L||20260401||||||F")
    assert (found.urgency, found.latest_useful_on) == ("urgent", date(2026, 4, 1))
    assert {"Urgentie", "Uiterlijk bespreken voor"} <= set(labelled(found))


@pytest.mark.parametrize("last", ["DG1|1||C34^Longca", "PV1|1|O", "AL1|1|DA|P^Penicilline"])
def test_the_note_that_closes_a_referral_is_its_question_where_nothing_else_is(last: str) -> None:
    """REF_I12 ends in notes on the whole; behind these segments its grammar has no others."""
    start = ("RF1||U|||||R1", "PRD|RT|MDO long")
    found = read("REF^I12", *start, last, "NTE|1||Operabel?", "NTE|2||Graag spoed")
    assert isinstance(found, IncomingReferral)
    assert found.question_board == "Operabel?\nGraag spoed"
    assert "Operabel?" not in [fact.text for fact in found.facts]
    asked = read("REF^I12", *start, "OBX|1|TX|V^Vraagstelling||Radicaal?||||||F", last, "NTE|1||Graag spoed")
    assert isinstance(asked, IncomingReferral)
    assert asked.question_board == "Radicaal?"
    assert "Graag spoed" in [fact.text for fact in asked.facts]
    ordered = referral(last, "NTE|1||slechthorend")
    assert ordered.question_board == ""


def test_a_code_for_why_patients_are_referred_is_no_question() -> None:
    """Tables 0336 (RF1-10) and 0276 (ARQ-6) say that somebody wanted it, not what is asked."""
    found = read("REF^I12", "RF1||R||||R1||||O^Provider ordered^HL70336", "PRD|RT|MDO long")
    assert isinstance(found, IncomingReferral)
    assert (found.question_board, labelled(found)) == ("", {"Reden van verwijzing": "Provider ordered"})
    made = read("SRM^S01", "ARQ|P1|||||ROUTINE^Routine^HL70276|MDO^MDO long", "NTE|1||Resectabel?")
    assert isinstance(made, IncomingReferral)
    assert made.question_board == "Resectabel?"
    own = read("REF^I12", "RF1||R||||R1||||V^Resectabel?^L", "PRD|RT|MDO long")
    assert isinstance(own, IncomingReferral) and own.question_board == "Resectabel?"


def test_what_has_no_digits_or_is_a_moment_is_no_telephone() -> None:
    found = read(
        "REF^I12", "RF1||R|||||R1", "PRD|PP|Huisman^H|||DOC203^Healy^Diarmuid^^^Dr.^MD", "PRD|RT|MDO long",
        "OBR|1|A1||REF^Referral|||||||||||||20260302121500",
    )  # fmt: skip
    assert isinstance(found, IncomingReferral)
    assert (found.gp.phone, found.referrer.phone) == ("", "")


def test_what_is_asked_for_may_be_a_code_alone() -> None:
    found = read("REF^I12", "RF1|A||320|||R1")
    assert isinstance(found, IncomingReferral) and found.board_hint == "320"


def test_notes_under_a_result_in_a_referral_are_no_question() -> None:
    """A REF carries the results it rests on, each an OBR with its notes; the question of an order that asks may stand in one as well."""
    results = ("OBR|1|||HP^H. pylori", "NTE|||Lab voor ulcus", "OBX|1|ST|P^Uitslag||positief||||||F")
    start = ("RF1||R||||R1", "PRD|RT|MDO long")
    found = read("REF^I12", *start, *results)
    assert isinstance(found, IncomingReferral)
    assert found.question_board == ""
    assert "Lab voor ulcus" in [fact.text for fact in found.facts]
    asked = read("REF^I12", *start, *results, "OBR|2|||MDO^Aanvraag MDO", "NTE|||Operabel?", "OBX|1|ST|Z^Zijde||links||||||F")
    assert isinstance(asked, IncomingReferral)
    assert asked.question_board == "Operabel?"
    assert {"Lab voor ulcus"} <= {fact.text for fact in asked.facts}


def test_blanks_are_no_words_and_no_number() -> None:
    line = ["OBR", "1", "", "F1", "X^Onderzoek"] + [""] * 8
    line[12] = " "
    assert labelled(result("|".join(line)))["Aangevraagd"] == "Onderzoek"
    found = read("ORM^O01", "PV1|1|O|||||   |||||||||| 77^Behandelaar^B", "ORC|NW|A1||G1", "OBR|1|A1||MDO^MDO oncologie^L")
    assert isinstance(found, IncomingReferral)
    assert (found.treating.name, found.treating.number) == ("B Behandelaar", "77")


def test_a_clinical_question_is_the_question() -> None:
    found = referral("OBX|1|TX|CLIN^Klinische vraag^L||Operabel?||||||F")
    assert found.question_board == "Operabel?"


@pytest.mark.parametrize(
    ("line", "urgency"),
    [
        ("RF1|P|OP^Poliklinisch^HL70336||ONC^Oncologie^L|UR^Urgent^HL70280", "urgent"),
        ("RF1|P|OP^Poliklinisch^HL70336", ""),
        ("RF1|P|U^Urgent^HL70280", "urgent"),
        ("RF1|P|2W^Binnen twee weken^L", "Binnen twee weken"),
        ("RF1|P|S", "asap"),
    ],
)
def test_a_priority_is_what_its_table_says_it_is_and_in_words(line: str, urgency: str) -> None:
    """One field too far, the kind of referral stood there as its urgency, and that it is urgent was lost."""
    found = read("REF^I12", line, "PRD|RP^^HL70286|Visser^H", "DG1|1||C50.9^Mammacarcinoom^ICD10")
    assert isinstance(found, IncomingReferral)
    assert found.urgency == urgency


def test_a_question_in_german_is_the_question() -> None:
    assert referral("OBX|1|ST|F^Fragestellung^L||Metastasen?||||||F").question_board == "Metastasen?"


def test_where_a_link_says_that_the_urgency_stands_goes_before_what_a_field_says_it_holds() -> None:
    own = profile_of_link("generic-v2", '[referral]\nurgency = ["ZMD-2", "RF1-2-1"]\n')
    raw = b"\r".join([*(one for one in samples.REFERRAL.split(b"\r") if one[:3] not in (b"RF1", b"ZPI", b"")),
                      b"RF1|P|OP^Poliklinisch^HL70336||ONC^Oncologie^L|R^Routine^HL70280|AANV-1", b"ZMD|1|spoed", b""])  # fmt: skip

    places = [
        next(one.place for one in Hl7Explainer().explain(raw, name).fields if one.name == "urgency")
        for name in (own, "generic-v2")
    ]

    assert places == ["ZMD-2", "RF1-5-1"]


@pytest.mark.parametrize(
    ("line", "called"),
    [("AIS|1|U|^consult oncoloog", "consult oncoloog"), ("AIS|1|U", "consult longarts")],
    ids=["AIS-3", "ARQ-7"],
)
def test_zorgdomein_says_in_a_request_for_an_appointment_what_is_asked(line: str, called: str) -> None:
    header = "MSH|^~\\&|ZorgDomein||||20260302121500||SRM^S01^SRM_S01|g1|P|2.4|||||NLD|UNICODE UTF-8"
    arq = "ARQ|ZD1|||||LONG^Longkanker^99zda|LO1^consult longarts^99zda|||||R|||01990001^Roos^P.^^^^^^VEKTIS"
    raw = "\r".join((header, arq, "PID|1||71^^^ZEED^PI||Giessen^J", "RGS|1|U", line, "")).encode()
    found = Hl7Reader().read(raw, "zorgdomein")
    assert isinstance(found, IncomingReferral)
    assert found.board_hint == called
    places = {one.name: one.place for one in Hl7Explainer().explain(raw, "zorgdomein").fields}
    assert places["referrer.name"].startswith("ARQ-15") and places["referrer.number"] == "ARQ-15-1"


@pytest.mark.parametrize(
    ("timing", "urgency"), [("^STAT", "asap"), ("^ROUTINE", "routine"), ("^Q8H", ""), ("1^STAT^^^^R", "routine")]
)
def test_an_urgency_where_the_interval_belongs_is_the_urgency(timing: str, urgency: str) -> None:
    """OBR-27: how often stands in its second component, and no code for how often is one of these words."""
    found = read("ORM^O01", "ORC|NW|A1", f"OBR|1|A1||MDO^MDO long^L{'|' * 23}{timing}")
    assert isinstance(found, IncomingReferral)
    assert found.urgency == urgency


@pytest.mark.parametrize(
    "behind",
    [
        "Longhaard, resectabel?",
        "^Longhaard, resectabel?",
        "X^Longhaard, resectabel?^L",
        "Graag bespreken of hij geopereerd kan worden",
    ],
)
def test_a_question_behind_such_a_code_is_asked(behind: str) -> None:
    found = read("REF^I12", f"RF1||R||||R1||||O^Provider ordered^HL70336~{behind}", "PRD|RT|MDO long")
    assert isinstance(found, IncomingReferral)
    assert found.question_board == next(one for one in behind.split("^") if " " in one)
    assert labelled(found) == {"Reden van verwijzing": "Provider ordered"}


@pytest.mark.parametrize(
    "behind",
    [
        "C34.1^Maligne neoplasma van bovenkwab, bronchus of long^I10",
        "C34^Longcarcinoom?^I10",
        "^Maligne neoplasma colon of rectum^I10",
    ],
)
def test_the_name_of_a_diagnosis_behind_such_a_code_asks_nothing(behind: str) -> None:
    """However long it is, or in doubt: what is asked in the notes was no question any more."""
    found = read("REF^I12", f"RF1||R||||R1||||R^Refer^HL70336~{behind}", "PRD|RT|MDO long", "NTE|1||Is resectie mogelijk?")
    order = f"OBR|1|A1||MDO^MDO long^L{'|' * 27}R^Refer^HL70336~{behind}"
    asked = read("ORM^O01", "ORC|NW|A1", order, "NTE|1||Is resectie mogelijk?")
    assert isinstance(found, IncomingReferral) and isinstance(asked, IncomingReferral)
    assert (found.question_board, asked.question_board) == ("Is resectie mogelijk?",) * 2
    assert labelled(found) == {"Reden van verwijzing": f"Refer\n{behind.split('^')[1]}"}


def test_and_so_is_one_behind_the_code_of_an_order() -> None:
    asked = referral().question_board
    found = read(
        "ORM^O01",
        "ORC|NW|A1",
        f"OBR|1|A1||MDO^MDO oncologie^L{'|' * 27}C50^Mammacarcinoom^I10~^Kan zij sparend geopereerd worden?",
    )
    assert isinstance(found, IncomingReferral)
    assert (asked, found.question_board) == ("", "Kan zij sparend geopereerd worden?")


@pytest.mark.parametrize("said", ["Graag advies over resectie", "Vraag: nog operabel?"])
def test_a_question_one_place_beyond_the_clinical_information_is_asked(said: str) -> None:
    found = read("ORM^O01", "ORC|NW|A1", f"OBR|1|A1||MDO^MDO oncologie^L||||||||||{said}")
    told = read("ORM^O01", "ORC|NW|A1", "OBR|1|A1||MDO^MDO oncologie^L||||||||||Man, 70 jaar")
    assert isinstance(found, IncomingReferral) and isinstance(told, IncomingReferral)
    assert (found.question_board, labelled(found).get("Klinische gegevens")) == (said.removeprefix("Vraag: "), None)
    assert (told.question_board, labelled(told)["Klinische gegevens"]) == ("", "Man, 70 jaar")
