"""Application acknowledgements that come later: claim, say without a transaction, settle. Beside the letters, never before one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog

from mdo_portal.database import Database
from mdo_portal.exchange import Acknowledger, Receipt, ReceiptKind
from mdo_portal.services.inbox import application_acks

log = structlog.get_logger(__name__)


def acknowledge_next(database: Database, acknowledger: Acknowledger, *, clock: Callable[[], datetime]) -> bool:
    """Say one that is owed, if there is one. True when there was."""
    with database.transaction() as session:
        owed = application_acks.claim(session, now=clock())
    if owed is None:
        return False
    try:
        receipt = acknowledger.acknowledge(owed.raw, owed.answer, owed.address, profile=owed.profile)
    except Exception as error:
        # The edge: whatever this message holds, it is tried again later, and the others go on.
        log.error("acknowledgement.failed", message_id=str(owed.message_id), error=type(error).__name__)
        receipt = Receipt(ReceiptKind.LATER, code="AR")
    with database.transaction() as session:
        application_acks.settle(session, owed, replace(receipt, code=receipt.code.replace("\0", "")), now=clock())
    return True
