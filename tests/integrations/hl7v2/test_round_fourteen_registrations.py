"""What the fourteenth round of messages showed of registrations: taken back and not heard, asked and not heard, heard and never asked.

Each fails on the reader as it is. Most harm first: a case that stays, or never comes, on the list.
"""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingReferral, IncomingResult

from .few_lines import read

NAME = "AANM^Aanmelding MDO Long"
QUESTION = "OBX|1|TX|1^Vraagstelling||Bestralen?||||||"


def order(state: str, filler: str = "", name: str = NAME, number: str = "A1") -> str:
    """An OBR with this state in OBR-25."""
    return f"OBR|1|{number}|{filler}|{name}|||20261110{'|' * 18}{state}"


def registration(*lines: str, kind: str = "ORU^R01") -> IncomingReferral:
    found = read(kind, *lines)
    assert isinstance(found, IncomingReferral)
    return found


@pytest.mark.xfail(strict=True, reason="OBR-25 X takes a referral back only under an ORC: an ORU mostly has none")
@pytest.mark.parametrize(
    "line",
    [f"{QUESTION}F", f"{QUESTION}X", f"{QUESTION}D", "NTE|1||Patiënt overleden"],
    ids=["as it was", "not obtained", "deleted", "why"],
)
def test_a_registration_that_is_cancelled_without_an_orc_is_off_the_list(line: str) -> None:
    found = read("ORU^R01", order("X"), line)
    assert isinstance(found, IncomingReferral) and found.cancelled
    assert found.question_board == ""


@pytest.mark.xfail(strict=True, reason="with a line under it that names no question it is read as results")
def test_a_registration_that_is_cancelled_with_its_reason_is_off_the_list() -> None:
    found = read("ORU^R01", order("X"), "OBX|1|TX|R^Reden annulering||Elders behandeld||||||F")
    assert isinstance(found, IncomingReferral) and found.cancelled


@pytest.mark.xfail(
    strict=True,
    reason="OBX-11 W is `sent for the wrong patient`: all of the registration is, and it stays to be planned with an empty question",
)
@pytest.mark.parametrize("status", ["W", "D"])
def test_a_registration_of_which_every_line_is_taken_back_is_no_registration(status: str) -> None:
    assert registration(order("C"), f"{QUESTION}{status}").cancelled


@pytest.mark.xfail(strict=True, reason="a registration that says so itself, in a line of its form, stays on the list as new")
def test_a_form_that_says_that_the_registration_is_withdrawn_takes_it_back() -> None:
    assert registration(order(""), "OBX|1|TX|S^Status aanmelding||Ingetrokken").cancelled


@pytest.mark.xfail(
    strict=True, reason="`vervallen`, `afgewezen` and `gesloten` are no words of `undone`: each is a new case to be planned"
)
@pytest.mark.parametrize("title", ["Aanmelding MDO vervallen", "MDO aanmelding afgewezen", "MDO-aanmelding gesloten"])
@pytest.mark.parametrize("kind", ["ORU^R01", "MDM^T02"])
def test_a_title_that_says_that_a_registration_is_over_registers_nobody(kind: str, title: str) -> None:
    assert not is_open(kind, title)


@pytest.mark.xfail(strict=True, reason="words of a registration beside a board make a case, whatever is said of it")
@pytest.mark.parametrize(
    "title",
    [
        "Bevestiging aanmelding MDO", "Ontvangstbevestiging MDO aanmelding", "Aanmelding MDO geaccepteerd", "Antwoord MDO aanmelding",
        "Aanmelding poli na MDO", "Aanmelding operatie conform MDO", "Verwijzing radiotherapie na MDO", "Aanvraag CT t.b.v. MDO",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["ORU^R01", "MDM^T02"])
def test_what_came_of_a_registration_or_of_a_board_is_no_registration(kind: str, title: str) -> None:
    assert not is_open(kind, title)


def is_open(kind: str, title: str) -> bool:
    """Whether a message of this title puts somebody on the list."""
    titled = f"OBR|1|A1||X^{title}" if kind.startswith("ORU") else f"TXA|1|X^{title}|TX|20261110||||||||D1"
    found = read(kind, titled, "OBX|1|TX|T^Tekst||Zie de brief.")
    return isinstance(found, IncomingReferral) and not found.cancelled


@pytest.mark.xfail(strict=True, reason="read as results: of a patient without a case nothing is kept, and nobody is on the list")
@pytest.mark.parametrize(
    "title",
    [
        "Herbespreking MDO Long", "Heraanmelding MDO Long", "Bespreken in MDO", "Vraagstelling MDO", "Vraag voor MDO", "Consult MDO", "Second opinion MDO",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["ORU^R01", "MDM^T02"])
def test_other_words_that_ask_a_board_to_discuss_somebody(kind: str, title: str) -> None:
    titled = f"OBR|1|A1||X^{title}" if kind.startswith("ORU") else f"TXA|1|X^{title}|TX|20261110||||||||D1"
    form = "OBX|1|FT|F^Formulier||Anamnese: hoesten\\.br\\Vraagstelling: Opereren?"
    assert isinstance(read(kind, titled, form), IncomingReferral)


@pytest.mark.xfail(
    strict=True,
    reason="ORC-4 goes before ORC-2: two boards of one group, each in its own message, are one referral, and the second takes the first's question",
)
def test_two_boards_of_one_group_are_two_referrals() -> None:
    lung = registration("ORC|NW|A2||G77", "OBR|1|A2||MDOL^MDO Long", kind="ORM^O01")
    genes = registration("ORC|NW|A3||G77", "OBR|1|A3||MDOG^MDO Genetica", kind="ORM^O01")
    assert lung.number != genes.number


@pytest.mark.xfail(
    strict=True, reason="who sends an ORU is who carried it out: it numbers in OBR-3 or ORC-3; told again, it is a second case"
)
@pytest.mark.parametrize("lines", [(f"OBR|1||F77|{NAME}",), ("ORC|NW||F77", f"OBR|1|||{NAME}")], ids=["OBR-3", "ORC-3"])
def test_a_registration_is_known_by_the_number_of_who_made_it(lines: tuple[str, ...]) -> None:
    assert registration(*lines, f"{QUESTION}F").number == "F77"


@pytest.mark.xfail(strict=True, reason="a line under an order that is cancelled keeps the order: what else was told of it stands")
def test_of_a_report_that_is_cancelled_whole_nothing_stands() -> None:
    found = read("ORU^R01", order("X", "F9", "CT^CT thorax"), "OBX|1|TX|V^Verslag||Vervallen: verkeerde patiënt||||||X")
    assert isinstance(found, IncomingResult) and "F9/CT" in found.withdrawn


@pytest.mark.xfail(
    strict=True,
    reason="a letter goes by its own number (TXA-12), which no referral has, and never by that of the order it answers (TXA-14)",
)
def test_a_letter_goes_to_the_referral_that_it_answers() -> None:
    found = read("MDM^T02", "TXA|1|BR^Brief|TX|20261110||||||||D1||A77", "OBX|1|TX|T^Tekst||Zie de brief.")
    assert isinstance(found, IncomingResult) and found.referral_number == "A77"


@pytest.mark.parametrize("kind", ["", "MDO^MDO aanmelding"], ids=["alone", "beside a kind"])
def test_the_board_may_be_the_category_of_a_referral(kind: str) -> None:
    found = registration(f"RF1|A|R|{kind}||MAM^MDO Mamma|R1", "OBX|1|TX|Q^Vraagstelling||Opereren?", kind="REF^I12")
    assert found.board_hint == "MDO Mamma"


@pytest.mark.parametrize("line", ["OBX|1|CE|M^MDO||L^Longoncologie", "OBX|1|CE|M^Bespreking||L^Longoncologie"])
def test_the_board_may_stand_in_a_line_that_is_called_by_what_it_is(line: str) -> None:
    assert registration("OBR|1|A1||AANM^Aanmelding MDO", line, f"{QUESTION}F").board_hint == "Longoncologie"


@pytest.mark.parametrize("line", ["OBX|1|ST|M^MDO||ja", "OBX|1|TX|M^Bespreking||telefonisch met de patiënt", "OBX|1|CE|M^MDO||J"])
def test_what_else_is_told_of_a_meeting_names_no_board(line: str) -> None:
    assert registration("OBR|1|A1||AANM^Aanmelding MDO", line, f"{QUESTION}F").board_hint == "Aanmelding MDO"
