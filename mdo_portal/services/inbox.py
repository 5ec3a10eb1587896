"""The inbox as people see it: what came in, what could not be read and why; offering a message again."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from mdo_portal.domain.decision import Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel, Hospital, Level, Link
from mdo_portal.domain.inbound import UNREADABLE_REASONS, FeedCount, InboundMessage, InboundState
from mdo_portal.domain.people import Role
from mdo_portal.domain.policy import Act, Viewer
from mdo_portal.domain.pull import PULL_REASONS
from mdo_portal.errors import N_, IllegalMove, NotFound
from mdo_portal.services import changes


class InboxRow(NamedTuple):
    """One message, without its content."""

    id: uuid.UUID
    received_at: datetime
    hospital: str | None
    wire: str
    kind: str
    control_id: str
    size: int
    state: InboundState
    reason: str
    place: str
    doubles: int
    leftovers: list[str]
    case_id: uuid.UUID | None

    @property
    def sentence(self) -> str:
        told = PULL_REASONS.get(self.place, "") if self.reason == "not_pulled" else ""
        return told or UNREADABLE_REASONS.get(self.reason, "")


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
    is_secured: bool
    last_in_at: datetime | None
    last_out_at: datetime | None
    today: int
    waiting_in: int
    unreadable: int
    waiting_out: int
    ignored_today: int
    #: messages per hour of the last 24 hours, newest last
    by_hour: tuple[int, ...]


def rows(session: Session, viewer: Viewer, *, state: InboundState | None = None, limit: int = 200) -> list[InboxRow]:
    """The newest messages this viewer may know of."""
    query = (
        select(
            InboundMessage.id,
            InboundMessage.received_at,
            Hospital.name,
            InboundMessage.wire,
            InboundMessage.kind,
            InboundMessage.control_id,
            InboundMessage.size,
            InboundMessage.state,
            InboundMessage.reason,
            InboundMessage.place,
            InboundMessage.doubles,
            InboundMessage.leftovers,
            InboundMessage.case_id,
        )
        .outerjoin(Hospital, Hospital.id == InboundMessage.hospital_id)
        .where(_visible(viewer))
        .order_by(InboundMessage.seq.desc())
        .limit(limit)
    )
    if state is not None:
        query = query.where(InboundMessage.state == state)
    return [InboxRow._make(row) for row in session.execute(query)]


def _visible(viewer: Viewer) -> ColumnElement[bool]:
    """A link manager sees the own hospital's messages; the administrator all, unknown senders included."""
    conditions: list[Any] = [InboundMessage.hospital_id == viewer.hospital_id]
    if Role.ADMINISTRATOR in viewer.hospital_roles:
        conditions.append(True)
    return or_(False, *conditions)


def counts(session: Session, viewer: Viewer) -> dict[InboundState, int]:
    query = select(InboundMessage.state, func.count()).where(_visible(viewer)).group_by(InboundMessage.state)
    found = {row[0]: row[1] for row in session.execute(query)}
    return {state: found.get(state, 0) for state in InboundState}


def message_for(session: Session, viewer: Viewer, act: Act, message_id: uuid.UUID) -> InboundMessage:
    """The message, if this viewer may know of it."""
    query = select(InboundMessage).where(InboundMessage.id == message_id, _visible(viewer)).with_for_update()
    message = session.execute(query).scalar_one_or_none()
    if message is None or not viewer.may(act, hospital_id=message.hospital_id):
        raise NotFound()
    return message


def replay(session: Session, message: InboundMessage) -> None:
    """Offer it once more: after a profile was mended, or a conflict solved. The effect is the same as the first time."""
    if not message.raw_sealed:
        raise IllegalMove(
            N_("De inhoud van dit bericht is na de bewaartermijn verwijderd. Vraag het ziekenhuis om het opnieuw te sturen.")
        )
    if message.link_id is None or message.state not in (InboundState.UNREADABLE, InboundState.IGNORED):
        raise IllegalMove(N_("Dit bericht kan niet opnieuw worden aangeboden. Er is niets veranderd."))
    message.state, message.reason, message.place = InboundState.KEPT, "", ""
    message.attempts, message.next_attempt_at, message.settled_at = 0, None, None
    changes.wake(session, "understand")


def ignore(session: Session, message: InboundMessage, *, now: datetime) -> None:
    """A person decided that nothing needs to be done with it."""
    if message.state is not InboundState.UNREADABLE:
        raise IllegalMove()
    message.state, message.settled_at = InboundState.IGNORED, now
    changes.announce(session, "inbox", message.id)


def link_cards(session: Session, viewer: Viewer, *, now: datetime) -> list[LinkCard]:
    """The links this viewer looks after."""
    query = select(Hospital, Link).outerjoin(Link, Link.hospital_id == Hospital.id).order_by(Hospital.name)
    if Role.ADMINISTRATOR not in viewer.hospital_roles:
        query = query.where(Hospital.id == viewer.hospital_id)
    by_hour = _by_hour(session, now=now)
    none = (0,) * 24
    return [_card(session, hospital, link, by_hour.get(hospital.id, none), now=now) for hospital, link in session.execute(query)]


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


def _card(session: Session, hospital: Hospital, link: Link | None, by_hour: tuple[int, ...], *, now: datetime) -> LinkCard:
    day = now - timedelta(days=1)
    inbound = session.execute(
        select(
            func.max(InboundMessage.received_at),
            func.count().filter(InboundMessage.received_at > day),
            func.count().filter(InboundMessage.state == InboundState.KEPT),
            func.count().filter(InboundMessage.state == InboundState.UNREADABLE),
        ).where(InboundMessage.hospital_id == hospital.id)
    ).one()
    outbound = session.execute(
        select(
            func.max(Delivery.sent_at), func.count().filter(Delivery.state.in_((DeliveryState.WAITING, DeliveryState.SENT)))
        ).where(Delivery.hospital_id == hospital.id)
    ).one()
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
        is_secured=not (link and (link.level is Level.HL7V2 or link.channel_out is Channel.MLLP)),  # MLLP has no TLS yet
        last_in_at=inbound[0],
        last_out_at=outbound[0],
        today=inbound[1],
        waiting_in=inbound[2],
        unreadable=inbound[3],
        waiting_out=outbound[1],
        ignored_today=session.scalar(feed) or 0,
        by_hour=by_hour,
    )
