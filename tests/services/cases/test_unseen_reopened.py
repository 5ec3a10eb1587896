"""What came in after an advice and nobody saw, of a case that was asked anew: it is read in the discussion, or stands on the list again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services.cases import cases, unseen
from mdo_portal.services.referrals import case_acts
from tests import make
from tests.people import Region
from tests.services.unseen_house import ARRIVALS, LATER, NUMBER, PSA, REPORT, WHO, arrives, came, put

HOUR = timedelta(hours=1)


@pytest.fixture
def case(session: Session, zeed: Hospital, region: Region) -> Case:
    """Decided; then an addendum of the pathologist came, and the case was asked anew."""
    case = make.case(session, zeed, patient=WHO, number=NUMBER, facts=(*make.COMPLETE, PSA), documents=(REPORT,))
    put(session, case, CaseState.DECIDED)
    arrives(session, zeed, ARRIVALS["an addendum"])
    case_acts.reopen(session, case, "verkeerde regel", viewer=region.aisha, now=LATER + HOUR)
    return case


@pytest.mark.parametrize("by", ["somebody", "the hospital's message"])
def test_where_it_is_not_discussed_after_all_it_stands_on_the_list_again(
    session: Session, region: Region, zeed: Hospital, case: Case, by: str
) -> None:
    """Nobody of the board had read it, and no list showed it any more."""
    assert came(session, region.aisha) == []

    if by == "somebody":
        case_acts.withdraw(session, case, "toch niet", viewer=region.aisha, now=LATER + 2 * HOUR)
    else:
        arrives(session, zeed, ARRIVALS["the referral is taken back"], at=LATER + 2 * HOUR)

    (found,) = came(session, region.aisha)
    assert "document.received" in found and unseen.count(session, region.aisha) == 1


def test_while_it_waits_to_be_discussed_its_page_asks_nobody_to_have_seen_it(
    session: Session, region: Region, case: Case
) -> None:
    assert cases.view(session, case).unseen_since is None
    assert unseen.count(session, region.aisha) == 0


def test_once_it_was_discussed_it_was_read(session: Session, region: Region, meeting: Meeting, case: Case) -> None:
    round_ = make.planned(session, case, meeting, viewer=region.aisha)

    make.discussed(session, round_, viewer=region.bram, now=LATER + 3 * HOUR)

    assert came(session, region.aisha) == []
    assert make.signed(session, round_, viewer=region.bram, now=LATER + 3 * HOUR) and came(session, region.aisha) == []
