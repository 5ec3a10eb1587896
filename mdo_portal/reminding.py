"""Telling colleagues by mail that something waits in the portal: claim, mail without a transaction, put back what did not leave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from mdo_portal.database import Database
from mdo_portal.exchange import ReceiptKind, Reminder
from mdo_portal.services import reminders

log = structlog.get_logger(__name__)


def remind_next(database: Database, reminder: Reminder, *, clock: Callable[[], datetime]) -> bool:
    """Mail one colleague, if there is one to mail. False when there was none, or when the mail server takes nothing now.

    Written down before it leaves: a worker that dies between the two costs a mail, never sends two on one day.
    """
    with database.transaction() as session:
        told = reminders.claim(session, now=clock())
    if told is None:
        return False
    receipt = reminder.remind(told.email, f"{told.person_id}.{told.on:%Y%m%d}")
    if receipt.kind is ReceiptKind.LATER:
        log.warning("reminder.not_mailed", person_id=str(told.person_id), code=receipt.code)
        with database.transaction() as session:
            reminders.put_back(session, told)
        return False
    log.info("reminder.mailed", person_id=str(told.person_id), code=receipt.code)
    return True
