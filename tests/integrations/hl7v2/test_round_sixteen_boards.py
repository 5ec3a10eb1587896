"""Boards whose name is three letters (MOC, RCP) are those letters as a word: an ERCP, a blood culture and a coagulation are none."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingReferral, IncomingResult

from .few_lines import read, refers

EXAMINATIONS = ["ERCP", "MRCP", "Hemocultuur", "Thermocoagulatie", "Hemochromatose"]


@pytest.mark.parametrize("name", EXAMINATIONS)
def test_an_examination_with_these_letters_in_it_registers_nobody(name: str) -> None:
    titled = f"TXA|1|CN|TX|20260302||||||||D1||||Aanvraag {name}|AU"
    assert isinstance(read("MDM^T02", titled, "OBX|1|TX|T^Tekst||Vraagstelling: stent?"), IncomingResult)
    assert isinstance(read("ORU^R01", f"OBR|1|A|B|X^{name}", "OBX|1|TX|V^Vraagstelling||Stent?"), IncomingResult)


@pytest.mark.parametrize("name", EXAMINATIONS)
def test_the_board_that_is_asked_beside_it_is_the_board(name: str) -> None:
    scan, board = ("ORC|NW|A1", f"OBR|1|A1||X^{name}"), ("ORC|NW|A2", "OBR|2|A2||M^MDO GE", "NTE|1||Vraag: RT?")
    found = refers(*scan, *board, kind="ORM^O01")
    assert (found.board_hint, found.question_board) == ("MDO GE", "RT?")


@pytest.mark.parametrize(
    "name",
    [
        "Aanvraag MOC digestief",
        "MOC_LONG aanvraag",
        "Demande de RCP thoracique",
        "Aanvraag MOC-bespreking",
        "Aanvraag UroMOC",
        "Aanvraag MOCs",
        "Aanvraag MOC2",
        "Demande RCPmamma",
        "Aanvraag MOC's",
    ],
)
def test_a_board_of_belgium_or_france_is_one(name: str) -> None:
    assert isinstance(read("ORU^R01", f"OBR|1|A|B|X^{name}", "OBX|1|TX|V^Vraagstelling||Stent?"), IncomingReferral)
