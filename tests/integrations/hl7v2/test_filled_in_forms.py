"""A form that registers for a board and comes as a finished result (OBR-25 F), as an EPD sends a list of questions that was filled in."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingReferral, IncomingResult

from .few_lines import read

DONE = f"OBR|1|F1||MDO^Aanmelding MDO mamma^L|||20260302{'|' * 18}F"
FORM = ("OBX|1|TX|1^Vraagstelling aan MDO^L||Neoadjuvant?||||||F", "OBX|2|ST|2^WHO^L||1||||||F", "OBX|3|ST|3^cT^L||2||||||F")


def test_it_is_a_referral_with_all_its_answers() -> None:
    found = read("ORU^R01", DONE, *FORM)
    assert isinstance(found, IncomingReferral)
    assert (found.question_board, found.number) == ("Neoadjuvant?", "F1")
    assert {"WHO": "1", "cT": "2"}.items() <= {fact.label: fact.text for fact in found.facts}.items()


@pytest.mark.parametrize(
    "lines",
    [
        (DONE, *FORM, "OBX|4|TX|4^Advies MDO^L||Eerst opereren||||||F"),
        (DONE, *FORM, "OBX|4|TX|4^Aanbeveling^L||Eerst opereren||||||F"),
        (DONE, *FORM[1:]),
        ("ORC|RE|F1", DONE, *FORM),
        (DONE.replace("Aanmelding MDO", "MDO"), *FORM),
        (DONE.replace("Aanmelding MDO", "Verslag MDO aanmelding"), *FORM),
    ],
    ids=["answered by the board", "recommended", "no question", "said to be a result", "no registration", "a report"],
)
def test_what_may_be_the_answer_of_a_board_is_a_result(lines: tuple[str, ...]) -> None:
    assert isinstance(read("ORU^R01", *lines), IncomingResult)


@pytest.mark.parametrize(
    "name", ["CT thorax (aanvraag MDO long)", "Histologie biopt, aanmelding MDO", "Coloscopie t.b.v. aanmelding MDO"]
)
def test_an_examination_that_says_for_what_it_was_made_registers_nobody(name: str) -> None:
    done = DONE.replace("Aanmelding MDO mamma", name)
    found = read("ORU^R01", done, "OBX|1|TX|1^Vraagstelling^L||Metastasen?||||||F", "OBX|2|TX|2^Bevindingen^L||Geen||||||F")
    assert isinstance(found, IncomingResult)


@pytest.mark.parametrize("state", ["P", "I", "S", "R"])
def test_one_that_somebody_is_still_filling_in_registers_nobody_yet(state: str) -> None:
    assert isinstance(read("ORU^R01", f"{DONE.removesuffix('F')}{state}", *FORM), IncomingResult)
    assert isinstance(read("ORU^R01", f"{DONE.removesuffix('F')}C", *FORM), IncomingReferral)
