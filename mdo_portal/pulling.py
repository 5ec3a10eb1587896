"""Following notices: fetch what a hospital laid ready, keep it, and only then let it be understood like any message.

Never in a web request, never inside a transaction. What goes wrong is tried again with growing pauses, or stands in the inbox.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from mdo_portal.database import Database
from mdo_portal.exchange import NotPulled, Puller
from mdo_portal.services.inbox import pulls
from mdo_portal.services.inbox.pulls import ClaimedPull

log = structlog.get_logger(__name__)


def pull_next(database: Database, puller: Puller, *, clock: Callable[[], datetime]) -> bool:
    """Follow one waiting notice, if there is one. True when there was."""
    with database.transaction() as session:
        claimed = pulls.claim(session, now=clock())
    if claimed is None:
        return False
    try:
        pulled = puller.pull(claimed.notice, claimed.address, at=clock())
    except NotPulled as error:
        trouble = error
    except Exception as error:
        # The edge: whatever the other side sent, the notice stays in the queue, and after some tries a person hears of it.
        log.error("pull.broke", pull_id=str(claimed.pull_id), error=type(error).__name__)
        trouble = NotPulled("answer", again=True)
    else:
        with database.transaction() as session:
            is_kept = pulls.fetched(session, claimed, pulled, now=clock())
        log.info("pull.fetched", pull_id=str(claimed.pull_id), resources=pulled.resources, requests=pulled.requests)
        if is_kept:  # acknowledged means stored: the hospital hears of it when it is, and not before
            _tell(puller, claimed)
        return True
    log.info("pull.not_fetched", pull_id=str(claimed.pull_id), code=trouble.code, again=trouble.again)
    with database.transaction() as session:
        pulls.not_fetched(session, claimed, trouble, now=clock())
    return True


def _tell(puller: Puller, claimed: ClaimedPull) -> None:
    try:
        puller.finish(claimed.notice, claimed.address)
    except Exception as error:
        # The edge: what was fetched is ours and stays; the hospital keeps its data a little longer.
        log.error("pull.not_told", pull_id=str(claimed.pull_id), error=type(error).__name__)
