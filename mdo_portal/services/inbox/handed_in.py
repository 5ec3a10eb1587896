"""What a hospital's own system may ask about what it handed in: is it here already, and how does a Task stand."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

import structlog
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from mdo_portal.domain.inbound import RAW_PURPOSE, InboundMessage, InboundState
from mdo_portal.domain.pull import Pull, PullState
from mdo_portal.domain.sealing import CANNOT_OPEN
from mdo_portal.services.common.sealed import sealer

log = structlog.get_logger(__name__)
MOST_ALIKE = 20
"""So many messages under one number are looked at, the newest first."""


class Addresses(NamedTuple):
    """Which addresses a message names, and at which it deletes what stands there: what its wire can tell of its bytes."""

    named: Callable[[bytes], frozenset[str]]
    deleted: Callable[[bytes], frozenset[str]]


class Known(NamedTuple):
    """A message that is here already."""

    id: uuid.UUID
    kind: str


def alike(session: Session, link_id: uuid.UUID, kind: str, number: str) -> Iterator[tuple[Known, bytes]]:
    """The messages of this link of that kind ("" = any) under the sender's number, with their bytes, newest first.

    Without those whose term has passed, or that open no more: of them nobody can say under whose number they came. Nor those refused
    (`task_of` says *rejected*): they are not here, and what mends one must come in.
    """
    query = (
        select(InboundMessage.id, InboundMessage.kind, InboundMessage.raw_sealed)
        .where(InboundMessage.link_id == link_id, InboundMessage.control_id == number, InboundMessage.control_id != "")
        .where(or_(InboundMessage.state != InboundState.UNREADABLE, InboundMessage.settled_at.is_(None)))
        .order_by(InboundMessage.seq.desc())
    )
    for message_id, found, sealed in session.execute(query.limit(MOST_ALIKE)):
        if kind in ("", found.partition("/")[0]) and (raw := _opened(session, message_id, sealed)):
            yield Known(message_id, found), raw


def of_bytes(session: Session, link_id: uuid.UUID, number: str, digest: bytes) -> uuid.UUID | None:
    """The message of this link with exactly these bytes; `number` is the sender's own, "" for one without."""
    query = select(InboundMessage.id).where(InboundMessage.link_id == link_id, InboundMessage.control_id == number)
    return session.scalar(query.where(InboundMessage.digest == digest))


def deleted_since(session: Session, message_id: uuid.UUID, addresses: Addresses) -> uuid.UUID | None:
    """The last message of the same link by which what came in this one was deleted again at its address, read or not; None for none.

    What is withdrawn by its status is here still.
    """
    first = session.get_one(InboundMessage, message_id)
    row, took_back = InboundMessage, and_(InboundMessage.meaning == "withdrawal", InboundMessage.case_id == first.case_id)
    later = select(row.id, row.state, row.raw_sealed).where(row.link_id == first.link_id, row.seq > first.seq)
    later = later.where(row.kind.startswith("Bundle"), or_(row.state == InboundState.KEPT, took_back)).order_by(row.seq.desc())
    own = addresses.named(_opened(session, first.id, first.raw_sealed))
    for found, state, sealed in session.execute(later, execution_options={"yield_per": MOST_ALIKE}):
        gone = addresses.deleted(_opened(session, found, sealed))
        if gone & own or (gone and state is InboundState.UNDERSTOOD):
            return found
    return None


def _opened(session: Session, message_id: uuid.UUID, sealed: bytes) -> bytes:
    """Its bytes; none when they are gone, or nobody can open them any more."""
    try:
        return sealer(session).open(sealed, purpose=RAW_PURPOSE) if sealed else b""
    except CANNOT_OPEN as error:
        log.error("message.sealed", message_id=str(message_id), error=type(error).__name__)
        return b""


def own_task(session: Session, link_id: uuid.UUID, message_id: uuid.UUID | None) -> uuid.UUID | None:
    """The same id, if this link handed in a Task under it."""
    query = select(InboundMessage.id).where(InboundMessage.id == message_id, InboundMessage.kind == "Task")
    return session.scalar(query.where(InboundMessage.link_id == link_id)) if message_id else None


#: how a message stands, in the words of FHIR's Task
_TASK_STATES = {
    InboundState.KEPT: "received",
    InboundState.UNDERSTOOD: "accepted",
    InboundState.UNREADABLE: "rejected",
    InboundState.IGNORED: "cancelled",
}


def task_of(session: Session, hospital_id: uuid.UUID, message_id: uuid.UUID | None) -> tuple[str, str, str, str, datetime] | None:
    """(id, sender's number, status, reason, since when) of a Task this hospital handed in; None when there is none."""
    query = select(InboundMessage).where(InboundMessage.id == message_id, InboundMessage.hospital_id == hospital_id)
    found = session.execute(query).scalar_one_or_none() if message_id else None
    if found is None or found.kind != "Task":
        return None
    newest = _newest(session, found)
    status = "cancelled" if _takes_back(session, newest) else _TASK_STATES[newest.state]
    return str(found.id), found.control_id, status, newest.reason, newest.settled_at or newest.received_at


def _newest(session: Session, task: InboundMessage) -> InboundMessage:
    """The last version of it: sent under its number, or under the address that it was given here."""
    names = {str(task.id), task.control_id} - {""}
    query = select(InboundMessage).where(
        InboundMessage.link_id == task.link_id, InboundMessage.control_id.in_(names), InboundMessage.kind == "Task"
    )
    last = session.scalars(query.where(InboundMessage.seq > task.seq).order_by(InboundMessage.seq.desc()).limit(1)).one_or_none()
    return last or task


def _takes_back(session: Session, task: InboundMessage) -> bool:
    """Whether it is understood as taking back: a referral, or a notice that data lie ready."""
    of_notice = select(Pull.state).where(Pull.link_id == task.link_id, Pull.number == task.control_id)
    is_notice = task.meaning == "notice"
    return task.meaning == "withdrawal" or (is_notice and session.scalar(of_notice) is PullState.CANCELLED)
