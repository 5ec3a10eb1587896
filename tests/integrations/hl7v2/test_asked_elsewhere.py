"""A question in a field for the filler, behind who asks it, in a letter that is plain text, or beside what says that it is not here."""

from __future__ import annotations

from base64 import b64encode

import pytest

from mdo_portal.exchange import IncomingReferral

from .few_lines import labelled, read, referral


def order(*, obr: str = "", before: tuple[str, ...] = (), behind: tuple[str, ...] = ()) -> IncomingReferral:
    found = read("ORM^O01", "ORC|NW|A1", *before, f"OBR|1|A1||MDO^MDO long{obr}", *behind)
    assert isinstance(found, IncomingReferral)
    return found


@pytest.mark.parametrize("field", [18, 39, 46])
def test_a_question_may_stand_in_a_field_for_who_carries_the_order_out(field: int) -> None:
    aside = "|" * (field - 4)
    assert order(obr=f"{aside}Is SABR zinvol?").question_board == "Is SABR zinvol?"
    assert order(obr=f"{aside}^Is SABR zinvol?").question_board == "Is SABR zinvol?"
    assert order(obr=f"{aside}ACC00123456").question_board == ""


def test_a_sentence_there_that_asks_nothing_is_named_for_a_person() -> None:
    assert "OBR-18" in order(obr="|" * 14 + "Patient heeft een pacemaker en komt met rolstoel").unmapped


def test_a_note_that_asks_before_the_order_goes_before_one_behind_it_that_does_not() -> None:
    found = order(before=("NTE|1||Re-resectie na R1?",), behind=("NTE|1||Patiente is slechthorend.",))
    assert found.question_board == "Re-resectie na R1?"
    assert "Patiente is slechthorend." in {fact.text for fact in found.facts}


@pytest.mark.parametrize("remark", ["RE^Remark^HL70364", "RE"])
def test_notes_that_are_called_remarks_are_one_text(remark: str) -> None:
    lines = ("Vraag:", "actief volgen?", "Voorgeschiedenis:", "DM2")
    found = order(behind=tuple(f"NTE|{n}|P|{text}|{remark}" for n, text in enumerate(lines, start=1)))
    assert found.question_board == "actief volgen?"
    assert "Voorgeschiedenis:\nDM2" in {fact.text for fact in found.facts}


@pytest.mark.parametrize("nothing", ["n.v.t.", "NVT", "geen", "-", "niet van toepassing"])
def test_where_the_question_is_said_not_to_be_the_letter_asks_it(nothing: str) -> None:
    letter = "OBX|2|FT|B^Verwijsbrief^L||Vraagstelling: adjuvant?||||||F"
    assert referral(f"OBX|1|TX|V^Vraagstelling^L||{nothing}||||||F", letter).question_board == "adjuvant?"
    assert referral(f"OBX|1|TX|V^Vraagstelling^L||{nothing}||||||F").question_board == nothing


@pytest.mark.parametrize("name", ["Vraag aan de radioloog", "Vraag voor radioloog"])
def test_to_whom_a_question_is_put_may_have_its_article(name: str) -> None:
    found = referral(
        f"OBX|1|TX|V1^{name}^L||Ingroei?||||||F",
        f"OBX|2|TX|V2^{name.replace('radioloog', 'patholoog')}^L||Graad?||||||F",
        "OBX|3|TX|V3^Vraag aan het team^L||Amputatie?||||||F",
    )
    assert (found.question_radiology, found.question_pathology, found.question_board) == ("Ingroei?", "Graad?", "Amputatie?")


@pytest.mark.parametrize("name", ["Vr.st.", "Question for tumor board"])
def test_the_question_by_other_names(name: str) -> None:
    assert referral(f"OBX|1|TX|V1^{name}^L||Resectable?||||||F").question_board == "Resectable?"


TEXT = "Geachte collega,\nVraagstelling: cystectomie of trimodality?\nGroet"


@pytest.mark.parametrize(
    "value",
    [
        f"HIX^TEXT^plain^A^{TEXT.replace(chr(10), '~')}",
        f"^text^plain^Base64^{b64encode(TEXT.encode()).decode()}",
        f"^text/plain^^Base64^{b64encode(TEXT.encode()).decode()}",
    ],
)
def test_a_letter_that_is_plain_text_asks_what_stands_below_its_heading(value: str) -> None:
    found = referral(f"OBX|1|ED|B^Verwijsbrief^L||{value}||||||F")
    assert found.question_board == "cystectomie of trimodality?"
    assert "Verwijsbrief" not in labelled(found)  # the document itself is shown


def test_the_title_of_a_document_asks_where_its_kind_does_not() -> None:
    txa = "TXA|1|BR^Brief|TX|20261101||||||||D6|||||AU||AV||||||Aanmelding MDO pancreas"
    found = read("MDM^T02", txa, "OBX|1|TX|BR^Brief^L||Vraagstelling: Whipple?||||||F")
    assert isinstance(found, IncomingReferral)
    assert (found.board_hint, found.question_board) == ("Aanmelding MDO pancreas", "Whipple?")
