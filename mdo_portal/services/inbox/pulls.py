"""Notices of hospitals that data lie ready, and the fetching that follows: a queue of its own, and what came of each.

Rules. A notice is acted on once, whatever comes how often. Fetching happens in the worker and without an open transaction; what was
fetched is kept in the inbox as a message before anybody reads it. What cannot be fetched stands in the inbox, for a person.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from mdo_portal.domain.inbound import PATIENT_KEY, RAW_PURPOSE, InboundMessage, InboundState
from mdo_portal.domain.link import Link
from mdo_portal.domain.pull import NOTICE_PURPOSE, PULL_REASONS, Pull, PullState
from mdo_portal.domain.sealing import CANNOT_OPEN
from mdo_portal.exchange import Address, IncomingNotice, MessageHeader, NotPulled, Pulled, Unreadable, Wire
from mdo_portal.services.common import changes
from mdo_portal.services.common.pauses import pause
from mdo_portal.services.common.sealed import sealer
from mdo_portal.services.inbox import intake
from mdo_portal.services.inbox.sifting import Arrival
from mdo_portal.services.links import hospitals
from mdo_portal.services.referrals import awaiting

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 12
"""With pauses up to a quarter of an hour: about two hours of a server that is away."""


@dataclass(frozen=True)
class ClaimedPull:
    """One notice to follow now, with where and as whom."""

    pull_id: uuid.UUID
    notice: IncomingNotice
    address: Address
    attempts: int
    message_id: uuid.UUID  # by which it came: one that was taken back may come anew under its number, and is counted anew


class Lying(NamedTuple):
    """What a hospital laid ready and was not fetched yet: how many notices, since when the oldest, and why not; "" = nobody tried yet."""

    waiting: int
    oldest_at: datetime
    reason: str

    @property
    def sentence(self) -> str:
        return PULL_REASONS.get(self.reason, self.reason)


def lying(session: Session, link_id: uuid.UUID) -> Lying | None:
    """None = nothing is to be fetched of this hospital."""
    query = select(Pull.created_at, Pull.reason).where(Pull.link_id == link_id, Pull.state == PullState.WAITING)
    rows = session.execute(query.order_by(Pull.created_at)).all()
    said = [row.reason for row in rows if row.reason]
    return Lying(len(rows), rows[0].created_at, said[-1] if said else "") if rows else None


def noticed(session: Session, notice: IncomingNotice, link_id: uuid.UUID, *, message_id: uuid.UUID, now: datetime) -> Pull | None:
    """Put it in the queue; a notice that was settled before is followed anew only when it failed, when nobody could read what was
    fetched, or when it was withdrawn and comes again since. None when it was a withdrawal. Raises Unreadable when another patient's
    notice has this number: it would be taken for that one, and never be followed; or that one would be withdrawn.
    """
    query = select(Pull).where(Pull.link_id == link_id, Pull.number == notice.number).with_for_update()
    known = session.execute(query).scalar_one_or_none()
    is_over = known is None or known.state is PullState.CANCELLED or (known.state is PullState.FAILED and not notice.cancelled)
    if known is not None and not is_over and _is_of_another(session, known, notice):
        raise Unreadable("not_pulled", "other_notice")
    if notice.cancelled:
        _withdraw(session, link_id, notice, now=now)
        return None
    if known is not None and (
        known.state is PullState.WAITING or (known.state is PullState.DONE and not _in_vain(session, known))
    ):
        return known
    pull = known or Pull(link_id=link_id, hospital_id=session.get_one(Link, link_id).hospital_id, number=notice.number)
    pull.group_number, pull.message_id, pull.state, pull.reason, pull.attempts = (
        notice.group,
        message_id,
        PullState.WAITING,
        "",
        0,
    )
    pull.notice_sealed = sealer(session).seal(_packed(notice), purpose=NOTICE_PURPOSE)
    pull.next_attempt_at, pull.settled_at = now, None
    if known is None:
        pull.created_at = now
        session.add(pull)
    session.flush()
    changes.wake(session, "pull")
    return pull


def _is_of_another(session: Session, known: Pull, notice: IncomingNotice) -> bool:
    """Whether both say whom they are about, and that is not the same person. What the first was about its message still knows."""
    keys = sealer(session)
    told = {keys.blind(number, purpose=PATIENT_KEY) for _, number in _about(notice)}
    before = session.scalars(select(InboundMessage.patient_keys).where(InboundMessage.id == known.message_id)).one_or_none()
    names = {keys.blind(name, purpose=PATIENT_KEY) for name in (notice.number, notice.group)}
    return bool(told and set(before or ()) - names) and told.isdisjoint(before or ())


def _in_vain(session: Session, pull: Pull) -> bool:
    """Nobody could read what was fetched: the hospital may have mended what lies ready since."""
    fetched = session.get(InboundMessage, pull.snapshot_message_id) if pull.snapshot_message_id else None
    return fetched is not None and fetched.state is InboundState.UNREADABLE and fetched.settled_at is not None


def _withdraw(session: Session, link_id: uuid.UUID, notice: IncomingNotice, *, now: datetime) -> None:
    """What still waits under this number, or in this group, is not fetched any more. What was fetched stays: it was given."""
    same = Pull.number == notice.number
    ours = or_(same, Pull.group_number == notice.group) if notice.group else same
    statement = update(Pull).where(Pull.link_id == link_id, ours, Pull.state.in_((PullState.WAITING, PullState.FAILED)))
    ended = statement.values(state=PullState.CANCELLED, settled_at=now, notice_sealed=b"").returning(Pull.message_id)
    awaiting.release(session, list(session.scalars(ended)), now=now)


def claim(session: Session, *, now: datetime) -> ClaimedPull | None:
    """The next notice to follow, counted before it is followed. Commit before fetching.

    One whose notice or whose hospital's token cannot be opened waits for another lease; the others go on.
    """
    query = select(Pull).where(Pull.state == PullState.WAITING, Pull.next_attempt_at <= now).order_by(Pull.next_attempt_at)
    while (pull := session.scalars(query.limit(1).with_for_update(skip_locked=True)).one_or_none()) is not None:
        pull.attempts += 1
        pull.next_attempt_at = now + LEASE
        session.flush()
        try:
            notice = _unpacked(sealer(session).open(pull.notice_sealed, purpose=NOTICE_PURPOSE))
            return ClaimedPull(
                pull.id, notice, hospitals.address_of(session, pull.hospital_id)[1], pull.attempts, pull.message_id
            )
        except CANNOT_OPEN as error:
            log.error("pull.sealed", pull_id=str(pull.id), error=type(error).__name__)
    return None


def fetched(session: Session, claimed: ClaimedPull, pulled: Pulled, *, now: datetime) -> bool:
    """Keep it as a message of that link, to be understood like any other; the notice itself is no longer needed.

    False when the notice was withdrawn meanwhile or somebody else took over: then nothing is kept.
    """
    pull = _ours(session, claimed)
    if pull is None:
        return False
    link = hospitals.link_of(session, pull.link_id)
    header = MessageHeader(kind="Bundle/pull", control_id=f"pull {pull.id}", patient_numbers=pulled.patient_numbers)
    intake.keep(session, [Arrival(raw=pulled.bundle, wire=Wire.FHIR, header=header, link=link, at=now)])
    query = select(InboundMessage.id).where(
        InboundMessage.link_id == link.link_id, InboundMessage.control_id == header.control_id
    )
    pull.snapshot_message_id = session.scalars(query.order_by(InboundMessage.seq.desc()).limit(1)).one()
    _settle(pull, PullState.DONE, now=now)
    return True


def not_fetched(session: Session, claimed: ClaimedPull, trouble: NotPulled, *, now: datetime) -> None:
    """Later again, or a row for a person: a message in the inbox that can be offered again, which fetches again."""
    pull = _ours(session, claimed)
    if pull is None:
        return
    pull.reason = trouble.code
    if trouble.again:
        _put_behind(session, pull, now=now)
    if trouble.again and claimed.attempts < MAX_ATTEMPTS:
        pull.next_attempt_at = now + pause(claimed.attempts, asked=trouble.wait_seconds)
        return
    header = MessageHeader(
        kind="Task/pull", control_id=f"pull {pull.id} {now:%Y%m%d%H%M%S}", patient_numbers=_about(claimed.notice)
    )
    link = hospitals.link_of(session, pull.link_id)
    raw = _of_message(session, pull)
    stands = Arrival(raw=raw, wire=Wire.FHIR, header=header, link=link, at=now, reason="not_pulled", place=trouble.code)
    intake.keep(session, [stands])
    changes.announce(session, "inbox", pull.message_id)
    _settle(pull, PullState.FAILED, now=now)


def _about(notice: IncomingNotice) -> tuple[tuple[str, str], ...]:
    """Whom the row is about: what comes of that patient meanwhile waits behind it, as behind a referral that nobody could read."""
    return (*notice.numbers, *([("bsn", notice.bsn)] if notice.bsn else []))


def _of_message(session: Session, pull: Pull) -> bytes:
    """What the hospital said; empty when that is there no more, or opens no more: then the row stands without, for a person."""
    first = session.get(InboundMessage, pull.message_id)
    try:
        return sealer(session).open(first.raw_sealed, purpose=RAW_PURPOSE) if first and first.raw_sealed else b""
    except CANNOT_OPEN as error:
        log.error("pull.message_sealed", pull_id=str(pull.id), error=type(error).__name__)
        return b""


def _put_behind(session: Session, pull: Pull, *, now: datetime) -> None:
    """What else waits for this server comes after what waits for others: a server that is silent costs them one wait, not all of its."""
    due = select(Pull.id).where(Pull.link_id == pull.link_id, Pull.state == PullState.WAITING, Pull.next_attempt_at < now)
    due = due.where(Pull.id != pull.id).with_for_update(skip_locked=True)
    session.execute(update(Pull).where(Pull.id.in_(due)).values(next_attempt_at=now))


def _ours(session: Session, claimed: ClaimedPull) -> Pull | None:
    """Locked; None when it was withdrawn meanwhile, also when it came anew since, or somebody else took over."""
    pull = session.get(Pull, claimed.pull_id, with_for_update=True)
    same = pull and (pull.message_id, pull.attempts) == (claimed.message_id, claimed.attempts)
    return pull if pull and same and pull.state is PullState.WAITING else None


def _settle(pull: Pull, state: PullState, *, now: datetime) -> None:
    pull.state, pull.settled_at, pull.notice_sealed = state, now, b""


def of_message(session: Session, message_id: uuid.UUID) -> Pull | None:
    """The pull that fetched this message, if it was fetched."""
    return session.execute(select(Pull).where(Pull.snapshot_message_id == message_id)).scalar_one_or_none()


def _packed(notice: IncomingNotice) -> bytes:
    times = {name: when.isoformat() if when else None for name, when in (("until", notice.until), ("birth_on", notice.birth_on))}
    return json.dumps(asdict(notice) | times).encode()


def _unpacked(raw: bytes) -> IncomingNotice:
    told: dict[str, Any] = json.loads(raw)
    read = {
        "until": datetime.fromisoformat(told["until"]) if told["until"] else None,
        "birth_on": date.fromisoformat(told["birth_on"]) if told.get("birth_on") else None,
        "fetches": tuple(told["fetches"]),
        "unmapped": tuple(told["unmapped"]),
        "numbers": tuple((authority, number) for authority, number in told.get("numbers", ())),
    }
    return IncomingNotice(**told | read)
