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


LETTER = "OBX|1|FT|B^Verwijsbrief^L||Anamnese: hoest\\.br\\Vraagstelling: {}\\.br\\Medicatie: geen||||||F"


@pytest.mark.parametrize(
    "asked",
    [
        ("Wat is de beste behandeling?", "Keuze tussen: SABR of lobectomie"),
        ("Opereren?", "NB: patient weigert bloedproducten", "Alternatief: endocriene therapie"),
        ("Opties:", "Optie 1: SABR", "Optie 2: afwachten"),
    ],
)
def test_a_question_goes_on_with_what_it_chooses_between(asked: tuple[str, ...]) -> None:
    assert referral(LETTER.format("\\.br\\".join(asked))).question_board == "\n".join(asked)


def test_a_question_ends_where_another_paragraph_begins() -> None:
    assert referral(LETTER.format("Opereren?\\.br\\Voorstel eigen team: SABR")).question_board == "Opereren?"


def test_the_words_that_were_really_written_ask_before_those_of_the_code() -> None:
    assert only("RF1||R||||VW9||||183856001^Verwijzing^SCT^^^^^^Is HIPEC zinvol?").question_board == "Is HIPEC zinvol?"
    assert only("RF1||R||||VW9||||^^^^^^^^Is HIPEC zinvol?").question_board == "Is HIPEC zinvol?"
    order = read("ORM^O01", "ORC|NW|A1", f"OBR|1|A1||MDO^MDO long{'|' * 27}183856001^Bespreking^SCT^^^^^^SABR mogelijk?")
    assert isinstance(order, IncomingReferral)
    assert order.question_board == "SABR mogelijk?"


@pytest.mark.parametrize("before", ["PRT|1|UC||RT^Result to|5^Wit^J", "TQ1|1||||||20260310", "DG1|1||C34^Longcarcinoom^I10"])
def test_a_note_that_asks_behind_what_belongs_to_the_only_order_is_the_question(before: str) -> None:
    assert referral(before, "NTE|1||Resectie of biopt?").question_board == "Resectie of biopt?"
    found = referral(before, "NTE|1||Contrastallergie.")
    assert found.question_board == ""
    assert "Contrastallergie." in {fact.text for fact in found.facts}


def test_of_several_orders_such_a_note_asks_nobody() -> None:
    found = referral("ORC|NW|A2", "OBR|2|A2||CT^CT thorax", "DG1|1||C34^Longcarcinoom^I10", "NTE|1||Metastasen?")
    assert found.question_board == ""
    assert "Metastasen?" in {fact.text for fact in found.facts}


def test_a_note_behind_the_service_that_is_requested_is_the_question() -> None:
    found = read("SRM^S01", "ARQ|A1||||||MDO^MDO-bespreking", "RGS|1|A", "AIS|1|A|MDOBB^MDO bovenbuik^L", "NTE|1||Operabel")
    assert isinstance(found, IncomingReferral)
    assert found.question_board == "Operabel"
    assert "Operabel" not in {fact.text for fact in found.facts}


@pytest.mark.parametrize(
    "name", ["Eerdere vraagstelling", "Vorige vraag aan MDO", "Datum vraagstelling", "Antwoord op vraagstelling"]
)
def test_what_was_asked_before_when_and_what_was_answered_is_not_asked(name: str) -> None:
    found = referral(f"OBX|1|TX|X1^{name}^L||Neoadjuvant?||||||F", "OBX|2|TX|X2^Vraagstelling^L||Adjuvant?||||||F")
    assert found.question_board == "Adjuvant?"
    assert labelled(found)[name] == "Neoadjuvant?"


def test_a_note_that_asks_before_the_only_order_is_the_question() -> None:
    found = read("ORM^O01", "ORC|NW|A1", "NTE|1||Resectie of biopt?", "OBR|1|A1||MDO^MDO oncologie^L")
    assert isinstance(found, IncomingReferral)
    assert found.question_board == "Resectie of biopt?"
