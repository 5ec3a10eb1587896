"""A clinical document (CDA) inside a message has a title of its own: where only that asks a board, it is a referral all the same."""

from __future__ import annotations

from base64 import b64encode

import pytest

from mdo_portal.exchange import IncomingReferral, IncomingResult

from .few_lines import read

LETTER = (
    '<?xml version="1.0" encoding="UTF-8"?>{before}<ClinicalDocument xmlns="urn:hl7-org:v3">{title}<component><structuredBody><component>'
    "<section><title>Vraagstelling</title><text>Ledemaat te sparen?</text></section></component></structuredBody></component>"
    "</ClinicalDocument>"
)
ASKS = "<title>Aanmelding MDO sarcomen</title>"
TXA = "TXA|1|34133-9^Samenvatting^LN|application|20260301||||||||D1|||||LA"


def packed(title: str, before: str = "") -> str:
    return f"^application^xml^Base64^{b64encode(LETTER.format(title=title, before=before).encode()).decode()}"


@pytest.mark.parametrize("before", ["", "<!-- " + "made by an engine " * 40 + "-->"])
def test_a_document_that_asks_a_board_in_its_own_title_alone_is_a_referral(before: str) -> None:
    found = read("MDM^T02", TXA, f"OBX|1|ED|34133-9^Samenvatting^LN||{packed(ASKS, before)}||||||F")
    assert isinstance(found, IncomingReferral)
    assert (found.number, found.board_hint, found.question_board) == ("D1", "Aanmelding MDO sarcomen", "Ledemaat te sparen?")


def test_so_it_is_as_a_finding_and_in_plain_text() -> None:
    plain = LETTER.format(title=ASKS, before="").replace("&", "\\T\\")
    for value in (packed(ASKS), f"^text^xml^A^{plain}"):
        found = read("ORU^R01", "OBR|1|A1||DOC^Document", f"OBX|1|ED|DOC^Document||{value}||||||F")
        assert isinstance(found, IncomingReferral)
        assert (found.number, found.board_hint) == ("A1", "Aanmelding MDO sarcomen")


@pytest.mark.parametrize(
    "title", ["", "<title>Verslag MDO sarcomen</title>", "<title>Verwijsbrief</title>", "<title>MDO</title>"]
)
def test_any_other_is_a_document(title: str) -> None:
    for lines in ((TXA,), ("OBR|1|A1||DOC^Document",)):
        kind = "MDM^T02" if lines[0] == TXA else "ORU^R01"
        assert isinstance(read(kind, *lines, f"OBX|1|ED|DOC^Document||{packed(title)}||||||F"), IncomingResult)


@pytest.mark.parametrize("between", ["\r", "~", "\\.br\\"], ids=["a bare line end", "a repetition", "an escape"])
def test_its_title_is_heard_however_its_sender_breaks_it_into_lines(between: str) -> None:
    whole = packed(ASKS)
    found = read("ORU^R01", "OBR|1|A1||DOC^Document", f"OBX|1|ED|DOC^Document||{whole[:90]}{between}{whole[90:]}||||||F")
    assert isinstance(found, IncomingReferral)
    assert (found.board_hint, found.question_board) == ("Aanmelding MDO sarcomen", "Ledemaat te sparen?")
