"""The pile: messages that a person must look at first, and what comes after them about the same patient, in its order.

While a question of identity is open (conflicts.py) they wait behind it; when it is answered they are read again.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity_conflict import IdentityConflict
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.services.common import changes
from mdo_portal.services.patients import held

WAITS = "waits_for_identity"
MOST_OLDER = 20
"""Of a long pile the oldest say enough: each of them waits for the same cases."""


def wait(session: Session, message_id: uuid.UUID, hospital: Hospital, *, now: datetime) -> bool:
    """Puts it on the pile when an older message that shares a number with it waits there. Returns whether it does. Raises AnsweredError."""
    older = _older_on_pile(session, message_id, hospital.id)
    if older:
        hold_questions(session, hospital.id)
        if not (older := _older_on_pile(session, message_id, hospital.id)):
            raise AnsweredError  # and they are read again, before this one
        put_on_pile(session, message_id, reason=WAITS, place="")
        held.behind_message(session, message_id, older, hospital, now=now)
    return bool(older)


class AnsweredError(Exception):
    """What a message would wait for was answered a moment ago: it is given back, and read in its turn."""


def hold_questions(session: Session, hospital_id: uuid.UUID) -> None:
    """No answer to a question that messages of this hospital wait for is carried out until the transaction ends. Raises AnsweredError
    when there is no such question any more.

    Whoever carries one out lets go what waits on the pile: a message that is put there meanwhile would wait for nothing, for ever.
    """
    query = select(IdentityConflict.id).where(IdentityConflict.holds_up(hospital_id))
    if not session.scalars(query.order_by(IdentityConflict.id).with_for_update(read=True)).all():
        raise AnsweredError


def _older_on_pile(session: Session, message_id: uuid.UUID, hospital_id: uuid.UUID) -> Sequence[uuid.UUID]:
    if not session.scalar(select(exists().where(IdentityConflict.holds_up(hospital_id)))):
        return ()
    mine = session.execute(select(InboundMessage.seq, InboundMessage.patient_keys).where(InboundMessage.id == message_id)).one()
    older = select(InboundMessage.id).where(
        InboundMessage.settled_at.is_(None),
        InboundMessage.state == InboundState.UNREADABLE,
        InboundMessage.hospital_id == hospital_id,
        InboundMessage.seq < mine.seq,
        InboundMessage.patient_keys.overlap(mine.patient_keys),
    )
    return session.scalars(older.order_by(InboundMessage.seq).limit(MOST_OLDER)).all()


def put_on_pile(session: Session, message_id: uuid.UUID, *, reason: str, place: str) -> None:
    """It stands on a person's list and is not settled: what comes after it about the same patient waits, its term does not run."""
    values = {"state": InboundState.UNREADABLE, "reason": reason, "place": place[:200]}
    session.execute(update(InboundMessage).where(InboundMessage.id == message_id).values(**values))
    changes.announce(session, "inbox", message_id)
