"""Headings above a question as people write them in letters: numbered, between stars, with a dash; and a field that points at the letter."""

from __future__ import annotations

import pytest

from .few_lines import labelled, referral


def asked(*lines: str) -> str:
    return referral("OBX|1|FT|B^Verwijsbrief||" + "\\.br\\".join(lines) + "||||||F").question_board


@pytest.mark.parametrize(
    ("lines", "question"),
    [
        (
            ("Geachte collega,", "Vraag 1: operabel?", "Vraag 2: trial mogelijk?", "Met vriendelijke groet, P."),
            "operabel?\ntrial mogelijk?",
        ),
        (("Vraag 1: operabel?", "Beleid: PET", "Vraag 2: trial?"), "operabel?"),
        (("*** VRAAGSTELLING ***", "Operabel?", "*** MEDICATIE ***", "geen"), "Operabel?"),
        (("== Vraagstelling ==", "Operabel?", "", "Gezien op de poli."), "Operabel?"),
        (("- Vraagstelling: operabel?", "- Medicatie: geen"), "operabel?"),
        (("Mijn vraag aan het MDO: inductie of direct OK?", "Gr. P"), "inductie of direct OK?"),
        (("Vraagstelling - operabel?", "Conclusie - T2N0"), "operabel?"),
        (("Vraagstelling – operabel?",), "operabel?"),
        (("Vraagstelling:", "operabel?", "Gr. 2 tumor"), "operabel?\nGr. 2 tumor"),
        (("De vraag - of hij fit is - blijft.",), ""),
        (("Voorgeschiedenis: blanco", "Hij vraagt zich af: operabel?"), ""),
    ],
)
def test_a_question_is_found_under_its_heading_however_that_is_dressed(lines: tuple[str, ...], question: str) -> None:
    assert asked(*lines) == question


@pytest.mark.parametrize("said", ["zie brief", "Zie bijgevoegde verwijsbrief.", "zie bijlage", "z.o.z.", "Zie PDF"])
def test_a_field_that_points_at_the_letter_gives_way_to_the_question_in_it(said: str) -> None:
    letter = "OBX|2|FT|B^Verwijsbrief||Vraagstelling: operabel?||||||F"
    found = referral(f"OBX|1|TX|VRAAG^Vraagstelling||{said}||||||F", letter)
    assert (found.question_board, labelled(found)["Vraagstelling"]) == ("operabel?", said)
    assert referral(f"OBX|1|TX|VRAAG^Vraagstelling||{said}||||||F").question_board == said


def test_a_field_that_asks_and_points_asks() -> None:
    letter = "OBX|2|FT|B^Verwijsbrief||Vraagstelling: operabel?||||||F"
    assert referral("OBX|1|TX|VRAAG^Vraagstelling||SABR? Zie brief||||||F", letter).question_board == "SABR? Zie brief"
