"""The inbox as people see it: what came in, what could not be read and why; offering a message again."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, ScalarSelect, Select, bindparam, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.board import Board
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import RAW_PURPOSE, UNREAD_TOO_LONG, WAITS_TOO_LONG, FeedCount, InboundMessage, InboundState
from mdo_portal.domain.link import Link
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.people import Role
from mdo_portal.domain.policy import Act
from mdo_portal.domain.unreadable import ABOUT_IDENTITY
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import NotFound
from mdo_portal.services.common import access
from mdo_portal.services.common.sealed import sealer
from mdo_portal.services.common.short_names import short_name
from mdo_portal.services.inbox import strangers
from mdo_portal.services.inbox.inbox_rows import (
    EVERYTHING,
    MOST_COUNTED,
    MOST_ROWS,
    WAITING,
    Alarms,
    Asked,
    FeedDay,
    InboxRow,
    ReasonCount,
    Shown,
)


def row_of(session: Session, viewer: Viewer, message_id: uuid.UUID) -> InboxRow | None:
    """One message, if this viewer may know of it."""
    return next((InboxRow(*row) for row in session.execute(_query(viewer).where(InboundMessage.id == message_id))), None)


def rows(session: Session, viewer: Viewer, *, asked: Asked = EVERYTHING, limit: int = MOST_ROWS) -> list[InboxRow]:
    """The newest messages this viewer may know of; one more than `limit` when there are older ones."""
    query = _query(viewer).where(*meant(asked)).order_by(InboundMessage.seq.desc()).limit(limit + 1)
    return strangers.named(session, [InboxRow(*row) for row in session.execute(query)])


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
            InboundMessage.hospital_id,
            InboundMessage.meaning,
            Board.name,
            InboundMessage.was_past,
            InboundMessage.offered_at,
        )
        .outerjoin(Hospital, Hospital.id == InboundMessage.hospital_id)
        .outerjoin(Board, Board.id == InboundMessage.board_id)
        .where(visible(viewer))
    )


def with_names(session: Session, viewer: Viewer, found: list[InboxRow], *, now: datetime) -> list[InboxRow]:
    """The same, and whom they are about where this viewer may see the case. The caller leaves the line in the log."""
    ids = {row.case_id for row in found if row.case_id} if viewer.may_at_all(Act.CASE_READ) else set()
    if not ids:
        return found
    who = (Patient.initials, Patient.given, Patient.family, Patient.birth_on)
    query = select(Case, *who, *access.FACTS).join(Patient, Patient.id == Case.patient_id)
    names: dict[uuid.UUID | None, str] = {}
    seen = session.execute(query.where(Case.id.in_(ids)), access.facts_of(viewer, now=now))
    for case, initials, given, family, birth_on, *facts in seen:
        if access.relations_by(viewer, Act.CASE_READ, case, *facts):
            names[case.id] = short_name(initials, given, family, birth_on)
    return [row._replace(who=names.get(row.case_id, "")) for row in found]


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """A link manager sees the own hospital's messages; the administrator all, unknown senders included."""
    return _visible(viewer.hospital_id, all_too=Role.ADMINISTRATOR in viewer.hospital_roles)


def _visible(own: uuid.UUID | BindParameter[uuid.UUID], *, all_too: bool) -> ColumnElement[bool]:
    return or_(InboundMessage.hospital_id == own, true() if all_too else false())


def meant(asked: Asked) -> list[ColumnElement[bool]]:
    """The conditions on InboundMessage by which a list is narrowed. Whose messages somebody may see is not among them (`visible`)."""
    found = []
    if asked.state == WAITING:
        found += [InboundMessage.state == InboundState.UNREADABLE, InboundMessage.reason.in_(ABOUT_IDENTITY)]
    elif asked.state is not None:
        found.append(InboundMessage.state == asked.state)
        found += [InboundMessage.reason.not_in(ABOUT_IDENTITY)] if asked.state == InboundState.UNREADABLE else []
    if asked.reason:
        found.append(InboundMessage.reason == asked.reason)
    if asked.hospital_id is not None:
        found.append(InboundMessage.hospital_id == asked.hospital_id)
    if asked.kind:
        found.append(func.upper(InboundMessage.kind) == asked.kind)
    if asked.number:  # by the index of what came twice, which begins with the link: of a year's million no page is read
        links = func.array(select(Link.id).scalar_subquery())
        of_any = or_(InboundMessage.link_id == func.any(links), InboundMessage.link_id.is_(None))
        found += [InboundMessage.control_id == asked.number, of_any]
    if asked.until is not None:
        found.append(InboundMessage.received_at < asked.until + timedelta(minutes=1))
    if asked.before is not None:
        that = aliased(InboundMessage)
        found.append(InboundMessage.seq < select(that.seq).where(that.id == asked.before).scalar_subquery())
    return found


def counts(session: Session, viewer: Viewer, *, hospital_id: uuid.UUID | None = None) -> dict[Shown, int]:
    """How many messages are in each state, as a page says it: none is counted beyond MOST_COUNTED, which is to be said as "or more"."""

    def in_state(state: Shown) -> ColumnElement[int]:
        these = select(InboundMessage.id).where(visible(viewer), *meant(Asked(state, hospital_id=hospital_id)))
        return select(func.count()).select_from(these.limit(MOST_COUNTED).subquery()).scalar_subquery()

    states: list[Shown] = [*InboundState, WAITING]
    return dict(zip(states, session.execute(select(*map(in_state, states))).one(), strict=True))


def reasons(session: Session, viewer: Viewer, *, hospital_id: uuid.UUID | None = None) -> list[ReasonCount]:
    """Why messages could not be read, most of them first; what waits for a person's answer is not among them."""
    asked = Asked(InboundState.UNREADABLE, hospital_id=hospital_id)
    query = select(InboundMessage.reason, func.count(), func.min(InboundMessage.received_at)).where(
        visible(viewer), *meant(asked)
    )
    found = [ReasonCount._make(row) for row in session.execute(query.group_by(InboundMessage.reason))]
    return sorted(found, key=lambda one: (-one.messages, one.reason))


def alarms(session: Session, viewer: Viewer, *, now: datetime, hospital_id: uuid.UUID | None = None) -> Alarms:
    """How many messages wait too long to be read, or lie too long without anybody looking; of one hospital, as the page beneath."""

    query = _alarms(all_too=Role.ADMINISTRATOR in viewer.hospital_roles, of_one=hospital_id is not None)
    since = {"waits_since": now - WAITS_TOO_LONG, "unread_since": now - UNREAD_TOO_LONG}
    return Alarms._make(session.execute(query, {"own": viewer.hospital_id, "hospital": hospital_id, **since}).one())


@cache
def _alarms(*, all_too: bool, of_one: bool) -> Select[int, int]:
    """Asked with every page of who looks after links. Open: what `alarms` says."""
    of = [InboundMessage.hospital_id == bindparam("hospital")] if of_one else []

    def late(state: InboundState, is_late: ColumnElement[bool]) -> ScalarSelect[int]:  # each has an index of its own
        these = (_visible(bindparam("own"), all_too=all_too), *meant(Asked(state)), *of, is_late)
        return select(func.count()).select_from(InboundMessage).where(*these).scalar_subquery()

    unread = late(InboundState.UNREADABLE, InboundMessage.received_at < bindparam("unread_since"))
    return select(late(InboundState.KEPT, InboundMessage.waits_since < bindparam("waits_since")), unread)


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
    query = select(InboundMessage).where(InboundMessage.id == message_id, visible(viewer)).with_for_update()
    message = session.execute(query).scalar_one_or_none()
    if message is None or not viewer.may(act, hospital_id=message.hospital_id):
        raise NotFound()
    return message
