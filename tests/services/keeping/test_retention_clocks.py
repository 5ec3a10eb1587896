"""The smaller clocks: letters, messages, drafts, sessions and counts go by their own."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mdo_portal.commands import retention as command
from mdo_portal.database import Database
from mdo_portal.domain.delivery import Delivery
from mdo_portal.domain.draft import Draft
from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.inbound import FeedCount, InboundMessage, InboundState
from mdo_portal.domain.pull import Pull, PullState
from mdo_portal.domain.retention import Kind
from mdo_portal.services.inbox import intake, replaying
from mdo_portal.services.keeping import purging
from mdo_portal.services.people import sessions
from mdo_portal.services.referrals import drafts
from tests import make
from tests.people import Region
from tests.services.keeping_house import LATELY, LONG_AGO, NOW, finished

# The smaller clocks


def test_a_letter_goes_before_its_case_and_its_hash_stays(session: Session, region: Region) -> None:
    case = finished(session, region, at=NOW - timedelta(days=120))

    assert purging.purge(session, Kind.LETTER, now=NOW) == 1

    session.expire_all()
    delivery = session.scalars(select(Delivery).where(Delivery.case_id == case.id)).one()
    assert (delivery.letter_sealed, delivery.letter_sha256, delivery.receipt_code) == (b"", "h", "AA")


def test_a_message_loses_its_bytes_and_keeps_its_metadata_and_what_comes_again_is_kept(session: Session, region: Region) -> None:
    """Nobody could read it: the page says that the hospital must send it again (tests/test_reception_again.py)."""
    arrival = make.arrival(region.links["ZEED"], control_id="M-90", raw=b"MSH|geheim", patient_numbers=(("", "1"),))
    intake.keep(session, [arrival])
    old = NOW - timedelta(days=91)
    session.execute(update(InboundMessage).values(state=InboundState.UNREADABLE, settled_at=old, reason="no_request"))

    assert purging.purge(session, Kind.INBOUND, now=NOW) == 1
    intake.keep(session, [arrival])

    query = select(InboundMessage).order_by(InboundMessage.seq).execution_options(populate_existing=True)
    message, again = session.scalars(query).all()
    assert (message.raw_sealed, message.patient_keys, message.reason, message.doubles) == (b"", [], "no_request", 0)
    assert (again.state, again.control_id) == (InboundState.KEPT, "M-90") and again.raw_sealed
    with pytest.raises(Exception, match="bewaartermijn"):
        replaying.replay(session, message, now=NOW)


def test_a_message_that_nobody_understood_yet_keeps_its_bytes(session: Session, region: Region) -> None:
    intake.keep(session, [make.arrival(region.links["ZEED"], control_id="M-91", at=LONG_AGO)])

    assert purging.purge(session, Kind.INBOUND, now=NOW) == 0


def test_drafts_sessions_and_counts_go_by_their_own_clock(session: Session, region: Region) -> None:
    drafts.save(session, region.dirk, {"family": "x"}, now=NOW - timedelta(days=31))
    drafts.save(session, region.aisha, {"family": "x"}, now=NOW)
    sessions.start_session(session, region.dirk.person_id, region.dirk.hospital_id, proof=make.PROOF, now=LONG_AGO)
    for days in (1, 800):
        day = (NOW - timedelta(days=days)).date()
        session.add(FeedCount(link_id=region.links["ZEED"].link_id, day=day, ignored=1))
    session.flush()

    gone = {kind: purging.purge(session, kind, now=NOW) for kind in (Kind.DRAFT, Kind.SESSION, Kind.FEED_COUNT)}

    assert gone == {Kind.DRAFT: 1, Kind.SESSION: 1, Kind.FEED_COUNT: 1}
    assert session.scalar(select(func.count()).select_from(Draft)) == 1


@pytest.mark.parametrize(
    ("over", "goes"),
    [
        ({}, True),
        ({"state": PullState.DONE}, True),
        ({"settled_at": LATELY}, False),
        ({"settled_at": None, "state": PullState.WAITING}, False),
        ({"state": PullState.DONE, "snapshot_message_id": "of what can still be read"}, False),
    ],
)
def test_a_notice_that_never_became_a_case_goes_as_its_message_does(
    session: Session, region: Region, over: dict[str, Any], goes: bool
) -> None:
    """It stood for ever, with the numbers of the hospital."""
    link = region.links["ZEED"]
    if "snapshot_message_id" in over:
        intake.keep(session, [make.arrival(link, at=LATELY)])
        over = over | {"snapshot_message_id": session.scalars(select(InboundMessage.id)).one()}
    told = {"state": PullState.FAILED, "settled_at": LONG_AGO, "next_attempt_at": LONG_AGO, "created_at": LONG_AGO} | over
    about = {"link_id": link.link_id, "hospital_id": link.hospital_id, "number": "N-1", "message_id": new_id()}
    session.add(Pull(notice_sealed=b"", **about, **told))
    session.flush()

    purging.purge(session, Kind.INBOUND, now=NOW)

    assert (session.scalar(select(func.count()).select_from(Pull)) == 0) is goes


def test_a_rule_that_fails_at_night_holds_up_no_other(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    stop, purged = threading.Event(), list[Kind]()

    def purge(session: Session, kind: Kind, *, now: datetime, limit: int = 0) -> int:
        purged.append(kind)
        if kind is list(Kind)[-1]:
            stop.set()
        if kind is Kind.LETTER:
            raise ValueError(kind)
        return 0

    monkeypatch.setattr(purging, "purge", purge)
    at_night = datetime(2026, 11, 27, 2, 30, tzinfo=UTC)
    with structlog.testing.capture_logs() as said:
        command.nightly(database, stop, lambda: at_night)

    assert purged == list(Kind)
    assert [(line["event"], line["kind"], line["error"]) for line in said] == [("retention.failed", "letter", "ValueError")]
