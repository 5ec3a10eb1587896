"""A board chooses that values without a report do not ask for a look; what else comes for the same case always does."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import ORDERED, Fact, IncomingResult, Section
from mdo_portal.services.cases import unseen
from mdo_portal.services.cases.worklist_rows import Filter
from mdo_portal.services.referrals import case_acts
from tests import make
from tests.people import Region
from tests.services.unseen_house import ARRIVALS, HOUR, LATER, NUMBER, PSA, REPORT, WHO, a_result, arrives, put

FOLDED = Filter(folded=True)


@pytest.fixture
def case(session: Session, region: Region, zeed: Hospital) -> Case:
    session.get_one(Board, region.boards["URO-P"]).folds_values = True
    made = make.case(session, zeed, patient=WHO, number=NUMBER, facts=(*make.COMPLETE, PSA), documents=(REPORT,))
    put(session, made, CaseState.DELIVERED)
    return made


def value(text: str = "92 umol/l", section: Section = Section.OTHER, label: str = "Kreatinine", **over: str) -> IncomingResult:
    return a_result(Fact(section, text, label, key=over.pop("key", "K1/KR"), **over))


def counts(session: Session, region: Region) -> tuple[int, int, int]:
    """Rows that ask, rows with the folded ones along, and how many of those are said to be folded."""
    viewer = region.aisha
    listed = unseen.rows(session, viewer, Filter()), unseen.rows(session, viewer, FOLDED)
    assert len(listed[0]) == unseen.count(session, viewer)
    return len(listed[0]), len(listed[1]), unseen.folded(session, viewer, Filter())


def test_values_alone_are_folded_and_one_look_at_the_fold_shows_them(
    session: Session, region: Region, zeed: Hospital, case: Case
) -> None:
    arrives(session, zeed, value())
    arrives(session, zeed, value("0,1 ug/l", Section.MARKER, "PSA", key="F9/PSA"), at=LATER + HOUR)

    assert counts(session, region) == (0, 1, 1)
    (row,) = unseen.rows(session, region.aisha, FOLDED)
    assert row.only_values and len(row.came) == 2


def test_the_name_of_an_order_beside_its_values_changes_nothing_and_alone_it_asks(
    session: Session, region: Region, zeed: Hospital, case: Case
) -> None:
    ordered = Fact(Section.OTHER, "Laboratorium", ORDERED, key="L1/#")
    arrives(session, zeed, a_result(ordered, *value().facts))
    assert counts(session, region) == (0, 1, 1)

    arrives(session, zeed, a_result(Fact(Section.OTHER, "Revisie coupes", ORDERED, key="L2/#")), at=LATER + HOUR)
    assert counts(session, region) == (1, 1, 0)


def test_a_board_that_did_not_choose_sees_them_as_before(session: Session, region: Region, zeed: Hospital, case: Case) -> None:
    session.get_one(Board, region.boards["URO-P"]).folds_values = False

    arrives(session, zeed, value())

    assert counts(session, region) == (1, 1, 0)


@pytest.mark.parametrize("what", sorted(ARRIVALS.keys() - {"a new result"}))
def test_all_else_that_comes_asks_whatever_values_came_before_and_after(
    session: Session, region: Region, zeed: Hospital, case: Case, what: str
) -> None:
    arrives(session, zeed, value())
    arrives(session, zeed, ARRIVALS[what], at=LATER + HOUR)
    arrives(session, zeed, value("95 umol/l", key="K2/KR"), at=LATER + 2 * HOUR)

    assert counts(session, region) == (1, 1, 0)


@pytest.mark.parametrize(
    "told",
    [
        value("cT3b", label="Stadium"),
        value("7", Section.PATHOLOGY, "Gleason"),
        value("3", Section.IMAGING, "PI-RADS"),
        value("afwijkend, zie verslag"),
        value("12 (sterk verhoogd; overleg met de patholoog)"),
        value("12 verhoogd"),
        value("4+4=8"),
        value("92 umol/l", status="corrected"),
        value(""),
    ],
    ids=[
        "words",
        "pathology",
        "imaging",
        "a remark",
        "a number with a remark",
        "a number with a word",
        "a sum",
        "corrected",
        "nothing",
    ],
)
def test_what_is_more_than_a_number_with_its_unit_is_no_loose_value(
    session: Session, region: Region, zeed: Hospital, case: Case, told: IncomingResult
) -> None:
    arrives(session, zeed, told)

    assert counts(session, region) == (1, 1, 0)


@pytest.mark.parametrize("text", ["92", "<0,1 ug/l", "> 90 ml/min/1,73m2", "12.4 µg/L", "-2,1", "1.2 10*9/l", "14 %", "3 cm"])
def test_a_number_as_laboratories_write_it_is_a_loose_value(
    session: Session, region: Region, zeed: Hospital, case: Case, text: str
) -> None:
    arrives(session, zeed, value(text))

    assert counts(session, region) == (0, 1, 1)


def test_seen_ends_what_asked_and_later_values_are_folded_again(
    session: Session, region: Region, zeed: Hospital, case: Case
) -> None:
    arrives(session, zeed, ARRIVALS["an addendum"])
    arrives(session, zeed, value(), at=LATER + HOUR)
    unseen.seen(session, case, until=LATER, viewer=region.aisha, now=LATER + 2 * HOUR)
    assert counts(session, region) == (0, 1, 1)

    unseen.not_seen(session, case, viewer=region.aisha, now=LATER + 2 * HOUR)
    assert counts(session, region) == (1, 1, 0)

    unseen.seen(session, case, until=LATER + HOUR, viewer=region.aisha, now=LATER + 3 * HOUR)
    assert counts(session, region) == (0, 0, 0)
    arrives(session, zeed, value("95 umol/l", key="K2/KR"), at=LATER + 4 * HOUR)
    assert counts(session, region) == (0, 1, 1)


def test_a_case_that_goes_back_to_the_work_list_leaves_the_fold_too(
    session: Session, region: Region, zeed: Hospital, case: Case
) -> None:
    arrives(session, zeed, value())

    case_acts.reopen(session, case, "toch bespreken", viewer=region.aisha, now=LATER + HOUR)

    assert counts(session, region) == (0, 0, 0)
