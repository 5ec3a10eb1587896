"""How a link runs: what came in, what waits and how long, what goes out, and whether somebody has to look."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_network
from typing import NamedTuple

from sqlalchemy import Row, and_, func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, BoardHospital
from mdo_portal.domain.fetched_keys import FetchedKeys
from mdo_portal.domain.hospital import WIRES, Channel, Hospital, Level
from mdo_portal.domain.inbound import UNREAD_TOO_LONG, WAITS_TOO_LONG, FeedCount, InboundMessage, InboundState
from mdo_portal.domain.link import Link
from mdo_portal.domain.poll import Poll
from mdo_portal.domain.pull import PULL_REASONS
from mdo_portal.domain.subscription import Subscription
from mdo_portal.domain.unreadable import UNREADABLE_REASONS
from mdo_portal.services.inbox import application_acks, polls, pulls, subscriptions
from mdo_portal.services.inbox.application_acks import Acks
from mdo_portal.services.inbox.inbox import meant
from mdo_portal.services.inbox.inbox_rows import WAITING, Asked, Shown
from mdo_portal.services.inbox.pulls import Lying
from mdo_portal.services.letters import lateness
from mdo_portal.services.links import key_fetching, line_endings, lines
from mdo_portal.services.links.line_endings import Ending
from mdo_portal.services.links.lines import Safety

WEEK = timedelta(days=7)


class LineState(StrEnum):
    """What the badge beside a link may claim."""

    UNPROVEN = "unproven"  #: nobody proved yet to be this hospital: no certificate is bound, no token or client was made
    SECURED = "secured"  #: a certificate is bound, or over FHIR a token or client
    ENDED = "ended"  #: certificates are bound, and none of them is valid any more
    UNSECURED = "unsecured"  #: messages without TLS were accepted in writing: *onbeveiligd*
    LETTERS_UNSECURED = "letters_unsecured"  #: letters go over a network without TLS; what comes in may be secured


@dataclass(frozen=True)
class LastError:
    """The newest message that could not be read."""

    message_id: uuid.UUID
    at: datetime
    reason: str
    place: str

    @property
    def sentence(self) -> str:
        return self._not_pulled or UNREADABLE_REASONS.get(self.reason, "")

    @property
    def where(self) -> str:
        """The place in the message; of what was not fetched it is only our word for why, and the sentence says that."""
        return "" if self._not_pulled else self.place

    @property
    def _not_pulled(self) -> str:
        return PULL_REASONS.get(self.place, "") if self.reason == "not_pulled" else ""


@dataclass(frozen=True)
class Status:
    """One hospital's link at this moment."""

    #: messages of the last 24 hours and of the last seven days, by state
    today: Mapping[Shown, int]
    week: Mapping[Shown, int]
    #: feed messages about patients without a case: counted and not kept
    feed_today: int
    feed_week: int
    last_in_at: datetime | None
    #: since when the message waits that waits longest to be read
    oldest_waiting_at: datetime | None
    #: when the oldest message came that nobody looked at yet
    oldest_unreadable_at: datetime | None
    unreadable: int
    last_error: LastError | None
    last_out_at: datetime | None
    waiting_out: int
    oldest_out_at: datetime | None
    #: since when letters stand still that should have arrived by themselves; None = they do not
    still_since: datetime | None
    refused_out: int
    line: LineState
    #: a message that came over the line was understood: the line is proven, not only set up
    has_understood: bool
    #: when its certificates end; None = the line has none
    ending: Ending | None = None
    #: how its server is asked what is new; None = it is not
    poll: Poll | None = None
    #: how it tells by itself; None = it does not
    subscription: Subscription | None = None
    #: what it laid ready and was not fetched yet; None = nothing
    lying: Lying | None = None
    #: how the last look at the public keys of its system went; None = they are not fetched, or were not looked at yet
    keys: FetchedKeys | None = None
    #: application acknowledgements that come later; None = this link has none
    acks: Acks | None = None

    @property
    def certificate_until(self) -> datetime | None:
        return self.ending.at if self.ending else None

    def waits_too_long(self, now: datetime) -> bool:
        return self.oldest_waiting_at is not None and now - self.oldest_waiting_at > WAITS_TOO_LONG

    def unread_too_long(self, now: datetime) -> bool:
        return self.oldest_unreadable_at is not None and now - self.oldest_unreadable_at > UNREAD_TOO_LONG


class Outgoing(NamedTuple):
    """The letters to one hospital: when the newest left, how many are under way, since when the oldest, how many were refused."""

    last_out_at: datetime | None
    waiting: int
    oldest_at: datetime | None
    refused: int
    #: after so many hours the strictest board of this hospital calls a letter late: of which board the oldest is, nobody here may know
    late_hours: int = lateness.HOURS

    def stands_still_since(self, channel: Channel, *, now: datetime) -> datetime | None:
        """Since when the oldest is under way, when it should have arrived by itself; None = nothing is late, or people carry them."""
        if self.oldest_at is None or channel is Channel.PAPER:
            return None
        late_from = lateness.late_from(self.oldest_at, on_paper=False, terms=lateness.Terms(self.late_hours))
        return self.oldest_at if now >= late_from else None


class Stand(StrEnum):
    """What may be said of one level: nothing is done that nobody did."""

    PASSED = "passed"  #: below where this hospital stands; whether it ever stood there, nobody says
    SET_UP = "set_up"  #: settings say so, and no message was understood yet
    HERE = "here"
    NEXT = "next"  #: where whoever wants a line goes from here; of several, one of them
    BESIDE = "beside"  #: can be done from here, and no later level asks for it
    LATER = "later"


class Step(NamedTuple):
    """One level, and where this hospital stands."""

    level: Level
    stand: Stand


def status(session: Session, hospital: Hospital, link: Link | None, *, now: datetime) -> Status:
    """Counted from the rows themselves, so that it is always true."""
    today, week = _counted(session, hospital.id, now=now)
    waiting, unreadable = (_open(session, hospital.id, state) for state in (InboundState.KEPT, InboundState.UNREADABLE))
    feed = _feed(session, link, now=now)
    out = outgoing(session, hospital.id)
    return Status(
        today=today,
        week=week,
        feed_today=feed[0],
        feed_week=feed[1],
        last_in_at=session.scalar(select(func.max(InboundMessage.received_at)).where(InboundMessage.hospital_id == hospital.id)),
        oldest_waiting_at=waiting[1],
        oldest_unreadable_at=unreadable[1],
        unreadable=unreadable[0],
        last_error=_last_error(session, hospital.id),
        last_out_at=out.last_out_at,
        waiting_out=out.waiting,
        oldest_out_at=out.oldest_at,
        still_since=out.stands_still_since(link.channel_out if link else Channel.PAPER, now=now),
        refused_out=out.refused,
        line=line_state(session, link, now=now),
        has_understood=has_understood(session, hospital.id, link.level if link else Level.FORM),
        ending=line_endings.ending(session, link, now=now),
        poll=polls.of_link(session, link.id) if link else None,
        subscription=subscriptions.of_link(session, link.id) if link else None,
        lying=pulls.lying(session, link.id) if link else None,
        keys=key_fetching.of_link(session, link) if link else None,
        acks=application_acks.of_link(session, hospital.id, now=now) if link and link.application_ack_out else None,
    )


def line_state(session: Session, link: Link | None, *, now: datetime) -> LineState:
    """What is known of the line's safety; a link that was only set up is not called secured."""
    return LineState.UNPROVEN if link is None else state_of(link, lines.line_of(session, link.id, now=now), now=now)


def state_of(link: Link, line: lines.LineRow, *, now: datetime) -> LineState:
    by_token = link.level is not Level.HL7V2 and bool(link.token_in_hash or link.client_id_in)
    certificates = line.certificates if link.level not in (Level.FHIR, Level.PULL) else ()  # over FHIR nobody shows them
    is_over = not by_token and bool(certificates) and all(one.ended(now) for one in certificates)
    if line.safety is not Safety.UNSECURED and is_over:
        return LineState.ENDED  # worse than letters without TLS: nothing comes in any more
    if line.safety is Safety.UNSECURED:
        return LineState.UNSECURED
    if _letters_go_bare(link):
        return LineState.LETTERS_UNSECURED
    return LineState.SECURED if by_token or certificates else LineState.UNPROVEN


def _letters_go_bare(link: Link) -> bool:
    """Over a network, that is: without TLS they go within registered networks only, and on this machine itself that is a tunnel."""
    without_tls = link.channel_out is Channel.MLLP and not link.tls_out
    return without_tls and not all(ip_network(one).is_loopback for one in link.inside_networks)


def has_understood(session: Session, hospital_id: uuid.UUID, level: Level) -> bool:
    """Whether what was read last of what we still have came over the wire of this level: one that was set up since has yet to show it."""
    query = select(InboundMessage.wire).where(
        InboundMessage.hospital_id == hospital_id, InboundMessage.state == InboundState.UNDERSTOOD
    )
    # By its index, newest first: else all that came before this hospital joined is read.
    return session.scalar(query.order_by(InboundMessage.received_at.desc()).limit(1)) == WIRES.get(level, "")


def _counted(session: Session, hospital_id: uuid.UUID, *, now: datetime) -> tuple[dict[Shown, int], dict[Shown, int]]:
    """Messages per state as a page says it: of the last 24 hours, and of the week."""
    at = InboundMessage.received_at
    lately, waits = at > now - timedelta(days=1), and_(*meant(Asked(WAITING)))
    query = (
        select(InboundMessage.state, waits, func.count().filter(lately), func.count())
        .where(InboundMessage.hospital_id == hospital_id, at > now - WEEK)
        .group_by(InboundMessage.state, waits)
    )
    found: dict[Shown, tuple[int, int]] = {WAITING if row[1] else row[0]: (row[2], row[3]) for row in session.execute(query)}
    states: tuple[Shown, ...] = (*InboundState, WAITING)
    both = {state: found.get(state, (0, 0)) for state in states}
    return {state: one[0] for state, one in both.items()}, {state: one[1] for state, one in both.items()}


def _open(session: Session, hospital_id: uuid.UUID, state: InboundState) -> Row[int, datetime | None]:
    """How many are in this state, and since when the oldest of them: since it came, or since it was offered again to be read."""
    since = InboundMessage.waits_since if state is InboundState.KEPT else InboundMessage.received_at
    query = select(func.count(), func.min(since))
    return session.execute(query.where(InboundMessage.hospital_id == hospital_id, *meant(Asked(state)))).one()


def _feed(session: Session, link: Link | None, *, now: datetime) -> tuple[int, int]:
    if link is None:
        return 0, 0
    query = select(FeedCount.day, FeedCount.ignored).where(FeedCount.link_id == link.id, FeedCount.day > (now - WEEK).date())
    days = {row[0]: row[1] for row in session.execute(query)}
    return days.get(now.date(), 0), sum(days.values())


def _last_error(session: Session, hospital_id: uuid.UUID) -> LastError | None:
    query = (
        select(InboundMessage.id, InboundMessage.received_at, InboundMessage.reason, InboundMessage.place)
        .where(InboundMessage.hospital_id == hospital_id, *meant(Asked(InboundState.UNREADABLE)))
        .order_by(InboundMessage.seq.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    return LastError(*row) if row else None


def outgoing(session: Session, hospital_id: uuid.UUID) -> Outgoing:
    """Asked of the wall, which counts for whoever looks after this link: the letters themselves are not theirs to read."""
    columns = ("last_out_at", "waiting", "oldest_at", "refused")
    counted = func.access.post_of(hospital_id).table_valued(*columns, name="post")
    row = session.execute(select(counted)).first()
    hours = late_hours(session, hospital_id)
    return Outgoing(row[0], row[1], row[2], row[3], hours) if row else Outgoing(None, 0, None, 0, hours)


def late_hours(session: Session, hospital_id: uuid.UUID) -> int:
    """After so many hours the strictest board of this hospital calls a letter late."""
    strictest = select(func.min(Board.late_hours)).join(BoardHospital).where(BoardHospital.hospital_id == hospital_id)
    return session.scalar(strictest) or lateness.HOURS


LADDER = (Level.FORM, Level.DOCUMENT, Level.HL7V2, Level.FHIR, Level.PULL)
WITHOUT_LINE = (Level.FORM, Level.DOCUMENT)
"""Levels that need no message to work."""


_AHEAD = {
    Level.FORM: {Level.DOCUMENT: Stand.BESIDE, Level.HL7V2: Stand.NEXT, Level.FHIR: Stand.NEXT},
    Level.DOCUMENT: {Level.HL7V2: Stand.NEXT, Level.FHIR: Stand.NEXT},
    Level.HL7V2: {Level.FHIR: Stand.BESIDE},
    Level.FHIR: {Level.PULL: Stand.BESIDE},
}
"""What one can do from where one stands: nobody has to go by all the levels."""


def steps(level: Level, *, has_understood: bool) -> list[Step]:
    """The ladder of five, with where this hospital stands on it: on a line only once a message was understood."""
    here = LADDER.index(level)
    works = has_understood or level in WITHOUT_LINE
    ahead = _AHEAD.get(level, {}) if works else {}
    stands = [*[Stand.PASSED] * here, Stand.HERE if works else Stand.SET_UP]
    stands += [ahead.get(one, Stand.LATER) for one in LADDER[here + 1 :]]
    return [Step(one, stand) for one, stand in zip(LADDER, stands, strict=True)]
