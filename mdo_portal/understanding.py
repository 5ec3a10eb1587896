"""What was kept is understood: a batch in one transaction, one bad message alone, a question for a person on the pile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

import structlog
from sqlalchemy.orm import Session

from mdo_portal import broken_off
from mdo_portal.database import Database, once_more
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundState
from mdo_portal.errors import whereabouts
from mdo_portal.exchange import (
    ABOUT_NO_ONE,
    Incoming,
    IncomingNotice,
    IncomingReceipt,
    IncomingReferral,
    PatientIdentity,
    Reader,
    Unreadable,
    Wire,
)
from mdo_portal.services.access_log import audit
from mdo_portal.services.common import changes
from mdo_portal.services.history import timeline
from mdo_portal.services.identity import carrying_out
from mdo_portal.services.inbox import effects, pulls, queue, settling
from mdo_portal.services.inbox.queue import Lane
from mdo_portal.services.inbox.settling import ClaimedMessage, Settled
from mdo_portal.services.letters import acknowledging
from mdo_portal.services.patients import conflicts, pile, rulings
from mdo_portal.services.patients.rulings import Conflict
from mdo_portal.services.referrals import awaiting, registering
from mdo_portal.services.referrals.registering import Told

log = structlog.get_logger(__name__)


def understand(database: Database, readers: Mapping[Wire, Reader], *, now: datetime, most: int = 1, lane: Lane = Lane.ANY) -> int:
    """Carry out one decision about who somebody is, or claim up to `most` waiting messages and understand them. Returns how many.

    They are read without a transaction, and take effect in one; when one of them spoils that, each in its own. Raises NobodyReads
    when no reader can begin, and what PostgreSQL says when it lacks something itself or is away: then they wait as before.
    """
    broken_off.give_back(database)
    if once_more(lambda: _carried_out(database, now=now)):
        return 1
    with database.transaction() as session:
        claimed = queue.claim(session, now=now, most=most, lane=lane)
    if not claimed:
        return 0
    with broken_off.given_back(database, claimed):
        _understand(database, claimed, readers, now=now, lane=lane)
    return len(claimed)


def _carried_out(database: Database, *, now: datetime) -> bool:
    """What a person decided about who somebody is. False when nobody did."""
    with database.transaction() as session:
        return carrying_out.carry_out_next(session, now=now)


def _understand(
    database: Database, claimed: Sequence[ClaimedMessage], readers: Mapping[Wire, Reader], *, now: datetime, lane: Lane
) -> None:
    read, unread = _read(database, claimed, readers, now=now, lane=lane)
    if unread:
        with database.transaction() as session:
            settling.release(session, unread)
    if len(read) > 1 and _together(database, read, now=now):
        return
    for at, one in enumerate(read):
        if not _alone(database, one, now=now):
            with database.transaction() as session:
                settling.release(session, [later.message for later in read[at + 1 :]])
            return


@dataclass(frozen=True)
class Read:
    """A message and what it means, or why it means nothing."""

    message: ClaimedMessage
    incoming: Incoming | None
    unreadable: Unreadable | None = None

    @property
    def patient(self) -> PatientIdentity | None:
        """Whom it is about, when it is about one."""
        return None if self.incoming is None or isinstance(self.incoming, ABOUT_NO_ONE) else self.incoming.patient

    @property
    def number(self) -> str:
        """Of the referral, appointment or question that it came under; "" when it is none of these."""
        return rulings.number_of(self.incoming) if self.incoming else ""


TOO_MUCH = frozenset({"reader_slow", "reader_died"})
"""In the quick lane this is no verdict yet: the careful lane gives it more time."""


def _read(
    database: Database, claimed: Sequence[ClaimedMessage], readers: Mapping[Wire, Reader], *, now: datetime, lane: Lane
) -> tuple[list[Read], Sequence[ClaimedMessage]]:
    """What they mean, up to the first that must be tried again; and those after it, which are given back for others to take.

    Reading stops halfway the lease, so that nobody else takes any of them before they had their effect.
    """
    read: list[Read] = []
    until = monotonic() + queue.LEASE.total_seconds() / 2
    for at, message in enumerate(claimed):
        if at and monotonic() > until:
            return read, claimed[at:]
        try:
            read.append(Read(message, readers[message.wire].read(message.raw, message.profile, message.charset)))
        except Unreadable as unreadable:
            if lane is Lane.QUICK and unreadable.reason in TOO_MUCH:
                with database.transaction() as session:
                    settling.later(session, message, at=now)
                    changes.wake(session, "understand")
                return read, claimed[at + 1 :]
            read.append(Read(message, None, unreadable))
        except Exception as error:  # our side broke, not the message: later again
            _failed(database, message, error, now=now)
            return read, claimed[at + 1 :]
    return read, ()


class WokenError(Exception):
    """Something that came earlier is read again, and must be before what follows."""


def _together(database: Database, read: Sequence[Read], *, now: datetime) -> bool:
    """All in one transaction. False when one of them could not be, or a person must say who one of them is: then nothing happened."""
    try:
        with database.transaction() as session, audit.together(session):
            timeline.enter(session, now=now)
            held = settling.hold(session, [one.message for one in read])
            if len(held) < len(read):  # our lease ran out, and another has some of it: nothing before its turn
                settling.release(session, held)
                return True
            if rulings.concern(session, [(one.message.hospital_id, one.patient, one.number) for one in read]):
                return False
            if settling.settle_all(session, _all_settled(session, read, now=now), now=now):
                raise WokenError
    except Exception as error:
        # Not yet a verdict on any of them: each gets a transaction of its own.
        if broken_off.is_no_verdict(error):
            raise
        log.info("understand.one_by_one", messages=len(read), error=type(error).__name__)
        return False
    log.info("messages.understood", messages=len(read))
    return True


def _alone(database: Database, one: Read, *, now: datetime) -> bool:
    """One message in its own transaction.

    False when what comes after it of that patient must wait: it is tried again, or woke something that came earlier.
    """
    try:
        return once_more(lambda: _in_its_own(database, one, now=now))
    except pile.AnsweredError:
        with database.transaction() as session:
            settling.release(session, [one.message])
            changes.wake(session, "understand")
        return False
    except Exception as error:
        # The edge: whatever went wrong on our side, the message stays kept and a person hears of it after a few tries.
        _failed(database, one.message, error, now=now)
        return False


def _in_its_own(database: Database, one: Read, *, now: datetime) -> bool:
    with database.transaction() as session:
        timeline.enter(session, now=now)
        if not settling.hold(session, [one.message]):
            return False
        settled = _judged(session, one, now=now)
        woken = settling.settle_all(session, settled, now=now)
        if one.message.attempts > 1:
            changes.wake(session, "understand")  # in the quick lane its patient's next messages waited for it
    for done in settled:
        log.info(f"message.{done.state.value}", message_id=str(done.message_id), reason=done.reason)
    return not woken


def _judged(session: Session, one: Read, *, now: datetime) -> list[Settled]:
    """What became of it; nothing when it waits for a person to say who its patient is, or nothing of it is kept."""
    message = one.message
    hospital = session.get_one(Hospital, message.hospital_id)
    if message.case_id is None and pile.wait(session, message.message_id, hospital, now=now):
        return []
    asked = conflicts.asked_by(session, message.message_id, hospital.id) if message.case_id is None else None
    try:
        with session.begin_nested() as tried:
            carrying_out.lapse(session, asked, now=now)  # it would wait for its own question
            settled = _settled(session, one, now=now)
            if asked is not None and any(done.state is InboundState.UNREADABLE for done in settled):
                tried.rollback()  # not read any better: what it asked stays asked
            elif one.patient is not None:
                rulings.came_under(session, message.message_id, hospital.id, one.patient, one.number)
            return settled
    except Conflict as conflict:
        if asked is not None and not conflicts.asks_the_same(session, asked, conflict):
            carrying_out.lapse(session, asked, now=now)
        conflicts.open_for(session, conflict, message.message_id, hospital, one.incoming, now=now)
    except Unreadable as unreadable:
        if unreadable.reason != pile.WAITS:
            return [effects.set_aside(message, unreadable)]
        carrying_out.lapse(session, asked, now=now)
        pile.hold_questions(session, message.hospital_id)
        pile.put_on_pile(session, message.message_id, reason=unreadable.reason, place=unreadable.where)
    return []


def _failed(database: Database, message: ClaimedMessage, error: Exception, *, now: datetime) -> None:
    """Raises it when it is none of the message's: that would be on a person's list before the disk has room again."""
    if broken_off.is_no_verdict(error):
        raise error
    log.error("understand.failed", message_id=str(message.message_id), **whereabouts(error))
    with database.transaction() as session:
        settling.failed(session, message, now=now)


def _all_settled(session: Session, read: Sequence[Read], *, now: datetime) -> list[Settled]:
    """The same as `_settled` for each in order; new referrals that follow each other are registered together."""
    settled: list[Settled] = []
    held = [session.get_one(Hospital, one.message.hospital_id) for one in read]  # the session forgets what nobody holds
    fresh: list[tuple[ClaimedMessage, Told]] = []
    for one, hospital in zip(read, held, strict=True):
        if isinstance(one.incoming, IncomingReferral) and _is_plain(one, one.incoming):
            fresh.append((one.message, Told(one.incoming, effects.source_of(one.message, hospital))))
            continue
        settled += _registered(session, fresh)
        fresh = []
        settled += _settled(session, one, now=now)
    return settled + _registered(session, fresh)


def _is_plain(one: Read, referral: IncomingReferral) -> bool:
    """Nothing but a new referral: not taken back, no question about its BSN, and no moment or address on a hospital's own server."""
    if one.message.case_id is not None:
        return False
    return one.message.wire is not Wire.FHIR and not referral.cancelled and not conflicts.has_wrong_bsn(referral.patient)


def _registered(session: Session, fresh: Sequence[tuple[ClaimedMessage, Told]]) -> list[Settled]:
    cases = registering.register_all(session, [told for _, told in fresh])
    return [
        effects.understood(told.referral, message, case, effects.leftovers(told.referral, message))
        for (message, told), case in zip(fresh, cases, strict=True)
    ]


def _settled(session: Session, one: Read, *, now: datetime) -> list[Settled]:
    """What the message does here; nothing when it is about nobody who has a case. Raises Unreadable when a person must look first."""
    if one.incoming is None:
        return [effects.set_aside(one.message, one.unreadable or Unreadable("broken"))]
    if one.message.case_id is not None:
        return [effects.told_again(session, one.incoming, one.message, one.message.case_id, now=now)]
    if isinstance(one.incoming, IncomingNotice):
        pulls.noticed(session, one.incoming, one.message.link_id, message_id=one.message.message_id, now=now)
        return [effects.understood(one.incoming, one.message)]
    if isinstance(one.incoming, IncomingReceipt):
        said = one.incoming
        acknowledging.acknowledge(session, one.message.hospital_id, said.control_id, said.receipt, now)
        return [effects.understood(one.incoming, one.message)]
    hospital = session.get_one(Hospital, one.message.hospital_id)
    case = effects.of(session, one.incoming, hospital, one.message)
    if case is None:
        if awaiting.must_wait(session, one.message.message_id):
            return [effects.set_aside(one.message, Unreadable(awaiting.WAITS))]
        if conflicts.was_answered(session, one.message.message_id, hospital.id, one.patient, one.number):
            return [effects.of_nobody(one.message)]
        settling.forget(session, one.message, now=now)
        return []
    return [effects.understood(one.incoming, one.message, case, effects.leftovers(one.incoming, one.message))]
