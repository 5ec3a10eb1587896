"""Telling colleagues by mail that something waits in the portal: claim, mail without a transaction, put back what did not leave."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

import structlog
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.exchange import NOT_THIS_MAILBOX, Receipt, ReceiptKind, Reminder, Waits
from mdo_portal.services import glass_mails, line_reminders, mailboxes, meeting_mails, question_mails, reminders, standstills

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


def remind_next(database: Database, reminder: Reminder, *, clock: Callable[[], datetime], passed: set[uuid.UUID]) -> bool:
    """Mail one colleague whose recommendation is (nearly) late. False when there was none, or when the mail server takes nothing now.

    Written down before it leaves: a worker that dies between the two costs a mail, never sends two on one day.
    `passed`: whose mailbox took none in this round; the others are not to wait for it.
    """
    with database.transaction() as session:
        told = reminders.claim(session, now=clock(), beside=passed)
    return told is not None and _mail(database, reminder, told, Waits.FOLLOW_UP, reminders.put_back, passed, clock)


def warn_next(database: Database, reminder: Reminder, *, clock: Callable[[], datetime], passed: set[uuid.UUID]) -> bool:
    """The same for who looks after a line of which the certificates end."""
    with database.transaction() as session:
        told = line_reminders.claim(session, now=clock(), beside=passed)
    return told is not None and _mail(database, reminder, told, Waits.LINE, line_reminders.put_back, passed, clock)


def tell_next(database: Database, reminder: Reminder, *, clock: Callable[[], datetime], passed: set[uuid.UUID]) -> bool:
    """The same for who sits on a board of which a meeting moved, was added or is called off."""
    with database.transaction() as session:
        told = meeting_mails.claim(session, now=clock(), beside=passed)
    return told is not None and _mail(database, reminder, told, Waits.MEETING, meeting_mails.put_back, passed, clock)


def report_next(database: Database, reminder: Reminder, *, clock: Callable[[], datetime], passed: set[uuid.UUID]) -> bool:
    """The same for who judges that somebody broke the glass."""
    with database.transaction() as session:
        told = glass_mails.claim(session, now=clock(), beside=passed)
    return told is not None and _mail(database, reminder, told, Waits.GLASS, glass_mails.put_back, passed, clock)


def question_next(database: Database, reminder: Reminder, *, clock: Callable[[], datetime], passed: set[uuid.UUID]) -> bool:
    """The same for whom a question about a case waits, or the answer to theirs."""
    with database.transaction() as session:
        told = question_mails.claim(session, now=clock(), beside=passed)
    return told is not None and _mail(database, reminder, told, Waits.QUESTION, question_mails.put_back, passed, clock)


def alarm_next(
    database: Database, reminder: Reminder, *, clock: Callable[[], datetime], passed: set[uuid.UUID], seen: standstills.Listening
) -> bool:
    """The same for who looks after the traffic with a hospital that stands still. `seen`: what this worker saw of the listeners."""
    now = clock()
    with database.transaction() as session:
        told = standstills.claim(session, now=now, is_unheard=seen.is_missed(session, now=now), beside=passed)
    return told is not None and _mail(database, reminder, told, Waits.STANDSTILL, standstills.put_back, passed, clock)


def _mail(
    database: Database,
    reminder: Reminder,
    told: OneMail,
    waits: Waits,
    put_back: Callable[[Session, OneMail], None],
    passed: set[uuid.UUID],
    clock: Callable[[], datetime],
) -> bool:
    receipt = reminder.remind(told.email, told.key, waits)
    if receipt.kind is not ReceiptKind.LATER:
        log.info("reminder.mailed", person_id=str(told.person_id), waits=waits.value, code=receipt.code)
    else:
        log.warning("reminder.not_mailed", person_id=str(told.person_id), waits=waits.value, code=receipt.code)
    with database.transaction() as session:
        _take_note(session, told, receipt, now=clock())
        if receipt.kind is ReceiptKind.LATER:
            put_back(session, told)
            passed.add(told.person_id)
    return receipt.kind is not ReceiptKind.LATER or receipt.code == NOT_THIS_MAILBOX


def _take_note(session: Session, told: _Told, receipt: Receipt, *, now: datetime) -> None:
    """What is known of this mailbox from here on; a server that is away says nothing of it."""
    if receipt.kind is ReceiptKind.UNKNOWN:
        mailboxes.took(session, told.person_id)
    elif receipt.kind is ReceiptKind.REFUSED or receipt.code == NOT_THIS_MAILBOX:
        mailboxes.refused(session, told.person_id, told.email, now=now)
