"""What a secretary calls the question, and where she writes it: a bare `Vraag`, a note that asks, beside a field that says less."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingReferral, IncomingResult

from .few_lines import labelled, read, referral

ASKED = "Operabel of inductiechemotherapie?"


def refers(*lines: str) -> IncomingReferral:
    found = read("REF^I12", *lines)
    assert isinstance(found, IncomingReferral)
    return found


def booked(*lines: str) -> IncomingReferral:
    found = read("SRM^S01", *lines)
    assert isinstance(found, IncomingReferral)
    return found


@pytest.mark.parametrize("label", ["V^Vraag", "V^vraag:", "V^Vragen", "VR^Vraagst.", "Vraag"])
def test_a_value_that_is_called_the_question_and_no_more_is_the_question(label: str) -> None:
    found = referral(f"OBX|1|TX|{label}||{ASKED}||||||F")

    assert found.question_board == ASKED
    assert ASKED not in labelled(found).values()


def test_one_that_says_to_whom_goes_before_it() -> None:
    found = referral("OBX|1|TX|V^Vraag||metastasen?||||||F", f"OBX|2|TX|M^Vraag aan MDO||{ASKED}||||||F")

    assert found.question_board == ASKED
    assert labelled(found)["Vraag"] == "metastasen?"


def test_the_bare_question_of_a_scan_beside_the_board_is_not_asked_of_the_board() -> None:
    scan = ("OBR|2|A2||CT^CT thorax", "OBX|1|TX|V^Vraag||metastasen?||||||F")

    assert referral(*scan).question_board == ""
    assert refers("RF1|A|R", "OBR|1|A1||CT^CT thorax", *scan[1:]).question_board == ""


def test_a_report_with_the_bare_question_of_its_scan_is_no_referral() -> None:
    found = read("ORU^R01", "ORC|RE", "OBR|1|A1||CT^CT thorax|||||||||||||||||||||F", "OBX|1|TX|V^Vraag||metastasen?||||||F")

    assert isinstance(found, IncomingResult)


@pytest.mark.parametrize("note", ["Graag bespreken of dit resectabel is", "gaarne advies over inductie", "Resectabel?"])
def test_a_note_that_asks_goes_before_what_is_told_in_a_field(note: str) -> None:
    found = read("ORM^O01", "ORC|NW|A1", "OBR|1|A1||MDO^MDO sarcoom|||||||||Massa bovenbeen, 12 cm", f"NTE|1||{note}")

    assert isinstance(found, IncomingReferral)
    assert found.question_board == note
    assert labelled(found)["Klinische gegevens"] == "Massa bovenbeen, 12 cm"


def test_a_note_that_tells_something_leaves_the_question_where_it_stands() -> None:
    found = read("ORM^O01", "ORC|NW|A1", "OBR|1|A1||MDO^MDO sarcoom|||||||||Massa bovenbeen, resectie?", "NTE|1||Rolstoel nodig")

    assert isinstance(found, IncomingReferral)
    assert found.question_board == "Massa bovenbeen, resectie?"


def test_the_name_of_the_board_is_no_question_where_a_note_says_one() -> None:
    found = booked("ARQ|PB-1|||||MDOLONG^MDO Long|R^Aanmelding", "NTE|1||Stereotactische radiotherapie bij slechte longfunctie.")

    assert found.question_board == "Stereotactische radiotherapie bij slechte longfunctie."
    assert labelled(found)["Reden"] == "MDO Long"


def test_the_name_of_the_board_alone_asks_nothing() -> None:
    assert booked("ARQ|PB-1|||||MDOLONG^MDO Long|R^Aanmelding").question_board == ""
    assert (
        booked("ARQ|PB-1|||||X^bespreken in MDO, resectie mogelijk?|R^A").question_board == "bespreken in MDO, resectie mogelijk?"
    )


def test_a_letter_under_an_order_that_registers_for_a_board_is_no_result() -> None:
    letter = "OBX|1|FT|BRF^Brief||<p><b>Vraag aan MDO:</b> watch \\T\\ wait?</p>||||||F"

    found = read("ORU^R01", "OBR|1||H12|MDOCRC^Aanmelding MDO colorectaal|||20261101||||||||||||||||||F", letter)

    assert isinstance(found, IncomingReferral)
    assert found.question_board == "watch & wait?"


@pytest.mark.parametrize("label", ["A^Advies", "V^MDO-verslag", "C^Conclusie", "B^Brief met advies"])
def test_what_answers_such_an_order_is_still_a_result(label: str) -> None:
    found = read(
        "ORU^R01", "OBR|1||H12|M^Aanmelding MDO long|||20261101||||||||||||||||||F", f"OBX|1|FT|{label}||Operatie||||||F"
    )

    assert isinstance(found, IncomingResult)


@pytest.mark.parametrize("said", ["Betreft: aanmelding MDO urologie", "Onderwerp: MDO urologie"])
def test_the_subject_of_a_note_names_the_board_where_nothing_else_does(said: str) -> None:
    found = refers("RF1|A|R", f"NTE|1||{said}\\.br\\PSA 45")

    assert found.board_hint == said.partition(": ")[2]


def test_a_subject_that_names_no_board_names_none() -> None:
    assert refers("RF1|A|R", "NTE|1||Betreft: uw patiënt").board_hint == ""


def by_line(*lines: str) -> IncomingReferral:
    title = "AB^Aanmelding MDO gynaecologie"
    values = [f"OBX|{n}|TX|{title}||{line}||||||F" for n, line in enumerate(lines, 1)]
    found = read("MDM^T02", f"TXA|1|{title}|TX|20261104|0155^Vos^C.|||||||DOC7", *values)
    assert isinstance(found, IncomingReferral)
    return found


def test_a_letter_that_comes_line_by_line_is_read_as_one() -> None:
    found = by_line("\\H\\Vraagstelling:\\N\\", "Primaire of", "intervaldebulking?", "", "Voorgeschiedenis:", "2001 sectio")

    assert found.question_board == "Primaire of\nintervaldebulking?"


def test_who_wrote_such_a_letter_stands_once_at_its_end() -> None:
    found = by_line("Geachte collega,", "2001 sectio", "CA125 450")

    assert [one.text for one in found.facts] == ["Geachte collega,\n2001 sectio\nCA125 450\ndoor: C. Vos"]


@pytest.mark.parametrize("place", ["RF1|A|R||||||||C20^Rectumcarcinoom", "RF1|A|R||||||||C20^Rectumcarcinoom^ICD10"])
def test_a_diagnosis_by_its_code_is_no_question(place: str) -> None:
    found = refers(place, "NTE|1||Watch-and-wait of TME.")

    assert found.question_board == "Watch-and-wait of TME."
    assert labelled(found)["Reden van verwijzing"] == "Rectumcarcinoom"


def test_what_asks_in_the_reason_of_an_order_is_the_question_where_no_other_place_does() -> None:
    order = "ORC|NW|A1||||||||||||||^Progressie onder immunotherapie, vervolgbehandeling?"
    found = read("ORM^O01", order, "OBR|1|A1||MEL^MDO Melanoom|||||||||||||||||||||||||||C43.9^Melanoom")

    assert isinstance(found, IncomingReferral)
    assert found.question_board == "Progressie onder immunotherapie, vervolgbehandeling?"
    assert labelled(found)["Reden van onderzoek"] == "Melanoom"


def test_a_reason_that_asks_nothing_is_no_question() -> None:
    found = read("ORM^O01", "ORC|CA|A1||||||||||||||^Patiënt wil elders behandeld worden", "OBR|1|A1||MEL^MDO Melanoom")

    assert isinstance(found, IncomingReferral)
    assert found.question_board == ""


def test_a_file_of_the_same_name_is_no_line_of_the_letter() -> None:
    title = "AB^Aanmelding MDO long"
    pdf = f"OBX|2|ED|{title}||^application^pdf^Base64^JVBERi0xLjQK||||||F"
    found = read("MDM^T02", f"TXA|1|{title}|TX|20261104|0155^Vos^C.|||||||DOC7", f"OBX|1|TX|{title}||2001 sectio||||||F", pdf)

    assert "2001 sectio\ndoor: C. Vos" in [one.text for one in getattr(found, "facts", ())]
