"""What is asked and of whom, where a secretary would have to retype it: a code for a question, a form, a second board."""

from __future__ import annotations

import pytest

from integrations.hl7v2.explain import Hl7Explainer
from mdo_portal.exchange import IncomingReferral

from .few_lines import labelled, read, referral
from .retyped import asked, refers
from .samples import PDF_TEXT


def test_the_code_of_a_board_is_no_question() -> None:
    found = refers("RF1|P|R|MED|||R1||||RECTUM^MDO colorectaal", "OBR|1|R1||MDO^MDO colorectaal", "NTE|1||Opereren?")

    assert found.question_board == "Opereren?"


def test_a_question_between_other_words_in_one_field_is_the_question_and_the_rest_is_told() -> None:
    found = referral("OBR|2|A1||MDO^MDO oncologie|||||||||Vg: COPD~Med: salbutamol~Vraag: SBRT mogelijk?")
    alone = read("ORM^O01", "ORC|NW|A1", "OBR|1|A1||MDO^MDO long|||||||||Vg: COPD~Med: salbutamol~Vraag: SBRT mogelijk?")
    whole = read("ORM^O01", "ORC|NW|A1", "OBR|1|A1||MDO^MDO long|||||||||Stadium III~Resectie of SBRT?")

    assert labelled(found)["Klinische gegevens (MDO oncologie)"].startswith("Vg: COPD")
    assert isinstance(alone, IncomingReferral) and isinstance(whole, IncomingReferral)
    assert (alone.question_board, labelled(alone)["Klinische gegevens"]) == ("SBRT mogelijk?", "Vg: COPD\nMed: salbutamol")
    assert whole.question_board == "Stadium III\nResectie of SBRT?"
    assert "Klinische gegevens" not in labelled(whole)


def test_a_question_in_a_letter_ends_where_the_next_heading_stands_without_a_colon() -> None:
    lines = ["Vraagstelling", "Chirurgie of chemoradiatie?", "Voorgeschiedenis", "- COPD"]

    found = refers("OBR|1|A1||MDO^MDO long", *(f"OBX|{n}|TX|V^Verwijsbrief|1|{one}||||||F" for n, one in enumerate(lines, 1)))

    assert found.question_board == "Chirurgie of chemoradiatie?"


def test_a_question_in_a_row_of_a_table_is_the_question() -> None:
    form = "<html><body><table><tr><td>Vraagstelling</td><td>Borstsparend mogelijk?</td></tr><tr><td>cTNM</td><td>cT2</td></tr></table></body></html>"

    assert asked(f"OBX|1|TX|V^Verwijsbrief||{form}||||||F") == "Borstsparend mogelijk?"
    assert asked("OBX|1|TX|V^Verwijsbrief||Vraagstelling MDO\\.br\\Zie brief.||||||F") == ""


@pytest.mark.parametrize("title", ["Tumorboard Anmeldung", "Anmeldung zur Tumorkonferenz"])
def test_a_letter_that_asks_the_board_across_the_border_is_a_referral(title: str) -> None:
    found = read("MDM^T02", f"TXA|1|B^{title}|TX||||||||||D1", "OBX|1|TX|B^Brief||Fragestellung: Operation?||||||F")

    assert isinstance(found, IncomingReferral)
    assert (found.board_hint, found.question_board) == (title, "Operation?")


def test_a_product_of_zorgdomein_that_names_the_board_is_the_board() -> None:
    document = f"OBX|1|ED|M1^MDO Mamma^ZORGDOMEIN||^application^pdf^Base64^{PDF_TEXT}||||||F"
    found = read("ORU^R01", "ORC|NW|ZD1", "OBR|1|ZD1||ONC^Oncologie^ZORGDOMEIN", document)

    assert isinstance(found, IncomingReferral)
    assert found.board_hint == "MDO Mamma"


def test_the_explanation_names_the_place_of_a_question_between_other_words() -> None:
    lines = [
        "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||ORM^O01|M1|P|2.5",
        "PID|1||71^^^ZEED^PI||Giessen^J||19600101|F",
        "ORC|NW|A1",
        "OBR|1|A1||MDO^MDO long|||||||||Vg: COPD~Vraag: SBRT?",
        "",
    ]
    found = Hl7Explainer().explain("\r".join(lines).encode(), "generic-v2")

    assert next(one.place for one in found.fields if one.name == "question_board") == "OBR-13"


def test_a_question_that_goes_on_in_the_next_repetition_is_one_question() -> None:
    found = refers("RF1|P|R|ONC|||R1||||Graag MDO-advies~Operabel?~Zo ja: hoe?", "OBR|1|R1||MDO^MDO long")
    codes = refers("OBR|1|R1||MDO^MDO long" + "|" * 27 + "^Operabel?~^COPD")

    assert found.question_board == "Graag MDO-advies\nOperabel?\nZo ja: hoe?"
    assert "Reden van verwijzing" not in labelled(found)
    assert (codes.question_board, labelled(codes)["Reden van onderzoek"]) == ("Operabel?", "COPD")


def test_a_form_below_the_order_of_the_board_holds_the_question_under_its_heading() -> None:
    form = "OBX|1|TX|F^Formulier||Tumorsoort: endometrium~Vraagstelling: lymfeklierdissectie?~Voorgeschiedenis: HT||||||F"

    assert asked(form) == "lymfeklierdissectie?"
    assert refers("OBR|1|A1||CT^CT", form).question_board == ""


@pytest.mark.parametrize("name", ["Aanmelding MDO urologie.docx", "aanmelding_mdo_urologie.pdf"])
def test_a_document_may_say_in_the_name_of_its_file_that_it_asks_a_board(name: str) -> None:
    found = read("MDM^T02", f"TXA|1|C^Consult|FT|||||||||D1||||{name}", "OBX|1|FT|C^Consult||Vragen:\\.br\\Dissectie?||||||F")

    assert isinstance(found, IncomingReferral)
    assert (found.board_hint, found.question_board) == (name.rpartition(".")[0].replace("_", " "), "Dissectie?")


def test_a_second_board_in_one_message_is_named_for_a_person() -> None:
    orders = "OBR|1|A1||M^MDO mamma", "ORC|NW|A2", "OBR|2|A2||L^MDO long", "ORC|CA|A3", "OBR|3|A3||C^MDO CRC"
    found = read("ORM^O01", "ORC|NW|A1", *orders)

    assert isinstance(found, IncomingReferral)
    assert found.board_hint == "MDO mamma"
    assert "OBR(1)/board" in found.unmapped
    assert "OBR(2)/board" not in found.unmapped


def test_blanks_around_a_question_or_an_order_are_none_of_it() -> None:
    found = refers("RF1|P|R|MED |||R1 ", "OBR|1|R1||MDO^ MDO long ", "OBX|1|TX|V^ Vraag aan MDO ||  Operabel?  ||||||F")

    assert (found.question_board, found.board_hint) == ("Operabel?", "MDO long")
    assert labelled(found) == {"Aangevraagd": "MDO long"}


def test_an_order_that_names_the_board_in_its_code_asks_it_what_is_called_a_question() -> None:
    assert refers("OBR|1|R1||MDO LONG", "OBX|1|TX|Q^Vraag||Operabel?").question_board == "Operabel?"


def test_a_letter_that_asks_the_radiologist_and_the_pathologist_too_asks_each() -> None:
    letter = r"Vraag aan MDO: resectie?\.br\Vraag aan radioloog: ingroei?\.br\Vraag aan patholoog: revisie?\.br\Urgentie: spoed"
    found = refers("OBR|1|A1||MDO^MDO Sarcoom", f"OBX|1|FT|B^Aanmeldbrief||{letter}||||||F")

    assert (found.question_board, found.question_radiology, found.question_pathology) == ("resectie?", "ingroei?", "revisie?")
    assert labelled(found)["Aanmeldbrief"].count("ingroei?") == 1
