"""What becomes of a claimed message: held, given back, understood, on a person's list, forgotten, or tried again."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, text, update
from sqlalchemy.orm import Session

from mdo_portal.domain.inbound import ACK_OWED, RAW_PURPOSE, InboundMessage, InboundState
from mdo_portal.domain.unreadable import NOBODY
from mdo_portal.exchange import Wire
from mdo_portal.services.common import changes
from mdo_portal.services.common.sealed import sealer
from mdo_portal.services.inbox import application_acks, feed_counts
from mdo_portal.services.referrals import awaiting

MAX_ATTEMPTS = 3


@dataclass(frozen=True)
class ClaimedMessage:
    """A kept message with its bytes and how its link wants it read, claimed by one worker. `attempts` counts this one."""

    message_id: uuid.UUID
    link_id: uuid.UUID
    hospital_id: uuid.UUID
    raw: bytes
    wire: Wire
    profile: str
    charset: str
    attempts: int
    received_at: datetime
    #: the case it was read into before, and what it was then: it is read once more. None and "": it is read for the first time
    case_id: uuid.UUID | None = None
    meaning: str = ""
    #: it was offered again: others may wait behind it
    is_again: bool = False


def release(session: Session, claimed: Sequence[ClaimedMessage]) -> None:
    """Give back what was not begun with, as if it had not been claimed."""
    if claimed:
        session.execute(
            text(
                "UPDATE inbound_messages m SET attempts = c.attempts - 1, next_attempt_at = NULL"
                " FROM unnest(CAST(:ids AS uuid[]), CAST(:attempts AS int[])) AS c (id, attempts)"
                " WHERE m.id = c.id AND m.attempts = c.attempts AND m.state = 'kept'"
            ),
            {"ids": [one.message_id for one in claimed], "attempts": [one.attempts for one in claimed]},
        )


def hold(session: Session, claimed: Sequence[ClaimedMessage]) -> list[ClaimedMessage]:
    """Lock the claimed messages until the transaction ends. Gives those that are still ours to understand, in the same order."""
    query = text(
        "SELECT m.id FROM inbound_messages m JOIN unnest(CAST(:ids AS uuid[]), CAST(:attempts AS int[])) AS c (id, attempts)"
        " ON m.id = c.id AND m.attempts = c.attempts WHERE m.state = 'kept' ORDER BY m.seq FOR UPDATE OF m"
    )
    values = {"ids": [one.message_id for one in claimed], "attempts": [one.attempts for one in claimed]}
    ours = set(session.scalars(query, values))
    return [one for one in claimed if one.message_id in ours]


class Settled(NamedTuple):
    """What became of a message: understood, or on a person's list with the reason."""

    message_id: uuid.UUID
    state: InboundState
    reason: str = ""
    place: str = ""
    case_id: uuid.UUID | None = None
    leftovers: Sequence[str] = ()
    #: what it became, as inbound_messages says it
    meaning: str = ""
    board_id: uuid.UUID | None = None
    was_past: bool = False


_SETTLE = text(
    "UPDATE inbound_messages SET state = told.state, reason = told.reason, place = told.place, settled_at = :now, case_id = told.case_id,"
    " leftovers = told.leftovers, meaning = told.meaning, board_id = told.board_id, was_past = told.was_past"
    " FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS told (message_id uuid, state text, reason text, place text, case_id uuid,"
    " leftovers text[], meaning text, board_id uuid, was_past boolean) WHERE inbound_messages.id = told.message_id"
    " AND (told.state <> 'unreadable' OR inbound_messages.case_id IS NULL) RETURNING inbound_messages.hospital_id"
)
"""All of a batch in one value: to the driver and to PostgreSQL each message by itself costs as much as many."""
_IN_VAIN = text(
    "UPDATE inbound_messages SET state = 'understood', reason = told.reason, place = told.place, settled_at = :now"
    " FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS told (message_id uuid, state text, reason text, place text)"
    " WHERE inbound_messages.id = told.message_id AND told.state = 'unreadable' AND inbound_messages.case_id IS NOT NULL"
    " RETURNING inbound_messages.hospital_id"
)
"""What was read into a case before stays read when it is read again in vain (rereading.py); `reason` says why."""


def settle_all(session: Session, settled: Sequence[Settled], *, now: datetime) -> int:
    """The messages are understood, or stand on a person's list with the reason. Returns how many others are now read again."""
    again = 0
    if settled:
        rows = [one._asdict() | {"place": one.place[:200], "leftovers": list(one.leftovers)} for one in settled]
        values = {"now": now, "rows": json.dumps(rows, default=str)}
        hospitals = set(session.scalars(_SETTLE, values))
        if any(one.state is InboundState.UNREADABLE for one in settled):
            hospitals.update(session.scalars(_IN_VAIN, values))
        for hospital_id in hospitals - {None}:
            changes.announce(session, "link", hospital_id)
            changes.announce(session, "messages", hospital_id)
        again = awaiting.release(session, [one.message_id for one in settled if one.case_id is not None], now=now)
    for one in settled:
        changes.announce(session, "inbox", one.message_id)
    return again


def settle(
    session: Session,
    message_id: uuid.UUID,
    state: InboundState,
    *,
    now: datetime,
    reason: str = "",
    place: str = "",
    case_id: uuid.UUID | None = None,
    leftovers: Sequence[str] = (),
) -> None:
    """The same for one message."""
    settle_all(session, [Settled(message_id, state, reason, place, case_id, leftovers)], now=now)


def forget(session: Session, claimed: ClaimedMessage, *, now: datetime) -> None:
    """It is about somebody without a case: counted as such, each time that it came, and nothing of it is kept."""
    if claimed.is_again:
        awaiting.release(session, [claimed.message_id], now=now)
    its = InboundMessage.id == claimed.message_id, InboundMessage.application_ack.not_in(ACK_OWED)
    doubles = session.scalar(delete(InboundMessage).where(*its).returning(InboundMessage.doubles))
    if doubles is None:
        _keep_header(session, claimed)
    else:
        feed_counts.add(session, claimed.link_id, claimed.received_at.date(), 1 + doubles)
    changes.announce(session, "inbox", claimed.message_id)
    changes.announce(session, "link", claimed.hospital_id)


def _keep_header(session: Session, claimed: ClaimedMessage) -> None:
    """Its sender was promised an acknowledgement: the header stays until that was said, and is forgotten then.

    Not under its own number: the same message that comes once more, behind a referral, is no double of what was forgotten.
    """
    header = application_acks.header_alone(claimed.raw)
    bare = {"raw_sealed": sealer(session).seal(header, purpose=RAW_PURPOSE), "size": len(header), "patient_keys": []}
    bare |= {"control_id": claimed.message_id.hex}
    why = {"state": InboundState.IGNORED, "reason": NOBODY, "settled_at": func.now()}
    session.execute(update(InboundMessage).where(InboundMessage.id == claimed.message_id).values(**bare, **why))


def failed(session: Session, claimed: ClaimedMessage, *, now: datetime) -> None:
    """Understanding broke on our side: try again later, and after a few times let a person look."""
    if claimed.attempts < MAX_ATTEMPTS:
        later(session, claimed, at=now + timedelta(seconds=5 * claimed.attempts))
    elif hold(session, [claimed]):
        settle(session, claimed.message_id, InboundState.UNREADABLE, now=now, reason="failed")


def later(session: Session, claimed: ClaimedMessage, *, at: datetime) -> None:
    """Once more, not before `at`, in the careful lane."""
    if hold(session, [claimed]):
        session.execute(
            text("UPDATE inbound_messages SET next_attempt_at = :at WHERE id = :id"), {"id": claimed.message_id, "at": at}
        )
