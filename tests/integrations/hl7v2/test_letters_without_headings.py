"""What a letter asks where no heading says so: in its last sentences, below a line in bold or capitals, in the answers of a form."""

from __future__ import annotations

import base64

import pytest

from .few_lines import labelled, read, referral

ASKS = ("ORC|NW|A1", "OBR|1|A1||AANM^Aanmelding MDO Long")
GREETS = "~~Met vriendelijke groet,~K. Veen, longarts"


def asked(text: str, name: str = "Brief", kind: str = "ORU^R01") -> str:
    found = read(kind, *ASKS, f"OBX|1|FT|B^{name}||{text.replace('~', chr(92) + '.br' + chr(92))}")
    return getattr(found, "question_board", "")


@pytest.mark.parametrize(
    ("ends", "question"),
    [
        ("Zouden jullie willen meedenken over SBRT?", "Zouden jullie willen meedenken over SBRT?"),
        ("Gaarne uw advies over chemoradiatie.", "Gaarne uw advies over chemoradiatie."),
        ("Graag bespreken of lobectomie kan. Is een wedge genoeg?", "Graag bespreken of lobectomie kan.\nIs een wedge genoeg?"),
        ("Is er plaats voor durvalumab? Ik zie uw antwoord tegemoet.", "Is er plaats voor durvalumab?"),
    ],
)
def test_a_letter_asks_with_its_last_sentences(ends: str, question: str) -> None:
    letter = f"Geachte collega,~~Op 20 november zag ik patiënt. Wat een pech?~~{ends}"
    assert asked(letter + GREETS) == question
    assert asked(letter.replace("Geachte collega,~~", ""), "Verwijsbrief") == question


def test_to_take_over_is_no_courtesy() -> None:
    assert (
        asked(f"Geachte collega,~~Zwelling bovenbeen.~~Kunt u deze patiënt overnemen?{GREETS}")
        == "Kunt u deze patiënt overnemen?"
    )


def test_what_stands_below_the_question_to_be_polite_is_passed_over() -> None:
    letter = f"Geachte collega,~~Komt hij in aanmerking voor resectie?~~Is deze brief niet voor u bestemd?{GREETS}"
    assert asked(letter) == "Komt hij in aanmerking voor resectie?"


def test_so_does_what_stands_below_the_order_of_a_board_without_a_name() -> None:
    found = referral("OBX|1|TX|||Is deze patiënt operabel of liever SBRT?")
    assert found.question_board == "Is deze patiënt operabel of liever SBRT?"


@pytest.mark.parametrize(
    "ends",
    [
        "Graag retour naar onze poli.",
        "Bij vragen kunt u contact opnemen?",
        "cT2N1?",
        "Patiënt vraagt zich af of het te genezen is?",
        "Beleid: kan dit zo?",
        "Anamnese: hoesten.~Sinds wanneer is niet bekend?",
        "Kunt u een kopie van het verslag sturen aan de huisarts?",
        "Mag ik u verzoeken de beelden te uploaden?",
        "Wilt u patiënt oproepen voor controle?",
        "Is deze brief niet voor u bestemd? Wilt u hem dan vernietigen?",
    ],
)
def test_what_it_says_to_be_polite_or_of_the_patient_asks_no_board(ends: str) -> None:
    assert asked(f"Geachte collega,~~Op 20 november zag ik patiënt.~{ends}{GREETS}") == ""


@pytest.mark.parametrize("name", ["Hulpvraag patiënt", "Is er toestemming?", "Antwoord van de radioloog", "Anamnese", "Wensen"])
def test_nor_does_a_value_that_is_of_another_or_of_a_column(name: str) -> None:
    assert asked("Heeft u klachten van hoesten?", name) == ""


@pytest.mark.parametrize("name", ["Toelichting", "Casus", "Gevraagd", "Overig"])
def test_a_text_of_a_registration_asks_at_its_end_where_nothing_else_does(name: str) -> None:
    assert asked("Man van 68 jaar. Is HIPEC haalbaar?", name) == "Is HIPEC haalbaar?"


def test_a_letter_of_which_the_question_was_left_empty_asks_nothing() -> None:
    assert asked(f"Geachte collega,~Vraagstelling:~Anamnese: hoesten~~Kunt u dit beoordelen?{GREETS}") == ""


def test_a_letter_that_asks_stays_whole() -> None:
    found = read("ORU^R01", *ASKS, "OBX|1|FT|B^Brief||Geachte collega,\\.br\\Is SBRT nu mogelijk?\\.br\\Groet, K. Veen")
    assert labelled(found)["Brief"].startswith("Geachte collega,\nIs SBRT nu mogelijk?")


@pytest.mark.parametrize(
    "text",
    [
        "\\H\\Vraagstelling\\N\\\\.br\\Resectabel na 4 kuren?\\.br\\\\H\\Conclusie CT\\N\\\\.br\\Afname tumor",
        "<b>Vraagstelling</b><br>Resectabel na 4 kuren?<br><b>Conclusie CT</b><br>Afname tumor",
        "<h3>Vraagstelling</h3><p>Resectabel na 4 kuren?</p><p><strong>Ziekenhuis van herkomst</strong></p><p>Noord</p>",
        "VRAAGSTELLING\\.br\\Resectabel na 4 kuren?\\.br\\CONCLUSIE CT\\.br\\Afname tumor",
        "{\\E\\rtf1 \\E\\b Vraagstelling\\E\\b0\\E\\par Resectabel na 4 kuren?\\E\\par \\E\\b Conclusie CT\\E\\b0\\E\\par Afname tumor}",
    ],
    ids=["highlighted", "bold", "headings", "capitals", "rich text"],
)
def test_the_next_heading_in_bold_or_in_capitals_ends_the_question(text: str) -> None:
    assert asked(text) == "Resectabel na 4 kuren?"


def test_of_two_lines_in_bold_the_second_is_no_heading() -> None:
    assert asked("<b>Vraagstelling</b><br><b>Opereren?</b><br><b>Of bestralen?</b><br>Beloop: goed") == "Opereren?\nOf bestralen?"


def test_an_answer_in_capitals_stays_the_question() -> None:
    assert asked("VRAAGSTELLING\\.br\\TNT OF KORTE RT\\.br\\") == "TNT OF KORTE RT"


def test_why_somebody_is_registered_gives_way_to_what_is_asked_in_the_same_text() -> None:
    assert asked("Reden aanmelding: nieuwe patiënt~Anamnese: hoesten~Vraag aan MDO: opereren?~Beloop: goed") == "opereren?"
    assert asked("Reden aanmelding: behandelplan~Anamnese: hoesten") == "behandelplan"


NOTES = ("Question: Reden voor bespreking?", "Answer: Adjuvante chemo na OK?", "Question: Beelden van elders?", "Answer: Ja")


def test_of_the_questions_of_an_order_the_answer_is_asked() -> None:
    found = referral(*(f"NTE|{n}||{words}" for n, words in enumerate(NOTES, start=1)))
    assert found.question_board == "Adjuvante chemo na OK?"
    assert "Beelden van elders?" in " ".join(fact.text for fact in found.facts)


def test_questions_of_an_order_without_one_of_the_board_ask_nothing() -> None:
    assert referral(*(f"NTE|{n}||{words}" for n, words in enumerate(NOTES[2:], start=1))).question_board == ""
    assert asked("Vraag: Opereren?~Antwoord: ja, op 3 maart~Beloop: goed") == ""


def test_a_letter_in_a_page_of_html_is_read_so_too() -> None:
    page = base64.b64encode(b"<html><body><b>Vraagstelling</b><br>Kan dit?<br><b>Woonsituatie</b><br>Alleen</body></html>")
    found = read("ORU^R01", *ASKS, f"OBX|1|ED|F^Formulier||HIX^text^html^Base64^{page.decode()}")
    assert getattr(found, "question_board", "") == "Kan dit?"


def test_why_gives_way_to_the_question_also_where_words_stand_behind_that() -> None:
    assert asked("<b>Reden van verwijzing</b><br>Longtumor<br><b>Vraag</b><br>Kan een wedge? 3 cm") == "Kan een wedge? 3 cm"


def test_an_empty_cell_says_that_nothing_was_asked() -> None:
    rows = "".join(f"<tr><td>{one}</td><td></td></tr>" for one in ("Vraagstelling", "Huisarts"))
    found = read("ORU^R01", *ASKS, f"OBX|1|FT|F^Formulier||<table>{rows}<tr><td>Casemanager</td><td>E. Bruin</td></tr></table>")
    assert getattr(found, "question_board", None) == ""
    assert "Vraagstelling \N{EM DASH}" in labelled(found)["Formulier"]


def test_a_heading_in_a_group_of_rich_text_ends_the_question_too() -> None:
    group = "{\\E\\rtf1 {\\E\\b Vraagstelling}\\E\\par SBRT?\\E\\par {\\E\\b Woonsituatie}\\E\\par Alleen\\E\\par}"
    assert asked(group) == "SBRT?"


def test_what_is_asked_of_a_specialist_is_heard_below_its_short_heading() -> None:
    found = read("ORU^R01", *ASKS, "OBX|1|FT|F^Formulier||Vraagstelling: SBRT?\\.br\\Vraag radioloog: pleura vrij?")
    assert (getattr(found, "question_board", ""), getattr(found, "question_radiology", "")) == ("SBRT?", "pleura vrij?")
