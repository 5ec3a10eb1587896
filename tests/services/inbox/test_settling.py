"""What becomes of one claimed message happens to that one and to no other, and once, whoever comes back late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from mdo_portal import understanding
from mdo_portal.database import Database
from mdo_portal.domain.inbound import RAW_PURPOSE, FeedCount, InboundMessage, InboundState
from mdo_portal.services.common import changes
from mdo_portal.services.inbox import intake, queue, settling
from mdo_portal.services.inbox.settling import ClaimedMessage
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.reception_house import hand_in, refusing, rows, spying


def kept(session: Session, region: Region, *names: str) -> list[ClaimedMessage]:
    """Messages of as many patients, all claimed."""
    arrivals = [
        make.arrival(region.links["ZEED"], raw=f"MSH|^~\\&|{name}\rPID|1||{name}".encode(), control_id=name) for name in names
    ]
    intake.keep(session, arrivals)
    return queue.claim(session, now=NOW, most=len(names))


def told(session: Session) -> dict[str, tuple[InboundState, str]]:
    session.expire_all()
    return {row.control_id: (row.state, row.reason) for row in session.scalars(select(InboundMessage).order_by("seq"))}


def test_forgotten_is_that_one_message(session: Session, region: Region) -> None:
    first, _ = kept(session, region, "M1", "M2")

    settling.forget(session, first, now=NOW)

    assert told(session) == {"M2": (InboundState.KEPT, "")}
    assert session.scalars(select(FeedCount.ignored)).all() == [1]


def test_of_one_whose_sender_still_hears_the_header_stays_and_of_the_others_everything(session: Session, region: Region) -> None:
    first, second = kept(session, region, "M1", "M2")
    session.execute(text("UPDATE inbound_messages SET application_ack = 'AL'"))

    settling.forget(session, first, now=NOW)

    assert told(session) == {first.message_id.hex: (InboundState.IGNORED, "nobody_here"), "M2": (InboundState.KEPT, "")}
    row = session.get_one(InboundMessage, second.message_id)
    assert make.sealer().open(row.raw_sealed, purpose=RAW_PURPOSE) == second.raw


def test_who_comes_back_after_another_took_it_changes_nothing(session: Session, region: Region) -> None:
    """It failed for the last time, or would be tried later: not when another claimed it since."""
    (late,) = kept(session, region, "M1")
    for hours in range(1, settling.MAX_ATTEMPTS):
        (late,) = queue.claim(session, now=NOW + timedelta(hours=hours))
    session.execute(text("UPDATE inbound_messages SET attempts = attempts + 1"))  # another claimed it since

    settling.failed(session, late, now=NOW)
    settling.later(session, late, at=NOW + timedelta(days=1))

    assert told(session) == {"M1": (InboundState.KEPT, "")}
    assert session.scalars(select(InboundMessage.next_attempt_at)).one() != NOW + timedelta(days=1)


def test_what_one_worker_understands_no_other_holds(database: Database, region: Region) -> None:
    with database.transaction() as session:
        claimed = kept(session, region, "M1")

    with database.transaction() as ours, database.transaction() as theirs:
        assert settling.hold(ours, claimed) == claimed
        theirs.execute(text("SET LOCAL lock_timeout = '100ms'"))
        with pytest.raises(OperationalError), theirs.begin_nested():
            settling.hold(theirs, claimed)


def test_several_that_wait_behind_one_that_nobody_could_read_rest_until_it_is_read(database: Database, region: Region) -> None:
    """None of them wakes the others when it is laid aside: the workers would never be done."""
    results = [make.hl7_change(name, patient="1").replace(b"ADT^A08^ADT_A01", b"ORU^R01^ORU_R01") for name in ("M2", "M3", "M4")]
    hand_in(database, region, make.hl7_referral("M1", patient="1"), *results)
    readers = spying(refusing(b"REF^I12", understanding.Unreadable("broken")))

    tries = 0
    while understanding.understand(database, readers, now=NOW) and tries < 20:
        tries += 1

    assert tries == 4
    assert [row.reason for row in rows(database)] == ["broken", *["waits_for_referral"] * 3]


def test_what_broke_on_our_side_is_tried_after_five_and_ten_seconds_and_then_a_person_looks(
    session: Session, region: Region
) -> None:
    (claimed,) = kept(session, region, "M1")
    pauses = []
    for _ in range(1, settling.MAX_ATTEMPTS):
        settling.failed(session, claimed, now=NOW)
        waits_until = session.scalars(select(InboundMessage.next_attempt_at)).one()
        assert waits_until is not None
        pauses.append((waits_until - NOW).total_seconds())
        (claimed,) = queue.claim(session, now=waits_until)

    settling.failed(session, claimed, now=NOW)

    assert (pauses, told(session)) == ([5, 10], {"M1": (InboundState.UNREADABLE, "failed")})


@pytest.mark.parametrize("act", [settling.forget, settling.failed])
def test_an_open_list_of_what_came_hears_what_became_of_it(
    session: Session, region: Region, monkeypatch: pytest.MonkeyPatch, act: Callable[..., None]
) -> None:
    (claimed,) = kept(session, region, "M1")
    heard: list[tuple[object, ...]] = []
    monkeypatch.setattr(changes, "announce", lambda _, *which, **how: heard.append(which))

    session.execute(text(f"UPDATE inbound_messages SET attempts = {settling.MAX_ATTEMPTS}"))  # it was its last try
    act(session, replace(claimed, attempts=settling.MAX_ATTEMPTS), now=NOW)

    assert ("inbox", claimed.message_id) in heard
