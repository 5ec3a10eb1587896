"""A notice that was taken back, and one under the same number that came since: what was being fetched for the first is not the second's."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.pull import Pull, PullState
from mdo_portal.exchange import IncomingNotice, NotPulled, Pulled
from mdo_portal.services.inbox import pulls
from mdo_portal.services.inbox.pulls import ClaimedPull
from tests.make import NOW
from tests.people import Region


def _noticed(session: Session, region: Region, notice: IncomingNotice) -> None:
    pulls.noticed(session, notice, region.links["ZEED"].link_id, message_id=uuid.uuid4(), now=NOW)


def _claimed(session: Session) -> ClaimedPull:
    claimed = pulls.claim(session, now=NOW)
    assert claimed is not None
    return claimed


def _two_under_one_number(session: Session, region: Region) -> tuple[ClaimedPull, ClaimedPull]:
    """The first is taken back while a worker fetches what it says; another worker begins with the second."""
    _noticed(session, region, IncomingNotice("N1", fetches=("Patient/mistaken",)))
    first = _claimed(session)
    _noticed(session, region, IncomingNotice("N1", cancelled=True))
    _noticed(session, region, IncomingNotice("N1", fetches=("Patient/meant",)))
    return first, _claimed(session)


def _fetched(session: Session, claimed: ClaimedPull) -> bool:
    bundle = f"what {claimed.notice.fetches[0]} has".encode()
    return pulls.fetched(session, claimed, Pulled(bundle, resources=1, requests=1), now=NOW + timedelta(minutes=1))


def test_what_was_taken_back_while_it_was_fetched_is_not_kept_under_the_notice_that_came_since(
    session: Session, region: Region
) -> None:
    first, second = _two_under_one_number(session, region)

    assert not _fetched(session, first)
    assert session.scalar(select(func.count()).select_from(InboundMessage)) == 0
    assert _fetched(session, second)
    assert session.scalars(select(Pull.state)).one() is PullState.DONE


def test_that_the_first_cannot_be_had_does_not_end_the_second(session: Session, region: Region) -> None:
    first, second = _two_under_one_number(session, region)

    pulls.not_fetched(session, first, NotPulled("refused", again=False), now=NOW)

    assert session.scalars(select(Pull.state)).one() is PullState.WAITING
    assert _fetched(session, second)
