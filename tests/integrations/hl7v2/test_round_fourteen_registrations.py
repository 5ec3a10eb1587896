"""What the fourteenth round of messages showed of registrations: taken back and not heard, asked and not heard, heard and never asked.

What is marked fails on the reader as it is. Most harm first: a case that stays, or never comes, on the list.
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


@pytest.mark.parametrize(
    "line",
    [f"{QUESTION}F", f"{QUESTION}X", f"{QUESTION}D", "NTE|1||Patiënt overleden"],
    ids=["as it was", "not obtained", "deleted", "why"],
)
def test_a_registration_that_is_cancelled_without_an_orc_is_off_the_list(line: str) -> None:
    found = read("ORU^R01", order("X"), line)
    assert isinstance(found, IncomingReferral) and found.cancelled
    assert found.question_board == ""


def test_a_registration_that_is_cancelled_says_why_in_a_note_or_a_line() -> None:
    assert registration(order("X"), "NTE|1||Patiënt overleden").cancel_reason == "Patiënt overleden"
    assert registration(order("X"), "OBX|1|TX|R^Reden annulering||Elders behandeld||||||F").cancel_reason == "Elders behandeld"


def test_an_order_of_a_scan_that_is_cancelled_beside_the_registration_leaves_it() -> None:
    found = registration(order(""), QUESTION, "OBR|2|A2||CT^CT thorax" + "|" * 21 + "X")
    assert not found.cancelled and found.question_board == "Bestralen?"


def test_a_report_that_a_referral_rests_on_may_be_cancelled_and_the_referral_stands() -> None:
    found = registration("RF1|A|R|MDO||||R1", order("X", "F9", "CT^CT thorax"), kind="REF^I12")
    assert not found.cancelled


def test_a_registration_that_is_cancelled_with_its_reason_is_off_the_list() -> None:
    found = read("ORU^R01", order("X"), "OBX|1|TX|R^Reden annulering||Elders behandeld||||||F")
    assert isinstance(found, IncomingReferral) and found.cancelled


@pytest.mark.parametrize("status", ["W", "D"])
def test_a_registration_of_which_every_line_is_taken_back_is_no_registration(status: str) -> None:
    assert registration(order("C"), f"{QUESTION}{status}").cancelled


def test_one_answer_that_is_deleted_takes_no_registration_along() -> None:
    """In a message of its own: it holds no more than what changed."""
    found = read("ORU^R01", order("C"), "OBX|1|TX|T^Telefoon thuis||||||||D")
    assert not (isinstance(found, IncomingReferral) and found.cancelled)
    assert not registration(order("C"), QUESTION, "OBX|2|TX|T^Telefoon thuis||||||||D").cancelled


@pytest.mark.parametrize("line", ["Status aanmelding||Ontvangen", "Status tumor||Vervallen", "Aanmelding||Ingetrokken"])
def test_of_another_state_or_thing_it_takes_nothing_back(line: str) -> None:
    assert not registration(order(""), QUESTION, f"OBX|2|TX|S^{line}").cancelled


def test_a_form_that_says_that_the_registration_is_withdrawn_takes_it_back() -> None:
    assert registration(order(""), "OBX|1|TX|S^Status aanmelding||Ingetrokken").cancelled


@pytest.mark.parametrize("title", ["Aanmelding MDO vervallen", "MDO aanmelding afgewezen", "MDO-aanmelding gesloten"])
@pytest.mark.parametrize("kind", ["ORU^R01", "MDM^T02"])
def test_a_title_that_says_that_a_registration_is_over_registers_nobody(kind: str, title: str) -> None:
    assert not is_open(kind, title)


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


@pytest.mark.parametrize(
    "title",
    [
        "Aanmelding t.b.v. MDO Long", "Verwijzing naar MDO Long", "Aanmelding MDO Long na PET-CT", "Aanmelding MDO Long na MDO Mamma",
        "Aanmelding MDO Long ter bevestiging diagnose", "Aanvraag MDO Long en CT", "Aanvraag bespreking patiënt t.b.v. MDO",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["ORU^R01", "MDM^T02"])
def test_what_is_still_a_registration(kind: str, title: str) -> None:
    assert is_open(kind, title)


def is_open(kind: str, title: str) -> bool:
    """Whether a message of this title puts somebody on the list."""
    titled = f"OBR|1|A1||X^{title}" if kind.startswith("ORU") else f"TXA|1|X^{title}|TX|20261110||||||||D1"
    found = read(kind, titled, "OBX|1|TX|T^Tekst||Zie de brief.")
    return isinstance(found, IncomingReferral) and not found.cancelled


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
    found = read(kind, titled, form)
    assert isinstance(found, IncomingReferral) and found.question_board == "Opereren?"


@pytest.mark.parametrize(
    "text",
    [
        "Zie de brief.",
        "Vraagstelling: Opereren?\\.br\\Conclusie: bestralen.",
        "Vraagstelling: Opereren?\\.br\\Advies MDO: bestralen.",
    ],
    ids=["nothing asked", "concluded", "advised"],
)
@pytest.mark.parametrize("kind", ["ORU^R01", "MDM^T02"])
def test_a_discussion_that_asks_nothing_or_has_its_answer_is_a_report(kind: str, text: str) -> None:
    titled = "OBR|1|A1||X^Bespreking MDO Long" if kind.startswith("ORU") else "TXA|1|X^Bespreking MDO Long|TX|20261110||||||||D1"
    assert isinstance(read(kind, titled, f"OBX|1|FT|F^Verslag van de dag||{text}"), IncomingResult)


def numbers(*lines: str) -> tuple[str, str, bool]:
    found = registration(*lines, kind="ORM^O01")
    return found.number, found.order_number, found.is_new_order


def test_two_boards_of_one_group_are_known_by_their_orders() -> None:
    """A scan of the group tells of the referral of its board, and has no number of its own."""
    assert numbers("ORC|NW|A2||G77", "OBR|1|A2||MDOL^MDO Long") == ("G77", "A2", True)
    assert numbers("ORC|XO|A3||G77", "OBR|1|A3||MDOG^MDO Genetica") == ("G77", "A3", False)
    assert numbers("ORC|NW|A4||G77", "OBR|1|A4||CT^CT thorax") == ("G77", "", False)
    assert numbers("ORC|NW|A2", "OBR|1|A2||MDOL^MDO Long") == ("A2", "", False)
    scan_first = ("ORC|NW|A4||G77", "OBR|1|A4||CT^CT thorax", "ORC|NW|A2||G77", "OBR|2|A2||MDOL^MDO Long")
    assert numbers(*scan_first) == ("G77", "A2", True)


@pytest.mark.parametrize("lines", [(f"OBR|1||F77|{NAME}",), ("ORC|NW||F77", f"OBR|1|||{NAME}")], ids=["OBR-3", "ORC-3"])
def test_a_registration_is_known_by_the_number_of_who_made_it(lines: tuple[str, ...]) -> None:
    assert registration(*lines, f"{QUESTION}F").number == "F77"


def test_of_a_report_that_is_cancelled_whole_nothing_stands() -> None:
    found = read("ORU^R01", order("X", "F9", "CT^CT thorax"), "OBX|1|TX|V^Verslag||Vervallen: verkeerde patiënt||||||X")
    assert isinstance(found, IncomingResult) and "F9/CT" in found.withdrawn


def test_a_letter_goes_to_the_referral_that_it_answers() -> None:
    found = read("MDM^T02", "TXA|1|BR^Brief|TX|20261110||||||||D1||A77", "OBX|1|TX|T^Tekst||Zie de brief.")
    assert isinstance(found, IncomingResult) and found.referral_number == "A77"


@pytest.mark.parametrize(
    ("segments", "number"),
    [
        (("TXA|1|BR^Brief|TX|20261110||||||||D1||",), "D1"),
        (("TXA|1|BR^Brief|TX|20261110||||||||D1||777^Wit^Anna^^^dr.",), "D1"),
        (("ORC|RE|A5", "TXA|1|BR^Brief|TX|20261110||||||||D1||A77"), "A5"),
    ],
    ids=["none", "somebody stands there", "its order says so itself"],
)
def test_without_a_number_there_it_goes_by_what_it_has(segments: tuple[str, ...], number: str) -> None:
    found = read("MDM^T02", *segments, "OBX|1|TX|T^Tekst||Zie de brief.")
    assert isinstance(found, IncomingResult) and found.referral_number == number


def test_a_report_goes_by_no_number_of_who_made_it() -> None:
    found = read("ORU^R01", "OBR|1||F9|CT^CT thorax", "OBX|1|TX|V^Verslag||Geen afwijkingen||||||F")
    assert isinstance(found, IncomingResult) and found.referral_number == ""


def test_of_a_report_that_is_cancelled_with_a_result_under_it_all_stands() -> None:
    found = read("ORU^R01", order("X", "F9", "CT^CT thorax"), "OBX|1|TX|V^Verslag||Massa 12 mm||||||F")
    assert isinstance(found, IncomingResult) and found.withdrawn == ()


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
