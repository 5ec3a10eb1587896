"""A case that is over is put before its board once more: the same case, with all that was told and decided."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import OVER, WAITING, Case, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import RoundOutcome
from mdo_portal.errors import IllegalMove
from mdo_portal.services.cases import worklist
from mdo_portal.services.cases.worklist_rows import Filter
from mdo_portal.services.dossier import known_referrals
from mdo_portal.services.referrals import case_acts, questions
from tests import make
from tests.people import Region
from tests.services.ended import end
from tests.services.unseen_house import (
    ARRIVALS,
    HOUR,
    LATER,
    NUMBER,
    PSA,
    REPORT,
    WHO,
    arrives,
    each_state,
    put,
)


@pytest.fixture
def case(session: Session, zeed: Hospital) -> Case:
    return make.case(session, zeed, patient=WHO, number=NUMBER, facts=(*make.COMPLETE, PSA), documents=(REPORT,))


def reopen(session: Session, region: Region, case: Case) -> None:
    case_acts.reopen(session, case, "nieuwe vraag", viewer=region.aisha, now=LATER + HOUR)
    session.flush()


def test_without_a_board_it_lacks_one_however_complete_it_is(session: Session, region: Region, case: Case) -> None:
    case.board_id = None
    case_acts.withdraw(session, case, "op verzoek", viewer=region.aisha, now=LATER)

    reopen(session, region, case)

    assert (case.missing, case.state) == ([], CaseState.INCOMPLETE)


def test_a_case_that_is_over_waits_again_with_all_that_was_told(
    session: Session, region: Region, zeed: Hospital, case: Case
) -> None:
    for state in each_state(session, case):
        if state not in OVER:
            with pytest.raises(IllegalMove):
                reopen(session, region, case)
            continue
        arrives(session, zeed, ARRIVALS["a new question under the same number"])
        if case.state not in WAITING:  # what was withdrawn stands on the work list as soon as the hospital asks again
            reopen(session, region, case)

        assert case.state in WAITING
        assert (case.question_board, case.waits_unseen) == ("Toch bestralen?", None)
        assert [one.id for one in worklist.page(session, region.aisha, Filter())] == [case.id]


def test_a_decided_case_that_is_discussed_once_more_keeps_its_decision_and_gets_the_next_round(
    session: Session, region: Region, zeed: Hospital, case: Case
) -> None:
    meeting = session.get_one(Meeting, region.meeting)
    first = make.signed(
        session,
        make.discussed(session, make.planned(session, case, meeting, viewer=region.aisha), viewer=region.bram),
        viewer=region.bram,
    )
    before = dict(first.content)
    arrives(session, zeed, ARRIVALS["a new question under the same number"])

    reopen(session, region, case)
    again = make.planned(session, case, meeting, viewer=region.aisha, now=LATER + HOUR)
    second = make.signed(
        session, make.discussed(session, again, viewer=region.bram, now=LATER + HOUR), viewer=region.bram, now=LATER + HOUR
    )

    assert again.number == 2
    assert first.content == before
    assert second.round_id != first.round_id
    assert (second.content["question"], case.state) == ("Toch bestralen?", CaseState.DECIDED)


def test_a_redirected_case_can_come_back(session: Session, region: Region, zeed: Hospital, case: Case) -> None:
    round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    end(session, round_, RoundOutcome.REDIRECTED, viewer=region.bram)

    case_acts.reopen(session, case, "hoort toch hier", viewer=region.aisha, now=LATER)

    assert case.state in (CaseState.READY, CaseState.INCOMPLETE)
    assert known_referrals.numbered(session, zeed, NUMBER) is case


def test_without_a_reason_nothing_happens(session: Session, region: Region, case: Case) -> None:
    put(session, case, CaseState.CLOSED)

    with pytest.raises(IllegalMove):
        case_acts.reopen(session, case, " ", viewer=region.aisha, now=LATER)

    assert case.state is CaseState.CLOSED


def test_a_question_that_nobody_answered_is_asked_still(session: Session, region: Region, case: Case) -> None:
    """It was called ready, and the referrer was still asked."""
    questions.ask(session, case, "Is er een PSMA-PET?", viewer=region.aisha, now=LATER)
    case_acts.withdraw(session, case, "op verzoek", viewer=region.aisha, now=LATER)

    reopen(session, region, case)

    assert case.state is CaseState.INFORMATION_REQUESTED
