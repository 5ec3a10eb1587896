"""Who treats, which board and how soon, where a form, a letter or a segment says it beside the place for it."""

from __future__ import annotations

import pytest

from .few_lines import PID, read, refers, result

ASKS = ("ORC|NW|A1", "OBR|1|A1||AANM^Aanmelding MDO")


def form(text: str) -> str:
    return f"OBX|1|FT|F^Formulier||{text.replace('~', chr(92) + '.br' + chr(92))}"


def of(found: object, role: str) -> str:
    return str(getattr(getattr(found, role, None), "name", ""))


@pytest.mark.parametrize(
    ("text", "role", "name"),
    [
        ("Vraag: RT?~Hoofdbehandelaar: dr. T. Mulder, KNO", "treating", "dr. T. Mulder"),
        ("Vraag: RT?~Behandelend specialist: T. Mulder", "treating", "T. Mulder"),
        ("Vraag\tRT?~Casemanager\tE. Bruin", "case_manager", "E. Bruin"),
        ("<table><tr><td>Huisarts</td><td>J. de Haan</td></tr></table>", "gp", "J. de Haan"),
        ("Question: Casemanager?~Answer: Els Bruin", "case_manager", "Els Bruin"),
    ],
)
def test_who_treats_is_heard_in_a_form_of_one_text(text: str, role: str, name: str) -> None:
    assert of(read("ORU^R01", *ASKS, form(text)), role) == name


@pytest.mark.parametrize("text", ["Huisarts Jansen belde Marie", "Behandelaar: nog onbekend", "Casemanager: wordt gebeld"])
def test_what_tells_of_somebody_names_nobody(text: str) -> None:
    found = read("ORU^R01", *ASKS, form(f"Vraag: RT?~{text}"))
    assert [of(found, role) for role in ("treating", "case_manager", "gp")] == ["", "", ""]


@pytest.mark.parametrize(
    "said", ["Els Bruin tel 0522-778899", "Els Bruin (oncologie)", "Els Bruin - sein 1234", "Els Bruin 0522-778899"]
)
def test_how_to_reach_somebody_is_no_part_of_a_name(said: str) -> None:
    assert of(read("ORU^R01", *ASKS, f"OBX|1|ST|C^Casemanager||{said}"), "case_manager") == "Els Bruin"


def test_a_name_that_is_written_as_a_code_is_that_name() -> None:
    found = read("ORU^R01", *ASKS, "OBX|1|ST|behandelend_arts||K. Veen", "OBX|2|ST|patient_wens||Geen chemo")
    assert of(found, "treating") == "K. Veen"
    assert {one.label: one.section.value for one in getattr(found, "facts", ())}["patient_wens"] == "wish"


@pytest.mark.parametrize(
    ("line", "soon"),
    [
        ("OBX|1|ST|S^Spoedindicatie||Ja - binnen 1 week", "urgent"),
        ("OBX|1|ST|S^Is het een spoedverzoek?||Nee", "routine"),
        ("OBX|1|ST|S^Bezoek spoedeisende hulp||Ja", ""),
        ("OBX|1|ST|S^Spoedoperatie gehad||Ja", ""),
        (form("Vraag: RT?~Urgentie: binnen 1 week"), "binnen 1 week"),
        (form("<table><tr><td>Urgentie</td><td>Spoed</td></tr></table>"), "urgent"),
    ],
)
def test_how_soon_is_heard_by_what_is_called_after_haste_and_in_a_table(line: str, soon: str) -> None:
    assert getattr(read("ORU^R01", *ASKS, line), "urgency", None) == soon


def test_a_day_behind_no_more_than_at_the_latest_is_the_last_one() -> None:
    assert str(getattr(read("ORU^R01", *ASKS, "OBX|1|ST|UITERLIJK||04-12-2026"), "latest_useful_on", "")) == "2026-12-04"
    assert getattr(read("ORU^R01", *ASKS, "OBX|1|ST|U^Uiterlijk||rood en rond"), "latest_useful_on", "") is None


@pytest.mark.parametrize("place", ["||||MDO Darm", "||||||MDODARM^MDO Darm", "|||||||||MDO Darm"])
def test_a_board_is_heard_wherever_who_is_asked_stands(place: str) -> None:
    assert refers("RF1|A|R||||R1", f"PRD|RT{place}").board_hint == "MDO Darm"


def test_so_it_is_of_a_document_and_of_a_reason_where_the_order_names_none() -> None:
    document = "OBX|1|ED|B^Verwijsbrief MDO schildklier||HIX^application^pdf^Base64^JVBERi0xLjQKJSVFT0YK"
    named = read("ORU^R01", "ORC|NW|A1", "OBR|1|A1||57133-1^Referral note^LN", document)
    assert getattr(named, "board_hint", "") == "Verwijsbrief MDO schildklier"
    asked = ("ARQ|1|||||MDOHH^MDO Hoofd-hals^99zda|B^Bespreking tumor", PID, "AIS|1|U|B^Bespreking tumor")
    assert getattr(read("SRM^S01", *asked), "board_hint", "") == "MDO Hoofd-hals"
    assert getattr(read("ORU^R01", *ASKS, "OBX|1|ST|BOARD||MDO Gynaecologie"), "board_hint", "") == "MDO Gynaecologie"


BRIEF = "Graag bespreken.~Vraagstelling: TKI?"


def test_a_letter_to_a_board_that_asks_is_a_referral() -> None:
    txa = "TXA|1|CN|TX|||||||||D1^HIX||||Brief MDO longoncologie|AU"
    assert getattr(read("MDM^T02", txa, form(BRIEF)), "question_board", "") == "TKI?"
    order = "OBR|1|A1||B^Brief aan MDO longoncologie||||||||||||||||||||||F"
    assert getattr(read("ORU^R01", order, form(BRIEF)), "question_board", "") == "TKI?"


def test_one_of_a_board_that_says_what_it_advises_is_none() -> None:
    result("OBR|1|A1||B^Brief MDO longoncologie", form(f"{BRIEF}~Advies: osimertinib"))


def test_what_a_protocol_of_palga_holds_stands_with_pathology() -> None:
    found = result("OBR|1|A1||P^PALGA protocol mammacarcinoom", "OBX|1|NM|ER^ER-status^PALGA||95|%")
    assert [one.section.value for one in found.facts if one.label == "ER-status"] == ["pathology"]


@pytest.mark.parametrize(
    ("name", "said", "field"),
    [
        ("Zijn er vragen voor de radioloog?", "Pleuraal contact?", "question_radiology"),
        ("Vragen voor afdeling pathologie", "MSI bepalen?", "question_pathology"),
        ("Te beantwoorden vraag", "HIPEC?", "question_board"),
    ],
)
def test_whom_a_question_is_for_is_heard_by_whatever_name(name: str, said: str, field: str) -> None:
    assert getattr(read("ORU^R01", *ASKS, f"OBX|1|TX|Q^{name}||{said}"), field, "") == said


def test_no_is_no_question_to_a_specialist() -> None:
    found = read("ORU^R01", *ASKS, "OBX|1|TX|Q^Zijn er vragen voor de patholoog?||Nee")
    assert (getattr(found, "question_pathology", ""), getattr(found, "question_board", "")) == ("", "")


def test_a_short_word_for_a_question_is_that_of_the_board_alone() -> None:
    found = read("ORU^R01", *ASKS, form("S: hoest~O: WHO 1~P: MDO~V: lobectomie?"))
    asked = [getattr(found, f"question_{one}", None) for one in ("board", "radiology", "pathology")]
    assert asked == ["lobectomie?", "", ""]


QUESTIONS = (
    "OBX|1|CE|1^Welk MDO?||LONG^Longoncologie", "OBX|2|TX|2^Wie is de hoofdbehandelaar?||K. Veen, longarts",
    "OBX|3|DT|3^Voor welke datum moet de patiënt besproken zijn?||20261210",
)  # fmt: skip


def test_the_questions_of_a_list_are_heard_as_its_fields() -> None:
    found = read("ORU^R01", "ORC|NW|A1", "OBR|1|A1||VL^Vragenlijst aanmelding MDO", *QUESTIONS)
    assert getattr(found, "board_hint", "") == "Longoncologie"
    assert of(found, "treating") == "K. Veen"
    assert str(getattr(found, "latest_useful_on", "")) == "2026-12-10"


@pytest.mark.parametrize("name", ["Aanvraag MOC long", "Demande de RCP thoracique"])
def test_boards_of_belgium_and_france_are_boards(name: str) -> None:
    found = read("ORU^R01", "ORC|NW|A1", f"OBR|1|A1||B^{name}", "OBX|1|TX|V^Vraagstelling||Chirurgie?")
    assert (getattr(found, "board_hint", ""), getattr(found, "question_board", "")) == (name, "Chirurgie?")


def test_a_question_behind_its_name_in_a_segment_of_the_sender_is_asked() -> None:
    own = ("ZMD|1|VRAAG|Operabel bij deze longfunctie?", "ZMD|2|SPOED|Ja")
    assert refers("RF1|A|R||||R1", "PRD|RT|MDO^Long", *own).question_board == "Operabel bij deze longfunctie?"
    listed = ("ZVL|1|VRAAG|Rookt u?|Ja", "ZVL|2|VRAAG|Drinkt u?|Nee")
    assert refers("RF1|A|R||||R1", "PRD|RT|MDO^Long", *listed).question_board == ""


def test_a_ward_where_a_person_belongs_gives_way_to_who_asks() -> None:
    found = read("ORM^O01", "ORC|NW|A1|||||||||55^Prins^Karin|ZKHONC^^^ZKH", "OBR|1|A1||MDOL^MDO Long")
    assert of(found, "referrer") == "Karin Prins"


@pytest.mark.parametrize("title", ["Brief huisarts MDO long", "Brief patiënt uitslag MDO", "Brief n.a.v. MDO long"])
def test_a_letter_of_which_the_board_is_no_reader_is_none(title: str) -> None:
    result("OBR|1|A1||B^" + title, form("Vraagstelling: TKI? Wij starten osimertinib."))
