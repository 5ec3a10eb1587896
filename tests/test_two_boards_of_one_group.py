"""Two boards that an EPD asks in one group of orders (ORC-4), each in a message of its own: two cases, and each is taken back alone."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.inbound import InboundState
from tests.make import NOW
from tests.people import Region
from tests.reception_house import hand_in, rows, understand_all

HOUR = timedelta(hours=1)
LUNG, GENES = "MDOL^MDO Long", "MDOG^MDO Genetica"


def order(control: str, number: str, name: str, question: str = "", *, group: str = "G77", sent: str = "") -> bytes:
    sent = sent or f"{control}{number}{question}"
    lines = [
        f"MSH|^~\\&|ZEED-EPD|ZEED|MDO|NET|20260302121500+0100||ORM^O01|{sent}|P|2.5|||||NLD|UNICODE UTF-8",
        "PID|1||12345^^^ZEED^PI||van Voorbeeld^A^B^^^^L||19600101|F",
        f"ORC|{control}|{number}||{group}",
        f"OBR|1|{number}||{name}{'|' * 27}^{question}",
    ]
    return "".join(f"{line}\r" for line in lines).encode()


def told(database: Database, region: Region, *messages: bytes) -> dict[str, tuple[str, CaseState]]:
    """The question and the state of each case, by its number, when these came."""
    for at, raw in enumerate(messages):
        hand_in(database, region, raw, now=NOW + at * HOUR)
        understand_all(database, now=NOW + at * HOUR)
    ours = select(Case).where(Case.referral_number.in_(["G77", "A2", "A3", "A4", "A5"]))
    with database.transaction() as session:
        return {one.referral_number: (one.question_board, one.state) for one in session.scalars(ours)}


def questions(database: Database, region: Region, *messages: bytes) -> dict[str, str]:
    return {number: question for number, (question, _) in told(database, region, *messages).items()}


def test_each_keeps_its_own_question_and_is_told_again_under_its_own_order(database: Database, region: Region) -> None:
    first, second = order("NW", "A2", LUNG, "SBRT?"), order("NW", "A3", GENES, "BRCA?")
    assert questions(database, region, first, second) == {"G77": "SBRT?", "A3": "BRCA?"}
    again = (order("XO", "A3", GENES, "BRCA of Lynch?"), order("XO", "A2", LUNG, "SBRT of operatie?"))
    assert questions(database, region, *again) == {"G77": "SBRT of operatie?", "A3": "BRCA of Lynch?"}


def test_one_that_is_taken_back_leaves_the_other(database: Database, region: Region) -> None:
    asked = (order("NW", "A2", LUNG, "SBRT?"), order("NW", "A3", GENES, "BRCA?"), order("CA", "A3", GENES))
    states = {number: state for number, (_, state) in told(database, region, *asked).items()}
    assert states["A3"] == CaseState.WITHDRAWN and states["G77"] != CaseState.WITHDRAWN


def test_one_that_never_came_takes_back_no_other(database: Database, region: Region) -> None:
    states = told(database, region, order("NW", "A2", LUNG, "SBRT?"), order("CA", "A3", GENES))
    assert states["G77"][1] != CaseState.WITHDRAWN
    assert [one.state for one in rows(database)] == [InboundState.UNDERSTOOD, InboundState.UNREADABLE]


def test_the_same_board_asked_anew_in_its_group_is_the_same_case(database: Database, region: Region) -> None:
    """A new number for what was asked already: a second case would be the same patient twice on one list."""
    asked = (order("NW", "A2", LUNG, "SBRT?"), order("NW", "A5", LUNG, "SBRT of chemo?"))
    assert questions(database, region, *asked) == {"G77": "SBRT of chemo?"}


def test_another_board_of_the_same_order_is_the_same_case(database: Database, region: Region) -> None:
    """Who asked mended the board: the case says that another is asked now."""
    asked = (order("NW", "A2", LUNG, "SBRT?"), order("NW", "A2", GENES, "BRCA?", sent="M2"))
    assert questions(database, region, *asked) == {"G77": "BRCA?"}


def test_a_scan_of_the_group_makes_no_case(database: Database, region: Region) -> None:
    asked = (order("NW", "A2", LUNG, "SBRT?"), order("NW", "A4", "CT^CT thorax"))
    assert questions(database, region, *asked) == {"G77": "SBRT?"}
