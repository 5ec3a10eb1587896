"""Application acknowledgements that come later: which one may be said now, and what became of it (docs/decisions/0039).

They have a queue of their own and never stand before a letter. Owed is what a link promised by its commit alone; it is said when
the message was understood or stands on a person's list, at least once, with the same bytes, and given up after a day.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.inbound import ACK_OWED, RAW_PURPOSE, AckDone, InboundMessage, InboundState
from mdo_portal.domain.link import Link
from mdo_portal.domain.sealing import CANNOT_OPEN
from mdo_portal.domain.unreadable import NOBODY
from mdo_portal.exchange import Address, Answer, Receipt, ReceiptKind, Verdict, profile_of_link
from mdo_portal.services.common.pauses import pause
from mdo_portal.services.common.sealed import sealer
from mdo_portal.services.inbox import feed_counts
from mdo_portal.services.links import hospitals

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=60)
"""Longer than an attempt may take (LONGEST_WAIT): after a crash it is said again, with the same number."""
LONGEST_WAIT = 10.0
LONGEST_AGE = timedelta(hours=24)
"""A sender that was not told within a day has long asked by itself; the link page says how often that happened."""
SILENCES = 3
"""Times that it is said to a receiver that takes it and never answers: many engines answer no acknowledgement."""
LONGEST_PAUSE = 60.0

_AT_FAULT = {
    "unknown_kind": (Verdict.NOT_HERE, "this kind of message is not read here"),
    "unknown_event": (Verdict.NOT_HERE, "this event is not read here"),
    "wrong_version": (Verdict.NOT_HERE, "this version is not read here"),
    "no_patient": (Verdict.REFUSED, "the message names no patient"),
    "broken": (Verdict.REFUSED, "message is damaged"),
    "undecodable": (Verdict.REFUSED, "message could not be read"),
    "too_large": (Verdict.REFUSED, "message is larger than agreed"),
}
"""What the sender must mend. Whatever else waits here waits for a person of ours, and the sender has done its part: AA."""
_LETTER = {Verdict.STORED: "AA", Verdict.REFUSED: "AE", Verdict.NOT_HERE: "AR"}
_SILENCE = ("timeout", "closed", "foreign", "no_code")


@dataclass(frozen=True)
class OwedAck:
    """One acknowledgement to say now, with all that is needed to say it without a transaction. `attempts` counts this one."""

    message_id: uuid.UUID
    raw: bytes
    answer: Answer
    address: Address
    profile: str
    attempts: int


def claim(session: Session, *, now: datetime) -> OwedAck | None:
    """The oldest that may be said now; nobody else takes it until its lease runs out. Commit before saying it."""
    while (found := session.execute(_next(now)).one_or_none()) is not None:
        message, link = found
        owed = _owed(session, message, link, now=now)
        if owed is not None:
            return owed
    return None


def _next(now: datetime) -> Select[InboundMessage, Link]:
    return (
        select(InboundMessage, Link)
        .join(Link, Link.id == InboundMessage.link_id)
        .where(InboundMessage.application_ack.in_(ACK_OWED), InboundMessage.state != InboundState.KEPT)
        .where(or_(InboundMessage.application_ack_due.is_(None), InboundMessage.application_ack_due <= now))
        .where(or_(Link.application_ack_after.is_(None), Link.application_ack_after <= now))
        .order_by(InboundMessage.seq)
        .limit(1)
        .with_for_update(skip_locked=True, of=InboundMessage)
        .execution_options(populate_existing=True)
    )


def _owed(session: Session, message: InboundMessage, link: Link, *, now: datetime) -> OwedAck | None:
    """It, counted; None when nothing is left to say."""
    answer = _answer(message)
    code = _LETTER[answer.verdict]
    if message.application_ack in ("ER", "SU") and (message.application_ack == "SU") != (code == "AA"):
        _done(session, message, "", now=now)
        return None
    raw = _opened(session, message)
    if not raw or now - _since(message) > LONGEST_AGE or link.channel_out is not Channel.MLLP:
        _done(session, message, AckDone.LATE, now=now)
        return None
    address = _address(session, link)
    if address is None:
        link.application_ack_after = now + timedelta(seconds=LONGEST_PAUSE)
        session.flush()
        return None
    message.application_ack_code = code
    message.application_ack_attempts += 1
    message.application_ack_due = now + LEASE
    address = replace(address, timeout_seconds=min(address.timeout_seconds, LONGEST_WAIT))
    profile = profile_of_link(link.profile_in, link.otherwise) if code == "AA" and message.reason != NOBODY else ""
    session.flush()
    return OwedAck(message.id, raw, answer, address, profile, message.application_ack_attempts)


def _address(session: Session, link: Link) -> Address | None:
    """Where it is said; None when the link's token or certificate cannot be opened: its acknowledgements wait, and no other's."""
    try:
        return hospitals.address_of(session, link.hospital_id)[1]
    except CANNOT_OPEN as error:
        log.error("acknowledgement.no_address", hospital_id=str(link.hospital_id), error=type(error).__name__)
        return None


def _opened(session: Session, message: InboundMessage) -> bytes:
    """Its bytes; empty when they are there no more, or cannot be opened: then nothing can be said of it, and the next ones go on."""
    try:
        return sealer(session).open(message.raw_sealed, purpose=RAW_PURPOSE) if message.raw_sealed else b""
    except CANNOT_OPEN as error:
        log.error("acknowledgement.sealed", message_id=str(message.id), error=type(error).__name__)
        return b""


def _answer(message: InboundMessage) -> Answer:
    """What is said of it: settled once, whatever becomes of the message afterwards."""
    verdict, text = _AT_FAULT.get(message.reason, (Verdict.STORED, ""))
    said = {letter: verdict for verdict, letter in _LETTER.items()}.get(message.application_ack_code, verdict)
    if message.state is not InboundState.UNREADABLE and not message.application_ack_code:
        said = Verdict.STORED
    reason, text = ("", "") if said is Verdict.STORED else (message.reason, text)
    return Answer(said, message.control_id, reason, text, at=message.received_at, reference=message.digest[:9].hex().upper())


def _since(message: InboundMessage) -> datetime:
    return max(filter(None, (message.received_at, message.settled_at, message.doubled_at)))


def settle(session: Session, owed: OwedAck, receipt: Receipt, *, now: datetime) -> None:
    """Write down what the receiver said, and when to try again if it did not."""
    message = session.get(InboundMessage, owed.message_id, with_for_update=True, populate_existing=True)
    if message is None or message.application_ack not in ACK_OWED or message.application_ack_attempts != owed.attempts:
        return
    link = session.get_one(Link, message.link_id)
    if receipt.kind is ReceiptKind.ACCEPTED:
        link.application_ack_after = None
        _done(session, message, AckDone.SENT, now=now)
    elif receipt.kind is ReceiptKind.REFUSED and receipt.code != "bad_address":
        _done(session, message, AckDone.REFUSED, now=now)
    elif receipt.code in _SILENCE and owed.attempts >= SILENCES:
        _done(session, message, AckDone.SILENT, now=now)
    else:
        message.application_ack_due = now + pause(owed.attempts, longest=LONGEST_PAUSE)
        if receipt.kind is not ReceiptKind.LATER or receipt.code not in ("AR", "CR"):
            link.application_ack_after = message.application_ack_due  # nobody was there: one knocks, the others wait


def hold(session: Session, *, now: datetime) -> None:
    """This database was put back, copied or moved: what is owed is not said from here. After a day it is given up, unless released."""
    _owed_again(session, now + LONGEST_AGE + timedelta(hours=1))


def release(session: Session) -> None:
    """It was moved on purpose: what is owed may be said."""
    _owed_again(session, None)


def _owed_again(session: Session, due: datetime | None) -> None:
    owed = update(InboundMessage).where(InboundMessage.application_ack.in_(ACK_OWED))
    session.execute(owed.values(application_ack_due=due), execution_options={"synchronize_session": False})


def _done(session: Session, message: InboundMessage, became: str, *, now: datetime) -> None:
    message.application_ack, message.application_ack_due = str(became), None
    message.application_ack_at = now if became else None
    if message.reason == NOBODY:
        feed_counts.add(session, message.link_id, message.received_at.date(), 1 + message.doubles)
        session.delete(message)
    session.flush()


def header_alone(raw: bytes) -> bytes:
    """What is needed to acknowledge the message, and nothing of a patient. UTF-16 becomes bytes of ASCII: a header needs no more."""
    start = raw[:65_536].replace(b"\0", b"")
    return start[max(0, start.find(b"MSH")) :].split(b"\r", 1)[0].split(b"\n", 1)[0] + b"\r"


@dataclass(frozen=True)
class Acks:
    """How the acknowledgements of one link stand: what waits, and what became of those of the last seven days that nobody confirmed."""

    waiting: int
    oldest_at: datetime | None
    silent: int = 0
    lost: int = 0


def of_link(session: Session, hospital_id: uuid.UUID, *, now: datetime) -> Acks:
    """Counted from the rows themselves."""
    asked, mine = InboundMessage.application_ack, InboundMessage.hospital_id == hospital_id
    owed = select(func.count(), func.min(InboundMessage.settled_at)).where(mine, asked.in_(ACK_OWED))
    waiting, oldest_at = session.execute(owed.where(InboundMessage.state != InboundState.KEPT)).one()
    ended = (
        select(asked, func.count()).where(mine, asked.in_((AckDone.SILENT, AckDone.REFUSED, AckDone.LATE)))
        .where(InboundMessage.application_ack_at > now - timedelta(days=7)).group_by(asked)
    )  # fmt: skip
    became = {row[0]: row[1] for row in session.execute(ended)}
    lost = became.get(AckDone.REFUSED, 0) + became.get(AckDone.LATE, 0)
    return Acks(waiting, oldest_at, became.get(AckDone.SILENT, 0), lost)
