"""Who is around a patient, in a form of one text: several on one line, and what is nobody's name."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import Incoming

from .few_lines import read

ASKS = ("ORC|NW|A1", "OBR|1|A1||AANM^Aanmelding MDO Long")
LINE = "Behandelaar: dr. A. de Boer{0}Casemanager: Mieke de Wit, tel. 06-12345678{0}Huisarts: drs. C. Mol"


def contact(found: Incoming, role: str = "treating") -> str:
    return str(getattr(found, role).name)


@pytest.mark.parametrize("between", ["; ", "\t", "    ", " \\F\\ "])
def test_several_people_on_one_line_are_each_heard(between: str) -> None:
    found = read("ORU^R01", *ASKS, f"OBX|1|FT|B^Formulier||{LINE.format(between)}\\.br\\Vraagstelling: SBRT?")
    said = [contact(found, role) for role in ("treating", "case_manager", "gp")]
    assert said == ["dr. A. de Boer", "Mieke de Wit", "drs. C. Mol"]


@pytest.mark.parametrize("function", ["Verpleegkundig Specialist", "Team Long", "Radiotherapeut-Oncoloog Zuid team"])
def test_what_somebody_does_is_nobodys_name(function: str) -> None:
    found = read("ORU^R01", *ASKS, f"OBX|1|FT|B^Formulier||Behandelaar: {function}\\.br\\Vraagstelling: SBRT?")
    assert contact(found) == ("Team Long" if function == "Team Long" else "")


def test_somebody_called_so_keeps_the_name() -> None:
    found = read("ORU^R01", *ASKS, "OBX|1|FT|B^Formulier||Behandelaar: dr. W. Aarts\\.br\\Vraagstelling: SBRT?")
    assert contact(found) == "dr. W. Aarts"
