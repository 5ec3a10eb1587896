"""As when a message counts: after what its hospital sent before it, whatever the clocks of those who receive say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.services.inbox import arrivals, intake, queue
from tests import make
from tests.make import NOW
from tests.people import Region


def come(session: Session, region: Region, *told: tuple[str, int]) -> None:
    """One after the other, each at a hospital and at so many seconds by the clock of whoever received it."""
    for at, (hospital, seconds) in enumerate(told):
        link, moment = region.links[hospital], NOW + timedelta(seconds=seconds)
        intake.keep(session, [make.arrival(link, control_id=f"M{at}", patient_numbers=(("", str(at)),), at=moment)])


def test_a_message_counts_as_received_after_what_its_hospital_sent_before_whatever_else_is_in_its_batch(
    session: Session, region: Region
) -> None:
    come(session, region, ("ZEED", 5), ("ZEED", 0), ("KREE", 3), ("ZEED", 10))
    queue.claim(session, now=NOW)  # the first, by a clock that is ahead, is with another worker

    found = [claimed.received_at - NOW for claimed in queue.claim(session, now=NOW, most=9)]

    assert found == [timedelta(seconds=5, microseconds=1), timedelta(seconds=3), timedelta(seconds=10)]


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        ([("ZEED", 1), ("ZEED", 2), ("ZEED", 5), ("ZEED", 0)], [1, 2, 5, 5]),
        ([("ZEED", 3600), ("KREE", 0), ("ZEED", 0)], [3600, 0, 3600]),
        ([("ZEED", 0), ("KREE", -3600), ("ZEED", -3600)], [0, -3600, 0]),
        ([("ZEED", 3600), ("ZEED", 0), ("KREE", 0), ("ZEED", 0), ("ZEED", 7200)], [3600, 3600, 0, 3600, 7200]),
    ],
    ids=["just before", "long ago, ahead", "long ago, behind", "long ago, read when the clock has caught up"],
)
def test_no_message_counts_as_received_before_what_its_hospital_sent_before_it(
    session: Session, region: Region, monkeypatch: pytest.MonkeyPatch, told: list[tuple[str, int]], counts: list[int]
) -> None:
    """However much came in between, and whatever the clock of whoever received it said."""
    monkeypatch.setattr(arrivals, "LOOKED_BACK", 1)
    monkeypatch.setattr(arrivals, "FURTHEST", 1)
    come(session, region, *told)

    found = [claimed.received_at - NOW for _ in told for claimed in queue.claim(session, now=NOW)]

    assert [moment // timedelta(seconds=1) for moment in found] == counts
    of_zeed = [moment for moment, (hospital, _) in zip(found, told, strict=True) if hospital == "ZEED"]
    assert of_zeed == sorted(set(of_zeed))


def test_a_message_that_is_read_again_counts_as_when_it_did(session: Session, region: Region) -> None:
    """What came before it may be gone by then."""
    come(session, region, ("ZEED", 5), ("ZEED", 0))
    _, first = queue.claim(session, now=NOW, most=2)
    session.execute(delete(InboundMessage).where(InboundMessage.id != first.message_id))

    (again,) = queue.claim(session, now=NOW + queue.LEASE)

    assert again.received_at == first.received_at == NOW + timedelta(seconds=5, microseconds=1)
