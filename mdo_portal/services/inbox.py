"""The inbox as people see it: what came in, what could not be read and why; offering a message again."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital, Link
from mdo_portal.domain.inbound import (
    ABOUT_IDENTITY,
    RAW_PURPOSE,
    UNREAD_TOO_LONG,
    UNREADABLE_REASONS,
    WAITS_TOO_LONG,
    FeedCount,
    InboundMessage,
    InboundState,
)
from mdo_portal.domain.people import Role
from mdo_portal.domain.policy import Act, Viewer
from mdo_portal.domain.pull import PULL_REASONS
from mdo_portal.errors import N_, IllegalMove, NotFound
from mdo_portal.services import changes
from mdo_portal.services.sealed import sealer


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
    #: the bytes are still there: their term has not passed
    is_whole: bool

    @property
    def sentence(self) -> str:
        told = PULL_REASONS.get(self.place, "") if self.reason == "not_pulled" else ""
        return told or UNREADABLE_REASONS.get(self.reason, "")

    def waits_too_long(self, now: datetime) -> bool:
        """Whether somebody should have looked by now."""
        patience = {InboundState.KEPT: WAITS_TOO_LONG, InboundState.UNREADABLE: UNREAD_TOO_LONG}.get(self.state)
        return patience is not None and now - self.received_at > patience


@dataclass(frozen=True)
class Asked:
    """Which messages: of one state, for one reason, of one hospital; empty = all that the viewer may know of."""

    state: InboundState | None = None
    reason: str = ""
    hospital_id: uuid.UUID | None = None


class ReasonCount(NamedTuple):
    """How many messages could not be read for one reason, and since when the oldest waits."""

    reason: str
    messages: int
    oldest_at: datetime

    @property
    def sentence(self) -> str:
        return UNREADABLE_REASONS.get(self.reason, "")


class Alarms(NamedTuple):
    """Messages that wait longer than they should."""

    waiting: int
    unread: int


EVERYTHING = Asked()


def row_of(session: Session, viewer: Viewer, message_id: uuid.UUID) -> InboxRow | None:
    """One message, if this viewer may know of it."""
    return next((InboxRow._make(row) for row in session.execute(_query(viewer).where(InboundMessage.id == message_id))), None)


def rows(session: Session, viewer: Viewer, *, asked: Asked = EVERYTHING, limit: int = 200) -> list[InboxRow]:
    """The newest messages this viewer may know of."""
    query = _query(viewer).where(*_meant(asked)).order_by(InboundMessage.seq.desc()).limit(limit)
    return [InboxRow._make(row) for row in session.execute(query)]


def _query(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    return (
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
            func.length(InboundMessage.raw_sealed) > 0,
        )
        .outerjoin(Hospital, Hospital.id == InboundMessage.hospital_id)
        .where(_visible(viewer))
    )


def _visible(viewer: Viewer) -> ColumnElement[bool]:
    """A link manager sees the own hospital's messages; the administrator all, unknown senders included."""
    conditions: list[Any] = [InboundMessage.hospital_id == viewer.hospital_id]
    if Role.ADMINISTRATOR in viewer.hospital_roles:
        conditions.append(True)
    return or_(False, *conditions)


def _meant(asked: Asked) -> list[ColumnElement[bool]]:
    found = []
    if asked.state is not None:
        found.append(InboundMessage.state == asked.state)
    if asked.reason:
        found.append(InboundMessage.reason == asked.reason)
    if asked.hospital_id is not None:
        found.append(InboundMessage.hospital_id == asked.hospital_id)
    return found


def counts(session: Session, viewer: Viewer, *, hospital_id: uuid.UUID | None = None) -> dict[InboundState, int]:
    query = select(InboundMessage.state, func.count()).where(_visible(viewer), *_meant(Asked(hospital_id=hospital_id)))
    found = {row[0]: row[1] for row in session.execute(query.group_by(InboundMessage.state))}
    return {state: found.get(state, 0) for state in InboundState}


def reasons(session: Session, viewer: Viewer, *, hospital_id: uuid.UUID | None = None) -> list[ReasonCount]:
    """Why messages could not be read, most of them first."""
    asked = Asked(InboundState.UNREADABLE, hospital_id=hospital_id)
    query = select(InboundMessage.reason, func.count(), func.min(InboundMessage.received_at)).where(
        _visible(viewer), *_meant(asked)
    )
    found = [ReasonCount._make(row) for row in session.execute(query.group_by(InboundMessage.reason))]
    return sorted(found, key=lambda one: (-one.messages, one.reason))


def alarms(session: Session, viewer: Viewer, *, now: datetime) -> Alarms:
    """How many messages wait too long to be read, or lie too long without anybody looking."""

    def older(state: InboundState, patience: timedelta) -> ColumnElement[int]:  # each has an index of its own
        late = (InboundMessage.state == state, InboundMessage.received_at < now - patience)
        return select(func.count()).select_from(InboundMessage).where(_visible(viewer), *late).scalar_subquery()

    query = select(older(InboundState.KEPT, WAITS_TOO_LONG), older(InboundState.UNREADABLE, UNREAD_TOO_LONG))
    return Alarms._make(session.execute(query).one())


class FeedDay(NamedTuple):
    """Feed messages about patients without a case, of one hospital on one day: acknowledged, counted, not kept."""

    hospital: str
    day: date
    ignored: int


def feed_days(session: Session, viewer: Viewer, *, now: datetime, hospital_id: uuid.UUID | None = None) -> list[FeedDay]:
    """The last seven days, newest first."""
    query = (
        select(Hospital.name, FeedCount.day, FeedCount.ignored)
        .join(Link, Link.id == FeedCount.link_id)
        .join(Hospital, Hospital.id == Link.hospital_id)
        .where(FeedCount.day > (now - timedelta(days=7)).date())
        .order_by(FeedCount.day.desc(), Hospital.name)
    )
    if Role.ADMINISTRATOR not in viewer.hospital_roles:
        query = query.where(Hospital.id == viewer.hospital_id)
    if hospital_id is not None:
        query = query.where(Hospital.id == hospital_id)
    return [FeedDay._make(row) for row in session.execute(query)]


def raw_of(session: Session, message: InboundMessage) -> bytes:
    """The bytes as they came; empty when their term has passed. The caller leaves the line in the log."""
    return sealer(session).open(message.raw_sealed, purpose=RAW_PURPOSE) if message.raw_sealed else b""


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


def replay_all(
    session: Session, viewer: Viewer, act: Act, reason: str, *, hospital_id: uuid.UUID | None = None
) -> list[uuid.UUID]:
    """Offer all messages again that could not be read for this reason, as far as they can be; gives which.

    Each is offered once however often this is asked: only what is unreadable at this moment is taken, under a lock.
    """
    query = (
        select(InboundMessage)
        .where(_visible(viewer), *_meant(Asked(InboundState.UNREADABLE, reason, hospital_id)))
        .where(InboundMessage.link_id.is_not(None), func.length(InboundMessage.raw_sealed) > 0)
        .order_by(InboundMessage.seq)
        .limit(MOST_REPLAYED)
        .with_for_update(skip_locked=True)
    )
    found = [one for one in session.scalars(query) if viewer.may(act, hospital_id=one.hospital_id)]
    for message in found:
        replay(session, message)
    return [message.id for message in found]


MOST_REPLAYED = 5_000
"""Messages offered again in one go; the rest at the next push of the button."""


def ignore(session: Session, message: InboundMessage, *, now: datetime) -> None:
    """A person decided that nothing needs to be done with it."""
    if message.state is not InboundState.UNREADABLE:
        raise IllegalMove()
    if message.reason in ABOUT_IDENTITY:
        raise IllegalMove(N_("Over de patiënt van dit bericht moet iemand beslissen (pagina Wie is dit). Er is niets veranderd."))
    message.state, message.settled_at = InboundState.IGNORED, now
    changes.announce(session, "inbox", message.id)
