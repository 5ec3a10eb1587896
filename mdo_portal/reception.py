"""All that hospitals send enters here: keep, answer, then understand.

Rules. *Acknowledged means stored*: `keep` commits before anybody answers. Nothing is parsed before the answer; only
the header is read. A message we cannot read is kept with the reason, as a row for a person. The same message again
gets the same answer and has one effect. Messages of one patient are understood in order of arrival, different
patients side by side, and one bad message holds nobody else up.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundState
from mdo_portal.domain.sealing import Sealer
from mdo_portal.exchange import (
    Answer,
    IncomingAnswer,
    IncomingNotice,
    IncomingReferral,
    MessageHeader,
    Reader,
    Unreadable,
    Verdict,
    Wire,
)
from mdo_portal.services import hospitals, intake, pulls, questions, referrals, snapshots
from mdo_portal.services.hospitals import LinkRow
from mdo_portal.services.inbound_rows import OwnConnection
from mdo_portal.services.intake import Arrival, ClaimedMessage

log = structlog.get_logger(__name__)

REFUSALS = {
    "no_header": (Verdict.REFUSED, "no readable message header"),
    "no_control_id": (Verdict.REFUSED, "message control id is missing"),
    "hostile_delimiters": (Verdict.REFUSED, "encoding characters are not usable"),
    "unknown_sender": (Verdict.NOT_HERE, "sending application and facility are not known here"),
    "too_many_entries": (Verdict.REFUSED, "too many entries; split the bundle"),
    "too_large": (Verdict.REFUSED, "message is larger than agreed"),
    "broken": (Verdict.REFUSED, "message is damaged"),
    "media_type": (Verdict.NOT_HERE, "send application/fhir+json or application/fhir+xml"),
    "wrong_version": (Verdict.NOT_HERE, "another FHIR version than agreed"),
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
    refused: str = "",
) -> Sorted:
    """Read the header, find the sender, decide the answer. Touches no database and no parser.

    `link` is given when the wire itself proved who sends (a bearer token, a client certificate); `refused` when the wire
    itself saw that it cannot be taken: it is kept all the same.
    """
    if refused:
        return _refused(raw, MessageHeader(), wire=wire, link=link, reason=refused, place="Content-Type", now=now)
    try:
        header = reader.header(raw)
    except Unreadable as unreadable:
        return _refused(raw, MessageHeader(), wire=wire, link=link, reason=unreadable.reason, place=unreadable.where, now=now)
    sender = link or hospitals.sender_of(links, header)
    if sender is None:
        return _refused(raw, header, wire=wire, link=None, reason="unknown_sender", place="MSH-3", now=now)
    if wire is Wire.HL7V2 and not header.control_id:
        return _refused(raw, header, wire=wire, link=sender, reason="no_control_id", place="MSH-10", now=now)
    arrival = Arrival(raw=raw, wire=wire, header=header, link=sender, at=now)
    return Sorted(arrival, Answer(Verdict.STORED, header.control_id))


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
    return Sorted(arrival, Answer(verdict, header.control_id, reason=reason, text=text))


def keep(database: Database, messages: Sequence[Sorted], *, link: str = "") -> None:
    """Store them all, in one commit. Only when this returns may the answers go out. Raises when nothing was stored.

    `link`: the token by which a hospital came in; a web process may store for that hospital only.
    """
    with database.transaction(link=link) as session:
        intake.keep(session, [message.arrival for message in messages])


class Keeper:
    """Keeps batch after batch for a listener, on a connection of its own. `keep` promises what the function `keep` promises."""

    def __init__(self, database: Database) -> None:
        assert isinstance(database.sealer, Sealer)
        self._keys = database.sealer
        self._connection = OwnConnection(database.plain_url)

    def keep(self, messages: Sequence[Sorted]) -> None:
        arrivals = [message.arrival for message in messages]
        self._connection.run(lambda connection: intake.keep_by_itself(connection, arrivals, self._keys))


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
                _snapshot(session, claimed, case, incoming)
            elif isinstance(incoming, IncomingAnswer):
                leftovers = (*incoming.unmapped, *incoming.quarantined)
                case_id = questions.answered(
                    session, incoming, hospital, now=claimed.received_at, message_id=claimed.message_id
                ).id
            elif isinstance(incoming, IncomingNotice):
                leftovers, case_id = (), None
                pulls.noticed(session, incoming, claimed.link_id, message_id=claimed.message_id, now=now)
            else:
                leftovers = ()
                changed = referrals.apply_change(session, incoming, hospital, now=claimed.received_at)
                case_id = changed.id if changed else None
    except Unreadable as unreadable:
        _set_aside(session, claimed, unreadable, now=now)
        return
    intake.settle(session, claimed.message_id, InboundState.UNDERSTOOD, now=now, case_id=case_id, leftovers=leftovers)
    log.info("message.understood", message_id=str(claimed.message_id), hospital=link.hospital_code)


def _snapshot(session: Session, claimed: ClaimedMessage, case: Case, incoming: IncomingReferral) -> None:
    """What was fetched after a notice is also written down as a moment: a later one shows what changed."""
    pull = pulls.of_message(session, claimed.message_id)
    if pull is not None:
        snapshots.take(session, pull, case, incoming.facts, message_id=claimed.message_id)


def _set_aside(session: Session, claimed: ClaimedMessage, unreadable: Unreadable, *, now: datetime) -> None:
    intake.settle(session, claimed.message_id, InboundState.UNREADABLE, now=now, reason=unreadable.reason, place=unreadable.where)
    log.info("message.unreadable", message_id=str(claimed.message_id), reason=unreadable.reason)
