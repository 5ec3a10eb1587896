"""The links at a glance: one card per hospital that this viewer looks after."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Channel, Hospital, Level
from mdo_portal.domain.inbound import FeedCount, InboundMessage, InboundState
from mdo_portal.domain.link import Link
from mdo_portal.domain.people import Role
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.inbox import polls
from mdo_portal.services.inbox.inbox import meant
from mdo_portal.services.inbox.inbox_rows import WAITING, Asked, Shown
from mdo_portal.services.links import key_fetching, line_endings
from mdo_portal.services.links.line_endings import Ending
from mdo_portal.services.links.lines import ENDS_SOON
from mdo_portal.services.oversight.link_status import LineState, has_understood, line_state, outgoing
from mdo_portal.services.referrals import participation


@dataclass(frozen=True)
class LinkCard:
    """One hospital's link at a glance."""

    hospital_id: uuid.UUID
    code: str
    name: str
    city: str
    epd: str
    level: Level
    profile_in: str
    profile_out: str
    channel_out: Channel
    line: LineState
    #: a message that came over the line was understood
    has_understood: bool
    last_in_at: datetime | None
    last_out_at: datetime | None
    today: int
    waiting_in: int
    unreadable: int
    asks: int  #: messages that wait until a person says who it is
    waiting_out: int
    #: since when letters stand still that should have arrived by themselves; None = they do not
    still_since: datetime | None
    ignored_today: int
    #: messages per hour of the last 24 hours, newest last
    by_hour: tuple[int, ...]
    takes_part: bool  #: in at least one board; else nobody sees its referrals
    is_unanswered: bool  #: its server, which we ask what is new, answers no more
    has_no_keys: bool  #: the public keys of its system cannot be fetched, for a day
    ending: Ending | None  #: when its certificates end, when that is soon; else None


def hospitals_of(session: Session, viewer: Viewer) -> list[tuple[uuid.UUID, str]]:
    """The hospitals whose links this viewer looks after, by name."""
    query = select(Hospital.id, Hospital.name).order_by(Hospital.name)
    if Role.ADMINISTRATOR not in viewer.hospital_roles:
        query = query.where(Hospital.id == viewer.hospital_id)
    return [(row[0], row[1]) for row in session.execute(query)]


def link_cards(session: Session, viewer: Viewer, *, now: datetime) -> list[LinkCard]:
    """The links this viewer looks after."""
    query = select(Hospital, Link).outerjoin(Link, Link.hospital_id == Hospital.id).order_by(Hospital.name)
    if Role.ADMINISTRATOR not in viewer.hospital_roles:
        query = query.where(Hospital.id == viewer.hospital_id)
    by_hour, alone = _by_hour(session, now=now), participation.without_a_board(session)
    none = (0,) * 24
    return [
        _card(session, hospital, link, by_hour.get(hospital.id, none), takes_part=hospital.id not in alone, now=now)
        for hospital, link in session.execute(query)
    ]


def _by_hour(session: Session, *, now: datetime) -> dict[uuid.UUID, tuple[int, ...]]:
    ago = func.floor(func.extract("epoch", now - InboundMessage.received_at) / 3600)
    query = (
        select(InboundMessage.hospital_id, ago, func.count())
        .where(InboundMessage.received_at > now - timedelta(days=1), InboundMessage.hospital_id.is_not(None))
        .group_by(InboundMessage.hospital_id, ago)
    )
    found: dict[uuid.UUID, list[int]] = {}
    for hospital_id, hours, count in session.execute(query):
        found.setdefault(hospital_id, [0] * 24)[23 - min(23, max(0, int(hours)))] += count
    return {hospital_id: tuple(values) for hospital_id, values in found.items()}


def _card(
    session: Session, hospital: Hospital, link: Link | None, by_hour: tuple[int, ...], *, takes_part: bool, now: datetime
) -> LinkCard:
    last_in_at, waiting_in, unreadable, asks = _inbound(session, hospital.id)
    out = outgoing(session, hospital.id)
    ending = line_endings.ending(session, link, now=now)
    feed = select(FeedCount.ignored).where(FeedCount.link_id == (link.id if link else None), FeedCount.day == now.date())
    return LinkCard(
        hospital_id=hospital.id,
        code=hospital.code,
        name=hospital.name,
        city=hospital.city,
        epd=hospital.epd,
        level=link.level if link else Level.FORM,
        profile_in=link.profile_in if link else "",
        profile_out=link.profile_out if link else "",
        channel_out=link.channel_out if link else Channel.PAPER,
        line=line_state(session, link, now=now),
        has_understood=has_understood(session, hospital.id),
        last_in_at=last_in_at,
        last_out_at=out.last_out_at,
        today=sum(by_hour),
        waiting_in=waiting_in,
        unreadable=unreadable,
        asks=asks,
        waiting_out=out.waiting,
        still_since=out.stands_still_since(link.channel_out if link else Channel.PAPER, now=now),
        ignored_today=session.scalar(feed) or 0,
        by_hour=by_hour,
        takes_part=takes_part,
        is_unanswered=bool(polls.silent(session, hospital.id, now=now)),
        has_no_keys=bool(key_fetching.failing(session, hospital.id, now=now)),
        ending=ending if ending and ending.at <= now + ENDS_SOON else None,
    )


def _inbound(session: Session, hospital_id: uuid.UUID) -> Row[datetime | None, int, int, int]:
    """When the last message came, how many are still to be read, how many could not be, and how many wait for an answer.

    Each by an index of its own: a hospital has a hundred thousand messages that were read long ago.
    """

    def asked(what: ColumnElement[Any], *where: ColumnElement[bool]) -> Any:
        query = select(what).select_from(InboundMessage).where(InboundMessage.hospital_id == hospital_id, *where)
        return query.scalar_subquery()

    last = asked(func.max(InboundMessage.received_at))
    states: tuple[Shown, ...] = (InboundState.KEPT, InboundState.UNREADABLE, WAITING)
    open_ = (asked(func.count(), *meant(Asked(state))) for state in states)
    return session.execute(select(last, *open_)).one()
