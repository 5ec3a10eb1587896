"""Telling colleagues by mail that something waits in the portal: claim, mail without a transaction, put back what did not leave."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

import structlog
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.exchange import NOT_THIS_MAILBOX, Receipt, ReceiptKind, Reminder, Waits
from mdo_portal.services.follow_up import reminders
from mdo_portal.services.meetings import meeting_mails
from mdo_portal.services.oversight import glass_mails, line_reminders, running_again, standstills
from mdo_portal.services.people import mailboxes, people
from mdo_portal.services.referrals import question_mails

log = structlog.get_logger(__name__)


class _Told(Protocol):
    """One mail to write."""

    @property
    def person_id(self) -> uuid.UUID: ...
    @property
    def email(self) -> str: ...
    @property
    def key(self) -> str: ...


OneMail = TypeVar("OneMail", bound=_Told)
Claimed = TypeVar("Claimed", bound=_Told, covariant=True)


class _Claim(Protocol[Claimed]):
    def __call__(self, session: Session, *, now: datetime, beside: Collection[uuid.UUID]) -> Claimed | None: ...


@dataclass(frozen=True)
class Cause(Generic[OneMail]):
    """Why colleagues are mailed: who is next, and what undoes that when no mail left."""

    waits: Waits
    claim: _Claim[OneMail]
    put_back: Callable[[Session, OneMail], None]


FOLLOW_UP = Cause(Waits.FOLLOW_UP, reminders.claim, reminders.put_back)
"""A recommendation is (nearly) late."""
LINE = Cause(Waits.LINE, line_reminders.claim, line_reminders.put_back)
"""Certificates of a line end: for who looks after it."""
MEETING = Cause(Waits.MEETING, meeting_mails.claim, meeting_mails.put_back)
"""A meeting moved, was added or is called off: for who sits on its board."""
GLASS = Cause(Waits.GLASS, glass_mails.claim, glass_mails.put_back)
"""Somebody broke the glass: for who judges that."""
QUESTION = Cause(Waits.QUESTION, question_mails.claim, question_mails.put_back)
"""A question about a case waits, or was answered."""

RUNS = Cause(Waits.RUNS, running_again.claim, running_again.put_back)
"""What stood still in the traffic with a hospital runs again: for who was told that it did."""


def standstill(seen: standstills.Listening) -> Cause[standstills.Told]:
    """The traffic with a hospital stands still: for who looks after it. `seen`: what this worker saw of the listeners."""

    def claim(session: Session, *, now: datetime, beside: Collection[uuid.UUID]) -> standstills.Told | None:
        return standstills.claim(session, now=now, is_unheard=seen.is_missed(session, now=now), beside=beside)

    return Cause(Waits.STANDSTILL, claim, standstills.put_back)


def remind_next(
    database: Database, reminder: Reminder, cause: Cause[OneMail], *, clock: Callable[[], datetime], passed: set[uuid.UUID]
) -> bool:
    """Mail one colleague. False when there was none, or when the mail server takes nothing now.

    Written down before it leaves: a worker that dies between the two costs a mail, never sends two on one day.
    `passed`: whose mailbox took none in this round; the others are not to wait for it.
    """
    with database.transaction() as session:
        told = cause.claim(session, now=clock(), beside=passed)
        language = people.language_of(session, told.person_id) if told else ""
    return told is not None and _mail(database, reminder, cause, told, language, passed, clock)


def _mail(
    database: Database,
    reminder: Reminder,
    cause: Cause[OneMail],
    told: OneMail,
    language: str,
    passed: set[uuid.UUID],
    clock: Callable[[], datetime],
) -> bool:
    receipt = reminder.remind(told.email, told.key, cause.waits, language)
    if receipt.kind is not ReceiptKind.LATER:
        log.info("reminder.mailed", person_id=str(told.person_id), waits=cause.waits.value, code=receipt.code)
    else:
        log.warning("reminder.not_mailed", person_id=str(told.person_id), waits=cause.waits.value, code=receipt.code)
    with database.transaction() as session:
        _take_note(session, told, receipt, now=clock())
        if receipt.kind is ReceiptKind.LATER:
            cause.put_back(session, told)
            passed.add(told.person_id)
    return receipt.kind is not ReceiptKind.LATER or receipt.code == NOT_THIS_MAILBOX


def _take_note(session: Session, told: _Told, receipt: Receipt, *, now: datetime) -> None:
    """What is known of this mailbox from here on; a server that is away says nothing of it."""
    if receipt.kind is ReceiptKind.UNKNOWN:
        mailboxes.took(session, told.person_id)
    elif receipt.kind is ReceiptKind.REFUSED or receipt.code == NOT_THIS_MAILBOX:
        mailboxes.refused(session, told.person_id, told.email, now=now)
