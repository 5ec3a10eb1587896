"""A server that says when to come back is not asked before, and within a quarter of an hour whatever it says."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import InformationRequest
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.link import Link
from mdo_portal.domain.pull import OutgoingQuestion
from mdo_portal.exchange import NotPulled, Receipt, ReceiptKind
from mdo_portal.services.inbox import polls
from mdo_portal.services.referrals import questions
from tests import make
from tests.make import NOW
from tests.people import Region

SECONDS = timedelta(seconds=1)


def test_a_server_that_is_searched_is_not_asked_before(session: Session, zeed: Hospital) -> None:
    link = session.scalars(select(Link).where(Link.hospital_id == zeed.id)).one()
    poll = polls.register(session, link, "ServiceRequest?status=active", every=300 * SECONDS, now=NOW)
    claimed = polls.claim(session, now=NOW)
    assert claimed is not None

    polls.not_looked(session, claimed, NotPulled("unreachable", again=True, wait_seconds=600), now=NOW)

    assert poll.next_at == NOW + 600 * SECONDS


def test_nor_is_one_that_gets_a_question(session: Session, region: Region, zeed: Hospital) -> None:
    case = make.case(session, zeed, board_id=region.boards["URO-P"])
    asked = InformationRequest(case_id=case.id, asked_at=NOW, asked_by=region.aisha.person_id, text="Is er een MRI?")
    session.add(asked)
    session.flush()
    waits = OutgoingQuestion(id=asked.id, case_id=case.id, hospital_id=zeed.id, next_attempt_at=NOW)
    session.add(waits)
    claimed = questions.claim(session, now=NOW)
    assert claimed is not None

    questions.settle(session, claimed, Receipt(ReceiptKind.LATER, "503", wait_seconds=600), now=NOW)

    assert waits.next_attempt_at == NOW + 600 * SECONDS
