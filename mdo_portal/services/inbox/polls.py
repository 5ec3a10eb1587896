"""Which hospitals' servers are asked what is new, when, and how far they were read.

Rules. What was found is kept in the inbox as a message, oldest first, before `since` moves: what is not kept is found again. A version
of a referral is kept once. A server that does not answer is asked again for as long as it is registered, and its link page says so.
One referral that cannot be had holds up none after it, and one server that is slow no other.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import structlog
from sqlalchemy import DateTime, Select, and_, bindparam, or_, select
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import Session

from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.link import Link
from mdo_portal.domain.poll import Poll
from mdo_portal.domain.sealing import CANNOT_OPEN
from mdo_portal.exchange import Address, MessageHeader, NotPulled, Offered, Pulled, Wire
from mdo_portal.services.common import changes
from mdo_portal.services.common.pauses import pause
from mdo_portal.services.inbox import hearing, intake
from mdo_portal.services.inbox.sifting import Arrival
from mdo_portal.services.links import hospitals

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=10)
OVERLAP = timedelta(minutes=10)
"""Read again each time: a server may show a change later than the moment it gives it."""
FIRST_SINCE = timedelta(days=1)
"""What stood there already is read from so long before we first ask."""
AWAY_TOO_LONG = timedelta(hours=4)
"""As a letter that is under way (lateness.HOURS): from then on somebody should look."""
MOST = 200
"""New referrals of one look; the next look takes the rest. What is known already does not count: many may have changed at one moment."""
LONGEST_NUMBER = 200
TURN = timedelta(seconds=90)
"""After it no further referral is fetched in this look: with the search before and the last fetch still within the lease."""
MOST_MISSED = 3
"""Referrals at which a server may fail in one look: then it is away, and each further one would cost its whole time."""
MOST_FAILED_LOOKS = 12
"""With their pauses half an hour or more: then a referral that cannot be had stands for a person."""


@dataclass(frozen=True)
class ClaimedPoll:
    """One server to ask now, with where and as whom."""

    link_id: uuid.UUID
    query: str
    address: Address
    since: datetime
    attempts: int
    until: datetime  # the end of the lease; another moment at the row means that the server told of something meanwhile


def register(session: Session, link: Link, query: str, *, every: timedelta, now: datetime) -> Poll:
    """Ask this hospital's server from now on; what stands there already is read from a day ago. An empty query ends it."""
    poll = session.get(Poll, link.id, with_for_update=True)
    if poll is None:
        poll = Poll(link_id=link.id, hospital_id=link.hospital_id, since=now - FIRST_SINCE)
        session.add(poll)
    poll.query, poll.every_seconds, poll.next_at, poll.attempts, poll.reason = query, int(every.total_seconds()), now, 0, ""
    session.flush()
    changes.wake(session, "poll")
    return poll


def tells(session: Session, link: Link, *, subscribes: bool, topic: str, now: datetime) -> None:
    """Whether its server is to tell by itself; a worker sees to it."""
    poll = session.get(Poll, link.id)
    if poll is not None and (poll.subscribes, poll.topic) != (subscribes, topic):
        poll.subscribes, poll.topic, poll.next_at = subscribes, topic, min(poll.next_at, now)
        session.flush()
        changes.wake(session, "poll")


def silent(session: Session, hospital_id: uuid.UUID | None = None, *, now: datetime) -> Sequence[Poll]:
    """Whose server (this hospital's, or any) answers no more, for longer than it may be away: what is new there, nobody hears."""
    before = {"looked": now - AWAY_TOO_LONG, "since": now - AWAY_TOO_LONG - FIRST_SINCE}
    return session.scalars(_silent(of_one=hospital_id is not None), {**before, "hospital": hospital_id}).all()


@cache
def _silent(*, of_one: bool) -> Select[Poll]:
    """Put together once, for it is asked with every page of who looks after links. Open: `looked`, `since` and, `of_one`, `hospital`."""
    looked, since = (bindparam(name, type_=DateTime(timezone=True)) for name in ("looked", "since"))
    never = and_(Poll.looked_at.is_(None), Poll.since < since)
    query = select(Poll).where(Poll.reason != "", or_(Poll.looked_at < looked, never)).order_by(Poll.link_id)
    return query.where(Poll.hospital_id == bindparam("hospital", type_=UUID(as_uuid=True))) if of_one else query


def end(session: Session, link: Link) -> None:
    """Ask no more."""
    poll = session.get(Poll, link.id)
    if poll is not None:
        session.delete(poll)


def of_link(session: Session, link_id: uuid.UUID) -> Poll | None:
    return session.get(Poll, link_id)


def noticed(session: Session, link_id: uuid.UUID, *, now: datetime) -> bool:
    """The server says that something changed: ask at once. False when it is not asked at all."""
    poll = session.get(Poll, link_id)
    if poll is None:
        return False
    poll.next_at = min(poll.next_at, now)  # also of one that is being asked just now: what changed may have been missed
    session.flush()
    changes.wake(session, "poll")
    return True


def claim(session: Session, *, now: datetime) -> ClaimedPoll | None:
    """The next server to ask, counted before it is asked. Commit before asking. One whose token cannot be opened waits for another
    lease; the others are asked.
    """
    query = select(Poll).where(Poll.next_at <= now).order_by(Poll.next_at).limit(1).with_for_update(skip_locked=True)
    while (poll := session.scalars(query).one_or_none()) is not None:
        poll.attempts += 1
        poll.next_at = now + LEASE
        session.flush()
        try:
            address = hospitals.address_of(session, poll.hospital_id)[1]
            return ClaimedPoll(poll.link_id, poll.query, address, poll.since - OVERLAP, poll.attempts, poll.next_at)
        except CANNOT_OPEN as error:
            log.error("poll.sealed", link_id=str(poll.link_id), error=type(error).__name__)
    return None


def new_among(session: Session, claimed: ClaimedPoll, found: Sequence[Offered]) -> list[Offered]:
    """The versions of referrals that were not kept before, in the same order; no more than one look takes."""
    numbers = [_number(one) for one in found]
    query = select(InboundMessage.control_id).where(
        InboundMessage.link_id == claimed.link_id, InboundMessage.control_id.in_(numbers)
    )
    known = set(session.scalars(query))
    return [one for one, number in zip(found, numbers, strict=True) if number not in known][:MOST]


def _number(offered: Offered) -> str:
    return f"poll {offered.number}"[:LONGEST_NUMBER]


def keep(session: Session, claimed: ClaimedPoll, offered: Offered, pulled: Pulled, *, now: datetime, moves: bool = True) -> None:
    """Keep it as a message of that link, to be understood like any other. `moves`: nothing older is still to be had."""
    _keep(session, claimed, offered, pulled.bundle, now=now, numbers=pulled.patient_numbers, moves=moves)


def keep_trouble(
    session: Session, claimed: ClaimedPoll, offered: Offered, trouble: NotPulled, *, now: datetime, moves: bool = True
) -> None:
    """What a referral points at cannot be had: a row for a person, so that the others go on."""
    _keep(session, claimed, offered, b"", now=now, reason="not_polled", place=trouble.code, moves=moves)


def _keep(
    session: Session,
    claimed: ClaimedPoll,
    offered: Offered,
    raw: bytes,
    *,
    now: datetime,
    numbers: tuple[tuple[str, str], ...] = (),
    reason: str = "",
    place: str = "",
    moves: bool,
) -> None:
    link = hospitals.link_of(session, claimed.link_id)
    header = MessageHeader(kind="Bundle/poll", control_id=_number(offered), patient_numbers=numbers)
    raw = raw or offered.number.encode()
    intake.keep(session, [Arrival(raw=raw, wire=Wire.FHIR, header=header, link=link, at=now, reason=reason, place=place)])
    poll = _ours(session, claimed)
    if poll is not None and moves:
        # Never later than now: with a clock of theirs that is ahead, what changes next would lie before it.
        poll.since = max(poll.since, min(offered.changed_at, now))


def looked(session: Session, claimed: ClaimedPoll, *, now: datetime, is_whole: bool = True, is_new: bool = False) -> None:
    """Everything that was found is kept, and something was new (`is_new`); not `is_whole`: and more is to be had, when the others have
    had their turn.
    """
    poll = _ours(session, claimed)
    if poll is not None:
        pace = hearing.pace(session, poll, before=poll.looked_at, is_new=is_new, now=now)
        poll.attempts, poll.reason, poll.looked_at = 0, "", now
        if poll.next_at == claimed.until:
            poll.next_at = now + pace if is_whole else now


def not_looked(session: Session, claimed: ClaimedPoll, trouble: NotPulled, *, now: datetime) -> None:
    """Later again: as registered, or sooner after the first failures."""
    poll = _ours(session, claimed)
    if poll is not None:
        poll.reason = trouble.code
        ours = pause(claimed.attempts, asked=trouble.wait_seconds)
        poll.next_at = now + max(ours, timedelta(seconds=min(poll.every_seconds, 60)))


def _ours(session: Session, claimed: ClaimedPoll) -> Poll | None:
    """Locked; None when it was ended or registered anew meanwhile, or somebody else took over."""
    poll = session.get(Poll, claimed.link_id, with_for_update=True)
    return poll if poll and poll.query == claimed.query and poll.attempts == claimed.attempts else None
