"""All that hospitals send enters here: keep, answer, then understand.

Rules. *Acknowledged means stored*: `keep` commits before anybody answers. Nothing is parsed before the answer; only
the header is read. A message we cannot read is kept with the reason, as a row for a person. The same message again
gets the same answer and has one effect. Messages of one patient are understood in order of arrival, different
patients side by side, and one bad message holds nobody else up.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundState
from mdo_portal.domain.sealing import Sealer
from mdo_portal.exchange import Answer, Caller, IncomingReferral, MessageHeader, Reader, Unreadable, Verdict, Wire
from mdo_portal.services import hospitals, intake, referrals
from mdo_portal.services.hospitals import LinkRow
from mdo_portal.services.inbound_line import DirectLine
from mdo_portal.services.intake import Arrival, ClaimedMessage

log = structlog.get_logger(__name__)

REFUSALS = {
    "no_header": (Verdict.REFUSED, "no readable message header"),
    "no_control_id": (Verdict.REFUSED, "message control id is missing"),
    "hostile_delimiters": (Verdict.REFUSED, "encoding characters are not usable"),
    "unknown_sender": (Verdict.NOT_HERE, "sending application and facility are not known here"),
    "unknown_certificate": (Verdict.NOT_HERE, "the client certificate of this connection is not bound to any hospital here"),
    "wrong_certificate": (
        Verdict.NOT_HERE,
        "the client certificate of this connection belongs to another sender than MSH-3 and MSH-4 say",
    ),
    "plain_not_accepted": (Verdict.NOT_HERE, "this sender may not send without TLS"),
    "too_many_entries": (Verdict.REFUSED, "too many entries; split the bundle"),
    "too_large": (Verdict.REFUSED, "message is larger than agreed"),
    "broken": (Verdict.REFUSED, "message is damaged"),
}
"""What the sender hears about a message that is kept but must come again. Everything else that is stored is accepted."""


@dataclass(frozen=True)
class Sorted:
    """One message with its header read and its sender known: ready to be kept, with the answer already decided."""

    arrival: Arrival
    answer: Answer


def sort(
    raw: bytes,
    *,
    wire: Wire,
    reader: Reader,
    links: Sequence[LinkRow],
    now: datetime,
    link: LinkRow | None = None,
    caller: Caller | None = None,
) -> Sorted:
    """Read the header, find the sender, decide the answer. Touches no database and no parser.

    `link` is given when the wire itself proved who sends (a bearer token). `caller`: who is at the other end of the line; what it
    shows must be of the hospital that the message names, and a line without TLS must have been accepted for that hospital.
    """
    try:
        header = reader.header(raw)
    except Unreadable as unreadable:
        return _refused(raw, MessageHeader(), wire=wire, link=link, reason=unreadable.reason, place=unreadable.where, now=now)
    sender = link or hospitals.sender_of(links, header)
    if sender is None:
        return _refused(raw, header, wire=wire, link=None, reason="unknown_sender", place="MSH-3", now=now)
    if caller is not None and (wrong := _unproven(sender, caller, links, now=now)):
        # Nobody's until it is proven whose: the same bytes over a proper line are then a new message, not a double of this.
        return _refused(raw, header, wire=wire, link=None, reason=wrong, place="MSH-4", now=now)
    if wire is Wire.HL7V2 and not header.control_id:
        return _refused(raw, header, wire=wire, link=sender, reason="no_control_id", place="MSH-10", now=now)
    later = header.application_ack if sender.application_ack_out else ""
    arrival = Arrival(
        raw=raw,
        wire=wire,
        header=header,
        link=sender,
        at=now,
        charset=reader.charset(raw, sender.profile_in, sender.charset_in),
        line=_line(caller),
        application_ack=later,
    )
    return Sorted(arrival, Answer(Verdict.STORED, header.control_id, at=now, reference=_reference(arrival), later=bool(later)))


def _unproven(sender: LinkRow, caller: Caller, links: Sequence[LinkRow], *, now: datetime) -> str:
    """Why this line does not prove that the message is of `sender`; "" when it does."""
    if caller.is_encrypted:
        if sender.shows(caller):
            return ""
        return "wrong_certificate" if any(one.shows(caller) for one in links) else "unknown_certificate"
    return "" if caller.is_local or sender.takes_plain(now) else "plain_not_accepted"


def _line(caller: Caller | None) -> str:
    if caller is None:
        return ""
    return "tls" if caller.is_encrypted else "local" if caller.is_local else "plain"


def _reference(arrival: Arrival) -> str:
    """Our number of the answer: of the message alone, so that a double is answered with the same bytes. MSH-10 has room for 20."""
    return arrival.digest[:9].hex().upper()


def refuse(raw: bytes, *, wire: Wire, reader: Reader, links: Sequence[LinkRow], reason: str, now: datetime) -> Sorted:
    """What the wire itself already refused (too large, too slow): its beginning is kept, with the sender if it says who."""
    try:
        header = reader.header(raw)
    except Unreadable:
        header = MessageHeader()
    sender = hospitals.sender_of(links, header)
    return _refused(raw, header, wire=wire, link=sender, reason=reason, place="", now=now)


def _refused(
    raw: bytes, header: MessageHeader, *, wire: Wire, link: LinkRow | None, reason: str, place: str, now: datetime
) -> Sorted:
    verdict, text = REFUSALS.get(reason, (Verdict.REFUSED, "message could not be read"))
    arrival = Arrival(raw=raw, wire=wire, header=header, link=link, at=now, reason=reason, place=place)
    return Sorted(arrival, Answer(verdict, header.control_id, reason=reason, text=text, at=now, reference=_reference(arrival)))


def keep(database: Database, messages: Sequence[Sorted], *, link: str = "") -> list[Answer]:
    """Store them all, in one commit. Only when this returns may the answers go out. Raises when nothing was stored.

    Gives the answers: a double gets that of its first time. `link`: the token by which a hospital came in; a web process may store
    for that hospital only.
    """
    with database.transaction(link=link) as session:
        doubles = intake.keep(session, [message.arrival for message in messages])
    return _answers(messages, doubles)


def _answers(messages: Sequence[Sorted], doubles: Mapping[bytes, datetime]) -> list[Answer]:
    if not doubles:
        return [message.answer for message in messages]
    return [replace(message.answer, at=doubles.get(message.arrival.digest, message.answer.at)) for message in messages]


class Keeper:
    """Keeps batch after batch for a listener, on a connection of its own. `keep` promises what the function `keep` promises."""

    def __init__(self, database: Database) -> None:
        assert isinstance(database.sealer, Sealer)
        self._line = DirectLine(database.plain_url)
        self._keeper = intake.DirectKeeper(self._line, database.sealer)

    async def keep(self, messages: Sequence[Sorted]) -> list[Answer]:
        return _answers(messages, await self._keeper.keep([message.arrival for message in messages]))

    def close(self) -> None:
        self._line.close()


def understand_next(database: Database, readers: Mapping[Wire, Reader], *, now: datetime) -> bool:
    """Understand one waiting message, if there is one. True when there was."""
    with database.transaction() as session:
        claimed = intake.claim(session, now=now)
    if claimed is None:
        return False
    try:
        with database.transaction() as session:
            if intake.hold(session, claimed):
                _understand(session, claimed, readers, now=now)
    except Exception as error:
        # The edge: whatever went wrong on our side, the message stays kept and a person hears of it after a few tries.
        log.error("understand.failed", message_id=str(claimed.message_id), error=type(error).__name__)
        with database.transaction() as session:
            intake.failed(session, claimed, now=now)
    return True


def _understand(session: Session, claimed: ClaimedMessage, readers: Mapping[Wire, Reader], *, now: datetime) -> None:
    link = hospitals.link_of(session, claimed.link_id)
    case_id: uuid.UUID | None
    try:
        with session.begin_nested():
            incoming = readers[claimed.wire].read(claimed.raw, link.profile_in, link.charset_in)
            hospital = session.get_one(Hospital, link.hospital_id)
            if isinstance(incoming, IncomingReferral):
                leftovers = (*incoming.unmapped, *incoming.quarantined)
                case = referrals.register(
                    session, incoming, hospital, wire=claimed.wire, now=claimed.received_at, message_id=claimed.message_id
                )
                case_id = case.id
            else:
                leftovers = ()
                changed = referrals.apply_change(session, incoming, hospital, now=claimed.received_at)
                case_id = changed.id if changed else None
    except Unreadable as unreadable:
        _set_aside(session, claimed, unreadable, now=now)
        return
    intake.settle(session, claimed.message_id, InboundState.UNDERSTOOD, now=now, case_id=case_id, leftovers=leftovers)
    log.info("message.understood", message_id=str(claimed.message_id), hospital=link.hospital_code)


def _set_aside(session: Session, claimed: ClaimedMessage, unreadable: Unreadable, *, now: datetime) -> None:
    intake.settle(session, claimed.message_id, InboundState.UNREADABLE, now=now, reason=unreadable.reason, place=unreadable.where)
    log.info("message.unreadable", message_id=str(claimed.message_id), reason=unreadable.reason)
