"""What is asked, of which board and by whom, where a referral says it beside its place or in one field as words."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingReferral

from .few_lines import labelled, read, referral
from .retyped import refers, with_pid

REPORT = "OBR|1|L1|L1|LAB^Laboratorium|||20260220|||||||||||||||||LAB|F"
RESULT = "OBX|1|NM|CEA^CEA||44|ug/L|<5|H|||F"


def only(*lines: str) -> IncomingReferral:
    found = read("REF^I12", *lines)
    assert isinstance(found, IncomingReferral)
    return found


def test_a_report_that_a_referral_rests_on_is_no_board() -> None:
    assert only("RF1||R||||VW9||||^Opereren?", REPORT, RESULT).board_hint == ""
    assert only("RF1||R|GE^Maag-darm-lever||||VW9", REPORT, RESULT).board_hint == "Maag-darm-lever"
    assert only("RF1||R||||VW9", "OBR|1|A1||URO^Uro-prostaat|||20260220").board_hint == "Uro-prostaat"


def test_why_somebody_comes_is_no_board_and_asks_where_nothing_else_does() -> None:
    why = "PV2|||^Verdenking melanoommetastase, graag advies over PET?"
    found = only("RF1||R||||VW9", why)
    assert (found.board_hint, found.question_board) == ("", "Verdenking melanoommetastase, graag advies over PET?")
    assert "Reden van opname of bezoek" not in labelled(found)
    beside = only("RF1||R||||VW9||||^Opereren?", why)
    assert beside.question_board == "Opereren?"
    assert "Reden van opname of bezoek" in labelled(beside)
    assert only("RF1||R||||VW9", "PV2|||^MDO Huid").board_hint == "MDO Huid"


@pytest.mark.parametrize("heading", ["Reden voor verwijzing", "Verwijsreden", "Reden aanmelding"])
def test_dutch_words_for_why_somebody_is_referred_head_the_question(heading: str) -> None:
    assert referral("DG1|1||C18.9^Coloncarcinoom^I10", f"NTE|1||{heading}: resectabel?").question_board == "resectabel?"


DOCTOR = "Dr. P. de Jong, MDL-arts"


@pytest.mark.parametrize(
    "lines",
    [
        (f"ORC|NW|A1||||||||||{DOCTOR}", "OBR|1|A1||MDO^MDO"),
        ("ORC|NW|A1", f"OBR|1|A1||MDO^MDO||||||||||||{DOCTOR}"),
        (f"PV1|1|O||||||{DOCTOR}", "ORC|NW|A1", "OBR|1|A1||MDO^MDO"),
    ],
)
def test_a_doctor_in_one_component_has_a_name_and_no_number(lines: tuple[str, ...]) -> None:
    found = read("ORM^O01", *lines)
    assert isinstance(found, IncomingReferral)
    assert (found.referrer.name, found.referrer.number) == (DOCTOR, "")


def test_a_number_alone_stays_one() -> None:
    assert with_pid("PID|1||71^^^ZEED^PI||Giessen^J", "ORC|NW|A1||||||||||01012345").referrer.number == "01012345"


def test_a_diagnosis_where_the_judge_stands_is_nobody() -> None:
    found = read("ORM^O01", "ORC|NW|A1", "OBR|1|A1||MDO^MDO GE" + "|" * 28 + "C18.9^Maligne neoplasma colon^ICD-10")
    assert "beoordeeld door" not in labelled(found)["Aangevraagd"]
    assert labelled(found)["Reden van onderzoek"] == "Maligne neoplasma colon"


@pytest.mark.parametrize("words", ["Ontvanger", "Geadresseerde", "verwezen naar"])
def test_who_is_asked_may_have_his_role_in_words(words: str) -> None:
    found = refers(f"PRD|03^{words}|||||||||MDO Huid")
    assert found.board_hint == "MDO Huid"
    assert not [one for one in found.unmapped if one.startswith("PRD")]


@pytest.mark.parametrize("said", ["3456789T", "03012345^^VEKTIS", "03012345^VEKTIS"])
def test_the_number_of_who_refers_may_stand_where_his_days_do(said: str) -> None:
    assert refers(f"PRD|RP|Wit^A||||||{said}").referrer.number == said.partition("^")[0]
    assert refers(f"PRD|RP|Wit^A|||||01234567^VEKTIS|{said}").referrer.number == "01234567"
    assert refers("PRD|RP|Wit^A||||||20260101").referrer.number == ""


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("01088888^de Vries^K^^^dr.", "dr. K de Vries"),
        ("01088888^dr. K. de Vries, chirurg", "dr. K. de Vries, chirurg"),
        ("12^Chirurgie^Bed", ""),
        ("POLI^^^ZEED", ""),
    ],
)
def test_who_refers_may_stand_where_the_place_of_the_writer_does(said: str, name: str) -> None:
    found = read("ORM^O01", f"ORC|NW|A1|||||||||||{said}", "OBR|1|A1||MDO^MDO")
    assert isinstance(found, IncomingReferral)
    assert found.referrer.name == name
