"""All that hospitals send enters here: keep, answer, then understand.

Rules. *Acknowledged means stored*: `keep` commits before anybody answers. Nothing is parsed before the answer; only
the header is read. A message we cannot read is kept with the reason, as a row for a person. The same message again
gets the same answer and has one effect. Messages of one patient are understood in order of arrival, different
patients side by side, and one bad message holds nobody else up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundState
from mdo_portal.domain.sealing import Sealer
from mdo_portal.exchange import (
    Answer,
    Caller,
    Incoming,
    IncomingNotice,
    IncomingReferral,
    MessageHeader,
    PatientIdentity,
    PatientLink,
    PatientMerge,
    Reader,
    Unreadable,
    Verdict,
    Wire,
)
from mdo_portal.services import (
    audit,
    carrying_out,
    changes,
    conflicts,
    effects,
    hospitals,
    intake,
    pulls,
    queue,
    registering,
    rulings,
)
from mdo_portal.services.hospitals import LinkRow
from mdo_portal.services.inbound_line import DirectLine
from mdo_portal.services.intake import Arrival
from mdo_portal.services.queue import ClaimedMessage, Lane, Settled
from mdo_portal.services.registering import Told
from mdo_portal.services.rulings import Conflict

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
    caller: Caller | None = None,
    refused: str = "",
) -> Sorted:
    """Read the header, find the sender, decide the answer. Touches no database and no parser.

    `link` is given when the wire itself proved who sends (a bearer token); `refused` when the wire itself saw that it cannot be
    taken: it is kept all the same. `caller`: who is at the other end of the line; what it shows must be of the hospital that the
    message names, and a line without TLS must have been accepted for that hospital.
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
    return understand(database, readers, now=now) > 0


def understand(database: Database, readers: Mapping[Wire, Reader], *, now: datetime, most: int = 1, lane: Lane = Lane.ANY) -> int:
    """Carry out one decision about who somebody is, or claim up to `most` waiting messages and understand them. Returns how many.

    They are read without a transaction, and take effect in one; when one of them spoils that, each in its own.
    """
    with database.transaction() as session:
        if carrying_out.carry_out_next(session, now=now):  # what a person decided about who somebody is
            return 1
    with database.transaction() as session:
        claimed = queue.claim(session, now=now, most=most, lane=lane)
    if not claimed:
        return 0
    read, unread = _read(database, claimed, readers, now=now, lane=lane)
    if unread:
        with database.transaction() as session:
            queue.release(session, unread)
    if len(read) > 1 and _together(database, read, now=now):
        return len(claimed)
    for at, one in enumerate(read):
        if not _alone(database, one, now=now):
            with database.transaction() as session:
                queue.release(session, [later.message for later in read[at + 1 :]])
            break
    return len(claimed)


@dataclass(frozen=True)
class Read:
    """A message and what it means, or why it means nothing."""

    message: ClaimedMessage
    incoming: Incoming | None
    unreadable: Unreadable | None = None

    @property
    def patient(self) -> PatientIdentity | None:
        """Whom it is about, when it is about one."""
        return None if isinstance(self.incoming, PatientMerge | PatientLink | IncomingNotice | None) else self.incoming.patient


TOO_MUCH = frozenset({"reader_slow", "reader_died"})
"""In the quick lane this is no verdict yet: the careful lane gives it more time."""


def _read(
    database: Database, claimed: Sequence[ClaimedMessage], readers: Mapping[Wire, Reader], *, now: datetime, lane: Lane
) -> tuple[list[Read], Sequence[ClaimedMessage]]:
    """What they mean, up to the first that must be tried again; and those after it, which are given back for others to take."""
    read: list[Read] = []
    for at, message in enumerate(claimed):
        try:
            read.append(Read(message, readers[message.wire].read(message.raw, message.profile, message.charset)))
        except Unreadable as unreadable:
            if lane is Lane.QUICK and unreadable.reason in TOO_MUCH:
                with database.transaction() as session:
                    queue.later(session, message, at=now)
                    changes.wake(session, "understand")
                return read, claimed[at + 1 :]
            read.append(Read(message, None, unreadable))
        except Exception as error:  # our side broke, not the message: later again
            _failed(database, message, error, now=now)
            return read, claimed[at + 1 :]
    return read, ()


def _together(database: Database, read: Sequence[Read], *, now: datetime) -> bool:
    """All in one transaction. False when one of them could not be, or a person must say who one of them is: then nothing happened."""
    try:
        with database.transaction() as session, audit.together(session):
            held = queue.hold(session, [one.message for one in read])
            if len(held) < len(read):  # our lease ran out, and another has some of it: nothing before its turn
                queue.release(session, held)
                return True
            if rulings.concern(session, [(one.message.hospital_id, one.patient) for one in read]):
                return False
            queue.settle_all(session, _all_settled(session, read, now=now), now=now)
    except Exception as error:
        # Not yet a verdict on any of them: each gets a transaction of its own.
        log.info("understand.one_by_one", messages=len(read), error=type(error).__name__)
        return False
    log.info("messages.understood", messages=len(read))
    return True


def _alone(database: Database, one: Read, *, now: datetime) -> bool:
    """One message in its own transaction. False when it must be tried again, and what comes after it of that patient must wait."""
    try:
        with database.transaction() as session:
            if not queue.hold(session, [one.message]):
                return False
            settled = _judged(session, one, now=now)
            queue.settle_all(session, settled, now=now)
            if one.message.attempts > 1:
                changes.wake(session, "understand")  # in the quick lane its patient's next messages waited for it
        for done in settled:
            log.info(f"message.{done.state.value}", message_id=str(done.message_id), reason=done.reason)
    except Exception as error:
        # The edge: whatever went wrong on our side, the message stays kept and a person hears of it after a few tries.
        _failed(database, one.message, error, now=now)
        return False
    return True


def _judged(session: Session, one: Read, *, now: datetime) -> list[Settled]:
    """What became of it; nothing when it waits for a person to say who its patient is, or nothing of it is kept."""
    message = one.message
    if conflicts.must_wait(session, message.message_id, message.hospital_id):
        conflicts.put_on_pile(session, message.message_id, reason=conflicts.WAITS, place="")
        return []
    try:
        with session.begin_nested():
            return _settled(session, one, now=now)
    except Conflict as conflict:
        hospital = session.get_one(Hospital, message.hospital_id)
        conflicts.open_for(session, conflict, message.message_id, hospital, one.incoming, now=now)
    except Unreadable as unreadable:
        if unreadable.reason != conflicts.WAITS:
            return [_set_aside(message, unreadable)]
        conflicts.put_on_pile(session, message.message_id, reason=unreadable.reason, place=unreadable.where)
    return []


def _failed(database: Database, message: ClaimedMessage, error: Exception, *, now: datetime) -> None:
    log.error("understand.failed", message_id=str(message.message_id), error=type(error).__name__)
    with database.transaction() as session:
        queue.failed(session, message, now=now)


def _all_settled(session: Session, read: Sequence[Read], *, now: datetime) -> list[Settled]:
    """The same as `_settled` for each in order; new referrals that follow each other are registered together."""
    settled: list[Settled] = []
    held = [session.get_one(Hospital, one.message.hospital_id) for one in read]  # the session forgets what nobody holds
    told: list[Told] = []
    for one, hospital in zip(read, held, strict=True):
        if isinstance(one.incoming, IncomingReferral) and _is_plain(one, one.incoming):
            message = one.message
            told.append(Told(one.incoming, hospital, message.wire, message.received_at, message.message_id))
            continue
        settled += _registered(session, told, read)
        told = []
        settled += _settled(session, one, now=now)
    return settled + _registered(session, told, read)


def _is_plain(one: Read, referral: IncomingReferral) -> bool:
    """Nothing but a referral: not taken back, no question about its BSN, and no moment of a hospital's own server."""
    return one.message.wire is not Wire.FHIR and not referral.cancelled and not conflicts.has_wrong_bsn(referral.patient)


def _registered(session: Session, told: Sequence[Told], read: Sequence[Read]) -> list[Settled]:
    messages = {one.message.message_id: one.message for one in read}
    cases = registering.register_all(session, told)
    return [
        Settled(
            one.message_id,
            InboundState.UNDERSTOOD,
            case_id=case.id,
            leftovers=effects.leftovers(one.referral, messages[one.message_id]),
        )
        for one, case in zip(told, cases, strict=True)
    ]


def _settled(session: Session, one: Read, *, now: datetime) -> list[Settled]:
    """What the message does here; nothing when it is about nobody who has a case. Raises Unreadable when a person must look first."""
    if one.incoming is None:
        return [_set_aside(one.message, one.unreadable or Unreadable("broken"))]
    if isinstance(one.incoming, IncomingNotice):
        pulls.noticed(session, one.incoming, one.message.link_id, message_id=one.message.message_id, now=now)
        return [Settled(one.message.message_id, InboundState.UNDERSTOOD)]
    hospital = session.get_one(Hospital, one.message.hospital_id)
    case = effects.of(session, one.incoming, hospital, one.message)
    if case is None:
        queue.forget(session, one.message)
        return []
    leftovers = effects.leftovers(one.incoming, one.message)
    return [Settled(one.message.message_id, InboundState.UNDERSTOOD, case_id=case.id, leftovers=leftovers)]


def _set_aside(message: ClaimedMessage, unreadable: Unreadable) -> Settled:
    return Settled(message.message_id, InboundState.UNREADABLE, unreadable.reason, unreadable.where)
