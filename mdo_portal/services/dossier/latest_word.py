"""Whether a message about a referral is older than what its hospital said since: it came late, or is read once more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, String, cast, exists, select
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.case import Case, CaseEvent
from mdo_portal.exchange import IncomingReferral, Version
from mdo_portal.services.common import moments

ASKED = ("referral.received", "referral.updated")
CANCELLING = "referral.cancelled"
CLOCKS_DIFFER = timedelta(minutes=5)
"""Two systems of one hospital: within this nobody can tell which of two words was the later, and the order of arrival holds."""
SAID_AT = "said_at"
"""Under this name the timeline event of one of those says when the sender said it, by the sender's clock."""
UNSAID = "unsaid"
"""Under this name an event says which earlier ones (their ids) were about somebody else: they are no word about this referral."""
REQUEST, NUMBER, CHANGED_AT = "request", "version", "changed_at"
"""And under these of which request on the sender's server that was which version, and when that server changed it last."""


class Word(NamedTuple):
    """When its sender said something of a referral, and which version of the request that was."""

    sent_at: datetime | None = None
    address: str = ""
    version: Version = Version()


UNDATED = Word()
"""Of which its sender says neither."""


def word_of(referral: IncomingReferral) -> Word:
    return Word(referral.sent_at or referral.asked_at, referral.known_as, referral.version)


def said(word: Word, now: datetime) -> dict[str, Any]:
    """For the event; nothing of what the sender does not say, or what cannot be true."""
    found: dict[str, Any] = {SAID_AT: moments.said(word.sent_at, now).isoformat()} if moments.likely(word.sent_at) else {}
    number, changed_at = word.version.number, moments.likely(word.version.changed_at)
    version = {NUMBER: str(number)} if number is not None else {}
    version |= {CHANGED_AT: changed_at.isoformat()} if changed_at else {}
    return found | (version | ({REQUEST: word.address} if word.address else {}) if version else {})


def is_latest(session: Session, case: Case, *, now: datetime, word: Word) -> bool:
    """Whether what asks is the hospital's last word: nothing arrived later, and nothing that takes back was said later, nor was a newer
    version of this request.
    """
    if told_later(session, case, *ASKED, CANCELLING, now=now):
        return False
    if any(_is_newer_version(word, one) for one in _said(session, case, *ASKED)):
        return False
    return not told_later(session, case, CANCELLING, now=now, word=word)


def told_later(session: Session, case: Case, *words: str, now: datetime, word: Word = UNDATED) -> bool:
    """Whether one of these words is newer: it arrived later (this one was offered again after a repair), or was said later, where both
    say when.
    """
    arrived = select(CaseEvent.id).where(holding(case, *words), CaseEvent.at > now)
    if session.execute(arrived.limit(1)).first() is not None:
        return True
    return word != UNDATED and any(_was_said_later(word, one, now) for one in _said(session, case, *words))


_SINCE = aliased(CaseEvent)
_IS_NAMED = _SINCE.details[UNSAID].as_string().contains(cast(CaseEvent.id, String))
_IS_UNSAID = exists().where(_SINCE.case_id == CaseEvent.case_id, _SINCE.details.has_key(UNSAID), _IS_NAMED)


def holding(case: Case, *words: str) -> ColumnElement[bool]:
    """These words about the case, without what turned out to be of somebody else."""
    return (CaseEvent.case_id == case.id) & CaseEvent.what.in_(words) & ~_IS_UNSAID


def _said(session: Session, case: Case, *words: str) -> Iterator[Word]:
    """What these events say of when it was said."""
    for told in session.scalars(select(CaseEvent.details).where(holding(case, *words))):
        yield _word(told)


def of_event(event: CaseEvent) -> Word:
    """What this event says of when it was said."""
    return _word(event.details)


def _word(told: dict[str, Any]) -> Word:
    version = Version(int(told[NUMBER]) if NUMBER in told else None, _moment(told, CHANGED_AT))
    return Word(_moment(told, SAID_AT), told.get(REQUEST, ""), version)


def _moment(told: dict[str, Any], name: str) -> datetime | None:
    return datetime.fromisoformat(told[name]) if name in told else None


def _was_said_later(word: Word, other: Word, now: datetime) -> bool:
    """By the versions of one request, where its server tells these; else by the clocks of those who sent them."""
    mine, others = word.version.changed_at, other.version.changed_at
    is_one_request = word.address != "" and word.address == other.address
    if is_one_request and (by_number := _by_number(word.version, other.version)) is not None:
        return by_number
    if mine is not None and others is not None:
        return others > mine + (timedelta(0) if is_one_request else CLOCKS_DIFFER)
    if moments.likely(word.sent_at) is None or other.sent_at is None:
        return False
    return other.sent_at > moments.said(word.sent_at, now) + CLOCKS_DIFFER


def _is_newer_version(word: Word, other: Word) -> bool:
    """Of two that ask: a clock may have been put right meanwhile, and says nothing."""
    return word.address != "" and word.address == other.address and bool(_by_number(word.version, other.version))


def _by_number(version: Version, other: Version) -> bool | None:
    """Whether the other is newer by its number; None where that cannot be told: without one, or where the moments say otherwise, for a
    server that was set up anew counts from one.
    """
    if version.number is None or other.number is None:
        return None
    is_newer = other.number > version.number
    if version.changed_at and other.changed_at and version.number != other.number:
        return is_newer if is_newer == (other.changed_at > version.changed_at) else None
    return is_newer
