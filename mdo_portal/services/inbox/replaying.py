"""Having kept messages read again, or put aside."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, defer

from mdo_portal.domain.inbound import OF_A_REFERRAL, PATIENT_KEY, RAW_PURPOSE, InboundMessage, InboundState
from mdo_portal.domain.policy import Act
from mdo_portal.domain.sealing import CANNOT_OPEN
from mdo_portal.domain.unreadable import ABOUT_IDENTITY, NOBODY, SEND_AGAIN
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove
from mdo_portal.exchange import Wire
from mdo_portal.services.common import changes
from mdo_portal.services.common.sealed import sealer
from mdo_portal.services.inbox import offering
from mdo_portal.services.inbox.inbox import meant, visible
from mdo_portal.services.inbox.inbox_rows import Asked
from mdo_portal.services.inbox.offering import MOST_REPLAYED
from mdo_portal.services.links import hospitals
from mdo_portal.services.referrals import awaiting

ONLY_ANEW = N_("Dit bericht is zo niet te lezen, ook niet met een ander profiel. Laat het EPD het opnieuw sturen.")


def replay(session: Session, message: InboundMessage, *, now: datetime) -> list[uuid.UUID]:
    """Offer it once more: after a profile was mended, or a conflict solved. The effect is the same as the first time. Gives what is read.

    What was read into a case is read into that case again, with whatever else its referral told: in its order, the newest word last.
    """
    if not message.raw_sealed:
        raise IllegalMove(N_("De inhoud van dit bericht is na de bewaartermijn verwijderd. Laat het EPD het opnieuw sturen."))
    if message.reason in SEND_AGAIN:
        raise IllegalMove(ONLY_ANEW)
    if message.state is InboundState.UNDERSTOOD and message.meaning in OF_A_REFERRAL and message.case_id is not None:
        found = offering.told(session, InboundMessage.case_id == message.case_id)
        offering.offer(session, found, now=now)
        return found
    is_gone = message.reason == NOBODY  # only its header is still there
    if message.link_id is None or is_gone or message.state not in (InboundState.UNREADABLE, InboundState.IGNORED):
        raise IllegalMove(N_("Dit bericht kan niet opnieuw worden aangeboden. Er is niets veranderd."))
    offering.offer(session, [message.id], now=now)
    return [message.id]


def replay_all(
    session: Session,
    viewer: Viewer,
    act: Act,
    reason: str,
    hospital_id: uuid.UUID | None = None,
    kind: str = "",
    *,
    now: datetime,
) -> list[uuid.UUID]:
    """Offer all messages again that could not be read for this reason, as far as they can be; gives which. `kind`: only these.

    Each is offered once however often this is asked: only what is unreadable at this moment is taken, under a lock.
    """
    query = (
        select(InboundMessage)
        .where(visible(viewer), *meant(Asked(InboundState.UNREADABLE, reason, hospital_id, kind=kind)))
        .where(
            InboundMessage.link_id.is_not(None),
            InboundMessage.reason.not_in(SEND_AGAIN),
            func.length(InboundMessage.raw_sealed) > 0,
        )
        .order_by(InboundMessage.seq)
        .limit(MOST_REPLAYED)
        .with_for_update(skip_locked=True)
        .options(_WITHOUT_BYTES)
    )
    found = [one.id for one in session.scalars(query) if viewer.may(act, hospital_id=one.hospital_id)]
    if found:
        offering.offer(session, found, now=now)
    return found


Numbers = Callable[[Wire, bytes, str], Sequence[tuple[str, str]]]
"""(wire, message, profile) -> the patient's numbers at the profile's own places (exchange.Reader.numbers)."""


def number_anew(session: Session, message_ids: Sequence[uuid.UUID], numbers: Numbers) -> None:
    """What is offered again goes by the numbers that its link's profile finds today, beside those of when it came.

    For whoever mended where a number stands: kept without one, a result would be understood beside its referral, and be about nobody.
    """
    keys = sealer(session)
    profiles = {row.link_id: row.profile_in for row in hospitals.links(session)}
    row = InboundMessage
    query = select(row.id, row.link_id, row.wire, row.patient_keys, row.raw_sealed).where(row.id.in_(message_ids))
    renewed: dict[uuid.UUID, list[bytes]] = {}
    for message_id, link_id, wire, before, sealed in session.execute(query, execution_options={"yield_per": _AT_A_TIME}):
        try:
            raw = keys.open(sealed, purpose=RAW_PURPOSE)
        except CANNOT_OPEN:
            continue  # whoever reads it tells a person
        found = numbers(wire, raw, profiles.get(link_id, "") if link_id else "")
        if new := {keys.blind(number, purpose=PATIENT_KEY) for _, number in found}.difference(before):
            renewed[message_id] = [*before, *sorted(new)]
    for message_id, together in renewed.items():
        session.execute(update(row).where(row.id == message_id).values(patient_keys=together))


_AT_A_TIME = 8
"""Messages in memory at once: they may be of the largest size, and five thousand of them are offered again in one go."""
_WITHOUT_BYTES = defer(InboundMessage.raw_sealed)


def ignore_all(
    session: Session, viewer: Viewer, act: Act, reason: str, hospital_id: uuid.UUID | None = None, *, now: datetime
) -> list[uuid.UUID]:
    """Put all aside that could not be read for this reason; gives which. Nothing when a person must say who the patient is."""
    if reason in ABOUT_IDENTITY:
        return []
    query = (
        select(InboundMessage)
        .where(visible(viewer), *meant(Asked(InboundState.UNREADABLE, reason, hospital_id)))
        .order_by(InboundMessage.seq)
        .limit(MOST_REPLAYED)
        .with_for_update(skip_locked=True)
        .options(_WITHOUT_BYTES)
    )
    found = [one for one in session.scalars(query) if viewer.may(act, hospital_id=one.hospital_id)]
    for message in found:
        ignore(session, message, now=now)
    return [message.id for message in found]


def ignore(session: Session, message: InboundMessage, *, now: datetime) -> None:
    """A person decided that nothing needs to be done with it."""
    if message.state is not InboundState.UNREADABLE:
        raise IllegalMove()
    if message.reason in ABOUT_IDENTITY:
        raise IllegalMove(N_("Over de patiënt van dit bericht moet iemand beslissen (pagina Wie is dit). Er is niets veranderd."))
    message.move(InboundState.IGNORED)
    message.settled_at = now
    session.flush()
    awaiting.release(session, [message.id], now=now)
    changes.announce(session, "inbox", message.id)
    if message.hospital_id is not None:
        changes.announce(session, "link", message.hospital_id)
        changes.announce(session, "messages", message.hospital_id)
