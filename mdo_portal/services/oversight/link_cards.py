"""The links at a glance: one card per hospital that this viewer looks after."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, BoardHospital
from mdo_portal.domain.hospital import WIRES, Channel, Hospital, Level
from mdo_portal.domain.inbound import FeedCount, InboundMessage, InboundState
from mdo_portal.domain.link import Link
from mdo_portal.domain.people import Role
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.inbox import polls
from mdo_portal.services.inbox.inbox import meant
from mdo_portal.services.inbox.inbox_rows import WAITING, Asked, Shown
from mdo_portal.services.letters import lateness
from mdo_portal.services.links import key_fetching, line_endings
from mdo_portal.services.links.line_endings import Ending
from mdo_portal.services.links.lines import ENDS_SOON, LineRow, lines_of
from mdo_portal.services.oversight.link_status import LineState, Outgoing, state_of
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


class _Inbound(NamedTuple):
    """What came from one hospital."""

    last_in_at: datetime | None
    waiting_in: int
    unreadable: int
    asks: int
    #: any message that was read
    understood_over: str | None
    ignored_today: int | None


def link_cards(session: Session, viewer: Viewer, *, now: datetime) -> list[LinkCard]:
    """The links this viewer looks after: who looks after all asks of all hospitals at once."""
    query = select(Hospital, Link, *_inbound(now)).outerjoin(Link, Link.hospital_id == Hospital.id).order_by(Hospital.name)
    if Role.ADMINISTRATOR not in viewer.hospital_roles:
        query = query.where(Hospital.id == viewer.hospital_id)
    by_hour, alone = _by_hour(session, now=now), participation.without_a_board(session)
    unanswered = {one.hospital_id for one in polls.silent(session, now=now)}
    without_keys = {one.hospital_id for one in key_fetching.failing(session, now=now)}
    found = session.execute(query).all()
    known = lines_of(session, [link for _, link, *_ in found if link], now=now)
    letters = _letters(session, [hospital.id for hospital, *_ in found])
    return [
        _card(
            hospital,
            link,
            link and known[link.id],
            letters[hospital.id],
            _Inbound._make(came),
            by_hour.get(hospital.id, (0,) * 24),
            takes_part=hospital.id not in alone,
            is_unanswered=hospital.id in unanswered,
            has_no_keys=hospital.id in without_keys,
            now=now,
        )
        for hospital, link, *came in found
    ]


def _letters(session: Session, hospital_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Outgoing]:
    """As link_status.outgoing says it of one hospital."""
    post = func.access.post_of(Hospital.id).table_valued("last_out_at", "waiting", "oldest_at", "refused", name="post").lateral()
    strictest = select(func.min(Board.late_hours)).join(BoardHospital).where(BoardHospital.hospital_id == Hospital.id)
    query = (
        select(
            Hospital.id, post.c.last_out_at, func.coalesce(post.c.waiting, 0), post.c.oldest_at, func.coalesce(post.c.refused, 0),
            func.coalesce(strictest.correlate(Hospital).scalar_subquery(), lateness.HOURS),
        )
        .outerjoin(post, true())
        .where(Hospital.id.in_(hospital_ids))
    )  # fmt: skip
    return {hospital_id: Outgoing(*counted) for hospital_id, *counted in session.execute(query)}


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
    hospital: Hospital,
    link: Link | None,
    line: LineRow | None,
    out: Outgoing,
    came: _Inbound,
    by_hour: tuple[int, ...],
    *,
    takes_part: bool,
    is_unanswered: bool,
    has_no_keys: bool,
    now: datetime,
) -> LinkCard:
    ending = line_endings.of_line(link, line, now=now) if link and line else None
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
        line=state_of(link, line, now=now) if link and line else LineState.UNPROVEN,
        has_understood=link is not None and came.understood_over == WIRES.get(link.level, ""),
        last_in_at=came.last_in_at,
        last_out_at=out.last_out_at,
        today=sum(by_hour),
        waiting_in=came.waiting_in,
        unreadable=came.unreadable,
        asks=came.asks,
        waiting_out=out.waiting,
        still_since=out.stands_still_since(link.channel_out if link else Channel.PAPER, now=now),
        ignored_today=came.ignored_today or 0,
        by_hour=by_hour,
        takes_part=takes_part,
        is_unanswered=is_unanswered,
        has_no_keys=has_no_keys,
        ending=ending if ending and ending.at <= now + ENDS_SOON else None,
    )


def _inbound(now: datetime) -> list[ColumnElement[Any]]:
    """Columns of an `_Inbound` beside each hospital and link: each by an index of its own, for a hospital has a hundred thousand messages
    that were read long ago.
    """

    def asked(what: ColumnElement[Any] | Any, *where: ColumnElement[bool]) -> Select[Any]:
        return select(what).select_from(InboundMessage).where(InboundMessage.hospital_id == Hospital.id, *where)

    states: tuple[Shown, ...] = (InboundState.KEPT, InboundState.UNREADABLE, WAITING)
    understood = asked(InboundMessage.wire, InboundMessage.state == InboundState.UNDERSTOOD)
    queries = (
        asked(func.max(InboundMessage.received_at)),
        *(asked(func.count(), *meant(Asked(state))) for state in states),
        understood.order_by(InboundMessage.received_at.desc()).limit(1),  # newest first, as link_status.has_understood
        select(FeedCount.ignored).where(FeedCount.link_id == Link.id, FeedCount.day == now.date()),
    )
    return [one.correlate(Hospital, Link).scalar_subquery() for one in queries]
