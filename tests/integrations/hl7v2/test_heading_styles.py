"""The question in a letter whose headings are written in another way: the next one ends it, and is written as it is."""

from __future__ import annotations

import pytest

from .few_lines import labelled, referral

QUESTION = "TNT of chemoradiatie?"
BAR = "\\F\\"


def asked(*lines: str) -> str:
    return referral(f"OBX|1|FT|B^Verwijsbrief^L||{'~'.join(lines)}||||||F").question_board


@pytest.mark.parametrize(
    "lines",
    [
        ("Diagnose:Rectumca", f"Vraagstelling:{QUESTION}", "Medicatie:metoprolol", "VG:COPD"),
        ("Diagnose : Rectumca", f"Vraagstelling : {QUESTION}", "Medicatie : metoprolol"),
        ("Diagnose\t:\tRectumca", f"Vraagstelling\t:\t{QUESTION}", "Medicatie\t:\tmetoprolol"),
        ("1. Diagnose: Rectumca", f"2. Vraagstelling: {QUESTION}", "3. Medicatie: metoprolol"),
        ("[Diagnose]", "Rectumca", "[Vraagstelling]", QUESTION, "[Medicatie]", "metoprolol"),
        ("*** VRAAGSTELLING ***", QUESTION, "*** MEDICATIE ***", "metoprolol"),
        ("Vraagstelling", "-------------", QUESTION, "-------------", "Overige zaken", "metoprolol"),
        (
            f"{BAR} Diagnose {BAR} Rectumca {BAR}",
            f"{BAR} Vraagstelling {BAR} {QUESTION} {BAR}",
            f"{BAR} Medicatie {BAR} geen {BAR}",
        ),
        ("Diagnose\tRectumca", f"Vraagstelling\t{QUESTION}", "Medicatie\tmetoprolol"),
    ],
)
def test_the_question_ends_where_the_next_heading_begins(lines: tuple[str, ...]) -> None:
    assert asked(*lines) == QUESTION


@pytest.mark.parametrize(
    "heading",
    [
        "Vraagstelling (MDO)", "Concrete vraagstelling aan het MDO", "Vraagstelling voor het regionaal MDO", "Vraag aan de bespreking",
        "Vraagstellingen", "Adviesvraag", "Vraag/vragen",
    ],
)  # fmt: skip
def test_the_heading_may_say_to_whom_it_is_put(heading: str) -> None:
    assert asked("Diagnose: Rectumca", f"{heading}: {QUESTION}", "Medicatie: geen") == QUESTION


def test_what_looks_like_a_heading_in_another_style_is_part_of_the_question() -> None:
    assert asked("Vraagstelling:", "1. Opties: TNT", "2. Afspraak om 10:30 of later?", "Medicatie: geen") == (
        "1. Opties: TNT\n2. Afspraak om 10:30 of later?"
    )
    assert asked("Vraagstelling: kan dit:ja of nee?", "Medicatie: geen") == "kan dit:ja of nee?"
    assert (
        asked("Vraagstelling:Kan zij om 10:30 komen?", "liefst 11:00", "Medicatie:geen")
        == "Kan zij om 10:30 komen?\nliefst 11:00"
    )


def test_the_letter_stays_whole() -> None:
    found = referral(f"OBX|1|FT|B^Verwijsbrief^L||[Vraagstelling]~{QUESTION}~[Medicatie]~metoprolol||||||F")
    assert labelled(found)["Verwijsbrief"] == f"[Vraagstelling]\n{QUESTION}\n[Medicatie]\nmetoprolol"


@pytest.mark.parametrize("heading", ["Eerdere vraagstelling", "Antwoord op vraagstelling", "Datum vraagstelling"])
def test_what_was_asked_before_is_not_asked(heading: str) -> None:
    assert asked(f"1. {heading}: {QUESTION}", "2. Medicatie: geen") == ""
