"""A text of which every line has its number in OBX-4: it is one text. And what the numbers 1 and 2 mean where they number no lines."""

from __future__ import annotations

import pytest

from .few_lines import labelled, referral, result

REPORT = ("OBR|1|A1|F1|MRH^MRI hersenen|||20260220|||||||||||||||||MR|F",)


def told(*lines: str) -> list[str]:
    return [fact.text for fact in result(*REPORT, *lines).facts[1:]]


def numbered(*texts: str, kind: str = "TX", first: int = 1) -> list[str]:
    return [f"OBX|{n}|{kind}|MRH^MRI hersenen|{n + first - 1}|{text}||||||F" for n, text in enumerate(texts, start=1)]


@pytest.mark.parametrize("first", [0, 1])
def test_a_report_of_which_every_line_has_its_number_is_one_text_with_its_free_lines(first: int) -> None:
    lines = numbered("Vergeleken met mei.", "Toename van oedeem.", "", "Conclusie: progressie.", first=first)
    assert told(*lines) == ["Vergeleken met mei.\nToename van oedeem.\n\nConclusie: progressie."]


def test_a_letter_of_numbered_lines_stands_once_and_its_question_is_found() -> None:
    texts = ("Geachte collega,", "", "Vraagstelling: chemoradiatie of", "alleen radiotherapie?")
    found = referral(*(f"OBX|{n}|TX|B^Verwijsbrief|{n}|{text}||||||F" for n, text in enumerate(texts, start=1)))
    assert found.question_board == "chemoradiatie of\nalleen radiotherapie?"
    assert labelled(found)["Verwijsbrief"] == "\n".join(texts)


@pytest.mark.parametrize(
    "lines",
    [
        [
            "OBX|1|TX|D^Diagnose|1|Adenocarcinoom",
            "OBX|2|TX|D^Diagnose|2|Normaal slijmvlies",
            "OBX|3|TX|D^Diagnose|2|geen dysplasie",
        ],
        ["OBX|1|TX|D^Diagnose|1|Adenocarcinoom", "OBX|2|TX|D^Diagnose|3|Normaal slijmvlies"],
        ["OBX|1|TX|D^Diagnose|2|Adenocarcinoom", "OBX|2|TX|D^Diagnose|3|Normaal slijmvlies"],
        ["OBX|1|TX|D^Diagnose|1|Mamma:\\.br\\carcinoom", "OBX|2|TX|D^Diagnose|2|Oksel: vrij"],
        ["OBX|1|TX|D^Diagnose|1|Adenocarcinoom||||||F", "OBX|2|TX|D^Diagnose|2|Normaal slijmvlies||||||P"],
        ["OBX|1|TX|D^Diagnose|1|Adenocarcinoom", "OBX|2|TX|D^Diagnose|2|Normaal slijmvlies"],
        ["OBX|1|TX|D^Diagnose|A|Adenocarcinoom", "OBX|2|TX|D^Diagnose|B|Normaal slijmvlies"],
    ],
    ids=[
        "a number comes twice",
        "one is missing",
        "not from the first",
        "texts of more lines",
        "another status",
        "two of a kind",
        "letters",
    ],
)
def test_numbers_that_tell_two_materials_apart_make_no_lines(lines: list[str]) -> None:
    assert len(told(*lines)) > 1
