"""What registers for a board by other words than `aanmelding`: of a patient who is not here it would be read and forgotten."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingReferral

from .few_lines import read

ASKS = "OBX|1|TX|B^Tekst||Vraagstelling: borstsparend?||||||F"
QUESTION = "OBX|1|TX|V^Vraagstelling||Borstsparend?||||||F"
TITLES = [
    "Multidisciplinair overleg aanvraag",
    "Aanvraag bespreking MDO",
    "Verzoek MDO mamma",
    "MDO-verzoek",
    "Inbreng MDO mamma",
    "MDO inbrengformulier",
    "Aanmelden MDO",
    "Agendering MDO",
    "Ter bespreking MDO",
    "Aanmelding MDT",
    "Aanvraag oncologieoverleg",
    "Aanmelding mammabespreking",
]
OTHER_TITLES = [
    "Verslag aanvraag MDO",
    "Verzoek om uitslag MDO",
    "MDO-formulier",
    "Aanvraag CT",
    "Inbreng familie",
    "Brief na MDO",
]
TAKEN_BACK = ["Annulering aanmelding MDO", "Aanmelding MDO geannuleerd", "Intrekking verzoek MDO"]


def is_referral(kind: str, *lines: str) -> bool:
    return isinstance(read(kind, *lines), IncomingReferral)


@pytest.mark.parametrize("title", TITLES)
def test_a_document_that_registers_by_another_word_is_a_referral(title: str) -> None:
    assert is_referral("MDM^T02", f"TXA|1|X^{title}|TX|||||||D1||||||LA", ASKS)
    assert is_referral("ORU^R01", f"OBR|1|A1||X^{title}", ASKS)


@pytest.mark.parametrize("title", [*OTHER_TITLES, *TAKEN_BACK])
def test_one_that_tells_of_it_or_takes_it_back_is_none(title: str) -> None:
    assert not is_referral("MDM^T02", f"TXA|1|X^{title}|TX|||||||D1||||||LA", ASKS)


def test_a_sentence_with_such_a_word_registers_nobody() -> None:
    said = "Na het MDO werd aan de huisarts een aanvraag voor een scan gestuurd"
    assert not is_referral("ORU^R01", f"NTE|1||{said}")
    assert not is_referral("ORU^R01", f"OBR|1|A1||X^{said}", ASKS)


def test_a_document_without_a_notification_registers_by_its_own_name_or_that_of_its_order() -> None:
    assert is_referral("MDM^T02", "OBX|1|FT|B^Aanmelding MDO long||Vraagstelling: PET?||||||F")
    assert is_referral("MDM^T02", "OBR|1|A1||X^Aanmelding MDO long", ASKS)
    assert is_referral("MDM^T02", "OBR|1|A1||X^Aanmelding MDO long", "TXA|1|BR^Brief|TX|||||||D1||||||LA", ASKS)
    assert not is_referral("MDM^T02", "OBX|1|FT|B^Brief||Vraagstelling: PET?||||||F")


def test_an_order_that_is_called_after_a_board_and_has_a_question_is_a_referral() -> None:
    assert is_referral("ORU^R01", "OBR|1|A1||X^MDO mamma", QUESTION)
    assert is_referral("ORU^R01", "OBR|1|A1||X^MDO mamma", QUESTION, "OBX|2|TX|VG^Voorgeschiedenis||DM2||||||F")


@pytest.mark.parametrize(
    "lines",
    [
        ("OBR|1|A1||X^MDO mamma", QUESTION, "OBX|2|TX|A^MDO-advies||Ablatio||||||F"),
        ("OBR|1|A1||X^Terugkoppeling MDO", QUESTION),
        ("OBR|1|A1||X^MDO mamma" + "|" * 21 + "F", QUESTION),
        ("ORC|RE|A1", "OBR|1|A1||X^MDO mamma", QUESTION),
        ("OBR|1|A1||CT^CT thorax", QUESTION),
    ],
)
def test_one_that_was_discussed_is_done_or_asks_no_board_is_none(lines: tuple[str, ...]) -> None:
    assert not is_referral("ORU^R01", *lines)
