"""Open pages hear what changed, who may read a case for instance: under a revision that they do not show yet, else they stay."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.case import InformationRequest
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.pull import OutgoingQuestion
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.keeping import destruction
from mdo_portal.services.people import grants
from mdo_portal.services.referrals import questions
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.services.keeping.test_retention import NOW as LATER
from tests.services.keeping.test_retention import finished
from tests.services.people.test_grants_ending import end, granted


def told(session: Session, topic: str, object_id: object) -> int:
    """The revision under which it is told at the commit; -1 when it is not told."""
    return int(session.info.get("untold", {}).get((topic, str(object_id)), -1))


def test_the_page_of_a_reader_whose_access_is_taken_back_hears_it(session: Session, region: Region, zeed: Hospital) -> None:
    case = make.case(session, zeed)
    grant, shown = granted(session, case), case.revision

    end(session, case, grant.id, region)

    assert told(session, "case", case.id) > shown


def test_the_page_of_the_own_hospital_hears_that_the_glass_was_broken(session: Session, region: Region, zeed: Hospital) -> None:
    case = make.case(session, zeed)
    shown = case.revision

    grants.told(session, case, viewer=region.carla, now=NOW)

    assert told(session, "case", case.id) > shown


def test_the_page_and_the_lists_of_a_case_that_is_destroyed_hear_it(session: Session, region: Region) -> None:
    case = finished(session, region)
    case_id, board_id, hospital_id, shown = case.id, case.board_id, case.hospital_id, case.revision
    session.info.pop("untold", None)

    assert destruction.destroy(session, case_id, now=LATER + timedelta(days=9_000))

    assert told(session, "case", case_id) > shown
    assert (told(session, "worklist", board_id), told(session, "worklist", hospital_id)) != (-1, -1)


@pytest.mark.parametrize("kind", [ReceiptKind.ACCEPTED, ReceiptKind.REFUSED])
def test_the_page_of_a_case_hears_that_its_question_is_there_or_is_refused(
    session: Session, region: Region, zeed: Hospital, kind: ReceiptKind
) -> None:
    case = make.case(session, zeed, board_id=region.boards["URO-P"])
    asked = InformationRequest(case_id=case.id, asked_at=NOW, asked_by=region.aisha.person_id, text="Is er een MRI?")
    session.add(asked)
    session.flush()
    session.add(OutgoingQuestion(id=asked.id, case_id=case.id, hospital_id=zeed.id, next_attempt_at=NOW))
    shown = case.revision
    claimed = questions.claim(session, now=NOW)
    assert claimed is not None

    questions.settle(session, claimed, Receipt(kind, "201"), now=NOW)

    assert told(session, "case", case.id) > shown
